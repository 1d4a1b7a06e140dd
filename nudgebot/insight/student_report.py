"""Puts the report on one student together (requirement B, step 7.4)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from nudgebot.insight import student_facts
from nudgebot.insight.comparison import SkillTotals, compare_student
from nudgebot.insight.computation import Computation, chunks
from nudgebot.insight.engagement import engagement_of
from nudgebot.insight.mastery import NEVER, RULE
from nudgebot.insight.period import Span
from nudgebot.insight.period_facts import Doings, Facts, Reading, skill_totals
from nudgebot.insight.report_data import (
    AssignmentCounts,
    Comparison,
    ExamResult,
    MasteryState,
    Named,
    SkillStanding,
    Strength,
    StudentReport,
    SubjectAverage,
    Totals,
    WeakSkill,
)
from nudgebot.insight.risk import assess
from nudgebot.insight.risk_formula import Formula
from nudgebot.insight.roster import Roster
from nudgebot.insight.series import Stretch
from nudgebot.insight.skill_book import SkillBook, skill_book
from nudgebot.insight.skills import is_weak, standing, state_counts, weak_skill
from nudgebot.insight.student_figures import assignment_counts, table, totals
from nudgebot.insight.table import Value
from nudgebot.insight.trend_metrics import METRICS
from nudgebot.insight.trends import student_trend
from nudgebot.school.batches import newest_fact
from nudgebot.school.people import SchoolClass
from nudgebot.store import Store

MOST_STRENGTHS = 5
STRONG_PERCENT, WEAK_PERCENT = 80.0, 60.0
LEAST_WORK = 2


@dataclass(frozen=True)
class Scene:
    """Where a report is made: the store, the school's zone, where risk levels begin, the formula.

    Without a formula the risk is the shipped one's.
    """

    store: Store
    zone: ZoneInfo
    thresholds: Mapping[str, float]
    formula: Formula | None = None


@dataclass(frozen=True)
class _Class:
    """Her class: all its students' averages in it by id."""

    group: SchoolClass
    students: Collection[str]
    averages: Mapping[str, float]


def student_report(scene: Scene, student_id: str, span: Span) -> StudentReport:
    """The report on an active student; call it within one snapshot of the store."""
    computation = Computation(scene.store, scene.zone, span.as_of)
    computed = computation.figures([student_id])
    figures = {name: column[0] for name, column in computed.columns.items()}
    before = Stretch(span.first - span.days, span.first - span.days, span.first - 1)
    stretch = Stretch(span.first, span.first, span.last)
    reading = Reading(computation, first=before.first, last=span.last)
    facts = reading.facts()
    me = facts.students[student_id]
    book = skill_book(computation)
    mine = skill_totals(computation, first=span.first, last=span.last).get(student_id, {})
    results = student_facts.exams(computation)
    by_subject = student_facts.subjects(computation)
    recent = student_facts.recent_activity(computation, span, me.tasks, results)
    rewards = student_facts.achievements(computation)
    taking_part = engagement_of(computation, student_id, figures, span.days)
    roster = Roster(scene.store, scene.zone, span.as_of)
    groups = roster.classes(student_id, span.last)
    standings = _standings(me, groups, book, mine)
    weak = _weak(me, book, mine)
    found = totals(me, facts.known, stretch)
    counts = assignment_counts(me, stretch)
    trends = tuple(
        student_trend(metric, me, facts.known, first=span.first, last=span.last)
        for metric in METRICS.values()
    )
    # From here on the computation is aimed at the classmates.
    rank, comparisons = _beside_classes(
        computation, computed.averages, me, span=span, groups=groups, roster=roster, book=book
    )
    figures["percentile_rank"] = rank
    strengths, weaknesses = _strengths(standings, by_subject)
    came = me.since is not None and me.since > before.last
    return StudentReport(
        student_id=student_id,
        name=me.name,
        classes=tuple(Named(each.class_id, each.name) for each in groups),
        period=span.period,
        as_of=span.as_of,
        data_as_of=newest_fact(scene.store),
        note=_note(found, counts, results, me, span),
        totals=found,
        before=None if came else totals(me, facts.known, before),
        current_streak_days=_whole(figures["current_streak"]),
        highest_streak_days=_whole(figures["highest_streak"]),
        skill_states=state_counts(each.state for each in standings),
        skills=standings,
        weak_skills=weak,
        stuck_skills=tuple(each for each in standings if each.stuck),
        mastery_rule=RULE,
        trends=trends,
        comparisons=comparisons,
        average_score_percent=_number(figures["average_score"]),
        percentile=rank,
        subjects=by_subject,
        exams=results,
        strengths=strengths,
        weaknesses=weaknesses,
        assignment_counts=counts,
        assignments=student_facts.assignments(me.tasks, span),
        recent_activity=recent,
        engagement=taking_part,
        achievements=rewards,
        risk=assess(
            figures,
            thresholds=scene.thresholds,
            today=span.period.last_day,
            formula=scene.formula,
        ),
    )


