"""Requirement A's before and after as values, with the held-out beside the nudged.

`NudgeEffectivenessAnalyzer.analyze_nudge_impact` compares a student with herself. Students are
nudged when they are low, and most who are low do better next time whatever one does (regression to
the mean), so these figures flatter every rule. That is why none of them comes without the held-out
cases of the same rule beside it: those were as low, and nobody nudged them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from nudgebot.nudging.cases import Measures
from nudgebot.nudging.effects_words import change

LEAST_TOLD = 10  # fewer cases would tell of students, not of nudges
LEAST_CASES = 30  # the setting `effect_minimum_cases`, where nobody says otherwise


class Rating(StrEnum):
    """Where one nudge's figures lie among those of the held-out: one case shows no more."""

    MORE = "more than without a nudge"
    ALIKE = "as much as without a nudge"
    LESS = "less than without a nudge"
    EARLY = "too early to say"
    UNMEASURED = "nothing to measure"


@dataclass(frozen=True)
class Changes:
    """Requirement A's improvements, (after - before) / max(before, 1); None: not measured."""

    activity_change: float | None = None
    performance_change: float | None = None
    engagement_change: float | None = None

    @property
    def overall_impact(self) -> float | None:
        """The mean of what was measured; requirement A says 0 for nothing, here it is unknown."""
        return _mean(self.named().values())

    def named(self) -> dict[str, float]:
        """What was measured, under requirement A's names."""
        found = {
            "activity_change": self.activity_change,
            "performance_change": self.performance_change,
            "engagement_change": self.engagement_change,
        }
        return {name: value for name, value in found.items() if value is not None}


@dataclass(frozen=True)
class Side:
    """One arm's own before and after, as means over its cases; None: nobody was measured."""

    cases: int = 0
    measured: int = 0  # cases with an overall impact
    before: Measures = field(default_factory=Measures)
    after: Measures = field(default_factory=Measures)
    changes: Changes = field(default_factory=Changes)
    overall_impact: float | None = None
    improved: float | None = None  # share of the measured whose overall impact is above zero
    reached: float | None = None  # share that did what the rule asks for


@dataclass(frozen=True)
class BeforeAfter:
    """Both arms' own before and after, side by side."""

    nudged: Side
    held_out: Side

    @property
    def text(self) -> str:
        """What before and after alone would claim, and what came without a nudge.

        Of fewer than `LEAST_TOLD` cases nothing is told: it would be told of students.
        """
        if self.nudged.measured < LEAST_TOLD or self.nudged.overall_impact is None:
            return "Before and after: too few are measured yet."
        claim = f"Before and after alone would say {change(self.nudged.overall_impact)}"
        if self.held_out.measured < LEAST_TOLD or self.held_out.overall_impact is None:
            return f"{claim}; too few were held out to say how much of it comes by itself."
        return (
            f"{claim}; the held out, whom nobody nudged, changed by "
            f"{change(self.held_out.overall_impact)} themselves."
        )


@dataclass(frozen=True)
class Placebo:
    """What happens when nothing is done: the held-out cases alone."""

    side: Side
    minimum: int

    @property
    def text(self) -> str:
        """One line for a report; small groups are not told."""
        held_out = self.side
        if held_out.measured < self.minimum or held_out.improved is None:
            return f"Without any nudge: too early to say ({held_out.cases} held out so far)."
        also = (
            f", and {_percent(held_out.reached)} did what was asked of the nudged"
            if held_out.reached is not None
            else ""
        )
        return (
            f"Without any nudge {_percent(held_out.improved)} of {held_out.measured} held-out "
            f"cases did better than before{also}."
        )


@dataclass(frozen=True)
class Impact:
    """Requirement A's `analyze_nudge_impact` for one nudge, with the held-out beside it."""

    nudge_id: str
    student_id: str
    baseline_metrics: dict[str, float]
    post_nudge_metrics: dict[str, float]
    impact_score: float | None
    specific_improvements: dict[str, float]
    effectiveness_rating: Rating
    recommendations: tuple[str, ...]
    held_out: Side
    usual: tuple[float, float] | None  # where 95 of 100 held-out impact scores lie

    @property
    def text(self) -> str:
        """The score, what is usual without a nudge, and the rating."""
        if self.impact_score is None:
            return f"{self.effectiveness_rating.capitalize()}."
        score = f"Before and after: {change(self.impact_score)}"
        if self.usual is None:
            return f"{score}; {self.effectiveness_rating}."
        low, high = map(change, self.usual)
        return f"{score}, {self.effectiveness_rating} (there {low} to {high} is usual)."


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
