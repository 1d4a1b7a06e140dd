"""A clock that runs like the real one and can be moved."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta

SCHOOL_DAY = datetime(2026, 11, 19, 14, 30, tzinfo=UTC)  # a Thursday afternoon


class ShiftedClock:
    """The service's and the sandbox's one clock, from any moment; any thread may ask."""

    def __init__(self, start: datetime = SCHOOL_DAY) -> None:
        self._guard = threading.Lock()
        self._start = start
        self._began = time.monotonic()

    def __call__(self) -> datetime:
        with self._guard:
            return self._start + timedelta(seconds=time.monotonic() - self._began)

    def unix(self) -> float:
        """The same in Unix seconds, as the sandbox wants it."""
        return self().timestamp()

    def move(self, seconds: float) -> None:
        """Forward, or back where it is negative."""
        with self._guard:
            self._start += timedelta(seconds=seconds)
