"""Changes of students who began with next to nothing: no percentages in the thousands."""

from __future__ import annotations

import re

import pytest

from nudgebot.chat.boards.figures import outcome_row
from nudgebot.chat.boards.overview import HUGE, huge_notes
from nudgebot.nudging import effects_words as words
from nudgebot.nudging.cases import Measures
from nudgebot.nudging.dashboards.effectiveness import BothArms, EffectivenessMetrics
from nudgebot.nudging.effects_values import Measure, Outcome, Rating


def outcome(measure: Measure, nudged: float, held_out: float) -> Outcome:
    """Forty cases of each arm."""
    gap = nudged - held_out
    return Outcome(measure, 40, 40, 30, nudged, held_out, gap, gap - 0.1, gap + 0.1)


def metrics(marks: Outcome) -> EffectivenessMetrics:
    usual = outcome(Measure.ACTIVITY, 0.1, 0.2)
    arms = BothArms(Measures(), Measures())
    return EffectivenessMetrics(
        target=usual, activity_change=usual, performance_change=marks, engagement_change=usual,
        overall_impact=usual, baseline_metrics=arms, post_nudge_metrics=arms,
        specific_improvements=(), effectiveness_rating=Rating.UNPROVEN, recommendations=(),
        reached_days=(None, None), text="",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.0, "±0 %"),
        (0.12, "+12 %"),
        (-0.4, "−40 %"),
        (2.0, "+200 %"),
        (29.5, "more than +200 %"),
        (-3.0, "less than −200 %"),
    ],
)
def test_a_change_is_told_up_to_two_hundred_percent(value: float, said: str) -> None:
    """Beyond it, that it is beyond it."""
    assert words.change(value) == said


def test_no_figure_of_a_measure_has_four_digits() -> None:
    """Neither the sentence nor the table's row."""
    huge = outcome(Measure.PERFORMANCE, 29.5, -0.2)
    cells = str(outcome_row("Change of marks", huge))
    assert "more than 200 %" in cells
    assert "more than 200 points above" in cells
    told = huge.text()
    assert "nudged more than +200 %, held out −20 %: more than 200 points more" in told
    assert not re.search(r"\d{4}", cells + told)


def test_why_it_is_huge_is_said_where_it_is() -> None:
    """And nowhere else."""
    assert huge_notes(metrics(outcome(Measure.PERFORMANCE, 29.5, -0.2))) == (HUGE,)
    assert huge_notes(metrics(outcome(Measure.PERFORMANCE, 0.3, -0.2))) == ()


def test_usual_figures_are_as_they_were() -> None:
    """A share or a change of usual size is a number of its unit."""
    told = str(outcome_row("Change of marks", outcome(Measure.PERFORMANCE, 0.3, 0.1)))
    assert "percent" in told
    assert "points" in told
    assert "more than" not in told
