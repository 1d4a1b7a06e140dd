"""`message <student>`: a teacher's words to a student, from a template or her own, previewed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nudgebot.chat.answer import Answer, code
from nudgebot.chat.command import STAFF, Call, Command, Scope
from nudgebot.chat.commands.correspondence import COMMANDS as CORRESPONDENCE
from nudgebot.chat.commands.group import (
    group_meant,
    group_message,
    is_template_like,
    no_template,
)
from nudgebot.chat.finder import classes_like, named, one_student, students_like
from nudgebot.chat.other_templates import other_templates
from nudgebot.chat.own_subjects import figures_for
from nudgebot.chat.own_words import own_words
from nudgebot.chat.previews import LONGEST_TEXT, Letter, preview
from nudgebot.chat.speech import words_of
from nudgebot.chat.wording import facts_of, filled, fitting, one_line, reworded
from nudgebot.errors import CommandError
from nudgebot.markup import esc, fence
from nudgebot.nudging.messages import Button
from nudgebot.nudging.story_words import with_moments
from nudgebot.nudging.templates import BY_HAND
from nudgebot.school.people import Student

MOST_TEMPLATES = 6
MOST_NAME_WORDS = 5
NO_OTHER_WORDS = "The model has no other words for it at the moment; these are the template's."
_OTHER_WORDS = re.compile(r"in other words\b[\s:,]*", re.IGNORECASE)


def message(call: Call) -> Answer:
    """Answer `message <student> [<template>] [<text>]` and `message <group> [<class>]`."""
    if not call.text:
        raise CommandError(f"Write to whom? {code(call.command.usage)}.")
    group = group_meant(call)
    if group is not None:
        return group_message(call, *group)
    who, rest = split_student(call)
    if not students_like(call, who):
        _refuse_class(call)
    student = one_student(call, who, _again(rest))
    if rest.lower() in BY_HAND:
        return _offer(call, student, rest.lower())
    template, text = _split_template(call, rest, student)
    if template:
        return _from_template(call, student, template, own_words(text, student))
    if text:
        return write(call, student, own_words(text, student), template="")
    return _offer(call, student)


def _refuse_class(call: Call) -> None:
    """Say what is possible where a whole class is written to."""
    colon = call.text.split("\n", 1)[0].split(":", 1)[0]
    for text in dict.fromkeys((colon, *call.words[:1])):
        meant = re.sub(r"^class\b\s*", "", text, flags=re.IGNORECASE).strip()
        found = classes_like(call, meant) if meant else []
        if len(found) == 1:
            ways = ", ".join(code(f"message {each} {found[0].name}") for each in BY_HAND)
            raise CommandError(
                f"{esc(found[0].name)} is a class. I write to one student, or to those of a class "
                f"who need a word: {ways}."
            )


def split_student(call: Call) -> tuple[str, str]:
    """Who is written to, and the rest: the longest beginning that means somebody."""
    colon = re.match(r"([^:\n]{1,80}):\s+(.*)", call.text, re.DOTALL)
    if colon and students_like(call, colon.group(1)):
        return colon.group(1), colon.group(2)
    words = words_of(call.text.split("\n", 1)[0])[:MOST_NAME_WORDS]
    for length in range(len(words), 0, -1):
        who = " ".join(words[:length]).rstrip(",:")
        if students_like(call, who):
            return who, _behind(call.text, words[:length])
    return " ".join(words[:1]), _behind(call.text, words[:1])


def _behind(text: str, words: Sequence[str]) -> str:
    pattern = r"\s+".join(rf'"?{re.escape(word)}"?' for word in words)
    found = re.match(pattern, text)
    return text[found.end() :].strip(" \t,:").strip("\n") if found else ""


def _again(rest: str) -> str:
    return "message {} " + rest.replace("{", "{{").replace("}", "}}") if rest else "message {}"


def _split_template(call: Call, rest: str, student: Student) -> tuple[str, str]:
    """A template's id at the start of the rest, and the words behind it."""
    first, _, behind = rest.partition(" ")
    known = call.office.book.templates.by_id
    if first.lower() in known:
        return first.lower(), behind.strip()
    if is_template_like(first):
        raise CommandError(no_template(first, known, f"message {student.student_id}"))
    return "", rest


