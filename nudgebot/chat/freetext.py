"""What a student writes in her own words: kept, passed on to her teachers, and acknowledged."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from nudgebot.chat.access import Asker
from nudgebot.chat.answer import Answer
from nudgebot.chat.audit import PASSED_ON
from nudgebot.chat.contested import newest_of
from nudgebot.chat.copies import (
    answer_copy,
    correction_copy,
    cry_copy,
    names_of,
    urgent_copy,
    words_of_student,
)
from nudgebot.chat.incoming import Incoming
from nudgebot.chat.near_misses import FOR_TEACHERS, hint_for, is_staff_command
from nudgebot.chat.office import Office
from nudgebot.chat.readers import admins_of, contacts_of, own_id_of, readers_of
from nudgebot.chat.responding import note_answer
from nudgebot.interventions.letters import GROUP, WRONG, StudentAnswer
from nudgebot.nudging.messages import Direct, Outgoing
from nudgebot.school.people import Student

NOBODY_YET = (
    "Thank you, I have kept your words. No teacher of yours can be reached through me yet; "
    "if it matters now, please talk to them."
)
NOBODY_NOW = "I cannot reach anybody for you right now, so please do not wait for an answer here."
NOBODY_AFTER_ALL = (
    "I told you that I had passed your words on. That did not work after all: nobody has got them, "
    "so please do not wait for an answer here."
)
RESTING = "My nudges rest now, until a person of your school lets them go on."
UNKNOWN = "I do not find you in the school's newest data. Please tell your teacher."
URGENT = "urgent_answer"  # the outbox sends this purpose first
CHECKED = " They can check it in the school's system, where my figures come from."
LOOKED_BACK = timedelta(days=1)  # so long a copy that was refused late is looked for
_COPY = re.compile(r"answer:(\d+):\d+")


def is_urgent(office: Office, text: str) -> bool:
    """Whether one of the school's crisis phrases stands in a text."""
    return office.book.crisis.is_in(text)


def is_overheard(office: Office, incoming: Incoming, asker: Asker, text: str) -> bool:
    """Whether words that are not to the bot are a student's answer to her teacher, or urgent.

    That can only be in a conversation of several people with the bot in it. They are an answer
    where the school lets teacher and student meet there (`delivery_conversation`), and a teacher
    in it wrote to her there; what is urgent counts in any.
    """
    if not incoming.is_direct or incoming.is_private or asker.student_id is None:
        return False
    if is_urgent(office, text):
        return True
    follows = office.letters.message_before(asker.student_id, incoming.sent_at)
    return (
        office.settings["delivery_conversation"] == "group"
        and follows is not None
        and incoming.place == Direct(tuple(sorted((asker.user_id, follows.teacher_user_id))))
    )


def held_why(student_id: str) -> str:
    """Why a student's nudges wait for a person; her teachers read it in `why`."""
    return (
        "Nudges rest, because the student wrote something that needs a person; "
        f"“resume {student_id}” lets them go on."
    )


def take_answer(
    office: Office,
    incoming: Incoming,
    asker: Asker,
    text: str,
    as_of: datetime,
    *,
    kind: str = "",
) -> Answer:
    """Keep a student's words and pass them on; the same message is never passed on twice.

    `text` is what the message says to the bot. Words said in a group (kind `GROUP`) are only kept,
    as the teacher reads them there, and answered with nothing, unless they are urgent.
    """
    student = office.people.student(asker.student_id or "")
    if student is None:
        urgent = is_urgent(office, text)
        return take_cry(office, incoming, as_of) if urgent else Answer(UNKNOWN, private=True)
    if not kind and is_staff_command(text) and not is_urgent(office, text):
        return Answer(FOR_TEACHERS, private=True)
    said = StudentAnswer(
        incoming.message_id,
        student.student_id,
        text if kind == WRONG else incoming.content.strip(),
        at=incoming.sent_at,
        follows=office.letters.followed_by(student.student_id, incoming.sent_at),
        kind=kind,
    )
    if is_urgent(office, words_of_student(said)):
        office.consents.hold(student.student_id, held_why(student.student_id), as_of)
        office.interventions.alerts.cry(student.student_id, said.at)
        return _help(office, _pass_on(office, student, said, as_of, urgent=True), RESTING)
    if not kind:
        follows_at = said.follows.sent_at if said.follows else None
        note_answer(office, student.student_id, said.at, follows_at=follows_at)
    if kind == GROUP:
        office.letters.keep_answer(said, passed_to=1)
        return Answer("", private=True)
    passed = _passed(office, _pass_on(office, student, said, as_of, urgent=False))
    thanks = f"Thank you! {passed}" if passed else NOBODY_YET
    if kind == WRONG:
        return Answer(thanks + (CHECKED if passed else ""), private=True)
    return Answer(" ".join(part for part in (thanks, hint_for(text)) if part), private=True)