def compare_with_class(scene: Scene, student_id: str, group: SchoolClass, span: Span) -> Comparison:
    """The student beside one class; call it within one snapshot of the store."""
    computation = Computation(scene.store, scene.zone, span.as_of)
    roster = Roster(scene.store, scene.zone, span.as_of)
    ids = set(roster.students(group.class_id, span.last))
    averages = _class_averages(computation, ids | {student_id})
    computation.aim(ids | {student_id})
    reading = Reading(computation, first=span.first, last=span.last)
    book = skill_book(computation)
    each = _Class(group, ids, averages.get(group.class_id, {}))
    name = reading.facts([student_id]).students[student_id].name
    done = skill_totals(computation, first=span.first, last=span.last)
    return _beside(each, student_id, name, span, reading=reading, book=book, done=done, deep=True)


def _beside_classes(
    computation: Computation,
    own: Sequence[tuple[str, str, float]],
    me: Doings,
    *,
    span: Span,
    groups: Sequence[SchoolClass],
    roster: Roster,
    book: SkillBook,
) -> tuple[float | None, tuple[Comparison, ...]]:
    """Her percentile over all classes, as the metric of that name, and her beside each class."""
    mates = computation.classmates([me.student_id])
    averages = [*own]
    for portion in chunks(mates - {me.student_id}):
        averages += computation.averages(portion)
    rank = computation.standings(averages).get(me.student_id)
    by_class: dict[str, dict[str, float]] = {}
    for student_id, class_id, average in averages:
        by_class.setdefault(class_id, {})[student_id] = average
    classes = [
        _Class(
            group,
            set(roster.students(group.class_id, span.last)),
            by_class.get(group.class_id, {}),
        )
        for group in groups
    ]
    computation.aim({student for each in classes for student in each.students})
    reading = Reading(computation, first=span.first, last=span.last, tracks=False)
    done = skill_totals(computation, first=span.first, last=span.last)
    return rank, tuple(
        _beside(each, me.student_id, me.name, span, reading=reading, book=book, done=done)
        for each in classes
    )


def _beside(
    each: _Class,
    student_id: str,
    name: str,
    span: Span,
    *,
    reading: Reading,
    book: SkillBook,
    done: SkillTotals,
    deep: bool = False,
) -> Comparison:
    subject = book.matching(each.group.subject)
    facts = reading.facts(each.students, subject=subject, tasks_of=each.group.class_id)
    kept = {
        student: {
            skill: counts
            for skill, counts in skills.items()
            if not subject or book.skill(skill).subject in ("", subject)
        }
        for student, skills in done.items()
    }
    stretch = Stretch(span.first, span.first, span.last)
    found = table(
        facts,
        stretch,
        averages=each.averages,
        skills=_taught(each.group, facts, book) if deep else (),
    )
    days = {key: totals(one, facts.known, stretch).days for key, one in facts.students.items()}
    return compare_student(
        student_id, name, each.group, span.period, found=found, skills=kept, book=book, days=days
    )


