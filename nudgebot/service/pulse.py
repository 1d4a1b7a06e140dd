"""The pulse of the ticks: when the last job ended, which one is at work, and which ones fail."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from nudgebot.errors import DeliveryError


@dataclass(frozen=True)
class Beat:
    """How long ago something last came to its end, and what is at work since (empty: nothing).

    `failing` are the jobs whose last run failed, with the seconds since the first of the failures
    that followed each other.
    """

    seconds_ago: float
    at_work: str
    failing: Mapping[str, float] = field(default_factory=dict)


class Pulse:
    """Beaten by the thread of the ticks, felt by another; `clock` is monotonic seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._guard = threading.Lock()
        self._at = clock()
        self._at_work = ""
        self._failing: dict[str, float] = {}

    def beat(self) -> None:
        """Say that a round, or a job of it, has come to its end."""
        with self._guard:
            self._at = self._clock()

    @contextmanager
    def at_work(self, name: str) -> Iterator[None]:
        """Name the job that the block does, and beat at its end, however it ends.

        A server that is away is no failure of the job: what was due waits for it.
        """
        with self._guard:
            self._at_work = name
        try:
            yield
        except DeliveryError as error:
            away = error.accepted is None or error.retry_after_seconds is not None
            self._end(name, failed=None if away else True)
            raise
        except BaseException:
            self._end(name, failed=True)
            raise
        else:
            self._end(name, failed=False)

    def felt(self) -> Beat:
        """The pulse at this moment."""
        with self._guard:
            now = self._clock()
            failing = {name: now - since for name, since in self._failing.items()}
            return Beat(now - self._at, self._at_work, failing)

    def _end(self, name: str, *, failed: bool | None) -> None:
        with self._guard:
            self._at_work = ""
            self._at = self._clock()
            if failed:
                self._failing.setdefault(name, self._at)
            elif failed is False:
                self._failing.pop(name, None)
