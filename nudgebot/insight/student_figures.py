"""A student's figures of a period, one value each, as classes average, rank and compare them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nudgebot.insight.mastery import mastered_by
from nudgebot.insight.period_facts import Doings, Facts, Known
from nudgebot.insight.report_data import AssignmentCounts, Totals
from nudgebot.insight.series import LEAST_ANSWERS, Stretch, days_of

LEAST_GROUP = 5
"""Groups smaller than this are not compared: an average of few would give the others away."""


@dataclass(frozen=True)
class Figure:
    """One figure that students have."""

    metric: str
    title: str
    unit: str


FIGURES: tuple[Figure, ...] = (
    Figure("accuracy", "Accuracy", "percent"),
    Figure("questions", "Questions answered", "questions"),
    Figure("time", "Time spent", "minutes"),
    Figure("xp", "XP", "XP"),
    Figure("active_days", "Active days", "days"),
    Figure("assignments", "Assignments handed in", "percent"),
    Figure("average_score", "Average score, 180 days", "percent"),
    Figure("mastered", "Skills mastered", "skills"),
)

Values = Mapping[str, float | None]
"""A student's figures by metric."""


def totals(doings: Doings, known: Known, stretch: Stretch) -> Totals:
    """The totals of the days on which she was there; of none at all where she came later."""
    begin = max(stretch.first, doings.since or stretch.first)
    if begin > stretch.last:
        return Totals(0, None, None, None, None, None, None, None)
    days = days_of(doings, stretch)
    questions = sum(day.questions for day in days)
    correct = sum(day.correct for day in days)
    return Totals(
        days=stretch.last - begin + 1,
        active_days=len(days) if known.activity else None,
        questions=questions if known.practice else None,
        correct=correct if known.practice else None,
        accuracy_percent=round(100 * correct / questions, 4) if questions else None,
        sessions=sum(day.sessions for day in days) if known.practice else None,
        minutes=round(sum(day.minutes for day in days), 4) if known.minutes else None,
        xp=round(sum(day.xp or 0 for day in days), 4) if known.xp else None,
    )


def assignment_counts(doings: Doings, stretch: Stretch) -> AssignmentCounts:
    """The assignments that fall due in the stretch, by state."""
    states = [task.state for task in doings.tasks if stretch.first <= task.due_day <= stretch.last]
    return AssignmentCounts(
        done=states.count("done"),
        late=states.count("late"),
        missed=states.count("missed"),
        to_come=states.count("to_come"),
    )


def values(
    doings: Doings,
    known: Known,
    stretch: Stretch,
    *,
    average_score: float | None,
    skills: Sequence[str] = (),
) -> Values:
    """All figures of one student; accuracy from five answers on, `mastered` among the skills."""
    found = totals(doings, known, stretch)
    enough = (found.questions or 0) >= LEAST_ANSWERS
    mastered = sum(
        mastered_by(doings.tracks[each], stretch.last) for each in skills if each in doings.tracks
    )
    return {
        "accuracy": found.accuracy_percent if enough else None,
        "questions": _number(found.questions),
        "time": found.minutes,
        "xp": found.xp,
        "active_days": _number(found.active_days),
        "assignments": assignment_counts(doings, stretch).completion_percent,
        "average_score": average_score,
        "mastered": float(mastered) if skills and known.practice and found.days else None,
    }


def table(
    facts: Facts,
    stretch: Stretch,
    *,
    averages: Mapping[str, float],
    skills: Sequence[str] = (),
) -> dict[str, Values]:
    """The figures of all students, by id."""
    return {
        student_id: values(
            each,
            facts.known,
            stretch,
            average_score=averages.get(student_id),
            skills=skills,
        )
        for student_id, each in facts.students.items()
    }


def measured(found: Mapping[str, Values], metric: str) -> list[float]:
    """The values of a figure of all who have it, in the order of their ids."""
    return [
        value for _, each in sorted(found.items()) for value in (each[metric],) if value is not None
    ]


def mean(numbers: Sequence[float]) -> float | None:
    """The mean, rounded as every figure is; None of nothing."""
    return round(sum(numbers) / len(numbers), 4) if numbers else None


def percentile(value: float, everybody: Sequence[float]) -> float:
    """The share below the value, equals counted half, 100 is best; the value is one of them."""
    below = sum(each < value for each in everybody)
    equal = sum(each == value for each in everybody)
    return round(100 * (below + equal / 2) / len(everybody), 4)


def _number(value: int | None) -> float | None:
    return None if value is None else float(value)
