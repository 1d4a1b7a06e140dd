"""Puts the report on a class together (requirement B, step 7.4)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from nudgebot.insight.class_figures import ClassFacts, class_facts, class_totals, distribution
from nudgebot.insight.class_skills import class_skills
from nudgebot.insight.comparison import compare_classes
from nudgebot.insight.computation import Computation, chunks
from nudgebot.insight.mastery import NEVER
from nudgebot.insight.period import Span
from nudgebot.insight.report_data import (
    ClassComparison,
    ClassReport,
    ClassTotals,
    Named,
    RankedStudent,
    RiskAssessment,
    StrugglingStudent,
)
from nudgebot.insight.risk import assess
from nudgebot.insight.risk_factors import LEVELS
from nudgebot.insight.roster import Roster
from nudgebot.insight.series import Stretch
from nudgebot.insight.skill_book import SkillBook, skill_book
from nudgebot.insight.student_figures import LEAST_GROUP, Values, table
from nudgebot.insight.student_report import Scene
from nudgebot.insight.table import Value
from nudgebot.insight.trend_metrics import METRICS
from nudgebot.insight.trends import class_trend
from nudgebot.school.batches import newest_fact
from nudgebot.school.people import SchoolClass

MOST_TOP = 5
MOST_STRUGGLING = 10
MOST_REASONS = 3
LEAST_RANKED_ANSWERS = 10
POOR_ACCURACY_PERCENT = 60.0
_ALARMING = ("high", "critical")


def class_report(
    scene: Scene, group: SchoolClass, seen: Span, other_class_ids: Sequence[str] = ()
) -> ClassReport:
    """The report on a class; call it within one snapshot of the store."""
    computation = Computation(scene.store, scene.zone, seen.as_of)
    roster = Roster(scene.store, scene.zone, seen.as_of)
    ids = sorted(roster.students(group.class_id, seen.last))
    risks, averages = _risks(scene, computation, ids, group.class_id, today=seen.period.last_day)
    book = skill_book(computation)
    computation.aim(ids)
    before = Stretch(seen.first - seen.days, seen.first - seen.days, seen.first - 1)
    each = class_facts(computation, group, seen, averages=averages, book=book, first=before.first)
    stretch = Stretch(seen.first, seen.first, seen.last)
    taught = each.facts.only(each.skills)
    students = list(each.facts.students.values())
    totals = class_totals(each, stretch, each.found)
    ranked_by = _ranked_by(each.found)
    ranking = _ranking(each, risks, ranked_by)
    titles = {"accuracy": "Accuracy", "average_score": "Average score, 180 days"}
    return ClassReport(
        class_id=group.class_id,
        name=group.name,
        subject=group.subject,
        period=seen.period,
        as_of=seen.as_of,
        data_as_of=newest_fact(scene.store),
        note=_note(totals),
        totals=totals,
        before=_before(each, before),
        distribution=distribution(ranked_by, titles[ranked_by], each.found),
        ranked_by=ranked_by,
        ranking=ranking,
        top=_top(ranking),
        struggling=_struggling(each, risks, book),
        silent=_silent(each),
        skills=class_skills(group, students, book, today=seen.last),
        trends=tuple(
            class_trend(metric, taught, first=seen.first, last=seen.last)
            for metric in METRICS.values()
        ),
        others=tuple(
            _other(computation, roster, class_id, seen, book)
            for class_id in dict.fromkeys(other_class_ids)
            if class_id != group.class_id
        ),
    )


def class_comparison(
    scene: Scene, group: SchoolClass, other: SchoolClass, seen: Span
) -> ClassComparison:
    """Two classes side by side; call it within one snapshot of the store."""
    computation = Computation(scene.store, scene.zone, seen.as_of)
    roster = Roster(scene.store, scene.zone, seen.as_of)
    book = skill_book(computation)
    stretch = Stretch(seen.first, seen.first, seen.last)
    first, second = (read_class(computation, roster, each, seen, book) for each in (group, other))
    return compare_classes(
        class_totals(first, stretch, first.found),
        class_totals(second, stretch, second.found),
        seen.period,
        seen.as_of,
        found=first.found,
        other=second.found,
    )


def read_class(
    computation: Computation, roster: Roster, group: SchoolClass, seen: Span, book: SkillBook
) -> ClassFacts:
    """A class's facts, its students' average scores included."""
    ids = roster.students(group.class_id, seen.last)
    averages = {
        student_id: average
        for portion in chunks(ids)
        for student_id, class_id, average in computation.averages(portion)
        if class_id == group.class_id
    }
    computation.aim(ids)
    return class_facts(computation, group, seen, averages=averages, book=book)


def _other(
    computation: Computation, roster: Roster, class_id: str, seen: Span, book: SkillBook
) -> ClassTotals:
    each = read_class(computation, roster, roster.school_class(class_id), seen, book)
    return class_totals(each, Stretch(seen.first, seen.first, seen.last), each.found)


def _risks(
    scene: Scene, computation: Computation, ids: Collection[str], class_id: str, *, today: date
) -> tuple[dict[str, RiskAssessment], dict[str, float]]:
    """The risk of each student, and her average in this class where she has one."""
    rows: dict[str, dict[str, Value]] = {}
    averages: list[tuple[str, str, float]] = []
    for portion in chunks(ids):
        computed = computation.figures(portion)
        averages += computed.averages
        for place, student_id in enumerate(computed.student_ids):
            rows[student_id] = {name: column[place] for name, column in computed.columns.items()}
    own = {student: average for student, group, average in averages if group == class_id}
    for portion in chunks(computation.classmates(ids) - set(ids)):
        averages += computation.averages(portion)
    ranks = computation.standings(averages)
    return {
        student_id: assess(
            row | {"percentile_rank": ranks.get(student_id)},
            thresholds=scene.thresholds,
            today=today,
            formula=scene.formula,
        )
        for student_id, row in rows.items()
    }, own


def _before(each: ClassFacts, stretch: Stretch) -> ClassTotals | None:
    """The totals of the period before; None where nobody of the class was there yet."""
    if all((student.since or 0) > stretch.last for student in each.facts.students.values()):
        return None
    found = table(each.facts, stretch, averages={}, skills=each.skills)
    return class_totals(each, stretch, found)


def _ranked_by(found: Mapping[str, Values]) -> str:
    """Accuracy of the period where enough of the class practised, else the average score."""
    practised = sum(student["accuracy"] is not None for student in found.values())
    marked = sum(student["average_score"] is not None for student in found.values())
    return "accuracy" if practised >= min(LEAST_GROUP, max(marked, 1)) else "average_score"


def _ranking(
    each: ClassFacts, risks: Mapping[str, RiskAssessment], ranked_by: str
) -> tuple[RankedStudent, ...]:
    ranked: dict[str, float] = {}
    for student_id, found in each.found.items():
        value = found[ranked_by]
        enough = ranked_by != "accuracy" or (found["questions"] or 0) >= LEAST_RANKED_ANSWERS
        if value is not None and enough:
            ranked[student_id] = value
    rows = [
        _ranked(each, student_id, risks, 1 + sum(other > value for other in ranked.values()))
        if value is not None
        else _ranked(each, student_id, risks, None)
        for student_id in each.found
        for value in (ranked.get(student_id),)
    ]
    last = len(rows) + 1
    return tuple(
        sorted(rows, key=lambda row: (row.place or last, row.name.casefold(), row.student_id))
    )


def _ranked(
    each: ClassFacts, student_id: str, risks: Mapping[str, RiskAssessment], place: int | None
) -> RankedStudent:
    found = each.found[student_id]
    risk = risks.get(student_id)
    return RankedStudent(
        place=place,
        student_id=student_id,
        name=each.facts.students[student_id].name,
        accuracy_percent=found["accuracy"],
        questions=_whole(found["questions"]),
        average_score_percent=found["average_score"],
        minutes=found["time"],
        xp=found["xp"],
        active_days=_whole(found["active_days"]),
        completion_percent=found["assignments"],
        mastered=_whole(found["mastered"]) or 0,
        risk_level="unknown" if risk is None else risk.overall_risk_level,
    )


def _top(ranking: Sequence[RankedStudent]) -> tuple[RankedStudent, ...]:
    most = min(MOST_TOP, len(ranking) // 3)
    fine = (each for each in ranking if each.place and each.risk_level not in _ALARMING)
    return tuple(fine)[:most]


def _struggling(
    each: ClassFacts, risks: Mapping[str, RiskAssessment], book: SkillBook
) -> tuple[StrugglingStudent, ...]:
    found = []
    for student_id, student in each.facts.students.items():
        risk = risks.get(student_id)
        level = "unknown" if risk is None else risk.overall_risk_level
        reasons = list(risk.reasons[:MOST_REASONS]) if risk and level in _ALARMING else []
        reasons += _practice_reasons(each, student_id, book)
        if reasons:
            score = None if risk is None else risk.overall_score
            found.append(StrugglingStudent(student_id, student.name, level, score, tuple(reasons)))
    found.sort(
        key=lambda one: (
            -LEVELS.index(one.risk_level),
            -(one.risk_score or 0),
            one.name.casefold(),
            one.student_id,
        )
    )
    return tuple(found[:MOST_STRUGGLING])


def _practice_reasons(each: ClassFacts, student_id: str, book: SkillBook) -> list[str]:
    """What practice itself says, with its numbers."""
    found, tracks = each.found[student_id], each.facts.students[student_id].tracks
    accuracy, questions = found["accuracy"], found["questions"] or 0
    reasons = []
    poor = accuracy is not None and accuracy < POOR_ACCURACY_PERCENT
    if poor and questions >= LEAST_RANKED_ANSWERS:
        reasons.append(f"accuracy {accuracy:.0f} % over {questions:.0f} answers in the period")
    stuck = [skill for skill in each.skills if tracks.get(skill, NEVER).stuck]
    if stuck:
        names = ", ".join(book.names(stuck[:MOST_REASONS]))
        reasons.append(f"ten sessions or more without mastering {names}")
    return reasons


def _silent(each: ClassFacts) -> tuple[Named, ...]:
    names = [
        Named(student_id, each.facts.students[student_id].name)
        for student_id, found in each.found.items()
        if found["active_days"] == 0
    ]
    return tuple(sorted(names, key=lambda one: (one.name.casefold(), one.id)))


def _note(totals: ClassTotals) -> str:
    if not totals.students:
        return "Nobody is in this class on the last day of the period."
    if not totals.active_students and not totals.assignments_due:
        return "Nothing is recorded in this period: no activity, practice or assignment."
    return ""


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)