def _from_template(call: Call, student: Student, template: str, text: str) -> Answer:
    """The template, or a model's words for it, with the teacher's own words behind it."""
    row = figures_for(call.office, call.asker, student.student_id, call.as_of)
    facts = facts_of(call.office, student, row, call.asker.name, call.as_of)
    wording = filled(call.office, template, facts)
    other = reworded(call.office, template, facts)
    asked = _OTHER_WORDS.match(text) if call.office.in_other_words else None
    text = text[asked.end() :] if asked else text
    notes: list[str] = []
    choices = other_templates(call, student, template=template, began=template, own=text)
    if asked:
        wording = other or wording
        notes = [] if other else [NO_OTHER_WORDS]
    elif other:
        command = f"message {student.student_id} {template} in other words"
        notes = [f"In other words, by the model ({code(command)}):\n\n{fence(other.text, 'quote')}"]
        take = Button(
            "In other words", "Take the model's words instead", f"{command} {text}".strip()
        )
        choices = choices if "\n" in text else [take, *choices]
    words = f"{wording.text}\n\n{text}" if text else wording.text
    return write(call, student, words, template=template, own=text, choices=choices, notes=notes)


def write(
    call: Call,
    student: Student,
    text: str,
    *,
    template: str,
    own: str = "",
    choices: Sequence[Button] = (),
    notes: Sequence[str] = (),
) -> Answer:
    """The preview of one message; `own` are the teacher's words behind a template's."""
    if len(text) > LONGEST_TEXT:
        raise CommandError(f"A message has at most {LONGEST_TEXT} characters.")
    said = list(notes)
    unlinked = call.office.links.why_not("student", student.student_id)
    if unlinked:
        raise CommandError(f"That student cannot be reached: {unlinked} An administrator can link.")
    silence = call.office.consents.state(student.student_id).silence(call.as_of)
    if silence:
        said.append(f"{with_moments(silence)} A message of your own still arrives.")
    return preview(
        call,
        letters=[Letter(student.student_id, text, template, began=template, own=own)],
        about=f"student {student.student_id}",
        intro=f"To **{named(student)}**, from you. This is what arrives:",
        sample=text,
        notes=said,
        choices=choices,
    )


def _offer(call: Call, student: Student, category: str = "") -> Answer:
    """The templates that fit, or those of a category, each in its finished words."""
    wordings = fitting(call.office, student, call.asker, call.as_of, category)[:MOST_TEMPLATES]
    own = f"message {student.student_id} <your words>"
    if not wordings:
        return Answer(
            f"No template fits **{named(student)}**: too little is known yet. "
            f"Write your own words: {code(own)}.",
            students=frozenset({student.student_id}),
        )
    shown = [f"- **{esc(each.title)}**: {one_line(each.text)}" for each in wordings]
    buttons = tuple(
        Button(each.title, each.title, f"message {student.student_id} {each.template_id}")
        for each in wordings
    )
    all_of = code(f"templates {category} {student.student_id}".replace("  ", " "))
    more = f"{all_of} shows all, and which need what is not known yet."
    return Answer(
        "\n".join(
            [f"To **{named(student)}**:", *shown, f"Or in your own words: {code(own)}", more]
        ),
        students=frozenset({student.student_id}),
        heading=f"Which words for {student.first_name}?",
        buttons=buttons,
    )


COMMANDS = (
    Command(
        name="message",
        usage="message <student>|inactive|struggling|overdue|encouragement [<template>] [<text>]",
        summary="Write to a student or to a group; without words you get templates to choose from.",
        help="The message arrives as a direct message with your name, and the answer comes to "
        "you. `message inactive`, `message struggling`, `message overdue` and "
        "`message encouragement` write to all students of that kind, of one class or of all "
        "yours: `message inactive [<class>] [<template>]`.",
        examples=(
            "message 5",
            "message Ana inactive_check_in",
            "message Ana: Shall we meet tomorrow at ten?",
            "message inactive 7B",
        ),
        roles=STAFF,
        scope=Scope.STUDENTS,
        changes_world=True,
        run=message,
    ),
    *CORRESPONDENCE,
)
