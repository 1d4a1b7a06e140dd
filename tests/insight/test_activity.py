"""Streaks, active days and minutes, at their boundaries and in the student's own zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from nudgebot.insight.table import Value
from nudgebot.school.days import to_at

from .conftest import Row
from .facts import NOW, Facts


@pytest.mark.parametrize(
    ("days", "current", "highest", "last", "gap"),
    [
        pytest.param((0,), 1, 1, 1, 0, id="today only"),
        pytest.param((-1,), 1, 1, 1, 1, id="yesterday still counts"),
        pytest.param((-2,), 0, 1, 1, 2, id="two days ago does not"),
        pytest.param((-2, -1, 0), 3, 3, 3, 0, id="three in a row"),
        pytest.param((-4, -3, -1), 1, 2, 1, 1, id="a gap begins anew"),
        pytest.param(tuple(range(-9, -1)), 0, 8, 8, 2, id="requirement A's streak break fires"),
        pytest.param((-40, -39, -38, -5), 0, 3, 1, 5, id="the newest is not the longest"),
    ],
)
def test_streaks(
    facts: Facts,
    row: Row,
    *,
    days: tuple[int, ...],
    current: int,
    highest: int,
    last: int,
    gap: int,
) -> None:
    """A streak lives through today when it reached yesterday, and is 0 after a whole day off."""
    facts.student("ana")
    facts.active("ana", *days)
    figures = row()
    found = [figures[name] for name in ("current_streak", "highest_streak", "last_streak")]
    assert found == [current, highest, last]
    assert figures["days_since_last_activity"] == gap


def test_windows_include_today(facts: Facts, row: Row) -> None:
    """The last 7 days are today and six before; the 8th day belongs to the week before."""
    facts.student("ana")
    facts.active("ana", 0, -6, -7, -13, -14, -27, -28)
    figures = row()
    assert figures["active_days_7"] == 2
    assert figures["active_days_7_before"] == 2
    assert figures["activity_change"] == 0
    assert figures["active_days_28"] == 6
    assert figures["engagement_rate"] == round(6 / 28, 4)
    assert (figures["busiest_week_days"], figures["quietest_week_days"]) == (2, 1)
    assert figures["time_spent"] == 60.0


@pytest.mark.parametrize(
    ("first", "rate", "weeks"),
    [
        pytest.param(0, round(1 / 7, 4), None, id="a new student is measured against a week"),
        pytest.param(-13, round(2 / 14, 4), None, id="against the days she is there"),
        pytest.param(-27, round(2 / 28, 4), 1, id="28 days allow weeks to be compared"),
    ],
)
def test_a_new_student_is_not_measured_against_days_before_her(
    facts: Facts, row: Row, first: int, rate: float, weeks: int | None
) -> None:
    """The engagement rate counts from the first activity, but from 7 days at least."""
    facts.student("ana")
    facts.active("ana", first, 0)
    assert row()["engagement_rate"] == rate
    assert row()["busiest_week_days"] == weeks


def test_practice_is_activity_and_its_minutes_count_once(facts: Facts, row: Row) -> None:
    """A day of practice is active; logged and stated minutes of one practice are not added up."""
    facts.student("ana")
    facts.practice("ana", "k1", -1, 10, 8, minutes=25.0)
    facts.active("ana", -1, kind="practice", minutes=20.0)
    facts.active("ana", -1, kind="video", minutes=5.0)
    figures = row()
    assert figures["days_since_last_activity"] == 1
    assert figures["time_spent"] == 30.0


@pytest.mark.parametrize(
    ("zone", "gap"),
    [
        pytest.param("UTC", 1, id="already the next day in UTC"),
        pytest.param("America/New_York", 0, id="still the same day in New York"),
        pytest.param("Pacific/Kiritimati", 1, id="far east"),
        pytest.param("No/Such_Zone", 1, id="an unknown zone is the school's"),
    ],
)
def test_days_are_those_of_the_students_own_zone(
    facts: Facts, row: Row, zone: str, gap: int
) -> None:
    """An hour after midnight in UTC it is still yesterday in New York."""
    facts.student("ana", timezone=zone)
    facts.active("ana", 0)
    assert row(as_of=datetime(2026, 11, 20, 1, 0, tzinfo=UTC))["days_since_last_activity"] == gap


CLOCK_CHANGES = (
    # On 29 March 2026 Berlin's day has 23 hours, on 25 October 25.
    pytest.param("2026-03-28T22:59:00", "2026-03-29T10:00:00", 1, id="due 23:59, a short day on"),
    pytest.param("2026-03-29T21:59:00", "2026-03-30T10:00:00", 1, id="due at the short day's end"),
    pytest.param("2026-03-28T23:30:00", "2026-03-29T21:59:59", 0, id="all of the short day is one"),
    pytest.param("2026-10-24T21:59:00", "2026-10-25T22:59:00", 1, id="due 23:59, a long day on"),
    pytest.param("2026-10-24T22:30:00", "2026-10-25T22:30:00", 0, id="24 hours within a long day"),
    pytest.param("2026-10-25T22:59:00", "2026-10-25T23:01:00", 1, id="past the long day's end"),
)


@pytest.mark.parametrize(("due", "as_of", "days"), CLOCK_CHANGES)
def test_days_since_an_instant_survive_clock_changes(
    facts: Facts, row: Row, due: str, as_of: str, days: int
) -> None:
    """Days between instants are calendar days of the student's zone, never spans of 24 hours."""
    facts.student("ana", timezone="Europe/Berlin")
    facts.school_class("math")
    facts.enroll("ana", "math")
    due_at = to_at(datetime.fromisoformat(due).replace(tzinfo=UTC))
    facts.assignment("a1", "math", 0, due_at=due_at)
    assert row(as_of=datetime.fromisoformat(as_of).replace(tzinfo=UTC))["overdue_days"] == days


