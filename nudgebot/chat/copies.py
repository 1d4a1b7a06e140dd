"""The words in which a student's own words are passed on: nothing in them acts."""

from __future__ import annotations

from collections.abc import Sequence

from nudgebot.chat.access import Asker
from nudgebot.chat.answer import code
from nudgebot.chat.incoming import Incoming
from nudgebot.chat.office import Office
from nudgebot.chat.speech import spoken
from nudgebot.interventions.letters import StudentAnswer, TeacherMessage
from nudgebot.markup import esc, fence, global_time
from nudgebot.nudging.messages import InStream
from nudgebot.school.people import Student

MOST_NAMED = 3


def words_of_student(said: StudentAnswer) -> str:
    """What she says herself; where all of it is quoted, that."""
    return spoken(said.text) or said.text


def names_of(office: Office, user_ids: Sequence[int]) -> str:
    """People in words: a student ought to know who reads it, and so ought they of each other."""
    users = [user for user in map(office.links.user, user_ids) if user is not None]
    names = [esc(user.full_name) for user in users[:MOST_NAMED]]
    if len(users) > MOST_NAMED:
        more = len(users) - MOST_NAMED
        names.append(f"{more} more {'person' if more == 1 else 'people'} of your school")
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def quoted(words: str) -> str:
    """Somebody's words as quoted text in which nothing acts."""
    return fence("\n".join(esc(line) for line in words.splitlines()), "quote")


def answer_copy(student: Student, said: StudentAnswer) -> str:
    """An ordinary answer, as a teacher gets it."""
    about = _about(said.follows) if said.follows else ""
    answer = code(f"message {student.student_id} <your words>")
    words = quoted(words_of_student(said))
    return f"**{_name(student)}** answers{about}:\n{words}\nAnswer with {answer}."


def _about(follows: TeacherMessage) -> str:
    """What it seems to answer: the newest thing that came from a teacher."""
    if follows.begins_at is not None:
        return f", after word of {follows.about} on {global_time(follows.begins_at)}"
    if follows.about:
        return f", after {follows.about}, “{esc(follows.message)}”"
    return f" to your message of {global_time(follows.sent_at)}"


def correction_copy(student: Student, said: StudentAnswer, about: Sequence[str]) -> str:
    """Words with which a student contests the data; `about` is what they may mean, as Markdown."""
    answer = code(f"message {student.student_id} <your words>")
    meant = "\n".join(["\nThis may be about:", *about, ""]) if about else ""
    return (
        f"✏️ **{_name(student)}** says that something is wrong:\n"
        f"{quoted(words_of_student(said))}\n{meant}"
        "Please check it in the LMS: I only read what it exports, and cannot correct it myself. "
        f"Answer with {answer}."
    )


def urgent_copy(
    office: Office, student: Student, said: StudentAnswer, *, reader: Asker, others: Sequence[int]
) -> str:
    """Words at which somebody must look at once, what happened so far, and who knows of it."""
    first = esc(student.first_name)
    also = f"{names_of(office, others)} got this too" if others else "Nobody else has got this"
    return (
        f"🚨 **Urgent, please read now: {_name(student)} may be in danger.** "
        f"Written {global_time(said.at)}:\n{quoted(words_of_student(said))}\n"
        f"I only look for certain phrases; please judge for yourself, and see to it that somebody "
        f"talks to {first} in person today. {also}. {first} has been told to talk to an adult or "
        f"to call for help, and gets no nudges for now.\n{_next(student, reader)}"
    )


def _next(student: Student, reader: Asker) -> str:
    """What a reader can do here, which depends on who she is."""
    first, key = esc(student.first_name), student.student_id
    resume = f"When nudges may go on, say {code(f'resume {key}')}."
    if reader.may_see(key):
        return f"Write to {first} here with {code(f'message {key} <your words>')}. {resume}"
    if reader.is_staff:
        return resume
    return f"When it is time, a teacher of {first} or an administrator lets nudges go on."


def cry_copy(office: Office, incoming: Incoming) -> str:
    """The same where all that is known is who wrote in Zulip, and where."""
    user = office.links.user(incoming.sender_id)
    name = esc((user.full_name if user else incoming.sender_name) or f"user {incoming.sender_id}")
    words = quoted(spoken(incoming.content) or incoming.content)
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


def _name(student: Student) -> str:
    return esc(student.name or student.student_id)
