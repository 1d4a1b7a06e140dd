"""Engagement, rhythm and performance of one student, worked out by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from nudgebot.insight.engagement import ContentKind, StreakBehavior, engagement
from nudgebot.insight.performance import ClassStanding, SubjectAverage, performance
from nudgebot.insight.rhythm import rhythm

from .facts import NOW, Facts


def test_rhythm_counts_days_not_clicks(facts: Facts) -> None:
    """NOW is a Thursday; hour -1 is a day without an hour; the thirtieth day back still counts."""
    facts.student("ana")
    facts.student("ben")
    facts.active("ana", -1, hour=16, events=40)  # Wednesday
    facts.active("ana", -1, hour=16, kind="video")
    facts.active("ana", -8, hour=16)  # Wednesday
    facts.active("ana", -29, hour=-1)  # Wednesday
    facts.active("ana", 0, hour=9)  # Thursday
    facts.active("ana", 0, hour=15)  # later than now
    facts.active("ana", -30, hour=7)  # too long ago
    found = rhythm(facts.store, ["ana", "ben", "nobody"], NOW)
    assert set(found) == {"ana", "ben"}
    assert found["ana"].most_active_hours == ((16, 2), (9, 1))
    assert found["ana"].weekday_counts == (0, 0, 3, 1, 0, 0, 0)
    assert found["ana"].most_active_days == ((2, 3), (3, 1))
    assert found["ana"].average_daily_activity == 11.0
    assert sum(found["ben"].hour_counts) == sum(found["ben"].weekday_counts) == 0
    assert found["ben"].average_daily_activity == 0.0


@pytest.mark.parametrize(
    ("zone", "hours"), [pytest.param("UTC", 1, id="UTC"), pytest.param("Asia/Tokyo", 0, id="Tokyo")]
)
def test_the_schools_zone_holds_where_a_student_has_none(
    facts: Facts, zone: str, hours: int
) -> None:
    """At 16:00 in UTC it is past midnight in Tokyo, so that the thirtieth day back is over."""
    facts.student("ana")
    facts.active("ana", -29, hour=9)
    as_of = datetime(2026, 11, 19, 16, 0, tzinfo=UTC)
    found = rhythm(facts.store, ["ana"], as_of, zone=ZoneInfo(zone))
    assert sum(found["ana"].hour_counts) == hours


def test_engagement_has_all_the_requirements_entries(facts: Facts) -> None:
    """Daily pattern, content, streaks, video completion, participation, decline indicators."""
    facts.student("ana")
    facts.active("ana", -5, -4, -3, kind="video", minutes=4.0, events=2, hour=17)
    facts.active("ana", -3, kind="forum", minutes=1.0)
    facts.active("ana", -40, kind="reading")
    facts.video("ana", "v1", -3, 0.95)
    facts.video("ana", "v2", -3, 0.2)
    facts.exam("e1", "math", -20)
    facts.exam("e2", "math", -10)
    facts.result("e1", "ana", 80)
    facts.result("e2", "ana", None, status="missed")
    found = engagement(facts.store, "ana", NOW)
    assert found is not None
    assert found.content_engagement == (
        ContentKind("forum", 1, 1.0, 1),
        ContentKind("video", 6, 12.0, 3),
    )
    assert found.streak_behavior == StreakBehavior(0, 3, 3, 3)
    assert (found.video_completion_rate, found.exam_participation_rate) == (0.5, 0.5)
    assert found.decline_indicators == ("streak_break",)
    assert found.daily_activity_pattern.most_active_hours == ((17, 3),)
    assert engagement(facts.store, "nobody", NOW) is None


def test_engagement_of_a_student_without_data_is_not_measured(facts: Facts) -> None:
    """Nothing is 0 or fine only because nobody looked."""
    facts.student("ana")
    found = engagement(facts.store, "ana", NOW)
    assert found is not None
    assert found.streak_behavior == StreakBehavior(None, None, None, None)
    assert found.video_completion_rate is None
    assert found.exam_participation_rate is None
    assert found.decline_indicators is None


def test_performance(facts: Facts) -> None:
    """A report's figures: own, beside the class's, released results only."""
    facts.school_class("math", "Math")
    for number, name in enumerate(["ana", "ben", "cem", "dia", "eve"]):
        facts.student(name)
        facts.enroll(name, "math")
        facts.result("e1", name, 50 + 10 * number)
    facts.exam("e1", "math", -20)
    facts.exam("e2", "math", -2, released_at=None)
    facts.result("e2", "ana", 99)
    for assignment_id, due in (("a1", -9), ("a2", -3), ("a3", 4), ("a4", -40)):
        facts.assignment(assignment_id, "math", due)
        for name in ("ben", "cem", "dia", "eve"):
            facts.submission(assignment_id, name, status="excused")
    facts.submission("a1", "ana", -8, 70)
    facts.submission("a4", "ana", -41, 60)
    facts.skill("k1", "Fractions", "Math")
    facts.practice("ana", "k1", -2, 20, 9, minutes=15.0, xp=4.0)
    facts.practice("ana", "k2", -2, 4, 0)
    facts.active("ana", -1, minutes=5.0)
    found = performance(facts.store, "ana", NOW)
    assert found is not None
    assert (found.accuracy_percent, found.questions) == (37.5, 24)
    assert (found.minutes, found.xp, found.active_days) == (20.0, 4.0, 2)
    assert found.current_streak == 2
    # e1 50, a1 70, a2 missed, a4 60: 180 of 400; the others have e1 only: 60, 70, 80, 90
    assert found.average_percent == 45.0
    assert found.percentile == 10.0
    assert found.classes == (ClassStanding("math", "math", 45.0, 69.0, 5),)
    assert found.class_average_percent == 69.0
    assert found.subjects == (SubjectAverage("Math", 45.0, 4, 1),)
    assert [(exam.title, exam.day, exam.percent) for exam in found.recent_exams] == [
        ("e1", date(2026, 10, 30), 50.0)
    ]
    assert [task.title for task in found.done] == ["a1"]
    assert [task.title for task in found.late] == ["a1"]
    assert [task.title for task in found.missed] == ["a2"]
    assert [task.title for task in found.to_come] == ["a3"]
    assert [(skill.name, skill.questions) for skill in found.weakest_skills] == [("Fractions", 20)]
    assert performance(facts.store, "nobody", NOW) is None


def test_performance_of_a_student_without_data(facts: Facts) -> None:
    """Nothing measured is None or empty, and a report can say so."""
    facts.student("ana")
    found = performance(facts.store, "ana", NOW)
    assert found is not None
    assert (found.accuracy_percent, found.average_percent, found.percentile) == (None, None, None)
    assert (found.xp, found.class_average_percent, found.current_streak) == (None, None, None)
    assert (found.questions, found.minutes, found.active_days) == (0, 0.0, 0)
    assert (found.classes, found.subjects, found.recent_exams, found.assignments) == ((),) * 4


def test_a_period_is_the_reports_own(facts: Facts) -> None:
    """Seven days see what happened in seven days."""
    facts.student("ana")
    facts.practice("ana", "k1", -6, 10, 5)
    facts.practice("ana", "k1", -7, 10, 10)
    facts.active("ana", -6, -7, -8)
    found = performance(facts.store, "ana", NOW, 7)
    assert found is not None
    assert (found.questions, found.accuracy_percent, found.active_days) == (10, 50.0, 1)
