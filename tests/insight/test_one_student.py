"""Engagement and rhythm of one student, worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from nudgebot.insight.engagement import ContentKind, StreakBehavior, engagement
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
