"""A student beside her class, and a class beside another.

What is compared is what the class is about: with a class's subject, only activity and practice of
that subject (or of none) count, of everybody alike. Groups under five are not compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import sqrt
from statistics import median

from nudgebot.insight.report_data import (
    ClassComparison,
    ClassTotals,
    ComparedClasses,
    ComparedFigure,
    Comparison,
    DateRange,
    RelativeSkill,
)
from nudgebot.insight.series import LEAST_ANSWERS
from nudgebot.insight.skill_book import SkillBook
from nudgebot.insight.student_figures import (
    FIGURES,
    LEAST_GROUP,
    Figure,
    Values,
    mean,
    measured,
    percentile,
)
from nudgebot.school.people import SchoolClass

LEAST_DAYS = 14
MOST_SKILLS = 3
LEAST_DIFFERENCE_POINTS = 5.0

SkillTotals = Mapping[str, Mapping[str, tuple[int, int]]]
"""Questions and right answers by student and skill."""


def compare_student(
    student_id: str,
    name: str,
    group: SchoolClass,
    period: DateRange,
    *,
    found: Mapping[str, Values],
    skills: SkillTotals,
    book: SkillBook,
    days: Mapping[str, int],
) -> Comparison:
    """The student beside all students of the class (`found`, she among them).

    `days` says on how many days of the period each was there: somebody who has just come is not
    compared with those who had weeks.
    """
    students = len(found)
    note = _note(group, found, student_id, days)
    compared = not note
    figures = tuple(_figure(each, student_id, found) for each in FIGURES) if compared else ()
    earned = measured(found, "xp")
    mine = found[student_id]["xp"] if compared else None
    # Where nothing was earned, or by all alike, there is no place to speak of.
    ranked = mine is not None and len(earned) >= LEAST_GROUP and len(set(earned)) > 1
    relative = _relative(student_id, skills, set(found), book) if compared else []
    return Comparison(
        student_id=student_id,
        student_name=name,
        class_id=group.class_id,
        class_name=group.name,
        period=period,
        students=students,
        compared=compared,
        note=note,
        figures=tuple(each for each in figures if each.students),
        strengths=tuple(_strongest(relative)),
        weaknesses=tuple(_weakest(relative)),
        xp_place=1 + sum(each > (mine or 0) for each in earned) if ranked else None,
        xp_places=len(earned) if ranked else None,
    )


def _note(
    group: SchoolClass, found: Mapping[str, Values], student_id: str, days: Mapping[str, int]
) -> str:
    """Why nothing is compared; empty where it is."""
    if student_id not in found:
        return f"The student is not in {group.name}, so there is nothing to compare."
    students = len(found)
    if students < LEAST_GROUP:
        count = "1 student" if students == 1 else f"{students} students"
        return f"{group.name} has only {count}; groups under five are not compared."
    mine = days[student_id]
    if mine < LEAST_DAYS and 2 * mine <= median(days.values()):
        there = "1 day" if mine == 1 else f"{mine} days"
        return f"The student has been here for only {there} of this period, so is not compared."
    return ""


def _figure(figure: Figure, student_id: str, found: Mapping[str, Values]) -> ComparedFigure:
    everybody = measured(found, figure.metric)
    value = found[student_id][figure.metric]
    enough = len(everybody) >= LEAST_GROUP
    return ComparedFigure(
        metric=figure.metric,
        title=figure.title,
        unit=figure.unit,
        value=value,
        class_average=mean(everybody) if enough else None,
        percentile=percentile(value, everybody) if enough and value is not None else None,
        students=len(everybody),
    )


def _relative(
    student_id: str, skills: SkillTotals, group: set[str], book: SkillBook
) -> list[RelativeSkill]:
    """Her skills beside the others': she and at least four others have five answers each."""
    found = []
    for skill_id, (asked, right) in sorted(skills.get(student_id, {}).items()):
        others = [
            100 * theirs[1] / theirs[0]
            for other, each in skills.items()
            if other != student_id and other in group
            for theirs in (each.get(skill_id, (0, 0)),)
            if theirs[0] >= LEAST_ANSWERS
        ]
        if asked < LEAST_ANSWERS or len(others) < LEAST_GROUP - 1:
            continue
        mine, theirs_mean = 100 * right / asked, sum(others) / len(others)
        found.append(
            RelativeSkill(
                skill_id=skill_id,
                name=book.name(skill_id),
                accuracy_percent=round(mine, 4),
                answers=asked,
                others_percent=round(theirs_mean, 4),
                others=len(others),
                difference_points=round(mine - theirs_mean, 4),
            )
        )
    return found


