"""What a student can say about herself: why, pause, stop, start, quiet, wrong, privacy."""

from __future__ import annotations

import re
from datetime import timedelta

from nudgebot.chat.answer import Answer
from nudgebot.chat.command import STUDENTS, Call, Command, Scope
from nudgebot.chat.commands.progress import progress
from nudgebot.chat.freetext import take_answer
from nudgebot.chat.kept import kept_how_long, kept_of, lookers_of
from nudgebot.chat.responding import note_tap
from nudgebot.errors import CommandError
from nudgebot.interventions.letters import WRONG
from nudgebot.markup import global_time
from nudgebot.nudging.responses import Kind
from nudgebot.nudging.story_words import why_told_to_student

LONGEST_PAUSE_DAYS = 60
PLEASE = r"(?:(?:please|now|it|this|all|messages|nudges|messaging me|sending me)[ ,]*)*"
HOUR = r"(\d{1,3})(?:[:.](\d\d))?\s*(?:([ap])\.?m\.?|h|uhr)?"
HOURS = rf"{HOUR}\s*(?:-|–|to|until)\s*{HOUR}"
WHAT_IS_WRONG = (
    "What is wrong? Write it behind the word, as `wrong I did hand in the essay`. Your teachers "
    "get it and check it."
)
STILL_RESTING = (
    "Noted: from your side, nudges may come. They still rest, until a person of your school lets "
    "them go on, because of what you wrote to me. You can write to me at any time, and your "
    "teacher reads it; `progress` and the other words work as always."
)
PRIVACY = """\
**What I know and who sees it**
- I read what your school's learning system exports: activity, practice, exams, assignments.
- Your teachers see the figures of the students in their own classes, and how each compares with \
the class. Administrators see all. Every look at your data is written down.
- Other students see nothing of you; only where you and another one both \
agree to tutoring, you learn each other's names.
- What you write to me here is kept and read by the teacher who wrote to you last, or else by all \
your teachers. If somebody else of the school wrote to you, that person reads it too; \
administrators can look it up. If it sounds as if you are in danger, all your teachers and the \
school's safeguarding contacts get it at once.
- Nudges, whether you read or answered them, and whether they helped, are kept too. To learn \
whether nudges help at all, chance keeps a few of them back. `stop` ends nudges at once, \
`pause 7` for a week. What your teacher writes still reaches you.
- Something is wrong, or you want it corrected or deleted? `wrong <what>` brings it to your \
teachers."""


def why(call: Call) -> Answer:
    """Answer a student's `why`: which nudges she got, and what they were about."""
    lines = why_told_to_student(call.office.store, _own(call))
    if not lines:
        return _private(call, "I have not sent you any nudge so far.")
    text = "\n".join(["These are the newest nudges you got, and why:", *lines])
    return _private(
        call, f"{text}\n\nIs one of them wrong? `wrong <what>` brings it to your teachers."
    )


def pause(call: Call) -> Answer:
    """Answer `pause <days>`."""
    student_id = _own(call)
    digits = re.search(r"\d+", call.text)
    days = int(digits.group()) if digits else 7
    if not 1 <= days <= LONGEST_PAUSE_DAYS:
        raise CommandError(f"A pause has from 1 to {LONGEST_PAUSE_DAYS} days: `pause 7`.")
    until = call.incoming.sent_at + timedelta(days=days)
    if until <= call.as_of:
        return _private(call, "That pause is over already. Say `pause 7` for a new one.")
    call.office.consents.pause(student_id, until, call.as_of)
    return _private(
        call, f"No nudges until {global_time(until)}. `start` ends the pause before that."
    )


def stop(call: Call) -> Answer:
    """Answer `stop`."""
    call.office.consents.stop(_own(call), call.as_of)
    return _private(
        call,
        "Done: no more nudges from me. What your teacher writes to you still reaches you. "
        "`start` brings the nudges back.",
    )


def start(call: Call) -> Answer:
    """Answer `start`; what waits for a person, it cannot end."""
    student_id = _own(call)
    call.office.consents.start(student_id, call.as_of)
    if call.office.consents.state(student_id).held:
        return _private(call, STILL_RESTING)
    return _private(call, "Good to have you back! Nudges may come again.")


def quiet(call: Call) -> Answer:
    """Answer `quiet 21-8`, `quiet 9pm-7am`, or `quiet off`."""
    student_id = _own(call)
    hours = re.search(HOURS, call.text, re.IGNORECASE)
    if hours is None:
        call.office.consents.quiet(student_id, None, None, call.as_of)
        return _private(call, "Your own quiet hours are gone; the school's hold again.")
    begin, end = _hour(*hours.groups()[:3]), _hour(*hours.groups()[3:])
    if begin == end:
        raise CommandError("Quiet hours begin and end at different hours: `quiet 21-8`.")
    call.office.consents.quiet(student_id, begin, end, call.as_of)
    return _private(call, f"No nudges between {begin}:00 and {end}:00 of your own time.")


