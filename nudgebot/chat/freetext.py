"""What a student writes in her own words: kept, passed on to her teachers, and acknowledged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from nudgebot.chat.access import Asker
from nudgebot.chat.answer import Answer, code
from nudgebot.chat.audit import PASSED_ON
from nudgebot.chat.incoming import Incoming
from nudgebot.chat.letters import StudentAnswer, TeacherMessage
from nudgebot.chat.near_misses import hint_for
from nudgebot.chat.office import Office
from nudgebot.chat.speech import spoken
from nudgebot.markup import esc, fence, global_time
from nudgebot.nudging.messages import Direct, Outgoing
from nudgebot.school.days import local_day
from nudgebot.school.people import Student

NOBODY_YET = (
    "Thank you, I have kept your words. No teacher of yours can be reached through me yet; "
    "if it matters now, please talk to them."
)
NOBODY_NOW = "I cannot reach anybody for you right now, so please do not wait for an answer here."
RESTING = "You get no nudges until you write `start`."
HELD = "Nudges wait for a person: the student wrote something that needs one."
MOST_NAMED = 3


def take_answer(
    office: Office, incoming: Incoming, asker: Asker, text: str, as_of: datetime
) -> Answer:
    """Keep a student's words and pass them on; the same message is never passed on twice.

    `text` is what the message says to the bot.
    """
    student = office.people.student(asker.student_id or "")
    is_crisis = office.book.crisis.is_in(text)
    if student is None:
        unknown = "I do not find you in the school's newest data. Please tell your teacher."
        return Answer(office.settings["crisis_help"] if is_crisis else unknown, private=True)
    said = StudentAnswer(
        incoming.message_id,
        student.student_id,
        incoming.content.strip(),
        at=incoming.sent_at,
        follows=office.letters.followed_by(student.student_id, incoming.sent_at),
    )
    if is_crisis:
        office.consents.hold(student.student_id, HELD, as_of)
    readers = _names(office, _pass_on(office, student, said, as_of))
    passed = f"I have passed that on to {readers}." if readers else ""
    if is_crisis:
        parts = [office.settings["crisis_help"], passed or NOBODY_NOW, RESTING]
        return Answer("\n\n".join(part for part in parts if part), private=True)
    thanks = f"Thank you! {passed}" if passed else NOBODY_YET
    return Answer(" ".join(part for part in (thanks, hint_for(text)) if part), private=True)


def _names(office: Office, user_ids: Sequence[int]) -> str:
    """Who reads it: a student ought to know that."""
    users = [user for user in map(office.links.user, user_ids) if user is not None]
    names = [esc(user.full_name) for user in users[:MOST_NAMED]]
    if len(users) > MOST_NAMED:
        names.append(f"{len(users) - MOST_NAMED} more of your teachers")
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def pass_on_waiting(office: Office, as_of: datetime) -> int:
    """Pass on what no teacher could be given when it was said; returns how many found one."""
    passed = 0
    for said in office.letters.waiting_answers():
        student = office.people.student(said.student_id)
        if student is not None:
            passed += bool(_pass_on(office, student, said, as_of))
    return passed


def _pass_on(office: Office, student: Student, said: StudentAnswer, as_of: datetime) -> list[int]:
    """Keep an answer and give it to those who may read it; returns their user ids."""
    urgent = office.book.crisis.is_in(_words(said))
    readers = _readers(office, student, said.follows, as_of, urgent=urgent)
    office.letters.keep_answer(said, passed_to=len(readers))
    for user_id in readers:
        office.outbox.post(
            Outgoing(
                key=f"answer:{said.message_id}:{user_id}",
                recipient=Direct((user_id,)),
                content=_urgent(student, said) if urgent else _passed_on(student, said),
                purpose="urgent_answer" if urgent else "student_answer",
            ),
            as_of,
        )
        office.audit.record(
            [student.student_id],
            actor_user_id=user_id,
            action=PASSED_ON,
            place=Direct((user_id,)),
            as_of=as_of,
        )
    return readers


def _readers(
    office: Office,
    student: Student,
    follows: TeacherMessage | None,
    as_of: datetime,
    *,
    urgent: bool,
) -> list[int]:
    """The teacher whose message it follows; else all of the student's teachers.

    Somebody else who wrote, as the office does, reads it too, if she still may: but never alone,
    since the student's words are for her teachers. What is urgent goes to all of them, and where
    there is none, to the admins.
    """
    day = local_day(as_of, office.zone)
    found = [
        office.links.user_id_of("teacher", each.teacher_id)
        for each in office.people.teachers_of(student.student_id, day=day)
    ]
    teachers = [user_id for user_id in found if user_id is not None]
    writer = None if follows is None else office.access.asker(follows.teacher_user_id, as_of)
    writes = [writer.user_id] if writer is not None and writer.may_see(student.student_id) else []
    if writes and writes[0] in teachers and not urgent:
        return writes
    readers = list(dict.fromkeys(teachers + writes))
    return readers or (sorted(office.access.admin_ids()) if urgent else [])


def _words(said: StudentAnswer) -> str:
    return spoken(said.text) or said.text


def _quoted(said: StudentAnswer) -> str:
    """The student's words as quoted text in which nothing acts."""
    return fence("\n".join(esc(line) for line in _words(said).splitlines()), "quote")


def _passed_on(student: Student, said: StudentAnswer) -> str:
    about = f" to your message of {global_time(said.follows.sent_at)}" if said.follows else ""
    answer = code(f"message {student.student_id} <your words>")
    name = esc(student.name or student.student_id)
    return f"**{name}** answers{about}:\n{_quoted(said)}\nAnswer with {answer}."


def _urgent(student: Student, said: StudentAnswer) -> str:
    """The same for words at which somebody must look at once, and what happened so far."""
    name, first = esc(student.name or student.student_id), esc(student.first_name)
    answer = code(f"message {student.student_id} <your words>")
    return (
        f"🚨 **Urgent, please read now: {name} may be in danger.** "
        f"Written {global_time(said.at)}:\n{_quoted(said)}\n"
        f"I only look for certain phrases; please judge for yourself, and talk to {first} in "
        f"person today. {first} has been told to talk to an adult or to call for help, and gets "
        f"no nudges before writing `start` to me. Answer here with {answer}."
    )
