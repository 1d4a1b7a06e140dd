"""One-tap answers under a nudge: done, need help, not now; `wrong` is a command of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from nudgebot.chat.answer import Answer
from nudgebot.chat.command import STUDENTS, Call, Command, Scope
from nudgebot.chat.freetext import take_answer
from nudgebot.chat.responding import language_of, note_tap, thanks_of
from nudgebot.errors import CommandError
from nudgebot.markup import global_time
from nudgebot.nudging.responses import Kind

REST = timedelta(days=2)
NOTHING_ASKED = {
    "en": "Well done! I had not asked you for anything lately.",
    "de": "Super! Ich hatte dich zuletzt um nichts gebeten.",
}
GOOD_TO_ASK = {
    "en": "It is good that you say so; nobody has to manage everything alone.",
    "de": "Gut, dass du das sagst; niemand muss alles allein schaffen.",
}
LATER = {
    "en": "All right, no nudges until {}. `start` ends that before.",
    "de": "Alles klar, keine Nachrichten bis {}. `start` beendet das früher.",
}


def did_it(call: Call) -> Answer:
    """Answer `did it`: thanks; whether it is so, the data say."""
    student_id = _own(call)
    keys = note_tap(call.office, call.incoming, student_id, Kind.DONE)
    return _private(
        student_id,
        thanks_of(call.office, student_id)
        if keys
        else NOTHING_ASKED[language_of(call.office, student_id)],
    )


def need_help(call: Call) -> Answer:
    """Answer `need help [<what>]`: her teachers are told, and she that it was right to ask."""
    student_id = _own(call)
    keys = note_tap(call.office, call.incoming, student_id, Kind.NEED_HELP)
    incoming = call.incoming
    if not call.text and keys:
        named = ", ".join(f"“{name}”" for name in _names(call, keys))
        incoming = replace(incoming, content=f"I need help. (To the nudge {named}.)")
    answer = take_answer(call.office, incoming, call.asker, incoming.content, call.as_of)
    return replace(
        answer, content=f"{GOOD_TO_ASK[language_of(call.office, student_id)]} {answer.content}"
    )


def not_now(call: Call) -> Answer:
    """Answer `not now`: nudges rest for two days from when she said so; no pause gets shorter."""
    student_id = _own(call)
    note_tap(call.office, call.incoming, student_id, Kind.NOT_NOW)
    until = call.incoming.sent_at + REST
    paused = call.office.consents.state(student_id).paused_until
    if paused is not None and paused > until:
        until = paused
    elif until > call.as_of:
        call.office.consents.pause(student_id, until, call.as_of)
    return _private(
        student_id, LATER[language_of(call.office, student_id)].format(global_time(until))
    )


def _names(call: Call, keys: list[str]) -> list[str]:
    store = call.office.store
    query = "SELECT rule_name FROM nudges WHERE nudge_key = ?"
    return [str(store.value(query, [key])) for key in keys]


def _own(call: Call) -> str:
    student_id = call.asker.student_id
    if student_id is None:
        raise CommandError("That is for students.")
    return student_id


def _private(student_id: str, content: str) -> Answer:
    return Answer(content, students=frozenset({student_id}), private=True)


COMMANDS = (
    Command(
        name="did it",
        usage="did it",
        summary="You have done what a nudge asked for; ✅ on the nudge says the same.",
        arguments=r"(?:now|already|all|thanks?)?",
        aliases=("i did it", "erledigt", "ist erledigt", "hab ich gemacht"),
        roles=STUDENTS,
        scope=Scope.OWN,
        run=did_it,
    ),
    Command(
        name="need help",
        usage="need help [<with what>]",
        summary="Your teacher is told; 🙋 or 🆘 on a nudge says the same.",
        examples=("need help", "need help with fractions"),
        aliases=("i need help", "brauche hilfe", "ich brauche hilfe"),
        roles=STUDENTS,
        scope=Scope.OWN,
        run=need_help,
    ),
    Command(
        name="not now",
        usage="not now",
        summary="No nudges for two days; ⏰ on a nudge says the same.",
        arguments=r"(?:please|sorry|thanks?(?: you)?|bitte|danke)?",
        aliases=("later", "nicht jetzt", "jetzt nicht", "später"),
        roles=STUDENTS,
        scope=Scope.OWN,
        run=not_now,
    ),
)
