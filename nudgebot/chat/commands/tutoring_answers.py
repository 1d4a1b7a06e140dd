"""What students say about tutoring: yes, no, never ask me, how it stands, and that they met."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nudgebot.chat.answer import Answer
from nudgebot.chat.command import STUDENTS, Call, Command, Scope
from nudgebot.chat.figures_text import count, duration
from nudgebot.chat.tutoring_sessions import DURATION, minutes_and_rest
from nudgebot.chat.tutoring_text import name_of
from nudgebot.errors import CommandError
from nudgebot.interventions.tutoring_book import Status, TutoringRecord
from nudgebot.markup import esc
from nudgebot.nudging.messages import Button

NOTHING_ASKED = "I have asked you nothing about tutoring that is still open."
NOTHING_ON = "You have no tutoring that goes on, so there is nothing to note."


def answer(call: Call) -> Answer:
    """Answer `tutoring yes <n>`, `tutoring no <n>`, `tutoring off` and `tutoring on`."""
    word = call.words[0].lower().strip(",.!")
    if word == "off":
        return _off(call)
    if word == "on":
        call.office.interventions.tutoring.opt_in(_own(call))
        return _private(call, "Thank you! When a classmate needs help, I may ask you again.")
    says_yes = word == "yes"
    found = _meant(call, says_yes)
    if isinstance(found, Answer):
        return found
    kept = call.office.interventions.tutoring
    record = kept.answer(_own(call), found, says_yes, call.as_of)
    return _private(call, _heard(record, _own(call), says_yes))


def _heard(record: TutoringRecord, student_id: str, says_yes: bool) -> str:
    if says_yes and record.status is Status.ASKED:
        return (
            "Thank you! As soon as the other one has answered, too, I tell you. Until then nobody "
            "but your teacher knows that it is you."
        )
    if says_yes:
        return "Thank you! Both of you said yes, so it begins; my other message says who it is."
    if record.status is Status.ENDED:
        return "That is fine. It has ended now; your teacher knows, and nobody will ask you why."
    more = (
        "" if student_id == record.student_id else " `tutoring off` ends such questions for good."
    )
    return (
        f"That is fine, thank you for telling me. Only your teacher learns that it was you.{more}"
    )


def _meant(call: Call, says_yes: bool) -> int | Answer:
    """The number that is named; else the only one that can be meant; else a question back."""
    digits = re.search(r"\d{1,9}", call.text)
    if digits:
        return int(digits.group())
    kept, own = call.office.interventions.tutoring, _own(call)
    open_ = kept.waiting_for(own) or ([] if says_yes else kept.active_of(own))
    if not open_:
        raise CommandError(NOTHING_ASKED)
    if len(open_) == 1:
        return open_[0].id
    word = "yes" if says_yes else "no"
    return _which(call, [(each, f"tutoring {word} {each.id}") for each in open_])


def _which(call: Call, choices: Sequence[tuple[TutoringRecord, str]]) -> Answer:
    own = _own(call)
    buttons = tuple(
        Button(
            each.skill_name,
            f"Help with {each.skill_name}"
            if own == each.student_id
            else f"Helping with {each.skill_name}",
            words,
        )
        for each, words in choices
    )
    return Answer(
        "",
        students=frozenset({own}),
        heading="Which one do you mean?",
        buttons=buttons,
        private=True,
    )


def _off(call: Call) -> Answer:
    kept, own = call.office.interventions.tutoring, _own(call)
    declined = kept.opt_out(own, call.as_of)
    lines = ["Done: I will not ask you to help classmates any more. `tutoring on` takes that back."]
    if declined:
        skills = ", ".join(esc(each.skill_name) for each in declined)
        lines.append(f"I take it as a no to {skills}, too; only your teacher learns that.")
    lines += [
        f"You still help {name_of(call.office, each.student_id)}; `tutoring no {each.id}` ends it."
        for each in kept.active_of(own)
        if each.tutor_id == own
    ]
    return _private(call, "\n".join(lines))


def mine(call: Call) -> Answer:
    """Answer a student's `my tutoring`."""
    kept, own = call.office.interventions.tutoring, _own(call)
    lines = [_line(call, each, own) for each in kept.of_student(own)[::-1] if each.is_open]
    if not lines:
        lines.append("You have no tutoring at the moment.")
    if kept.is_opted_out(own):
        lines.append("I do not ask you to help classmates; `tutoring on` changes that.")
    return _private(call, "\n".join(lines))