def _hour(digits: str, minutes: str | None, half: str | None) -> int:
    """An hour of the day, from 0 to 23; raises CommandError for one that no clock shows."""
    hour, is_half = int(digits), half is not None
    if minutes is not None and int(minutes):
        raise CommandError("Quiet hours are whole hours: `quiet 21-8`.")
    if hour > 24 or (is_half and not 1 <= hour <= 12):
        shown = f"{digits} {half.lower()}.m." if half is not None else digits
        raise CommandError(
            f"There is no hour {shown}; write it as `quiet 21-8` or `quiet 9pm-8am`."
        )
    if half is None:
        return hour % 24
    return hour % 12 + (12 if half.lower() == "p" else 0)


def wrong(call: Call) -> Answer:
    """Answer `wrong <text>`: the teachers get it as a correction to check."""
    note_tap(call.office, call.incoming, _own(call), Kind.WRONG)
    if not call.text.strip(" .?!"):
        return _private(call, WHAT_IS_WRONG)
    return take_answer(call.office, call.incoming, call.asker, call.text, call.as_of, kind=WRONG)


def privacy(call: Call) -> Answer:
    """Answer `privacy`: what is so for everybody, what is kept of her, and who looked at it."""
    student_id = _own(call)
    kept, looked = kept_of(call.office, student_id), lookers_of(call.office, student_id, call.as_of)
    return _private(
        call,
        "\n\n".join(
            [
                PRIVACY,
                "\n".join(["**What is kept about you**", *kept]),
                kept_how_long(call.office),
                "\n".join(["**Who looked**, newest first", *looked]),
            ]
        ),
    )


def _own(call: Call) -> str:
    student_id = call.asker.student_id
    if student_id is None:
        raise CommandError("That is for students.")
    return student_id


def _private(call: Call, content: str) -> Answer:
    return Answer(content, students=frozenset({_own(call)}), private=True)


COMMANDS = (
    Command(
        name="progress",
        usage="progress",
        summary="How you are doing.",
        arguments=r"(?:report|my progress|please)?",
        aliases=("my progress", "show my progress"),
        roles=STUDENTS,
        scope=Scope.OWN,
        run=progress,
    ),
    Command(
        name="why",
        usage="why",
        summary="Which nudges you got, and why.",
        arguments=r"(?:did i get (?:this|that|it)|this|that)?(?: message| nudge)?",
        roles=STUDENTS,
        scope=Scope.OWN,
        run=why,
    ),
    Command(
        name="pause",
        usage="pause <days>",
        summary="No nudges for so many days.",
        examples=("pause 7",),
        arguments=r"(?:for )?(?:\d{1,4}(?: ?days?| ?d)?)?(?:,? please)?",
        roles=STUDENTS,
        scope=Scope.OWN,
        run=pause,
    ),
    Command(
        name="stop",
        usage="stop",
        summary="No nudges any more.",
        arguments=PLEASE,
        aliases=("please stop", "unsubscribe"),
        roles=STUDENTS,
        scope=Scope.OWN,
        run=stop,
    ),
    Command(
        name="start",
        usage="start",
        summary="Nudges again, after a pause or a stop.",
        arguments=PLEASE,
        roles=STUDENTS,
        scope=Scope.OWN,
        run=start,
    ),
    Command(
        name="quiet",
        usage="quiet <hour>-<hour>",
        summary="Hours of your day in which no nudge comes; `quiet off` ends that.",
        examples=("quiet 21-8", "quiet 9pm-7am", "quiet off"),
        arguments=rf"(?:hours )?(?:from )?(?:{HOURS}|off)(?:,? please)?",
        roles=STUDENTS,
        scope=Scope.OWN,
        run=quiet,
    ),
    Command(
        name="wrong",
        usage="wrong <text>",
        summary="Something about you is wrong: your teachers check it.",
        help="❌ or 👎 on a nudge says the same; then you are asked what is wrong.",
        examples=("wrong I did hand in the essay",),
        aliases=("this is wrong", "stimmt nicht", "das stimmt nicht"),
        roles=STUDENTS,
        scope=Scope.OWN,
        run=wrong,
    ),
    Command(
        name="privacy",
        usage="privacy",
        summary="What is kept about you, and who looked at it.",
        arguments=r"(?:policy)?",
        roles=STUDENTS,
        scope=Scope.OWN,
        run=privacy,
    ),
)
