"""What the reports on a class's skills, and on one of them, hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nudgebot.insight.skill_data import (
    ClassSkills,
    PrerequisiteFinding,
    SkillAnalytics,
    TimeToMastery,
)
from nudgebot.reports.charts.mastery import mastery_grids, shaded, states_heatmap
from nudgebot.reports.charts.spread import states_chart
from nudgebot.reports.contents.section import Contents, Row, Section, kept, names, row
from nudgebot.reports.contents.standing import student_rows
from nudgebot.reports.figures import count, day

GRID_WIDTH = 640  # a grid's, in the chart's pixels: the whole breadth of a page


def skills_contents(skills: ClassSkills) -> Contents:
    """All skills of a class."""
    return Contents(
        kind="Skills of a class",
        title=skills.class_name,
        about="",
        period=f"Up to {day(skills.as_of_day)}",
        as_of=skills.as_of_day,
        data_as_of=None,
        note=skills.note,
        sections=kept(skills_sections(skills)),
    )


def skills_sections(skills: ClassSkills) -> Iterator[Section]:
    """The skills part of a class's reports; nothing where there are no skills."""
    if not skills.skills:
        return
    yield Section(
        "Skills",
        ("Skill", "Mastered", "In progress", "Need work", "Not started", "Accuracy", "Stuck",
         "Days to mastery"),
        tuple(
            row(
                f"{place + 1} {each.name}",
                (each.states.mastered, ""),
                (each.states.in_progress, ""),
                (each.states.needs_work, ""),
                (each.states.not_started, ""),
                (each.average_accuracy_percent, "percent"),
                (each.stuck, ""),
                (each.time_to_mastery.median_days, ""),
            )
            for place, each in enumerate(skills.skills)
        ),
        (skills.rule, *rings(skills.cycles)),
        (states_heatmap(skills),) if shaded(skills) else (),
    )  # fmt: skip
    yield Section(
        "What to work on",
        ("Skill", "Students who begin here", "Unlocks"),
        tuple(
            row(each.name, (each.students, ""), (names(each.unlocks) or None, "text"))
            for each in skills.focus
        ),
    )
    columns, rows = student_rows(skills.stuck)
    stuck = tuple(
        row(f"{student.name}: {student.standing.name}", *((f.value, f.unit) for f in each.figures))
        for student, each in zip(skills.stuck, rows, strict=True)
    )
    yield Section("Ten or more sessions without mastery", columns, stuck)
    if skills.students:
        yield _grid(skills)


def _grid(skills: ClassSkills) -> Section:
    return Section(
        "Students and skills",
        ("Student", *(each.name for each in skills.skills)),
        tuple(
            row(each.name, *((cell.accuracy_percent, "percent") for cell in each.cells))
            for each in skills.students
        ),
        ("The numbers of the skills are those of the table of skills.",),
        tuple(mastery_grids(skills, width=GRID_WIDTH)),
        printed=False,
    )


def time_words(times: TimeToMastery) -> str:
    """How long mastery takes; who has lost it since counts here, though not among the states."""
    if not times.started:
        return times.text
    rest = times.text.partition("; ")[2]
    there = f"{times.reached} of {times.started} who began had mastered it at some time"
    return f"{there}; {rest}" if rest else there


def rings(cycles: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Prerequisites that require each other, in sentences."""
    return tuple(
        f"These skills require each other, which the export should not say: {names(ring)}."
        for ring in cycles
    )


def skill_contents(skill: SkillAnalytics) -> Contents:
    """One skill in one class."""
    return Contents(
        kind="Skill report",
        title=skill.name,
        about=", ".join(part for part in (skill.class_name, skill.subject) if part),
        period=f"Up to {day(skill.as_of_day)}",
        as_of=skill.as_of_day,
        data_as_of=None,
        note=skill.note,
        sections=kept(_sections(skill)),
    )


def _sections(skill: SkillAnalytics) -> Iterator[Section]:
    times, states = skill.time_to_mastery, skill.states
    yield Section(
        "Overview",
        ("Figure", ""),
        (
            row("Average accuracy", (skill.average_accuracy_percent, "percent")),
            row("Students measured", (skill.measured_students, "students")),
            row("Answers", (skill.answers, "answers")),
            row("Mastered", (states.mastered, "students")),
            row("In progress", (states.in_progress, "students")),
            row("Need work", (states.needs_work, "students")),
            row("Not started", (states.not_started, "students")),
            row("Stuck", (len(skill.stuck), "students")),
            row("Time to mastery, half of them", (times.median_days, "days")),
            row("Answers to mastery, half of them", (times.median_answers, "answers")),
            row("Leads to", (names(skill.leads_to) or "no other skill", "text")),
        ),
        (f"Time to mastery: {time_words(times)}.", skill.rule, *rings(skill.cycles))
        if states.started
        else (skill.rule,),
        (states_chart(skill),) if states.started > 1 else (),
    )
    yield Section(
        "What it builds on",
        ("Prerequisite", "Steps below", "Lacking, of those who need work",
         "Lacking, of those who mastered it", "Not practised"),
        tuple(_finding(each) for each in skill.prerequisites),
    )  # fmt: skip
    columns, rows = student_rows(skill.struggling)
    yield Section("Who needs work", columns, rows)
    columns, rows = student_rows(skill.students)
    yield Section("Students", columns, rows)


def _finding(each: PrerequisiteFinding) -> Row:
    return row(
        each.name,
        (each.steps, ""),
        (f"{each.weak_lacking} of {each.weak}", "text"),
        (f"{each.strong_lacking} of {each.strong}", "text"),
        (count(each.unmeasured, "student"), "text"),
    )
