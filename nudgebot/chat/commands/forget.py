"""`forget <student>`: erase a student, after a preview and a confirmation."""

from __future__ import annotations

from nudgebot.chat.answer import Answer
from nudgebot.chat.command import ADMINS, Call, Command, Scope
from nudgebot.chat.finder import one_student
from nudgebot.chat.previews import ask
from nudgebot.errors import InputError
from nudgebot.markup import esc
from nudgebot.rights.erasure import count_rows
from nudgebot.rights.letters_left import FORGET
from nudgebot.rights.subject import Subject, subject_of
from nudgebot.rights.words import before_forgetting


def forget(call: Call) -> Answer:
    """Answer `forget <student>`: what would be done, and the question whether to do it."""
    subject = _subject(call)
    name = f"**{esc(subject.name)}** ({esc(subject.student_id)})"
    return ask(
        call,
        FORGET,
        {"student_id": subject.student_id},
        about=subject.student_id,
        content=f"{name}: {before_forgetting(count_rows(call.office.store, subject))}",
        students=frozenset({subject.student_id}),
        heading="Forget this student for ever?",
    )


def _subject(call: Call) -> Subject:
    """By id also somebody who has left, else as everywhere."""
    text = " ".join(call.words)
    try:
        return subject_of(call.office.store, text)
    except InputError:
        student = one_student(call, text, "forget {}")
        return subject_of(call.office.store, student.student_id)


COMMANDS = (
    Command(
        name="forget",
        usage="forget <student>",
        summary="Erase everything that is held about a student, for ever.",
        help="You see what it would do first. A student who has left is found by id.",
        examples=("forget 5",),
        roles=ADMINS,
        scope=Scope.STUDENTS,
        changes_world=True,
        run=forget,
    ),
)
