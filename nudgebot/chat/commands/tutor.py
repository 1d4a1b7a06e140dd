"""`tutor <student>`: a classmate who can help, found or named, previewed before both are asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches

from nudgebot.chat.acts.tutoring import TUTOR
from nudgebot.chat.answer import Answer, code
from nudgebot.chat.asked import literal
from nudgebot.chat.command import STAFF, Call, Command, Scope
from nudgebot.chat.commands.message import split_student
from nudgebot.chat.commands.tutoring_answers import COMMANDS as OWN_COMMANDS
from nudgebot.chat.commands.tutoring_kept import COMMANDS as KEPT_COMMANDS
from nudgebot.chat.finder import MOST_CHOICES, UnclearError, like, named, one_student, students_like
from nudgebot.chat.previews import ask
from nudgebot.chat.reading import stale_note
from nudgebot.chat.speech import without_loose_ends
from nudgebot.chat.tutoring_text import plain_name_of, why_these
from nudgebot.errors import CommandError
from nudgebot.insight.skill_book import Skill
from nudgebot.interventions.means import Actor
from nudgebot.interventions.tutoring_search import CannotAskError, Match
from nudgebot.interventions.tutoring_standings import skills
from nudgebot.markup import esc, fence
from nudgebot.nudging.messages import Button
from nudgebot.school.people import Student

MOST_ALTERNATIVES = 3
MOST_OF_ONE_SKILL = 2
NO_SKILL = "There is no skill of that name."
_LOOSE = re.compile(r"\s(with|in)$", re.IGNORECASE)
_KEYWORD = re.compile(r"(?:^|\s)(with|in)\s+", re.IGNORECASE)


def tutor(call: Call) -> Answer:
    """Answer `tutor <student> [in <skill>] [<tutor>]`."""
    if not call.text:
        raise CommandError(f"Who needs help? {code(call.command.usage)}.")
    said = without_loose_ends(call.text)
    found = _KEYWORD.search(said)
    head, tail = (said, "") if found is None else (said[: found.start()], said[found.start() :])
    tail = tail.strip()
    if _LOOSE.search(said):
        raise CommandError(f"There is something missing at the end: {code(call.command.usage)}.")
    who, behind = split_student(replace(call, text=head))
    rest = " ".join(part for part in (behind, tail) if part)
    student = one_student(call, who, f"tutor {{}} {literal(rest)}".strip())
    return _proposed(call, student, *_skill_and_tutor(call, student, behind, tail))


def _skill_and_tutor(
    call: Call, student: Student, behind: str, tail: str
) -> tuple[Skill | None, Student | None]:
    """The skill and the tutor that are named behind the student; None where one is not."""
    again = f"tutor {literal(student.student_id)}"
    skill = tutor_text = None
    if behind:
        if students_like(call, behind) or not _skills_like(call, student, behind):
            tutor_text = behind
        else:
            skill = _one_skill(call, student, behind, f"{again} in {{}} {literal(tail)}".strip())
    while tail:
        word, _, text = tail.partition(" ")
        if word.lower() == "with" and tutor_text is None:
            cut = re.search(r"\s+in\s+", text, re.IGNORECASE)
            tutor_text = text[: cut.start()] if cut else text
            tail = text[cut.start() :].strip() if cut else ""
        elif word.lower() == "in" and skill is None:
            words, rest = _split_skill(call, student, text)
            who = f" with {literal(tutor_text)}" if tutor_text else ""
            form = f"{again}{who} in {{}} {literal(rest)}".strip()
            skill = _one_skill(call, student, words, form)
            tail = rest
        elif tutor_text is None and word.lower() not in ("in", "with"):
            tutor_text, tail = tail, ""
        else:
            raise CommandError(f"I did not understand {code(tail)}: {code(call.command.usage)}.")
    if tutor_text is None:
        return skill, None
    into = "" if skill is None else f" in {literal(skill.skill_id)}"
    return skill, one_student(call, tutor_text, f"{again} with {{}}{into}")


def _split_skill(call: Call, student: Student, text: str) -> tuple[str, str]:
    """The longest beginning that names a skill, and the rest; else all before a `with`."""
    words = text.split()
    for length in range(len(words), 0, -1):
        said = " ".join(words[:length])
        if _skills_like(call, student, said):
            return said, " ".join(words[length:])
    said, _, rest = re.sub(r"\s+(with)\s+", " with ", text, flags=re.IGNORECASE).partition(" with ")
    return said, f"with {rest}" if rest else ""


def _skills_like(call: Call, student: Student, text: str) -> list[Skill]:
    known = skills(call.office.store, [student.student_id])
    return like(known, text.strip('"'), lambda each: each.skill_id)


def _one_skill(call: Call, student: Student, text: str, again: str) -> Skill:
    found = _skills_like(call, student, text)
    if len(found) == 1:
        return found[0]
    if not found:
        known = {e.name.casefold(): e for e in skills(call.office.store, [student.student_id])}
        close = get_close_matches(text.casefold(), known, n=1)
        if not close:
            raise CommandError(f"{NO_SKILL} `skills <class>` lists those of a class.")
        found = [known[close[0]]]
    buttons = tuple(
        Button(each.name, f"{each.name} ({each.skill_id})", again.format(each.skill_id))
        for each in found[:MOST_CHOICES]
    )
    heading = "Which skill do you mean?" if len(found) > 1 else f"Did you mean {found[0].name}?"
    raise UnclearError(Answer("", heading=heading, buttons=buttons))


def _proposed(call: Call, student: Student, skill: Skill | None, tutor: Student | None) -> Answer:
    """The preview of the best match, or of the named one, with others to choose from."""
    tutoring, key = call.office.interventions.tutoring, student.student_id
    skill_id = None if skill is None else skill.skill_id
    classes = _class_ids(call)
    if tutor is not None:
        try:
            match = tutoring.named(key, tutor.student_id, skill_id, call.as_of, class_ids=classes)
        except CannotAskError as cannot:
            return Answer(cannot.why, students=cannot.student_ids)
        others: Sequence[Match] = tutoring.propose(key, call.as_of, classes, match.skill_id)
    else:
        found = tutoring.search(key, call.as_of, class_ids=classes, skill_id=skill_id)
        if not found.matches:
            return Answer(found.why_not, students=frozenset({key}))
        match, others = found.matches[0], found.matches[1:]
    return _preview(call, match, alternatives(match, others))


def alternatives(chosen: Match, others: Sequence[Match]) -> list[Match]:
    """Up to three others: two more tutors in the same skill, then the best in other skills."""
    same = [
        each
        for each in others
        if each.skill_id == chosen.skill_id and each.tutor_id != chosen.tutor_id
    ]
    best: dict[str, Match] = {}
    for each in others:
        if each.skill_id != chosen.skill_id:
            best.setdefault(each.skill_id, each)
    few = same[:MOST_OF_ONE_SKILL]
    more = [*few, *best.values(), *same[MOST_OF_ONE_SKILL:]]
    return more[:MOST_ALTERNATIVES]


def _class_ids(call: Call) -> list[str] | None:
    if call.asker.sees_all:
        return None
    return [each.class_id for each in call.asker.sight.classes()]


def _preview(call: Call, match: Match, others: Sequence[Match]) -> Answer:
    office, skill = call.office, esc(match.skill_name)
    student, tutor = (office.people.student(each) for each in (match.student_id, match.tutor_id))
    if student is None or tutor is None:
        raise CommandError("One of the two has just left the school.")
    for_student, for_tutor = office.interventions.tutoring.preview(match, _actor(call))
    notes = [f"⚠️ {each}" for each in match.notes]
    for each in (student, tutor):
        silence = office.consents.state(each.student_id).silence(call.as_of)
        if silence:
            notes.append(f"{esc(each.first_name)}: {silence} Your question still arrives.")
    who = f"**{named(tutor)}** could help **{named(student)}** with **{skill}**."
    minutes = office.settings["confirmation_minutes"]
    holds = f"The preview holds for {minutes} minutes.{stale_note(office, call.as_of)}"
    content = "\n\n".join(
        [
            f"{who}\n{why_these(office, match)}",
            *notes,
            f"{esc(student.first_name)} reads:\n{fence(for_student, 'quote')}",
            f"{esc(tutor.first_name)} reads:\n{fence(for_tutor, 'quote')}",
            holds,
        ]
    )
    answer = ask(
        call,
        TUTOR,
        {
            "student_id": match.student_id,
            "tutor_id": match.tutor_id,
            "skill_id": match.skill_id,
        },
        about=f"tutor {match.student_id}",
        content=content,
        heading=f"Ask {student.first_name} and {tutor.first_name}?",
        students=frozenset({match.student_id, match.tutor_id, *(e.tutor_id for e in others)}),
    )
    buttons = (*answer.buttons, *(_alternative(call, match, each) for each in others))
    return replace(answer, buttons=buttons)


def _alternative(call: Call, chosen: Match, other: Match) -> Button:
    name, skill = plain_name_of(call.office, other.tutor_id), other.skill_name
    is_same = other.skill_id == chosen.skill_id
    return Button(
        name if is_same else f"{name}, {skill}",
        f"Ask {name} instead" if is_same else f"Ask {name} about {skill} instead",
        f"tutor {other.student_id} with {other.tutor_id} in {other.skill_id}",
    )


def _actor(call: Call) -> Actor:
    return Actor(call.asker.user_id, call.asker.name, call.asker.teacher_id)


COMMANDS: tuple[Command, ...] = (
    *OWN_COMMANDS,
    Command(
        name="tutor",
        usage="tutor <student> [in <skill>] [with <classmate>]",
        summary="Find a classmate who can help a student, and ask both.",
        help="I look for a classmate who has mastered what the student struggles with, can be "
        "asked, and does not help too many already. You see whom and why, and what both will "
        "read; nobody is asked before you confirm. They learn each other's names only when both "
        "have said yes.",
        examples=("tutor 5", "tutor Ana in Fractions", "tutor Ana with Ben in Fractions"),
        roles=STAFF,
        scope=Scope.STUDENTS,
        changes_world=True,
        run=tutor,
    ),
    *KEPT_COMMANDS,
)
