"""When a nudge is due: over all hours, zones, rhythms and both nights of a clock change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nudgebot.nudging.policy import QuietHours
from nudgebot.nudging.rule import Urgency
from nudgebot.nudging.timing import Hours, plan

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = QuietHours(22, 8)


@dataclass(frozen=True)
class Pattern:
    """Counts by hour and weekday, made from the active ones."""

    hour_counts: tuple[int, ...]
    weekday_counts: tuple[int, ...]


def pattern(hours: dict[int, int], weekdays: dict[int, int]) -> Pattern:
    return Pattern(
        tuple(hours.get(hour, 0) for hour in range(24)),
        tuple(weekdays.get(weekday, 0) for weekday in range(7)),
    )


def local(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


EVENINGS = pattern({17: 9, 19: 5, 20: 4, 10: 1}, {0: 5, 2: 4, 4: 3, 6: 9})


@pytest.mark.parametrize(
    ("urgency", "rhythm", "as_of", "due"),
    [
        pytest.param(
            Urgency.CRITICAL, None, "2026-11-21 03:00", "2026-11-21 03:00", id="critical at night"
        ),
        pytest.param(
            Urgency.HIGH, EVENINGS, "2026-11-19 14:30", "2026-11-19 17:00", id="high, active soon"
        ),
        pytest.param(
            Urgency.HIGH, EVENINGS, "2026-11-19 12:59", "2026-11-19 12:59", id="high, none within 4"
        ),
        pytest.param(
            Urgency.HIGH, EVENINGS, "2026-11-19 17:20", "2026-11-19 17:20", id="active now"
        ),
        pytest.param(Urgency.HIGH, None, "2026-11-19 23:10", "2026-11-20 08:00", id="night"),
        pytest.param(
            Urgency.HIGH, None, "2026-11-20 23:10", "2026-11-23 08:00", id="high on Friday night"
        ),
        pytest.param(
            Urgency.MEDIUM, EVENINGS, "2026-11-19 09:00", "2026-11-19 17:00", id="medium today"
        ),
        pytest.param(
            Urgency.MEDIUM, EVENINGS, "2026-11-19 18:00", "2026-11-20 17:00", id="medium tomorrow"
        ),
        pytest.param(
            Urgency.MEDIUM,
            EVENINGS,
            "2026-11-19 17:05",
            "2026-11-19 17:05",
            id="in the hour",
        ),
        pytest.param(
            Urgency.MEDIUM, None, "2026-11-19 09:00", "2026-11-19 14:00", id="medium by default"
        ),
        pytest.param(
            Urgency.MEDIUM,
            pattern({23: 50, 9: 2}, {}),
            "2026-11-19 10:00",
            "2026-11-20 09:00",
            id="the most active hour is silent",
        ),
        pytest.param(
            Urgency.LOW, EVENINGS, "2026-11-19 09:00", "2026-11-20 17:00", id="low on a study day"
        ),
        pytest.param(
            Urgency.LOW, EVENINGS, "2026-11-20 19:30", "2026-11-20 19:30", id="low while studying"
        ),
        pytest.param(
            Urgency.LOW,
            EVENINGS,
            "2026-11-20 21:00",
            "2026-11-23 17:00",
            id="after the weekend",
        ),
        pytest.param(Urgency.LOW, None, "2026-11-19 15:00", "2026-11-20 14:00", id="low, default"),
    ],
)
def test_when_a_nudge_is_due(
    urgency: Urgency, rhythm: Pattern | None, as_of: str, due: str
) -> None:
    """The hours of a school week in Berlin, 22 to 8 and weekends silent."""
    hours = Hours(BERLIN, NIGHT, weekend_allowed=False)
    found = plan(urgency, rhythm=rhythm, hours=hours, as_of=local(as_of))
    assert found.at == local(due)
    assert found.why


@pytest.mark.parametrize(
    ("as_of", "quiet", "due"),
    [
        pytest.param("2026-03-29 01:30", (22, 3), "2026-03-29T01:00+00:00", id="no 2 o'clock"),
        pytest.param("2026-10-25 01:30", (22, 2), "2026-10-25T00:00+00:00", id="the first 2"),
        pytest.param("2026-10-25 01:30", (22, 3), "2026-10-25T02:00+00:00", id="2 comes twice"),
    ],
)
def test_the_nights_of_a_clock_change(as_of: str, quiet: tuple[int, int], due: str) -> None:
    """Quiet hours are those of the clock on the wall, also in the night that it is changed."""
    hours = Hours(BERLIN, QuietHours(*quiet), weekend_allowed=True)
    found = plan(Urgency.HIGH, rhythm=None, hours=hours, as_of=local(as_of))
    assert found.at == datetime.fromisoformat(due)


ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Kiritimati",
    "America/St_Johns",
    "UTC",
]
# The nights of clock changes in these zones, and an ordinary stretch.
STARTS = ["2026-03-07", "2026-03-28", "2026-04-04", "2026-10-03", "2026-10-24", "2026-10-31"]
moments = st.builds(
    lambda start, minutes: (
        datetime.fromisoformat(start).replace(tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    st.sampled_from(STARTS),
    st.integers(0, 3 * 24 * 60),
)
rhythms = st.none() | st.builds(
    lambda hours, weekdays: Pattern(tuple(hours), tuple(weekdays)),
    st.lists(st.integers(0, 3), min_size=24, max_size=24),
    st.lists(st.integers(0, 3), min_size=7, max_size=7),
)
all_hours = st.builds(
    lambda zone, start, end, weekend: Hours(ZoneInfo(zone), QuietHours(start, end), weekend),
    st.sampled_from(ZONES),
    st.integers(0, 23),
    st.integers(0, 23),
    st.booleans(),
)


@given(moments, all_hours, rhythms, st.sampled_from(Urgency))
def test_never_in_silence_never_in_the_past(
    as_of: datetime, hours: Hours, rhythm: Pattern | None, urgency: Urgency
) -> None:
    """Critical is now; all else is never silent, never past, and high within 4 hours if it may."""
    due = plan(urgency, rhythm=rhythm, hours=hours, as_of=as_of).at
    assert due >= as_of
    if urgency is Urgency.CRITICAL:
        assert due == as_of
        return
    wall = due.astimezone(hours.zone)
    assert not hours.quiet.covers(wall.hour)
    assert hours.weekend_allowed or wall.weekday() < 5
    if urgency is Urgency.HIGH and due > as_of + timedelta(hours=4):
        minutes = range(0, int((due - as_of).total_seconds()) // 60, 5)
        assert not any(hours.open(as_of + timedelta(minutes=each)) for each in minutes)


@given(moments, st.integers(0, 2000), all_hours, rhythms, st.sampled_from(Urgency))
def test_later_is_never_earlier(
    as_of: datetime, minutes: int, hours: Hours, rhythm: Pattern | None, urgency: Urgency
) -> None:
    """What is decided later is not due earlier."""
    later = as_of + timedelta(minutes=minutes)
    first = plan(urgency, rhythm=rhythm, hours=hours, as_of=as_of)
    second = plan(urgency, rhythm=rhythm, hours=hours, as_of=later)
    assert first.at <= second.at


@given(moments, all_hours, rhythms)
def test_more_urgent_is_not_later(as_of: datetime, hours: Hours, rhythm: Pattern | None) -> None:
    """Critical is never after high, nor high after medium."""
    urgencies = (Urgency.CRITICAL, Urgency.HIGH, Urgency.MEDIUM)
    due = [plan(each, rhythm=rhythm, hours=hours, as_of=as_of).at for each in urgencies]
    assert due == sorted(due)
