"""The figures of a class in a period: who is in it, what they did, and the averages over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nudgebot.insight.computation import Computation
from nudgebot.insight.period import Span
from nudgebot.insight.period_facts import Facts, Reading
from nudgebot.insight.report_data import Bin, ClassTotals, Distribution
from nudgebot.insight.series import Stretch, class_value
from nudgebot.insight.skill_book import SkillBook
from nudgebot.insight.student_figures import LEAST_GROUP, Values, mean, measured, table, totals
from nudgebot.school.people import SchoolClass

_BINS = range(0, 100, 10)


@dataclass(frozen=True)
class ClassFacts:
    """A class as it was on the span's last day; `found` are its students' figures by id."""

    group: SchoolClass
    facts: Facts
    skills: Sequence[str]
    found: Mapping[str, Values]
    averages: Mapping[str, float]


def class_facts(
    computation: Computation,
    group: SchoolClass,
    span: Span,
    *,
    averages: Mapping[str, float],
    book: SkillBook,
    first: int | None = None,
) -> ClassFacts:
    """Read the class at whose students the computation is aimed, from the day `first` on."""
    reading = Reading(computation, first=span.first if first is None else first, last=span.last)
    facts = reading.facts(subject=book.matching(group.subject), tasks_of=group.class_id)
    practised = {skill for each in facts.students.values() for skill in each.tracks}
    skills = book.taught(group.subject, practised)
    stretch = Stretch(span.first, span.first, span.last)
    return ClassFacts(
        group=group,
        facts=facts,
        skills=skills,
        found=table(facts, stretch, averages=averages, skills=skills),
        averages=averages,
    )


def class_totals(each: ClassFacts, stretch: Stretch, found: Mapping[str, Values]) -> ClassTotals:
    """The averages of a stretch; `found` are the students' figures in it."""
    engaged = [
        percent
        for _, student in sorted(each.facts.students.items())
        for percent in (totals(student, each.facts.known, stretch).engagement_percent,)
        if percent is not None
    ]
    completion, due = class_value("assignments", each.facts, stretch)
    values = {
        "accuracy_percent": measured(found, "accuracy"),
        "average_score_percent": measured(found, "average_score"),
        "engagement_percent": engaged,
        "questions_per_student": measured(found, "questions"),
        "minutes_per_student": measured(found, "time"),
        "xp_per_student": measured(found, "xp"),
        "mastered_per_student": measured(found, "mastered"),
    }
    active = sum((student["active_days"] or 0) > 0 for student in found.values())
    return ClassTotals(
        class_id=each.group.class_id,
        name=each.group.name,
        subject=each.group.subject,
        students=len(found),
        active_students=active,
        completion_percent=None if completion is None else round(completion, 4),
        assignments_due=due,
        measured=tuple((name, len(numbers)) for name, numbers in values.items()),
        **{name: mean(numbers) for name, numbers in values.items()},
    )


def distribution(metric: str, title: str, found: Mapping[str, Values]) -> Distribution:
    """How a percentage is spread over the students, in bins of ten points."""
    numbers = sorted(measured(found, metric))
    enough = len(numbers) >= LEAST_GROUP
    return Distribution(
        metric=metric,
        title=title,
        bins=tuple(
            Bin(float(low), float(low + 10), sum(min(int(n // 10), 9) * 10 == low for n in numbers))
            for low in _BINS
        ),
        measured=len(numbers),
        not_measured=len(found) - len(numbers),
        lower_quartile=quantile(numbers, 0.25) if enough else None,
        median=quantile(numbers, 0.5) if enough else None,
        upper_quartile=quantile(numbers, 0.75) if enough else None,
    )


def quantile(ordered: Sequence[float], share: float) -> float:
    """The quantile of ordered numbers, on a line between neighbours (Hyndman and Fan's type 7)."""
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return round(ordered[low] + (place - low) * (ordered[high] - ordered[low]), 4)
