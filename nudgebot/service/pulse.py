"""The pulse of the ticks: when the last job ended, and which one is at work."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Beat:
    """How long ago something last came to its end, and what is at work since (empty: nothing)."""

    seconds_ago: float
    at_work: str


class Pulse:
    """Beaten by the thread of the ticks, felt by another; `clock` is monotonic seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._guard = threading.Lock()
        self._at = clock()
        self._at_work = ""

    def beat(self) -> None:
        """Say that a round, or a job of it, has come to its end."""
        with self._guard:
            self._at = self._clock()

    @contextmanager
    def at_work(self, name: str) -> Iterator[None]:
        """Name the job that the block does, and beat at its end."""
        with self._guard:
            self._at_work = name
        try:
            yield
        finally:
            with self._guard:
                self._at_work = ""
                self._at = self._clock()

    def felt(self) -> Beat:
        """The pulse at this moment."""
        with self._guard:
            return Beat(self._clock() - self._at, self._at_work)
