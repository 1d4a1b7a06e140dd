"""The demo's clock works at any hour of any day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from nudgebot.cli.clock import SchoolClock, school_afternoon

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("now", "day"),
    [
        pytest.param(datetime(2026, 11, 19, 3, 0, tzinfo=UTC), 19, id="Thursday night"),
        pytest.param(datetime(2026, 11, 19, 23, 30, tzinfo=UTC), 20, id="Friday already, there"),
        pytest.param(datetime(2026, 11, 21, 12, 0, tzinfo=UTC), 20, id="Saturday"),
        pytest.param(datetime(2026, 11, 22, 12, 0, tzinfo=UTC), 20, id="Sunday"),
    ],
)
def test_it_is_always_a_school_days_afternoon(now: datetime, day: int) -> None:
    """At weekends it is the Friday before."""
    afternoon = school_afternoon(now, BERLIN).astimezone(BERLIN)
    assert (afternoon.day, afternoon.hour, afternoon.minute) == (day, 14, 30)


def test_it_runs_and_can_be_set_forward_only() -> None:
    """Time that has been shown never comes again."""
    running = [100.0]
    start = datetime(2026, 11, 19, 13, 30, tzinfo=UTC)
    clock = SchoolClock(start, lambda: running[0])
    running[0] += 5
    assert clock() == start + timedelta(seconds=5)
    clock.move_to(start + timedelta(hours=2))
    running[0] += 1
    assert clock() == start + timedelta(hours=2, seconds=1)
    clock.move_to(start)
    assert clock() == start + timedelta(hours=2, seconds=1)
    assert clock.seconds() == clock().timestamp()