def _strongest(skills: Sequence[RelativeSkill]) -> list[RelativeSkill]:
    better = [each for each in skills if each.difference_points >= LEAST_DIFFERENCE_POINTS]
    return sorted(better, key=lambda each: (-each.difference_points, each.skill_id))[:MOST_SKILLS]


def _weakest(skills: Sequence[RelativeSkill]) -> list[RelativeSkill]:
    worse = [each for each in skills if each.difference_points <= -LEAST_DIFFERENCE_POINTS]
    return sorted(worse, key=lambda each: (each.difference_points, each.skill_id))[:MOST_SKILLS]


def compare_classes(
    first: ClassTotals,
    second: ClassTotals,
    period: DateRange,
    as_of: datetime,
    *,
    found: Mapping[str, Values],
    other: Mapping[str, Values],
) -> ClassComparison:
    """Two classes by the figures of their students."""
    small = [each for each in (first, second) if each.students < LEAST_GROUP]
    note = ""
    if small:
        names = " and ".join(each.name for each in small)
        verb = "has" if len(small) == 1 else "have"
        note = f"{names} {verb} fewer than five students; groups under five are not compared."
    figures = () if small else tuple(_classes(each, found, other) for each in FIGURES)
    return ClassComparison(
        period=period,
        as_of=as_of,
        first=first,
        second=second,
        compared=not small,
        note=note,
        figures=tuple(each for each in figures if each.value is not None or each.other is not None),
    )


def _classes(
    figure: Figure, found: Mapping[str, Values], other: Mapping[str, Values]
) -> ComparedClasses:
    mine, theirs = measured(found, figure.metric), measured(other, figure.metric)
    if min(len(mine), len(theirs)) < LEAST_GROUP:
        low = high = difference = clear = None
    else:
        difference = sum(mine) / len(mine) - sum(theirs) / len(theirs)
        half = _half_width(mine, theirs)
        low, high = round(difference - half, 4), round(difference + half, 4)
        clear = low > 0 or high < 0
        difference = round(difference, 4)
    return ComparedClasses(
        metric=figure.metric,
        title=figure.title,
        unit=figure.unit,
        value=mean(mine) if len(mine) >= LEAST_GROUP else None,
        other=mean(theirs) if len(theirs) >= LEAST_GROUP else None,
        difference=difference,
        low=low,
        high=high,
        clear=clear,
    )


def _half_width(mine: Sequence[float], theirs: Sequence[float]) -> float:
    """Half of the 95 % interval of a difference of means (Welch 1947)."""
    parts = [_variance(each) / len(each) for each in (mine, theirs)]
    whole = sum(parts)
    if not whole:
        return 0.0
    shares = zip(parts, (mine, theirs), strict=True)
    freedom = whole**2 / sum(part**2 / (len(each) - 1) for part, each in shares)
    # Student's quantile by its expansion around the normal one (Fisher and Cornish 1960).
    z = 1.959964
    quantile = z + (z**3 + z) / (4 * freedom)
    quantile += (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
    quantile += (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3)
    return quantile * sqrt(whole)


def _variance(numbers: Sequence[float]) -> float:
    middle = sum(numbers) / len(numbers)
    return sum((each - middle) ** 2 for each in numbers) / (len(numbers) - 1)