def take_cry(office: Office, incoming: Incoming, as_of: datetime) -> Answer:
    """Give the urgent words of somebody who is not known as one person of the school to those who
    can find out: the safeguarding contacts and the admins.

    Nothing else is kept of them, since there is no student to keep it for.
    """
    content = cry_copy(office, incoming)
    contacts = contacts_of(office, but=incoming.sender_id)
    reached = [
        user_id
        for user_id in dict.fromkeys(contacts + admins_of(office, but=incoming.sender_id))
        if _is_taken(office, _copy(f"cry:{incoming.message_id}", user_id, content, URGENT), as_of)
    ]
    return _help(office, reached)


def _help(office: Office, reached: Sequence[int], *more: str) -> Answer:
    """The school's help text, and whether anybody reads what was said."""
    parts = [office.settings["crisis_help"], _passed(office, reached) or NOBODY_NOW, *more]
    return Answer("\n\n".join(part for part in parts if part), private=True)


def _passed(office: Office, reached: Sequence[int]) -> str:
    readers = names_of(office, reached)
    return f"I have passed that on to {readers}." if readers else ""


def pass_on_waiting(office: Office, as_of: datetime) -> int:
    """Pass on what no teacher could be given when it was said; returns how many found one."""
    passed = 0
    for said in office.letters.waiting_answers():
        student = office.people.student(said.student_id)
        if student is not None:
            urgent = is_urgent(office, words_of_student(said))
            passed += bool(_pass_on(office, student, said, as_of, urgent=urgent))
    return passed


def look_back(office: Office, as_of: datetime) -> int:
    """Find copies that had to wait and were refused, or lost, since then; returns how many words.

    What nobody has after all waits again for `pass_on_waiting`. Of what is urgent the admins are
    told at once, and the student too where nobody at all has it: she was told that somebody did.
    """
    lost = [each.key for each in office.outbox.refused(as_of - LOOKED_BACK)]
    lost += [each.key for each in office.outbox.unsettled() if each.given_up]
    message_ids = {int(found[1]) for key in lost if (found := _COPY.fullmatch(key))}
    return sum(_look_again(office, message_id, as_of) for message_id in sorted(message_ids))


def _look_again(office: Office, message_id: int, as_of: datetime) -> bool:
    said = office.letters.answer(message_id)
    student = None if said is None else office.people.student(said.student_id)
    if said is None or student is None:
        return False
    urgent = is_urgent(office, words_of_student(said))
    own_id = own_id_of(office, student)
    admins = admins_of(office, but=own_id)
    asked = dict.fromkeys(readers_of(office, student, said, as_of, urgent=urgent) + admins)
    has = [each for each in asked if _has(office, said, each)]
    if urgent:
        untold = [e for e in admins if office.outbox.find(f"answer:{message_id}:{e}") is None]
        has += _given(office, student, said, untold, as_of=as_of, urgent=True, told=has + untold)
    if len(has) == said.passed_to:
        return False
    office.letters.keep_answer(said, passed_to=len(has))
    if urgent and not has and own_id is not None:
        words = f"{NOBODY_AFTER_ALL}\n\n{office.settings['crisis_help']}"
        office.outbox.post(_copy(f"unreached:{message_id}", own_id, words, URGENT), as_of)
    return True


def _has(office: Office, said: StudentAnswer, user_id: int) -> bool:
    """Whether somebody's copy has arrived, or still may."""
    posted = office.outbox.find(f"answer:{said.message_id}:{user_id}")
    return posted is not None and posted.state != "refused" and not posted.given_up


def _pass_on(
    office: Office, student: Student, said: StudentAnswer, as_of: datetime, *, urgent: bool
) -> list[int]:
    """Keep an answer and give it to those who may read it; returns whom Zulip let it reach.

    What reached nobody waits for `pass_on_waiting`.
    """
    office.letters.keep_answer(said, passed_to=0)
    readers = readers_of(office, student, said, as_of, urgent=urgent)
    reached = _given(office, student, said, readers, as_of=as_of, urgent=urgent, told=readers)
    if urgent and len(reached) < len(readers):
        admins = admins_of(office, but=own_id_of(office, student))
        others = [each for each in admins if each not in readers]
        told = reached + others
        reached += _given(office, student, said, others, as_of=as_of, urgent=urgent, told=told)
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
    told: Sequence[int],
) -> list[int]:
    """Post a copy to each; returns those whose copy was not refused. `told` are all who get one."""
    reached = []
    purpose = URGENT if urgent else "student_answer"
    plain = "" if urgent else _plain(office, student, said)
    for user_id in readers:
        reader, others = office.access.asker(user_id, as_of), [e for e in told if e != user_id]
        urgent_words = urgent_copy(office, student, said, reader=reader, others=others)
        words = urgent_words if urgent else plain
        copy = _copy(f"answer:{said.message_id}", user_id, words, purpose)
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


def _plain(office: Office, student: Student, said: StudentAnswer) -> str:
    """The copy's words where nothing is urgent."""
    if said.kind == WRONG:
        return correction_copy(student, said, newest_of(office, student.student_id))
    return answer_copy(student, said)


def _copy(source: str, user_id: int, content: str, purpose: str) -> Outgoing:
    return Outgoing(f"{source}:{user_id}", Direct((user_id,)), content, purpose)


def _is_taken(office: Office, message: Outgoing, as_of: datetime) -> bool:
    """Post it; False where Zulip refuses it for good."""
    return office.outbox.post(message, as_of).state != "refused"
