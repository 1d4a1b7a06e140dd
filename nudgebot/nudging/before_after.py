"""Requirement A's before and after, of one nudge and of a group of cases.

`before_after_values` says why none of these figures comes without the held-out cases beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nudgebot.nudging.before_after_values import (
    LEAST_CASES,
    BeforeAfter,
    Changes,
    Impact,
    Placebo,
    Rating,
)
from nudgebot.nudging.case_sheet import sheet_of
from nudgebot.nudging.cases import Arm, Case, Measures

_OUTSIDE = 0.025  # of the held-out on either side of the interval


def changes(case: Case) -> Changes:
    """A case against its own baseline."""
    return Changes(
        activity_change=_change(case.before.activity, case.after.activity),
        performance_change=_change(case.before.performance, case.after.performance),
        engagement_change=_change(case.before.engagement, case.after.engagement),
    )


def reached_in_time(case: Case) -> bool:
    """Whether the rule's target was met while the case was followed."""
    return case.target_met_at is not None and case.starts_at <= case.target_met_at <= case.ends_at


def before_after(cases: Iterable[Case]) -> BeforeAfter:
    """Both arms of these cases; only what was followed to its end counts."""
    from nudgebot.nudging import effects_sample  # noqa: PLC0415  # brings numpy

    columns = effects_sample.Columns(sheet_of(cases).followed)
    return columns.before_after(columns.whole())


def placebo(cases: Iterable[Case], *, minimum: int = LEAST_CASES) -> Placebo:
    """How many of the held-out did better, or what was due, with nobody doing anything."""
    return Placebo(before_after(cases).held_out, minimum)


def impact_of(case: Case, held_out: Iterable[Case], *, minimum: int = LEAST_CASES) -> Impact:
    """Requirement A's figures of one nudge, rated by what is usual without one.

    Of `held_out` the cases of the same rule that were followed to their end and held out are used.
    The rating goes by an interval: that in which the middle 95 of 100 held-out cases lie.
    """
    others = [
        each
        for each in held_out
        if each.closed and each.arm is Arm.HELD_OUT and each.rule_id == case.rule_id
    ]
    found = changes(case)
    usual = _usual(others, minimum)
    rating = _rating(found.overall_impact, usual, closed=case.closed)
    return Impact(
        nudge_id=case.nudge_key or "",
        student_id=case.student_id,
        baseline_metrics=_metrics(case.before),
        post_nudge_metrics=_metrics(case.after),
        impact_score=found.overall_impact,
        specific_improvements=found.named(),
        effectiveness_rating=rating,
        recommendations=_recommendations(case, rating),
        held_out=before_after(others).held_out,
        usual=usual,
    )


def _usual(held_out: Sequence[Case], minimum: int) -> tuple[float, float] | None:
    """A distribution-free prediction interval: order statistics, or the range of under 39 cases."""
    scores = sorted(
        score for case in held_out if (score := changes(case).overall_impact) is not None
    )
    if len(scores) < max(minimum, 2):
        return None
    inside = max(int(_OUTSIDE * (len(scores) + 1)), 1)
    return scores[inside - 1], scores[-inside]


def _rating(score: float | None, usual: tuple[float, float] | None, *, closed: bool) -> Rating:
    if not closed:
        return Rating.EARLY
    if score is None:
        return Rating.UNMEASURED
    if usual is None:
        return Rating.EARLY
    if score > usual[1]:
        return Rating.MORE
    return Rating.LESS if score < usual[0] else Rating.ALIKE


def _recommendations(case: Case, rating: Rating) -> tuple[str, ...]:
    if not case.closed:
        return ("Wait: the nudge is still being followed.",)
    found = []
    if reached_in_time(case):
        found.append("Leave it at that: what the nudge asked for was done.")
    else:
        found.append("Talk to the student: what the nudge asked for was not done in time.")
    if rating is Rating.LESS:
        found.append("Look closer: the figures fell further than they do without a nudge.")
    if rating in (Rating.ALIKE, Rating.MORE):
        found.append("Judge the rule by all its cases; a single one cannot show an effect.")
    return tuple(found)


def _metrics(measures: Measures) -> dict[str, float]:
    found = {
        "daily_activity": measures.activity,
        "average_score": measures.performance,
        "engagement_rate": measures.engagement,
    }
    return {name: value for name, value in found.items() if value is not None}


def _change(before: float | None, after: float | None) -> float | None:
    return None if before is None or after is None else (after - before) / max(before, 1)