def _line(call: Call, each: TutoringRecord, own: str) -> str:
    skill, helped = esc(each.skill_name), own == each.student_id
    if each.status is Status.ASKED:
        question = (
            f"Would you like help with **{skill}**?"
            if helped
            else f"Would you help a classmate with **{skill}**?"
        )
        if each.said_by(own):
            return f"- {question} You said yes; the other one has not answered yet."
        return f"- {question} `tutoring yes {each.id}` or `tutoring no {each.id}`."
    other = name_of(call.office, each.other(own))
    who = f"**{other}** helps you" if helped else f"You help **{other}**"
    sessions = call.office.interventions.tutoring.sessions(each.id)
    minutes = duration(sum(one.minutes for one in sessions))
    met = f"{count(len(sessions), 'session')}, {minutes}" if sessions else "no session noted yet"
    return f"- {who} with **{skill}**: {met}. `tutored 30 minutes {each.id}` notes another."


def met(call: Call) -> Answer:
    """Answer a student's `tutored 30 minutes`."""
    kept, own = call.office.interventions.tutoring, _own(call)
    minutes, rest = minutes_and_rest(call.text)
    if minutes is None:
        raise CommandError("How long was it? `tutored 30 minutes`.")
    digits, again = re.search(r"\d{1,9}", rest), "again" in rest.lower()
    active = kept.active_of(own)
    if digits:
        active = [each for each in active if each.id == int(digits.group())]
    if not active:
        raise CommandError(NOTHING_ON)
    if len(active) > 1:
        return _which(call, [(e, f"tutored {minutes} minutes {e.id}") for e in active])
    record = active[0]
    noted = kept.note_session(
        record.id,
        minutes,
        user_id=call.asker.user_id,
        as_of=call.as_of,
        source=f"tutored:{call.source}",
        again=again,
    )
    if not noted.is_new:
        return _private(
            call,
            f"{minutes} minutes of today are noted already, so I count them once. Was it another "
            f"time? `tutored {minutes} minutes {record.id} again`.",
        )
    return _private(call, f"Noted: {count(minutes, 'minute')}. Well done, both of you!")


def _own(call: Call) -> str:
    student_id = call.asker.student_id
    if student_id is None:
        raise CommandError("That is for students.")
    return student_id


def _private(call: Call, content: str) -> Answer:
    return Answer(content, students=frozenset({_own(call)}), private=True)


COMMANDS: tuple[Command, ...] = (
    Command(
        name="tutoring",
        usage="tutoring yes|no <n>",
        summary="Answer whether you want a peer tutor, or to be one; `tutoring off`: never ask me.",
        examples=("tutoring yes 3", "tutoring no 3", "tutoring off", "tutoring on"),
        arguments=r"(?:(?:yes|no)(?:,? (?:please|thanks|thank you))?(?:,? #?\d{1,9})?|on|off)"
        r"(?:,? (?:please|thanks|thank you))?",
        roles=STUDENTS,
        scope=Scope.OWN,
        run=answer,
    ),
    Command(
        name="my tutoring",
        usage="my tutoring",
        summary="Who helps you, whom you help, and what you are asked.",
        arguments=r"(?:please)?",
        roles=STUDENTS,
        scope=Scope.OWN,
        run=mine,
    ),
    Command(
        name="tutored",
        usage="tutored <minutes> minutes",
        summary="Note that you and your tutor, or the one you help, have met.",
        examples=("tutored 30 minutes",),
        arguments=rf"(?:for )?{DURATION}(?:,? (?:(?:tutoring )?#?\d{{1,9}}|again|today|please))*",
        roles=STUDENTS,
        scope=Scope.OWN,
        run=met,
    ),
)
