"""What a student writes in her own words: kept, passed on to her teachers, and acknowledged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from nudgebot.chat.access import Asker
from nudgebot.chat.answer import Answer, code
from nudgebot.chat.audit import PASSED_ON
from nudgebot.chat.incoming import Incoming
from nudgebot.chat.near_misses import FOR_TEACHERS, hint_for, is_staff_command
from nudgebot.chat.office import Office
from nudgebot.chat.speech import spoken
from nudgebot.interventions.letters import StudentAnswer, TeacherMessage
from nudgebot.markup import esc, fence, global_time
from nudgebot.nudging.messages import Direct, InStream, Outgoing
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
URGENT = "urgent_answer"  # the outbox sends this purpose first


def is_urgent(office: Office, text: str) -> bool:
    """Whether one of the school's crisis phrases stands in a text."""
    return office.book.crisis.is_in(text)


def take_answer(
    office: Office, incoming: Incoming, asker: Asker, text: str, as_of: datetime
) -> Answer:
    """Keep a student's words and pass them on; the same message is never passed on twice.

    `text` is what the message says to the bot.
    """
    student = office.people.student(asker.student_id or "")
    if student is None:
        if is_urgent(office, text):
            return take_cry(office, incoming, as_of)
        unknown = "I do not find you in the school's newest data. Please tell your teacher."
        return Answer(unknown, private=True)
    if is_staff_command(text) and not is_urgent(office, text):
        return Answer(FOR_TEACHERS, private=True)
    said = StudentAnswer(
        incoming.message_id,
        student.student_id,
        incoming.content.strip(),
        at=incoming.sent_at,
        follows=office.letters.followed_by(student.student_id, incoming.sent_at),
    )
    urgent = is_urgent(office, _words(said))
    if urgent:
        office.consents.hold(student.student_id, HELD, as_of)
    reached = _pass_on(office, student, said, as_of, urgent=urgent)
    if urgent:
        return _help(office, reached, RESTING)
    passed = _passed(office, reached)
    thanks = f"Thank you! {passed}" if passed else NOBODY_YET
    return Answer(" ".join(part for part in (thanks, hint_for(text)) if part), private=True)


def take_cry(office: Office, incoming: Incoming, as_of: datetime) -> Answer:
    """Give the admins the urgent words of somebody who is not known as one person of the school.

    Nothing else is kept of them, since there is no student to keep it for.
    """
    content = _cry(office, incoming)
    reached = [
        user_id
        for user_id in _admins(office, but=incoming.sender_id)
        if _is_taken(office, _copy(f"cry:{incoming.message_id}", user_id, content), as_of)
    ]
    return _help(office, reached)


def _help(office: Office, reached: Sequence[int], *more: str) -> Answer:
    """The school's help text, and whether anybody reads what was said."""
    parts = [office.settings["crisis_help"], _passed(office, reached) or NOBODY_NOW, *more]
    return Answer("\n\n".join(part for part in parts if part), private=True)


def _passed(office: Office, reached: Sequence[int]) -> str:
    readers = _names(office, reached)
    return f"I have passed that on to {readers}." if readers else ""


def _names(office: Office, user_ids: Sequence[int]) -> str:
    """Who reads it: a student ought to know that."""
    users = [user for user in map(office.links.user, user_ids) if user is not None]
    names = [esc(user.full_name) for user in users[:MOST_NAMED]]
    if len(users) > MOST_NAMED:
        names.append(f"{len(users) - MOST_NAMED} more people of your school")
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def pass_on_waiting(office: Office, as_of: datetime) -> int:
    """Pass on what no teacher could be given when it was said; returns how many found one."""
    passed = 0
    for said in office.letters.waiting_answers():
        student = office.people.student(said.student_id)
        if student is not None:
            urgent = is_urgent(office, _words(said))
            passed += bool(_pass_on(office, student, said, as_of, urgent=urgent))
    return passed


def _pass_on(
    office: Office, student: Student, said: StudentAnswer, as_of: datetime, *, urgent: bool
) -> list[int]:
    """Keep an answer and give it to those who may read it; returns whom Zulip let it reach.

    What reached nobody waits for `pass_on_waiting`.
    """
    office.letters.keep_answer(said, passed_to=0)
    readers = _readers(office, student, said.follows, as_of, urgent=urgent)
    reached = _given(office, student, said, readers, as_of=as_of, urgent=urgent)
    if urgent and len(reached) < len(readers):
        admins = _admins(office, but=_own_id(office, student))
        others = [each for each in admins if each not in readers]
        reached += _given(office, student, said, others, as_of=as_of, urgent=urgent)
    office.letters.keep_answer(said, passed_to=len(reached))
    return reached


