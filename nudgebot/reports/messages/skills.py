"""A class's skills, and one of them, as chat messages for a teacher."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from nudgebot.insight.skill_data import (
    ClassSkills,
    FocusSkill,
    PrerequisiteFinding,
    SkillAnalytics,
    SkillStanding,
    SkillStudent,
)
from nudgebot.reports.charts.mastery import shaded, states_heatmap
from nudgebot.reports.charts.spread import states_chart
from nudgebot.reports.contents.section import names
from nudgebot.reports.contents.skills import rings, time_words
from nudgebot.reports.figures import STATES, count, in_state, shown
from nudgebot.reports.messages.parts import Block, Parts, bullets, cell, data_note, table
from nudgebot.reports.names import said, sentence

SEEN = 6  # skills that are seen at once
MOST_ROWS = 15


def skills_message(skills: ClassSkills, *, data_as_of: datetime | None = None) -> Parts:
    """What the class struggles with and what to work on; the heatmap is the picture."""
    head = f"**{said(skills.class_name)}** · {count(len(skills.skills), 'skill')}"
    foot = data_note(data_as_of)
    if not skills.skills:
        return Parts(f"{head}\n{sentence(skills.note)}", foot=foot)
    lines = [head, *([sentence(skills.note)] if skills.note else []), *_focus(skills)]
    return Parts(
        head="\n".join(lines),
        table=skills_table(skills, most=SEEN),
        chart=states_heatmap(skills) if shaded(skills) else None,
        blocks=tuple(_blocks(skills)),
        foot=foot,
    )


def _focus(skills: ClassSkills) -> list[str]:
    if not skills.focus:
        return []
    return ["Worth a lesson:", bullets(map(focus_line, skills.focus[:3]))]


def focus_line(each: FocusSkill) -> str:
    """A skill worth a lesson, and for whom."""
    return f"{said(each.name, 40)}: {sentence(each.text)}"


def skills_table(skills: ClassSkills, *, first: int = 0, most: int) -> str:
    """The hardest skills first, then the others in teaching order; some of them."""
    others = [each for each in skills.skills if each not in skills.hardest]
    rows = [
        [
            said(each.name, 40),
            str(each.states.mastered),
            str(each.states.in_progress),
            str(each.states.needs_work),
            str(each.states.not_started),
            cell(shown(each.average_accuracy_percent, "percent")),
        ]
        for each in (*skills.hardest, *others)[first : first + most]
    ]
    heads = ("Skill", "Mastered", "In progress", "Need work", "Not started", "Accuracy")
    return table(heads, rows)


def _blocks(skills: ClassSkills) -> Iterator[Block]:
    if len(skills.skills) > SEEN:
        more = len(skills.skills) - SEEN - MOST_ROWS
        note = f"\n\nand {count(more, 'skill')} more" if more > 0 else ""
        yield Block("More skills", skills_table(skills, first=SEEN, most=MOST_ROWS) + note)
    if skills.stuck:
        title = f"Ten or more sessions without mastery: {len(skills.stuck)}"
        yield Block(title, bullets(_stuck(each) for each in skills.stuck))
    yield Block(
        "Time to mastery",
        bullets(
            f"{said(each.name, 40)}: {sentence(time_words(each.time_to_mastery))}"
            for each in skills.skills
            if each.time_to_mastery.started
        ),
    )
    yield Block("Who stands where", _rows(skills))
    parts = (sentence(skills.rule), *(sentence(ring) for ring in rings(skills.cycles)))
    yield Block("How this is decided", "\n\n".join(part for part in parts if part))


def _stuck(each: SkillStudent) -> str:
    return (
        f"{said(each.name, 60)} in {said(each.standing.name, 40)}: "
        f"{count(each.standing.sessions, 'session')}, "
        f"{cell(shown(each.standing.accuracy_percent, 'percent'))}"
    )


def _rows(skills: ClassSkills) -> str:
    rows = [
        [
            said(each.name, 60),
            str(each.mastered),
            str(sum(cell_.state.value == "needs_work" for cell_ in each.cells)),
        ]
        for each in skills.students
    ]
    return table(("Student", "Mastered", "Need work"), rows[:40])


def skill_message(skill: SkillAnalytics, *, data_as_of: datetime | None = None) -> Parts:
    """One skill in one class: how many are where, who struggles, and what may explain it."""
    about = " · ".join(said(part, 40) for part in (skill.class_name, skill.subject) if part)
    lines = [f"**{said(skill.name)}** · {about}"]
    if skill.note:
        lines.append(sentence(skill.note))
    states = skill.states
    if states.started:
        lines.append(
            f"{states.mastered} of {count(states.total, 'student')} mastered it, "
            f"{states.in_progress} in progress, {in_state(states.needs_work, 'needs_work')}, "
            f"{states.not_started} not started."
        )
        average = shown(skill.average_accuracy_percent, "percent")
        measured = count(skill.measured_students, "student")
        lines.append(f"Accuracy: {average} on average over {measured}.")
        lines.append(f"Time to mastery: {_ended(sentence(time_words(skill.time_to_mastery)))}")
    return Parts(
        head="\n".join(lines),
        table=_struggling(skill),
        chart=states_chart(skill) if states.started > 1 else None,
        blocks=tuple(_skill_blocks(skill)),
        foot=data_note(data_as_of),
    )


def _ended(words: str) -> str:
    return words if words.endswith(".") else f"{words}."


def _struggling(skill: SkillAnalytics) -> str:
    kept = skill.struggling[:6]
    found = standings_table([each.standing for each in kept], "Who needs work", _names(kept))
    more = len(skill.struggling) - len(kept)
    return f"{found}\n\nand {count(more, 'student')} more" if more > 0 else found


def _names(students: Sequence[SkillStudent]) -> list[str]:
    return [each.name for each in students]


def _skill_blocks(skill: SkillAnalytics) -> Iterator[Block]:
    yield Block("What it builds on", bullets(_finding(each) for each in skill.prerequisites))
    if skill.leads_to:
        leads = names([said(each, 40) for each in skill.leads_to[:10]])
        yield Block("What builds on it", f"{leads}.")
    if skill.stuck:
        title = f"Ten or more sessions without mastery: {len(skill.stuck)}"
        yield Block(title, bullets(_stuck(each) for each in skill.stuck))
    kept = skill.students[:40]
    standings = [each.standing for each in kept]
    yield Block("All students", standings_table(standings, "Student", _names(kept)))
    parts = (sentence(skill.rule), *(sentence(ring) for ring in rings(skill.cycles)))
    yield Block("How this is decided", "\n\n".join(part for part in parts if part))


def _finding(each: PrerequisiteFinding) -> str:
    where = "directly below" if each.steps == 1 else f"{each.steps} steps below"
    return (
        f"{said(each.name, 40)}, {where}: {each.weak_lacking} of {each.weak} who need work lack "
        f"it, {each.strong_lacking} of {each.strong} who mastered the skill do; "
        f"{each.unmeasured} never practised it"
    )


def standings_table(skills: Sequence[SkillStanding], item: str, labels: Sequence[str]) -> str:
    """Standings in a table of at most fifteen rows; `labels` name them, skills or students.

    Who or what has answers stands first, so that the cut takes what is not started.
    """
    pairs = sorted(zip(labels, skills, strict=True), key=lambda pair: not pair[1].answers)
    rows = [
        [
            said(label, 40),
            STATES[each.state],
            cell(shown(each.accuracy_percent, "percent")),
            str(each.answers),
        ]
        for label, each in pairs
    ]
    more = len(rows) - MOST_ROWS
    note = f"\n\nand {more} more" if more > 0 else ""
    return table((item, "State", "Accuracy", "Answers"), rows[:MOST_ROWS]) + note
