"""Requirement A's response and effect figures, each found by its name in a dashboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from dashboards.school import Truth, fill

from chat.town import ADMIN, TARA, Town

# By the requirement's name: the row or table of the dashboard, and the figures that stand in it.
SYSTEM = {
    "total_nudges_sent": "What was sent,1,Nudges sent,",
    "nudge_types_breakdown": "Type: check in",
    "response_rates": "What came back",
    "response_rates: read": "read, as far as Zulip shows it",
    "response_rates: reacted": "What came back,3,reacted,Share,",
    "response_rates: answered": "answered in own words,Share,",
    "response_rates: target": "did what was asked for,Share,",
    "response times": "Half of these within,",
    "effectiveness_metrics": "What it brings about,1,Did what was asked for,Difference,",
    "activity_change": "Change of activity,Nudged,",
    "activity_change, held out": "Change of activity,Held out,",
    "performance_change": "Change of marks,Nudged,",
    "engagement_change": "Change of days with activity,Nudged,",
    "overall_impact, impact_score": "All three together (impact score),Nudged,",
    "specific_improvements": "Shown to be better: what was asked for",
    "effectiveness_rating": "Rating: effective.",
    "recommendations": "Keep it: it helps in",
    "baseline_metrics": "Score,Nudged before,",
    "baseline_metrics, held out": "Score,Held out before,",
    "post_nudge_metrics": "Days with activity,Nudged after,",
    "top_performing_nudges": "Best nudges",
    "student_engagement_improvement": "Days with activity, each against their own before",
}
STUDENT = {
    "student_profile": "What works",
    "nudges_received": "Nudges received,1,",
    "response_patterns": "By part of the day,1,",
    "effectiveness_by_type": "By type of nudge,1,check in,Did what was asked for,",
    "behavioral_changes": "What was different afterwards,1,",
    "behavioral_changes, held out": "Others, held out",
    "recommended_adjustments": "What to change",
}
MENTOR = {
    "mentor_profile": "Of,",
    "students_overview": "Your students,1,Ana Alvarez (s1),Risk,",
    "total_nudges_triggered": "nudges about your 3 students",
    "intervention_success_rate": "nudges were followed by what they asked for",
    "most_effective_strategies": "What works best in the whole school,1,check in,Difference,",
    "students_needing_attention": "Who needs attention,1,",
}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The town after two months of nudges that help; Ana is at risk."""
    folder: Path = tmp_path_factory.mktemp("town")
    opened = Town(folder)
    fill(opened.store, cases=1500, students=60, truths={"inactivity_check_in": Truth(0.4, 0.3)})
    opened.figures.rows["s1"] = {"risk_level": "critical", "risk_score": 0.95}
    yield opened
    opened.store.close()


def csv_of(town: Town, who: int, command: str) -> str:
    """The table that the command hands over."""
    town.zulip.uploads.clear()
    town.say(who, f"{command} csv")
    ((_, data),) = town.zulip.uploads
    return data.decode("utf-8-sig").replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("who", "command", "words"),
    [
        pytest.param(who, command, words, id=f"{command}: {name}")
        for who, command, entries in (
            (ADMIN, "dashboard", SYSTEM),
            (TARA, "nudges s1", STUDENT),
            (TARA, "impact", MENTOR),
        )
        for name, words in entries.items()
    ],
)
def test_the_figure_is_in_the_dashboard(town: Town, who: int, command: str, words: str) -> None:
    """Whoever looks for what the requirement names finds its row."""
    assert words in csv_of(town, who, command)
