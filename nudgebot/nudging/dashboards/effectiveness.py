"""Requirement A's effect figures under its names, always with the held-out group's beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nudgebot.nudging.before_after_values import Side
from nudgebot.nudging.cases import Measures
from nudgebot.nudging.effects_values import Effect, Measure, Outcome, Rating, Verdict


@dataclass(frozen=True)
class BothArms:
    """The same three measures of the nudged and of the held out, as means; None: not measured."""

    nudged: Measures
    held_out: Measures


@dataclass(frozen=True)
class EffectivenessMetrics:
    """One group of cases: `NudgeEffectivenessAnalyzer`'s entries, nudged against held out.

    `specific_improvements` are the measures that are shown to be better; `reached_days` is how
    long half of either arm took to do what was asked for.
    """

    target: Outcome
    activity_change: Outcome
    performance_change: Outcome
    engagement_change: Outcome
    overall_impact: Outcome
    baseline_metrics: BothArms
    post_nudge_metrics: BothArms
    specific_improvements: tuple[Outcome, ...]
    effectiveness_rating: Rating
    recommendations: tuple[str, ...]
    reached_days: tuple[float | None, float | None]
    text: str

    @property
    def impact_score(self) -> Outcome:
        """Requirement A's other name for the overall impact."""
        return self.overall_impact

    @property
    def changes(self) -> tuple[Outcome, ...]:
        """The three measures of requirement A and their mean."""
        return (
            self.activity_change,
            self.performance_change,
            self.engagement_change,
            self.overall_impact,
        )


def metrics_of(effect: Effect) -> EffectivenessMetrics:
    """The effect under requirement A's names."""
    nudged, held_out = effect.before_after.nudged, effect.before_after.held_out
    return EffectivenessMetrics(
        target=effect.target,
        activity_change=effect.outcome(Measure.ACTIVITY),
        performance_change=effect.outcome(Measure.PERFORMANCE),
        engagement_change=effect.outcome(Measure.ENGAGEMENT),
        overall_impact=effect.outcome(Measure.OVERALL),
        baseline_metrics=BothArms(nudged.before, held_out.before),
        post_nudge_metrics=BothArms(nudged.after, held_out.after),
        specific_improvements=tuple(
            each for each in effect.outcomes if each.verdict is Verdict.HELPS
        ),
        effectiveness_rating=effect.effectiveness_rating,
        recommendations=effect.recommendations,
        reached_days=(effect.nudged_median_days, effect.held_out_median_days),
        text=effect.text,
    )


def best(effects: Sequence[Effect], *, most: int = 3) -> tuple[Effect, ...]:
    """The groups that are shown to help, the surest first: by the lower end of the interval."""
    helping = [each for each in effects if each.verdict is Verdict.HELPS]
    return tuple(sorted(helping, key=lambda each: -(each.target.low or 0.0))[:most])


def worst(effects: Sequence[Effect], *, most: int = 3) -> tuple[Effect, ...]:
    """The groups that are shown to harm, or not to be worth a message; the worst first."""
    poor = [
        each for each in effects if each.effectiveness_rating in (Rating.HARMFUL, Rating.USELESS)
    ]
    return tuple(sorted(poor, key=lambda each: each.target.high or 0.0)[:most])


@dataclass(frozen=True)
class EngagementImprovement:
    """Share of days with activity before and after, nudged against held out."""

    nudged_before: float | None
    nudged_after: float | None
    held_out_before: float | None
    held_out_after: float | None
    outcome: Outcome


def engagement_of(effect: Effect) -> EngagementImprovement:
    """What became of the engagement in a group of cases."""

    def pair(side: Side) -> tuple[float | None, float | None]:
        return side.before.engagement, side.after.engagement

    nudged, held_out = pair(effect.before_after.nudged), pair(effect.before_after.held_out)
    return EngagementImprovement(*nudged, *held_out, effect.outcome(Measure.ENGAGEMENT))
