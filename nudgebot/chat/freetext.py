"""What a student writes in her own words: kept, passed on to her teacher, and acknowledged."""

from __future__ import annotations

from datetime import datetime

from nudgebot.chat.access import Asker
from nudgebot.chat.answer import Answer, code
from nudgebot.chat.incoming import Incoming
from nudgebot.chat.letters import StudentAnswer, TeacherMessage
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


def take_answer(office: Office, incoming: Incoming, asker: Asker, as_of: datetime) -> Answer:
    """Keep a student's words and pass them on; the same message is never passed on twice."""
    student = office.people.student(asker.student_id or "")
    if student is None:
        return Answer("I do not find you in the school's newest data. Please tell your teacher.")
    said = StudentAnswer(
        incoming.message_id,
        student.student_id,
        incoming.content.strip(),
        at=incoming.sent_at,
        follows=office.letters.followed_by(student.student_id, incoming.sent_at),
    )
    teachers = _pass_on(office, student, said, as_of)
    if not teachers:
        return Answer(NOBODY_YET, private=True)
    names = [user.full_name for user in map(office.links.user, teachers) if user is not None]
    to_whom = " and ".join(esc(name) for name in names[:2]) if len(names) <= 2 else "your teachers"
    return Answer(f"Thank you! I have passed that on to {to_whom or 'your teacher'}.", private=True)


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
    teachers = _readers(office, student, said.follows, as_of)
    office.letters.keep_answer(said, passed_to=len(teachers))
    for user_id in teachers:
        office.outbox.post(
            Outgoing(
                key=f"answer:{said.message_id}:{user_id}",
                recipient=Direct((user_id,)),
                content=_passed_on(student, said),
                purpose="student_answer",
            ),
            as_of,
        )
        office.audit.record(
            [student.student_id],
            actor_user_id=user_id,
            action="answer",
            place=Direct((user_id,)),
            as_of=as_of,
        )
    return teachers


def _readers(
    office: Office, student: Student, follows: TeacherMessage | None, as_of: datetime
) -> list[int]:
    """The teacher whose message it follows, if she still teaches the student; else all of them."""
    if follows is not None:
        writer = office.access.asker(follows.teacher_user_id, as_of)
        if writer.is_staff and writer.may_see(student.student_id):
            return [writer.user_id]
    day = local_day(as_of, office.zone)
    found = [
        office.links.user_id_of("teacher", each.teacher_id)
        for each in office.people.teachers_of(student.student_id, day=day)
    ]
    return [user_id for user_id in found if user_id is not None]


def _passed_on(student: Student, said: StudentAnswer) -> str:
    """The student's words as quoted text in which nothing acts, and how to answer."""
    words = spoken(said.text) or said.text
    quoted = fence("\n".join(esc(line) for line in words.splitlines()), "quote")
    about = f" to your message of {global_time(said.follows.sent_at)}" if said.follows else ""
    answer = code(f"message {student.student_id} <your words>")
    name = esc(student.name or student.student_id)
    return f"**{name}** answers{about}:\n{quoted}\nAnswer with {answer}."