def _given(
    office: Office,
    student: Student,
    said: StudentAnswer,
    readers: Iterable[int],
    *,
    as_of: datetime,
    urgent: bool,
) -> list[int]:
    """Post a copy to each; returns those whose copy was not refused."""
    reached = []
    content = _urgent(student, said) if urgent else _passed_on(student, said)
    purpose = URGENT if urgent else "student_answer"
    for user_id in readers:
        copy = _copy(f"answer:{said.message_id}", user_id, content, purpose=purpose)
        if _is_taken(office, copy, as_of):
            reached.append(user_id)
            office.audit.record(
                [student.student_id],
                actor_user_id=user_id,
                action=PASSED_ON,
                place=Direct((user_id,)),
                as_of=as_of,
            )
    return reached


def _copy(source: str, user_id: int, content: str, *, purpose: str = URGENT) -> Outgoing:
    return Outgoing(f"{source}:{user_id}", Direct((user_id,)), content, purpose)


def _is_taken(office: Office, message: Outgoing, as_of: datetime) -> bool:
    """Post it; False where Zulip refuses it for good."""
    return office.outbox.post(message, as_of).state != "refused"


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
    since the student's words are for her teachers. What is urgent goes to all of them, and to the
    admins too where one of them cannot be reached or where there is none.
    """
    day = local_day(as_of, office.zone)
    found = [
        office.links.user_id_of("teacher", each.teacher_id)
        for each in office.people.teachers_of(student.student_id, day=day)
    ]
    own_id = _own_id(office, student)
    teachers = [user_id for user_id in found if user_id not in (None, own_id)]
    writer = None if follows is None else office.access.asker(follows.teacher_user_id, as_of)
    writes = [writer.user_id] if writer is not None and writer.may_see(student.student_id) else []
    if writes and writes[0] in teachers and not urgent:
        return writes
    readers = [each for each in dict.fromkeys(teachers + writes) if each != own_id]
    if urgent and (not readers or len(teachers) < len(found)):
        readers += [each for each in _admins(office, but=own_id) if each not in readers]
    return readers


def _own_id(office: Office, student: Student) -> int | None:
    """The student's own user: who is a teacher or an admin too is no reader of her own words."""
    return office.links.user_id_of("student", student.student_id)


def _admins(office: Office, *, but: int | None) -> list[int]:
    """The admins whom Zulip knows as active people: settings may name somebody who is not."""
    users = [office.links.user(each) for each in sorted(office.access.admin_ids() - {but})]
    return [user.user_id for user in users if user and user.is_active and not user.is_bot]


def _words(said: StudentAnswer) -> str:
    return spoken(said.text) or said.text


def _quoted(words: str) -> str:
    """Somebody's words as quoted text in which nothing acts."""
    return fence("\n".join(esc(line) for line in words.splitlines()), "quote")


def _passed_on(student: Student, said: StudentAnswer) -> str:
    about = f" to your message of {global_time(said.follows.sent_at)}" if said.follows else ""
    answer = code(f"message {student.student_id} <your words>")
    name = esc(student.name or student.student_id)
    return f"**{name}** answers{about}:\n{_quoted(_words(said))}\nAnswer with {answer}."


def _urgent(student: Student, said: StudentAnswer) -> str:
    """The same for words at which somebody must look at once, and what happened so far."""
    name, first = esc(student.name or student.student_id), esc(student.first_name)
    answer = code(f"message {student.student_id} <your words>")
    return (
        f"🚨 **Urgent, please read now: {name} may be in danger.** "
        f"Written {global_time(said.at)}:\n{_quoted(_words(said))}\n"
        f"I only look for certain phrases; please judge for yourself, and talk to {first} in "
        f"person today. {first} has been told to talk to an adult or to call for help, and gets "
        f"no nudges before writing `start` to me. Answer here with {answer}."
    )


def _cry(office: Office, incoming: Incoming) -> str:
    """The same where all that is known is who wrote in Zulip, and where."""
    user = office.links.user(incoming.sender_id)
    name = esc((user.full_name if user else incoming.sender_name) or f"user {incoming.sender_id}")
    words = _quoted(spoken(incoming.content) or incoming.content)
    return (
        f"🚨 **Urgent, please read now: {name} may be in danger.** "
        f"Written {global_time(incoming.sent_at)} {_where(incoming)}:\n{words}\n"
        f"This is Zulip user {incoming.sender_id}, whom I cannot tell to be one student of the "
        "school, so no teacher has been told. I only look for certain phrases; please judge for "
        "yourself, find out who it is, and have somebody talk to them in person today. They have "
        "been told to talk to an adult or to call for help."
    )


def _where(incoming: Incoming) -> str:
    if isinstance(incoming.place, InStream):
        stream = esc(str(incoming.place.stream))
        return f"in channel {stream}, topic “{esc(incoming.place.topic)}”"
    return "in a direct message to me" if incoming.is_private else "in a group conversation"
