"""`resume <student> <notes>`: the end of what waits for a person after urgent words."""

from __future__ import annotations

from nudgebot.chat.answer import Answer, code
from nudgebot.chat.asked import literal
from nudgebot.chat.command import STAFF, Call, Command, Scope
from nudgebot.chat.commands.message import split_student
from nudgebot.chat.finder import named, one_student
from nudgebot.errors import CommandError
from nudgebot.interventions.alerts_kept import Alert
from nudgebot.interventions.means import Actor
from nudgebot.interventions.record import InterventionType
from nudgebot.nudging.story_words import with_moments
from nudgebot.school.people import Student


def resume(call: Call) -> Answer:
    """Answer `resume <student> <notes>`: nudges that waited for a person may go on."""
    who, notes = split_student(call)
    student = _of_contact(call, who) or one_student(call, who, f"resume {{}} {literal(notes)}")
    key, consents = student.student_id, call.office.consents
    if key == call.asker.student_id:
        raise CommandError("Somebody else has to do that for you: it waits for a person.")
    was_held = bool(consents.state(key).held)
    crisis = call.office.interventions.alerts.crisis_of(key)
    if (was_held or crisis is not None) and not notes:
        example = code(f"resume {key} talked with {student.first_name}, the parents know")
        return Answer(
            f"What was done about the urgent words of {named(student)}? A few words behind the "
            f"name are enough: {example}. Until then nudges rest.",
            students=frozenset({key}),
        )
    if was_held or crisis is not None:
        _let_go_on(call, key, crisis, notes)
    silence = consents.state(key).silence(call.as_of)
    if silence:
        told = f"From your side nudges to {named(student)} may go on. {with_moments(silence)}"
    elif was_held:
        told = f"✅ Nudges may reach {named(student)} again."
    else:
        told = f"Nothing was held back: nudges reach {named(student)} as always."
    return Answer(told, students=frozenset({key}))


def _let_go_on(call: Call, student_id: str, crisis: Alert | None, notes: str) -> None:
    """End what waited and the alert about it, and note who did so and why."""
    interventions = call.office.interventions
    actor = Actor(call.asker.user_id, call.asker.name, call.asker.teacher_id)
    done = f"Let nudges go on after urgent words: {notes}"
    with call.office.store.transaction():
        call.office.consents.resume(student_id, call.as_of)
        if crisis is not None:
            interventions.alerts.close_crisis(actor, crisis, notes, action=done, as_of=call.as_of)
        else:
            interventions.record.note(
                InterventionType.RESUME,
                actor,
                student_id=student_id,
                action_taken=done,
                source=f"resume:{call.source}",
                as_of=call.as_of,
            )


def _of_contact(call: Call, who: str) -> Student | None:
    """For a safeguarding contact, the student of that id whose nudges wait for a person."""
    if call.asker.user_id not in call.office.settings["safeguarding_contacts"]:
        return None
    student = call.office.people.student(who)
    held = student is not None and call.office.consents.state(student.student_id).held
    return student if held else None


COMMANDS = (
    Command(
        name="resume",
        usage="resume <student> <notes>",
        summary="Let nudges go on that wait for a person after urgent words.",
        help="After words that sounded like danger a student gets no nudges. Say this when "
        "somebody has talked to the student and reminders are fine again, with a word on what was "
        "done: it goes into the history, and closes the alert.",
        examples=("resume 5 talked with her, the parents know",),
        roles=STAFF,
        scope=Scope.STUDENTS,
        run=resume,
    ),
)
