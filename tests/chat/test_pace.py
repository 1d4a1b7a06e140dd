"""The bot stays under the server's limit."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nudgebot.chat.pace import BURST, Pace


class Clock:
    """Time that passes only by waiting."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds

    def wait(self, seconds: float) -> bool:
        self.seconds += seconds
        return False


@given(st.integers(1, 300), st.integers(1, 400))
def test_no_minute_holds_more_than_allowed(per_minute: int, sends: int) -> None:
    """In any sixty seconds at most the rate and one burst go out."""
    clock = Clock()
    pace = Pace(per_minute, clock=clock, wait=clock.wait)
    times = []
    for _ in range(sends):
        assert pace.take()
        times.append(clock.seconds)
    for begin in times:
        assert sum(begin <= each < begin + 60 for each in times) <= per_minute + BURST + 1


def test_a_hold_keeps_everybody_back() -> None:
    """Nobody sends before the server's time is over, and a shorter hold does not shorten it."""
    clock = Clock()
    pace = Pace(6000, clock=clock, wait=clock.wait)
    pace.hold(30)
    pace.hold(5)
    assert pace.take()
    assert clock.seconds >= 30
