"""Who was never seen: a risk where classmates are active, not measured where nobody is."""

from __future__ import annotations

import pytest

from nudgebot.insight.figures import Figures

from .conftest import Row
from .facts import NOW, TODAY, Facts


@pytest.fixture
def school(facts: Facts) -> Facts:
    """Ana is active and Ben never was, in a class of 40 days; Cem's class uses no platform."""
    for name, class_id in (("ana", "math"), ("ben", "math"), ("cem", "art")):
        facts.student(name)
        facts.enroll(name, class_id, -40)
    facts.school_class("math")
    facts.school_class("art")
    facts.active("ana", -30, -20, -2)
    return facts


def test_never_seen_among_active_classmates_is_a_risk(school: Facts, figures: Figures) -> None:
    """Ben comes before all others; Cem, of whom nobody can know, stays unknown."""
    assert school.store is not None
    table = figures.at(NOW)
    assert table.columns["days_enrolled"] == [41, 41, None]
    assert table.columns["risk_level"][1:] == ["high", "unknown"]
    found = figures.risk("ben", NOW)
    assert found is not None
    assert found.risk_factors["engagement_risk"].level == "critical"
    assert found.reasons == ("not seen once in 41 days",)
    assert found.recommended_interventions == ("a personal message: is everything all right?",)


@pytest.mark.parametrize(
    ("begin", "start", "days"),
    [
        pytest.param(-40, None, 41, id="joined"),
        pytest.param(-40, -10, 11, id="the term began later"),
        pytest.param(None, -10, 11, id="was always in it"),
        pytest.param(0, -10, 1, id="joined today"),
        pytest.param(None, None, None, id="nobody knows since when"),
        pytest.param(-40, 5, None, id="the term has not begun"),
    ],
)
def test_days_count_from_joining_or_from_the_terms_start(
    facts: Facts, row: Row, begin: int | None, start: int | None, days: int | None
) -> None:
    """The later of both, that day included."""
    facts.student("ana")
    facts.student("ben")
    facts.school_class("math", term_start_day=None if start is None else TODAY + start)
    facts.enroll("ana", "math", begin)
    facts.enroll("ben", "math")
    facts.active("ben", -1)
    assert row()["days_enrolled"] == days


def test_a_classmates_first_activity_is_noticed_at_once(facts: Facts, figures: Figures) -> None:
    """From then on the class is one whose students can be seen, for those untouched too."""
    facts.school_class("math")
    for name in ("ana", "ben"):
        facts.student(name)
        facts.enroll(name, "math", -40)
    figures.refresh(NOW)
    assert figures.table().columns["risk_level"] == ["unknown", "unknown"]
    facts.active("ana", -1)
    facts.touch("ana")
    assert figures.refresh(NOW).changed == {"ana", "ben"}
    assert figures.table(["ben"]).columns["risk_level"] == ["high"]


def test_activity_of_today_shows_from_tomorrow_on(facts: Facts, row: Row) -> None:
    """The figures of classmates do not depend on the hour at which somebody else came."""
    facts.school_class("math")
    for name in ("ana", "ben"):
        facts.student(name)
        facts.enroll(name, "math", -40)
    facts.active("ben", 0)
    assert row()["days_enrolled"] is None
