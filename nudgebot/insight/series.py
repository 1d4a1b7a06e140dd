"""Values of a metric over stretches of days: of one student, and of a class as a mean over its own.

In a class each student counts the same, whoever practises most; accuracy takes part from five
answers in the stretch on. Only assignments are pooled: handed in among due, of all students.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from nudgebot.insight.mastery import mastered_by
from nudgebot.insight.period_facts import DayFacts, Doings, Facts, Known
from nudgebot.school.days import from_day, to_day

LEAST_ANSWERS = 5
"""From how many answers on a student's accuracy is compared or averaged with others'."""

Value = tuple[float | None, int]
"""A value, and how many of its count unit it rests on."""


@dataclass(frozen=True)
class Stretch:
    """Days as numbers, both ends included; `begin` is the day by which it is called."""

    begin: int
    first: int
    last: int

    @property
    def days(self) -> int:
        """How many days it has."""
        return self.last - self.first + 1


def grain_of(days: int, finest: str = "day") -> str:
    """Daily up to two weeks, weekly up to half a year, monthly beyond."""
    if days <= 14 and finest == "day":
        return "day"
    return "week" if days <= 182 else "month"


def stretches(first: int, last: int, grain: str) -> list[Stretch]:
    """The period cut up: weeks are seven days counted back from its end, months the calendar's."""
    if grain == "day":
        return [Stretch(day, day, day) for day in range(first, last + 1)]
    if grain == "week":
        ends = range(last, first - 1, -7)
        cut = [Stretch(max(first, end - 6), max(first, end - 6), end) for end in ends]
        return cut[::-1]
    return list(_months(first, last))


def _months(first: int, last: int) -> Iterator[Stretch]:
    day = from_day(first).replace(day=1)
    while to_day(day) <= last:
        following = (day + timedelta(days=31)).replace(day=1)
        yield Stretch(to_day(day), max(first, to_day(day)), min(last, to_day(following) - 1))
        day = following


def own_value(metric: str, doings: Doings, known: Known, stretch: Stretch) -> Value:
    """One student's value in a stretch; None where nothing is measured or she was not there."""
    if doings.since is not None and doings.since > stretch.last:
        return None, 0
    return _OWN[metric](doings, known, stretch)


def class_value(metric: str, facts: Facts, stretch: Stretch) -> Value:
    """The mean over the students who have a value, and how many these are."""
    if metric == "assignments":
        handed, due = 0, 0
        for each in facts.students.values():
            mine = _due(each, stretch)
            handed, due = handed + sum(mine), due + len(mine)
        return (100 * handed / due if due else None), due
    values = []
    for each in facts.students.values():
        value, count = own_value(metric, each, facts.known, stretch)
        if value is not None and (metric != "accuracy" or count >= LEAST_ANSWERS):
            values.append(value)
    return (sum(values) / len(values) if values else None), len(values)


def days_of(doings: Doings, stretch: Stretch) -> list[DayFacts]:
    """The student's days with activity in the stretch."""
    return [day for day in doings.days if stretch.first <= day.day <= stretch.last]


def _accuracy(doings: Doings, known: Known, stretch: Stretch) -> Value:
    days = days_of(doings, stretch)
    questions = sum(day.questions for day in days)
    if not questions or not known.practice:
        return None, 0
    return 100 * sum(day.correct for day in days) / questions, questions


def _questions(doings: Doings, known: Known, stretch: Stretch) -> Value:
    days = days_of(doings, stretch)
    if not known.practice:
        return None, 0
    return float(sum(day.questions for day in days)), sum(day.sessions for day in days)


def _time(doings: Doings, known: Known, stretch: Stretch) -> Value:
    days = days_of(doings, stretch)
    return (sum(day.minutes for day in days) if known.minutes else None), len(days)


def _xp(doings: Doings, known: Known, stretch: Stretch) -> Value:
    days = days_of(doings, stretch)
    if not known.xp:
        return None, 0
    return float(sum(day.xp or 0 for day in days)), sum(day.sessions for day in days)


def _engagement(doings: Doings, known: Known, stretch: Stretch) -> Value:
    if not known.activity:
        return None, 0
    there = stretch.last - max(stretch.first, doings.since or stretch.first) + 1
    active = len(days_of(doings, stretch))
    return 7 * active / there, active


def _assignments(doings: Doings, _: Known, stretch: Stretch) -> Value:
    due = _due(doings, stretch)
    return (100 * sum(due) / len(due) if due else None), len(due)


def _due(doings: Doings, stretch: Stretch) -> list[bool]:
    """Of each assignment due in the stretch, whether it is handed in."""
    return [
        task.state != "missed"
        for task in doings.tasks
        if stretch.first <= task.due_day <= stretch.last and task.state != "to_come"
    ]


def _mastery(doings: Doings, known: Known, stretch: Stretch) -> Value:
    if not known.practice:
        return None, 0
    by = stretch.last
    tracks = [each for each in doings.tracks.values() if (each.first_day or 0) <= by]
    return float(sum(mastered_by(each, by) for each in tracks)), len(tracks)


_OWN: Mapping[str, Callable[[Doings, Known, Stretch], Value]] = MappingProxyType(
    {
        "accuracy": _accuracy,
        "questions": _questions,
        "time": _time,
        "xp": _xp,
        "engagement": _engagement,
        "assignments": _assignments,
        "mastery": _mastery,
    }
)
