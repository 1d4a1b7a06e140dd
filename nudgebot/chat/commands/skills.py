"""`skills <class>` and `skill <skill>`: who has mastered what, who is stuck, and where to begin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from nudgebot.chat.answer import Answer, code
from nudgebot.chat.asked import Asked, asked, literal
from nudgebot.chat.command import STAFF, Call, Command, Scope
from nudgebot.chat.drawn import handed_over, pictures
from nudgebot.chat.finder import (
    MOST_CHOICES,
    UnclearError,
    classes_like,
    like,
    one_class,
    which_class,
)
from nudgebot.chat.reading import analytics, data_as_of, stale_note
from nudgebot.chat.worded import worded
from nudgebot.errors import CommandError, NudgebotError
from nudgebot.markup import esc
from nudgebot.nudging.messages import Button
from nudgebot.school.people import SchoolClass

MOST_SKILL_BUTTONS = 3
NO_SKILL = "There is no skill of that name."


@dataclass(frozen=True)
class Skill:
    """A skill as the export names it."""

    skill_id: str
    name: str
    subject: str


def skills(call: Call) -> Answer:
    """Answer `skills <class> [pdf|csv]`."""
    said = asked(call)
    chosen = one_class(call, said.who, said.again("skills"))
    found = analytics(call.office, call.as_of).get_class_skills(chosen.class_id)
    key = chosen.class_id
    students = frozenset(each.student_id for each in found.students)
    if said.form:
        return handed_over(
            call,
            said,
            found,
            report_type="skills",
            caption=f"Skills of **{esc(chosen.name)}**:",
            ids=(key,),
            students=students,
        )
    parts = worded(found, data_as_of=data_as_of(call.office, call.as_of))
    worst = [
        Button(e.name, f"Who struggles with {e.name}", f"skill {e.skill_id} {key}")
        for e in found.hardest[:MOST_SKILL_BUTTONS]
    ]
    return Answer(
        parts.text() + stale_note(call.office, call.as_of),
        students=students,
        heading=f"What next for {chosen.name}?",
        buttons=(
            *worst,
            Button("PDF", "The heatmap of all students as PDF", f"skills {key} pdf"),
            Button("CSV", "The figures as a table", f"skills {key} csv"),
        ),
        attachments=pictures(call, parts.chart, key),
    )


def skill(call: Call) -> Answer:
    """Answer `skill <skill> [<class>] [pdf|csv]`."""
    said = asked(call)
    if not said.words:
        raise CommandError(f"Name a skill: `{call.command.usage}`.")
    meant, chosen = _skill_and_class(call, said)
    _check_subject(call, meant, chosen)
    found = analytics(call.office, call.as_of).get_skill_analytics(chosen.class_id, meant.skill_id)
    students = frozenset(each.student_id for each in found.students)
    ids = (meant.skill_id, chosen.class_id)
    if said.form:
        return handed_over(
            call,
            said,
            found,
            report_type="skill",
            caption=f"**{esc(meant.name)}** in **{esc(chosen.name)}**:",
            ids=ids,
            students=students,
        )
    parts = worded(found, data_as_of=data_as_of(call.office, call.as_of))
    weakest = [
        Button(e.name, f"The report on {e.name}", f"report student {e.student_id}")
        for e in found.struggling[:MOST_SKILL_BUTTONS]
    ]
    return Answer(
        parts.text() + stale_note(call.office, call.as_of),
        students=students,
        heading="What next?",
        buttons=(
            *weakest,
            Button("All skills", "All skills of the class", f"skills {chosen.class_id}"),
            Button("PDF", "As PDF, to print", f"skill {' '.join(ids)} pdf"),
        ),
        attachments=pictures(call, parts.chart, *ids),
    )


def _skill_and_class(call: Call, said: Asked) -> tuple[Skill, SchoolClass]:
    """The longest beginning that names a skill, and the class behind it."""
    everything = _skills(call)
    for length in range(len(said.words), 0, -1):
        found = like(everything, " ".join(said.words[:length]), lambda each: each.skill_id)
        if not found:
            continue
        behind = " ".join(said.words[length:])
        if len(found) > 1:
            raise UnclearError(_which_skill(found, behind))
        again = said.again(f"skill {literal(found[0].skill_id)}")
        if behind:
            return found[0], one_class(call, behind, again)
        return found[0], _only_class(call, found[0], again)
    raise _no_skill(call, said, everything)


def _no_skill(call: Call, said: Asked, everything: Sequence[Skill]) -> NudgebotError:
    """Says which skill may be meant, with the class that was named behind it."""
    names = {each.name.casefold(): each for each in everything}
    for length in range(1, len(said.words) + 1):
        behind = " ".join(said.words[length:])
        if behind and not classes_like(call, behind):
            continue
        close = get_close_matches(" ".join(said.words[:length]).casefold(), names, n=1)
        if close:
            found = names[close[0]]
            command = f"skill {{}} {behind}".strip().format
            again = " ".join(part for part in (command(found.skill_id), said.form) if part)
            text = f"{NO_SKILL} Did you mean {code(command(found.name))}?"
            button = Button(found.name, f"{found.name} ({found.skill_id})", again)
            return UnclearError(Answer(text, buttons=(button,)))
    return CommandError(f"{NO_SKILL} `skills <class>` lists those of a class.")


def _check_subject(call: Call, meant: Skill, chosen: SchoolClass) -> None:
    """Raise CommandError where the class is about another subject than the skill."""
    subject = chosen.subject.casefold()
    others = {each.subject.casefold() for each in _skills(call)}
    if meant.subject and subject in others - {"", meant.subject.casefold()}:
        raise CommandError(
            f"{esc(chosen.name)} does not work on {esc(meant.name)}: that is a skill of "
            f"{esc(meant.subject)}, and the class is about {esc(chosen.subject)}. "
            f"{code(f'skills {chosen.class_id}')} lists the skills of the class."
        )


def _only_class(call: Call, meant: Skill, again: str) -> SchoolClass:
    """The asker's class of the skill's subject; asks where there are several."""
    mine = call.asker.sight.classes()
    if not mine:
        raise CommandError(f"Name a class: `{call.command.usage}`.")
    subject = meant.subject.casefold()
    fitting = [each for each in mine if subject and each.subject.casefold() == subject] or mine
    if len(fitting) > 1:
        raise UnclearError(which_class(fitting, again))
    return fitting[0]


def _skills(call: Call) -> list[Skill]:
    """The skills that the export names, and those that it only speaks of in practice."""
    rows = call.office.store.rows(
        """SELECT skill_id, name, subject FROM skills WHERE gone_at IS NULL
           UNION ALL SELECT DISTINCT skill_id, skill_id, '' FROM practice
           WHERE NOT EXISTS (SELECT 1 FROM skills) ORDER BY skill_id"""
    )
    return [Skill(row["skill_id"], row["name"], row["subject"]) for row in rows]


def _which_skill(found: Sequence[Skill], behind: str) -> Answer:
    again = f"skill {{}} {literal(behind)}".strip()
    buttons = tuple(
        Button(each.name, f"{each.name} ({each.skill_id})", again.format(each.skill_id))
        for each in found[:MOST_CHOICES]
    )
    return Answer("", heading="Which skill do you mean?", buttons=buttons)


COMMANDS = (
    Command(
        name="skills",
        usage="skills <class> [pdf|csv]",
        summary="Which skills a class has mastered, who is stuck, and what to work on.",
        examples=("skills 7B", "skills 7B pdf"),
        roles=STAFF,
        scope=Scope.STUDENTS,
        run=skills,
    ),
    Command(
        name="skill",
        usage="skill <skill> [<class>] [pdf|csv]",
        summary="One skill in a class: who struggles with it, and which gap may explain that.",
        examples=("skill Fractions", "skill Fractions 7B"),
        roles=STAFF,
        scope=Scope.STUDENTS,
        run=skill,
    ),
)
