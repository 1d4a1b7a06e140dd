"""Sending no faster than the server allows: a token bucket that obeys the server's word too."""

from __future__ import annotations

import threading
from collections.abc import Callable

BURST = 10  # a report with its buttons and reactions goes out at once
LONGEST_PATIENCE_SECONDS = 5.0


class Pace:
    """At most so many sends a minute after a small burst, and none before the server's say-so.

    Who is patient lets others go first, though not for ever. `clock` is monotonic, in seconds.
    `wait` sleeps and returns True when the program is to end.
    """

    def __init__(
        self, per_minute: int, *, clock: Callable[[], float], wait: Callable[[float], bool]
    ) -> None:
        self._per_second = max(per_minute, 1) / 60
        self._capacity = float(min(BURST, max(per_minute, 1)))
        self._clock = clock
        self._wait = wait
        self._guard = threading.Lock()
        self._tokens = self._capacity
        self._counted_at = clock()
        self._closed_until = self._counted_at
        self._impatient = 0

    def take(self, *, patient: bool = False) -> bool:
        """Wait for this caller's turn; False when the program is to end instead."""
        yields_until = self._clock() + (LONGEST_PATIENCE_SECONDS if patient else 0)
        with self._guard:
            self._impatient += not patient
        try:
            while (seconds := self._seconds_to_turn(yields_until)) > 0:
                if self._wait(seconds):
                    return False
            return True
        finally:
            with self._guard:
                self._impatient -= not patient

    def hold(self, seconds: float) -> None:
        """The server said so: nobody sends for this long."""
        with self._guard:
            self._closed_until = max(self._closed_until, self._clock() + seconds)

    def _seconds_to_turn(self, yields_until: float) -> float:
        """0 and a token taken, or how long until it is worth asking again."""
        with self._guard:
            now = self._clock()
            earned = (now - self._counted_at) * self._per_second
            self._tokens = min(self._capacity, self._tokens + earned)
            self._counted_at = now
            if now < self._closed_until:
                return self._closed_until - now
            if self._impatient and now < yields_until:
                return min(1 / self._per_second, yields_until - now)
            if self._tokens >= 1:
                self._tokens -= 1
                return 0.0
            # A hair more than needed, so that rounding never makes a second, empty wait.
            return (1 - self._tokens) / self._per_second + 1e-6
