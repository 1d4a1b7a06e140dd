"""What the later data say of an intervention: one figure, two weeks before and two weeks after.

A student is written to when she is at a low, and most lows end by themselves: that things are
better afterwards does not show that the intervention did it, and nothing here says so. What nudges
bring about is measured against a holdout elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

WINDOW_DAYS = 14
FEWEST_DAYS = 7  # of school in a window, holidays left out
FEWEST_QUESTIONS = 20
ACTIVE_DAYS_CHANGE = 1.0  # a week
ACCURACY_CHANGE = 5.0  # points of a hundred
_CERTAINTY = 1.96  # standard errors that a change of accuracy must exceed
DUE_LATELY_DAYS = 28  # what was due longer ago is not waited for; as `overdue_assignments` has it

CAVEAT = (
    "What came afterwards need not have come of it: most lows end by themselves, "
    "so a better figure alone does not show that it helped."
)


class Interest(StrEnum):
    """The figure that an intervention was about."""

    ACTIVITY = "activity"
    ACCURACY = "accuracy"
    OVERDUE = "overdue"


class Verdict(StrEnum):
    """How the figure is afterwards."""

    BETTER = "better"
    SAME = "same"
    WORSE = "worse"
    TOO_EARLY = "too early"
    TOO_LITTLE = "too little data"


@dataclass(frozen=True)
class Work:
    """A piece of work: the days are the student's, `handed_day` None as long as it is open."""

    due_day: int
    handed_day: int | None


@dataclass(frozen=True)
class Course:
    """What is known of one student, by her local days.

    `first_day` and `last_day` bound what the data know of; `practice` has questions and right
    answers by day; on `free_days` there was no school.
    """

    first_day: int
    last_day: int
    active_days: frozenset[int] = frozenset()
    practice: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    work: tuple[Work, ...] = ()
    free_days: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Effect:
    """The figure before and after, and what that comes to in words; None is not measured.

    Activity is in active days a week, accuracy in percent; of overdue work `before` is how many
    pieces were overdue on the day, and `after` how many of these still are.
    """

    interest: Interest
    verdict: Verdict
    before: float | None
    after: float | None
    words: str


def effect(interest: Interest, course: Course, day: int) -> Effect:
    """How the figure went on around an intervention on this day of the student's calendar.

    The day itself is in neither window: nobody knows what of it came before.
    """
    after = range(day + 1, min(day + WINDOW_DAYS, course.last_day) + 1)
    if len(after) < FEWEST_DAYS:
        return Effect(interest, Verdict.TOO_EARLY, None, None, "too early to say")
    before = range(max(day - WINDOW_DAYS, course.first_day), day)
    match interest:
        case Interest.ACTIVITY:
            return _activity(course, before, after)
        case Interest.ACCURACY:
            return _accuracy(course, before, after)
    return _overdue(course, day, after)


def _too_little(interest: Interest) -> Effect:
    return Effect(interest, Verdict.TOO_LITTLE, None, None, "too little data to say")


def _activity(course: Course, before: range, after: range) -> Effect:
    school_days = [[day for day in span if day not in course.free_days] for span in (before, after)]
    if min(map(len, school_days)) < FEWEST_DAYS:
        return _too_little(Interest.ACTIVITY)
    first, second = (
        7 * sum(day in course.active_days for day in span) / len(span) for span in school_days
    )
    verdict = _verdict(first, second, ACTIVE_DAYS_CHANGE)
    said = {Verdict.BETTER: "more active", Verdict.WORSE: "less active"}
    shown = f"{_short(first)} → {_short(second)} active days a week"
    return Effect(
        Interest.ACTIVITY,
        verdict,
        first,
        second,
        f"{said.get(verdict, 'about as active')} ({shown})",
    )


def _accuracy(course: Course, before: range, after: range) -> Effect:
    sums = [_sums(course.practice[day] for day in span if day in course.practice)
            for span in (before, after)]  # fmt: skip
    if min(questions for questions, _ in sums) < FEWEST_QUESTIONS:
        return _too_little(Interest.ACCURACY)
    (asked, right), (asked_later, right_later) = sums
    first, second = 100 * right / asked, 100 * right_later / asked_later
    error = _standard_error(asked, right, asked_later, right_later)
    least = max(ACCURACY_CHANGE, _CERTAINTY * error)
    verdict = _verdict(first, second, least)
    said = {Verdict.BETTER: "more accurate", Verdict.WORSE: "less accurate"}
    shown = f"{first:.0f} % of {asked} → {second:.0f} % of {asked_later} answers"
    return Effect(
        Interest.ACCURACY,
        verdict,
        first,
        second,
        f"{said.get(verdict, 'no clear change in accuracy')} ({shown})",
    )


def _sums(rows: Iterable[tuple[int, int]]) -> tuple[int, int]:
    found = list(rows)
    return sum(questions for questions, _ in found), sum(correct for _, correct in found)


def _standard_error(asked: int, right: int, asked_later: int, right_later: int) -> float:
    """Of the difference of two shares, in points, both taken to be the same in truth."""
    share = (right + right_later) / (asked + asked_later)
    variance = share * (1 - share) * (1 / asked + 1 / asked_later)
    return float(100 * variance**0.5)


def _overdue(course: Course, day: int, after: range) -> Effect:
    open_then = [
        each
        for each in course.work
        if day - DUE_LATELY_DAYS < each.due_day <= day
        and (each.handed_day is None or each.handed_day >= day)
    ]
    if not open_then:
        return _activity(course, range(max(day - WINDOW_DAYS, course.first_day), day), after)
    handed = sum(each.handed_day is not None and each.handed_day <= after[-1] for each in open_then)
    return Effect(
        Interest.OVERDUE,
        Verdict.BETTER if handed else Verdict.SAME,
        len(open_then),
        len(open_then) - handed,
        _handed_in(handed, len(open_then)),
    )


def _handed_in(handed: int, pieces: int) -> str:
    if pieces == 1:
        return "the overdue work was handed in" if handed else "the overdue work is still open"
    return f"{handed or 'none'} of {pieces} pieces of overdue work handed in"


def _verdict(first: float, second: float, least: float) -> Verdict:
    if abs(second - first) < least:
        return Verdict.SAME
    return Verdict.BETTER if second > first else Verdict.WORSE


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
