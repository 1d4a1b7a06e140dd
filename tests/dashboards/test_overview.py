"""The system overview: requirement A's entries by their names, and honest about small numbers."""

from __future__ import annotations

from dataclasses import fields
from zoneinfo import ZoneInfo

import pytest

from nudgebot.nudging.dashboards.analytics import NudgingAnalyticsDashboard
from nudgebot.nudging.dashboards.effectiveness import EffectivenessMetrics
from nudgebot.nudging.dashboards.overview import Basis, SystemOverview
from nudgebot.nudging.effects_values import Rating, Verdict
from nudgebot.store import Store

from .school import NOW, RULES, Truth, fill, last_days

BASIS = Basis(ZoneInfo("UTC"), 14, 30, {rule: name for rule, (name, _, _) in RULES.items()})
TRUTHS = {
    "inactivity_check_in": Truth(0.4, 0.3),
    "overdue_work_reminder": Truth(),
    "video_completion_nudge": Truth(0.4, -0.3),
}


def overview(store: Store, days: int = 28, **more: frozenset[str]) -> SystemOverview:
    """The overview of the last days."""
    return NudgingAnalyticsDashboard(store, BASIS, as_of=NOW).get_system_overview(
        last_days(days), **more
    )


@pytest.fixture
def busy(store: Store) -> Store:
    """A school with one rule that helps, one that does nothing and one that harms."""
    fill(store, cases=1500, students=150, truths=TRUTHS)
    return store


@pytest.mark.parametrize(
    "name",
    [
        "total_nudges_sent",
        "nudge_types_breakdown",
        "response_rates",
        "effectiveness_metrics",
        "top_performing_nudges",
        "student_engagement_improvement",
    ],
)
def test_each_entry_of_requirement_a_is_there_by_its_name(busy: Store, name: str) -> None:
    """`get_system_overview` has all that it has in the requirement, and it is measured."""
    assert getattr(overview(busy), name)


@pytest.mark.parametrize(
    "name",
    [
        "activity_change",
        "performance_change",
        "engagement_change",
        "overall_impact",
        "impact_score",
        "baseline_metrics",
        "post_nudge_metrics",
        "effectiveness_rating",
        "recommendations",
    ],
)
def test_each_effect_figure_of_requirement_a_is_there_by_its_name(busy: Store, name: str) -> None:
    """`NudgeEffectivenessAnalyzer`'s entries are measured for both groups."""
    metrics = overview(busy).effectiveness_metrics
    assert metrics is not None
    assert getattr(metrics, name)
    assert "specific_improvements" in {each.name for each in fields(EffectivenessMetrics)}


@pytest.mark.parametrize("kind", ["read", "reacted", "answered", "done", "target", "responded"])
def test_each_response_has_a_rate_and_a_time(busy: Store, kind: str) -> None:
    """How often, of how many, and how soon."""
    rate = overview(busy).response_rates.of(kind)
    assert rate.share is not None
    assert 0 < rate.share < 1
    assert rate.median_hours is not None
    assert rate.median_hours > 0


def test_the_best_and_the_worst_are_those_that_were_made_so(busy: Store) -> None:
    """What helps stands on top, what harms is told, and the rule without effect is neither."""
    found = overview(busy, 60)
    assert [each.group for each in found.top_performing_nudges] == ["Inactivity Check-in"]
    assert found.worst_performing_nudges[0].group == "Video Completion Nudge"
    assert found.worst_performing_nudges[0].effectiveness_rating is Rating.HARMFUL
    assert len(found.effects_by_rule) == 3


def test_sums_agree_with_one_another(busy: Store) -> None:
    """Types, rules and weeks are the same nudges told in different ways."""
    found = overview(busy)
    total = found.total_nudges_sent
    assert total > 0
    assert sum(found.nudge_types_breakdown.values()) == total
    assert sum(found.sent.by_rule.values()) == total
    assert sum(week.nudges for week in found.sent.weeks) == total


def test_of_some_students_only_theirs_are_counted(busy: Store) -> None:
    """A teacher's dashboard is about her students: parts of the school add up to it."""
    some = frozenset(f"s{number}" for number in range(40))
    others = frozenset(f"s{number}" for number in range(40, 150))
    parts = [overview(busy, students=part) for part in (some, others)]
    whole = overview(busy)
    assert sum(part.total_nudges_sent for part in parts) == whole.total_nudges_sent
    assert sum(part.followed.open for part in parts) == whole.followed.open
    assert sum(part.followed.held_out for part in parts) == whole.followed.held_out


def test_small_numbers_claim_nothing(store: Store) -> None:
    """Below the minimum there is no figure, whatever chance has brought."""
    fill(store, cases=60, students=20, truths=TRUTHS)
    found = overview(store, 60)
    assert found.effectiveness_metrics is not None
    assert found.effectiveness_metrics.target.verdict is Verdict.EARLY
    assert found.effectiveness_metrics.target.difference is None
    assert found.top_performing_nudges == ()
    assert found.worst_performing_nudges == ()


def test_nothing_at_all_is_told_as_nothing(store: Store) -> None:
    """An empty school has counts of zero and no effects."""
    found = overview(store)
    assert found.total_nudges_sent == 0
    assert found.effectiveness_metrics is None
    assert found.response_rates.of("read").share is None