def _taught(group: SchoolClass, facts: Facts, book: SkillBook) -> list[str]:
    return book.taught(
        group.subject, {skill for each in facts.students.values() for skill in each.tracks}
    )


def _class_averages(
    computation: Computation, student_ids: Collection[str]
) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for portion in chunks(student_ids):
        for student_id, class_id, average in computation.averages(portion):
            found.setdefault(class_id, {})[student_id] = average
    return found


def _standings(
    me: Doings,
    groups: Sequence[SchoolClass],
    book: SkillBook,
    period: Mapping[str, tuple[int, int]],
) -> tuple[SkillStanding, ...]:
    """All skills she practised, and those of her classes' subjects, in teaching order."""
    wanted = set(me.tracks)
    for group in groups:
        if book.matching(group.subject):
            wanted.update(book.taught(group.subject, ()))
    return tuple(
        standing(each, me.tracks.get(each, NEVER), book, period=period.get(each, (0, 0)))
        for each in book.ordered(wanted)
    )


def _weak(
    me: Doings, book: SkillBook, period: Mapping[str, tuple[int, int]]
) -> tuple[WeakSkill, ...]:
    """The weak skills, the weakest first."""
    found = [
        weak_skill(each, me.tracks, book, period=period.get(each, (0, 0)))
        for each in book.ordered(each for each, found in me.tracks.items() if is_weak(found))
    ]
    return tuple(sorted(found, key=lambda each: each.standing.recent_percent or 0.0))


def _strengths(
    skills: Sequence[SkillStanding], subjects: Sequence[SubjectAverage]
) -> tuple[tuple[Strength, ...], tuple[Strength, ...]]:
    """Mastered skills and good subjects, the surest first; weak ones, the weakest first."""
    strong = [each for each in skills if each.state is MasteryState.MASTERED]
    weak = [each for each in skills if each.state is MasteryState.NEEDS_WORK]
    strong.sort(key=lambda each: (-(each.low_percent or 0), each.skill_id))
    weak.sort(key=lambda each: (each.recent_percent or 0, each.skill_id))
    measured = [each for each in subjects if each.items >= LEAST_WORK]
    good = [each for each in measured if each.average_percent >= STRONG_PERCENT]
    poor = [each for each in measured if each.average_percent < WEAK_PERCENT]
    good.sort(key=lambda each: (-each.average_percent, each.subject))
    poor.sort(key=lambda each: (each.average_percent, each.subject))
    return (
        (*map(_skill, strong[:MOST_STRENGTHS]), *map(_subject, good[:MOST_STRENGTHS])),
        (*map(_skill, weak[:MOST_STRENGTHS]), *map(_subject, poor[:MOST_STRENGTHS])),
    )


def _skill(each: SkillStanding) -> Strength:
    return Strength("skill", each.skill_id, each.name, each.recent_percent or 0.0, each.answers)


def _subject(each: SubjectAverage) -> Strength:
    return Strength("subject", each.subject, each.subject, each.average_percent, each.items)


def _note(
    found: Totals,
    counts: AssignmentCounts,
    results: Sequence[ExamResult],
    me: Doings,
    span: Span,
) -> str:
    inside = [each for each in results if _within(each.day, span)]
    if found.days and not (found.active_days or counts.due or counts.to_come or inside):
        return "Nothing is recorded in this period: no activity, practice, exam or assignment."
    if me.since is not None and me.since > span.last:
        return "The student came after this period, so nothing is measured in it."
    if found.days < span.days:
        days = "1 day" if found.days == 1 else f"{found.days} days"
        return f"The student has been here for only {days} of this period."
    return ""


def _within(day: date, span: Span) -> bool:
    return span.period.first_day <= day <= span.period.last_day


def _whole(value: Value) -> int | None:
    return value if isinstance(value, int) else None


def _number(value: Value) -> float | None:
    return float(value) if isinstance(value, int | float) else None