def test_the_past_knows_nothing_of_later_activity(facts: Facts, row: Row) -> None:
    """As of an earlier moment, later days and later hours of the same day do not exist."""
    facts.student("ana")
    facts.active("ana", -3, hour=9)
    facts.active("ana", -2, hour=20)
    facts.active("ana", -1, hour=-1)
    morning = NOW - timedelta(days=2, hours=4)
    assert row(as_of=morning)["days_since_last_activity"] == 1
    assert row(as_of=morning + timedelta(hours=10))["days_since_last_activity"] == 0
    assert row(as_of=NOW)["days_since_last_activity"] == 1


@pytest.mark.parametrize(
    ("videos", "started", "completed", "rate", "gap"),
    [
        pytest.param([("v1", -1, 0.9)], 1, 1, 1.0, 1, id="90 % is complete"),
        pytest.param([("v1", -1, 0.89)], 1, 0, 0.0, 1, id="89 % is not"),
        pytest.param([("v1", -9, 1.0), ("v1", -1, 0.1)], 1, 1, 1.0, 1, id="once complete for good"),
        pytest.param([("v1", -27, 0.5), ("v2", -28, 1)], 1, 0, 0.0, 27, id="28 days"),
        pytest.param([("v1", -28, 1.0)], 0, 0, None, 28, id="none lately is no rate"),
    ],
)
def test_videos(
    facts: Facts,
    row: Row,
    *,
    videos: list[tuple[str, int, float]],
    started: int,
    completed: int,
    rate: float | None,
    gap: int,
) -> None:
    """A video counts once, by its furthest point so far, if watched in the last 28 days."""
    facts.student("ana")
    for content, day, progress in videos:
        facts.video("ana", content, day, progress)
    figures = row()
    assert (figures["videos_started"], figures["videos_completed"]) == (started, completed)
    assert (figures["video_completion_rate"], figures["days_since_last_video"]) == (rate, gap)


def test_practice_and_skills(facts: Facts, row: Row) -> None:
    """Accuracy in percent; a weakest and an improved skill need answers enough."""
    facts.student("ana")
    facts.skill("k1", "Fractions")
    facts.practice("ana", "k1", -20, 10, 4, xp=5.0)  # 40 % then
    facts.practice("ana", "k1", -2, 10, 6, xp=7.0)  # 60 % now, 50 % in all
    facts.practice("ana", "k2", -2, 4, 0)  # too few answers to be the weakest
    facts.practice("ana", "k1", -28, 10, 10)  # too long ago
    figures = row()
    expected: dict[str, Value] = {
        "questions_answered": 24,
        "accuracy": round(1000 / 24, 4),
        "accuracy_change": round(600 / 14 - 40, 4),
        "xp": 12.0,
        "days_since_last_practice": 2,
        "weakest_skill": "Fractions",
        "weakest_skill_accuracy": 50.0,
        "improved_skill": "Fractions",
        "improved_skill_accuracy": 60.0,
    }
    assert {name: figures[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("rows", "share"),
    [
        pytest.param([], None, id="never any activity is not measured"),
        pytest.param([(-30, "reading", "Math")], 0.0, id="nothing lately is 0"),
        pytest.param(
            [(0, "reading", "Math"), (-6, "video", "Math")], 2 / 7, id="two days of seven"
        ),
        pytest.param([(-7, "reading", "Math")], 0.0, id="the eighth day is too long ago"),
        pytest.param([(-1, "reading", "Art")], 0.0, id="another subject"),
        pytest.param([(-1, "login", "Math")], 0.0, id="logging in is no preparation"),
        pytest.param([(-1, "reading", "")], 1 / 7, id="no named subject counts for her"),
        pytest.param([(-1, "reading", "Math"), (-1, "forum", "Math")], 1 / 7, id="a day once"),
    ],
)
def test_preparation(
    facts: Facts, row: Row, rows: list[tuple[int, str, str]], share: float | None
) -> None:
    """The share of the last seven days with something done for the next exam's subject."""
    facts.student("ana")
    facts.school_class("math", "Math")
    facts.enroll("ana", "math")
    facts.exam("e1", "math", 3)
    for day, kind, subject in rows:
        facts.active("ana", day, kind=kind, subject=subject)
    assert row()["preparation_activity"] == (None if share is None else round(share, 4))
