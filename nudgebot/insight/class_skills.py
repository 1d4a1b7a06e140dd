"""The skills of a class: heatmap, one skill's analytics, what holds students up, where to begin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nudgebot.insight.mastery import NEVER, RULE, Track
from nudgebot.insight.period_facts import Doings
from nudgebot.insight.series import LEAST_ANSWERS
from nudgebot.insight.skill_book import SkillBook
from nudgebot.insight.skill_data import (
    ClassSkills,
    FocusSkill,
    MasteryState,
    PrerequisiteFinding,
    SkillAnalytics,
    SkillCell,
    SkillRow,
    SkillStudent,
    SkillSummary,
    StateCounts,
)
from nudgebot.insight.skills import (
    is_lacking,
    is_weak,
    places_to_begin,
    standing,
    state_counts,
    time_to_mastery,
)
from nudgebot.school.days import from_day
from nudgebot.school.people import SchoolClass

MOST_FOCUS = 5
MOST_HARDEST = 5
MOST_PREREQUISITES = 10
NO_SKILLS = "The data have no skills, so there is nothing to say about mastery."
NOBODY_TRIED = "Nobody in this class has practised yet."

Students = Sequence[Doings]


def class_skills(
    group: SchoolClass, students: Students, book: SkillBook, *, today: int
) -> ClassSkills:
    """All skills of the class as of the day `today`."""
    practised = {skill for each in students for skill in each.tracks}
    skill_ids = book.taught(group.subject, practised)
    summaries = [_summary(each, students, book, today) for each in skill_ids]
    tried = any(each.states.started for each in summaries)
    return ClassSkills(
        class_id=group.class_id,
        class_name=group.name,
        as_of_day=from_day(today),
        skills=tuple(summaries),
        students=tuple(_row(each, skill_ids) for each in _by_name(students)),
        hardest=_hardest(summaries),
        focus=focus_skills(students, skill_ids, book),
        stuck=_stuck(students, skill_ids, book),
        cycles=book.cycles(),
        rule=RULE,
        note="" if tried else NO_SKILLS if not skill_ids else NOBODY_TRIED,
    )


def skill_analytics(
    group: SchoolClass, students: Students, skill_id: str, book: SkillBook, *, today: int
) -> SkillAnalytics:
    """One skill in a class as of the day `today`."""
    summary = _summary(skill_id, students, book, today)
    people = tuple(
        SkillStudent(each.student_id, each.name, standing(skill_id, _of(each, skill_id), book))
        for each in _by_name(students)
    )
    weakest = sorted(people, key=_weakness)
    return SkillAnalytics(
        class_id=group.class_id,
        class_name=group.name,
        skill_id=skill_id,
        name=summary.name,
        subject=summary.subject,
        as_of_day=from_day(today),
        states=summary.states,
        answers=summary.answers,
        least_answers=LEAST_ANSWERS,
        average_accuracy_percent=summary.average_accuracy_percent,
        measured_students=summary.measured_students,
        time_to_mastery=summary.time_to_mastery,
        students=people,
        struggling=tuple(
            each
            for each in weakest
            if each.standing.state is MasteryState.NEEDS_WORK or each.standing.stuck
        ),
        stuck=tuple(each for each in weakest if each.standing.stuck),
        prerequisites=_findings(skill_id, students, book),
        leads_to=book.names(book.graph.leads_to(skill_id)),
        cycles=book.cycles(skill_id),
        rule=RULE,
        note="" if summary.answers else "Nobody in this class has practised this skill yet.",
    )


def focus_skills(
    students: Students, skill_ids: Sequence[str], book: SkillBook
) -> tuple[FocusSkill, ...]:
    """The skills at which most of the weak students should begin, at most five."""
    who: dict[str, set[str]] = {}
    unlocks: dict[str, set[str]] = {}
    for each in students:
        for skill_id in skill_ids:
            if is_weak(_of(each, skill_id)):
                for root in places_to_begin(skill_id, each.tracks, book):
                    who.setdefault(root, set()).add(each.student_id)
                    if root != skill_id:
                        unlocks.setdefault(root, set()).add(skill_id)
    order = {skill_id: place for place, skill_id in enumerate(book.ordered(who))}
    chosen = sorted(who, key=lambda skill_id: (-len(who[skill_id]), order[skill_id]))
    return tuple(
        _focus(skill_id, who[skill_id], unlocks.get(skill_id, set()), book, len(students))
        for skill_id in chosen[:MOST_FOCUS]
    )


def _focus(
    skill_id: str, who: set[str], above: set[str], book: SkillBook, students: int
) -> FocusSkill:
    skill, names = book.skill(skill_id), book.names(book.ordered(above))
    reason = f"{len(who)} of {students} students should begin here"
    if names:
        reason += f"; it holds up {', '.join(names)}"
    return FocusSkill(
        skill_id=skill_id,
        name=skill.name,
        subject=skill.subject,
        students=len(who),
        student_ids=tuple(sorted(who)),
        unlocks=names,
        text=reason,
    )


def _of(student: Doings, skill_id: str) -> Track:
    return student.tracks.get(skill_id, NEVER)


def _by_name(students: Students) -> list[Doings]:
    return sorted(students, key=lambda each: (each.name.casefold(), each.student_id))


def _weakness(each: SkillStudent) -> tuple[float, str, str]:
    recent = each.standing.recent_percent
    return (100.0 if recent is None else recent, each.name.casefold(), each.student_id)


def _summary(skill_id: str, students: Students, book: SkillBook, today: int) -> SkillSummary:
    tracks = [_of(each, skill_id) for each in students]
    shares = [each.correct / each.answers for each in tracks if each.answers >= LEAST_ANSWERS]
    skill = book.skill(skill_id)
    return SkillSummary(
        skill_id=skill_id,
        name=skill.name,
        subject=skill.subject,
        states=state_counts(each.state for each in tracks),
        answers=sum(each.answers for each in tracks),
        average_accuracy_percent=round(100 * sum(shares) / len(shares), 4) if shares else None,
        measured_students=len(shares),
        stuck=sum(each.stuck for each in tracks),
        time_to_mastery=time_to_mastery(tracks, today),
    )


def _row(student: Doings, skill_ids: Sequence[str]) -> SkillRow:
    cells = []
    for skill_id in skill_ids:
        found = _of(student, skill_id)
        percent = None if found.accuracy is None else round(100 * found.accuracy, 4)
        cells.append(SkillCell(skill_id, found.state, found.answers, percent, found.stuck))
    return SkillRow(student.student_id, student.name, tuple(cells))


def _hardest(summaries: Sequence[SkillSummary]) -> tuple[SkillSummary, ...]:
    """Where the greatest share of those who began needs work, then where most are stuck."""

    def share(counts: StateCounts) -> float:
        return counts.needs_work / counts.started

    hard = [each for each in summaries if each.states.needs_work or each.stuck]
    # Sorting is stable: equals stay in teaching order.
    return tuple(sorted(hard, key=lambda each: (-share(each.states), -each.stuck))[:MOST_HARDEST])


def _stuck(
    students: Students, skill_ids: Sequence[str], book: SkillBook
) -> tuple[SkillStudent, ...]:
    return tuple(
        SkillStudent(each.student_id, each.name, standing(skill_id, found, book))
        for each in _by_name(students)
        for skill_id in skill_ids
        for found in (_of(each, skill_id),)
        if found.stuck
    )


def _findings(
    skill_id: str, students: Students, book: SkillBook
) -> tuple[PrerequisiteFinding, ...]:
    """The prerequisites, those first that the weak lack more often than the strong."""
    weak = [each.tracks for each in students if is_weak(_of(each, skill_id))]
    strong = [
        each.tracks for each in students if _of(each, skill_id).state is MasteryState.MASTERED
    ]
    found = [
        PrerequisiteFinding(
            skill_id=required,
            name=book.name(required),
            steps=steps,
            weak=len(weak),
            weak_lacking=_lacking(required, weak),
            strong=len(strong),
            strong_lacking=_lacking(required, strong),
            unmeasured=sum(not each.get(required, NEVER).answers for each in [*weak, *strong]),
        )
        for required, steps in book.graph.below(skill_id).items()
    ]
    found.sort(key=lambda each: (-_excess(each), each.steps, each.name, each.skill_id))
    return tuple(found[:MOST_PREREQUISITES])


def _lacking(skill_id: str, group: Sequence[Mapping[str, Track]]) -> int:
    return sum(is_lacking(each.get(skill_id, NEVER)) for each in group)


def _excess(each: PrerequisiteFinding) -> float:
    return each.weak_lacking / max(each.weak, 1) - each.strong_lacking / max(each.strong, 1)
