"""The demo's clock: a school day's afternoon at any hour of any day, which can be moved on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from zoneinfo import ZoneInfo

AFTERNOON = time_of_day(14, 30)
SATURDAY = 5


def school_afternoon(now: datetime, zone: ZoneInfo) -> datetime:
    """Half past two in the zone on the last day, today included, that is no Saturday or Sunday."""
    day: date = now.astimezone(zone).date()
    while day.weekday() >= SATURDAY:
        day -= timedelta(days=1)
    return datetime.combine(day, AFTERNOON, zone).astimezone(UTC)


class SchoolClock:
    """Runs as fast as the real one, from another start; `move_to` sets it forward."""

    def __init__(self, start: datetime, running: Callable[[], float] = time.monotonic) -> None:
        self._running = running
        self._guard = threading.Lock()
        self._base = start
        self._since = running()

    def __call__(self) -> datetime:
        """The demo's moment, aware, in UTC."""
        with self._guard:
            return self._base + timedelta(seconds=self._running() - self._since)

    def seconds(self) -> float:
        """The same as seconds since 1970, as the sandbox wants it."""
        return self().timestamp()

    def move_to(self, moment: datetime) -> None:
        """Set the clock forward; a moment that is over already changes nothing."""
        with self._guard:
            running = self._running()
            shown = self._base + timedelta(seconds=running - self._since)
            self._base, self._since = max(moment, shown), running
