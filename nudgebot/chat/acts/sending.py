"""Sends what a teacher confirmed: one direct message a student, each at most once, each noted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from nudgebot.chat.acts.act import Act, Clock
from nudgebot.chat.answer import Answer
from nudgebot.chat.command import Call
from nudgebot.chat.confirmations import Confirmation
from nudgebot.chat.figures_text import count
from nudgebot.chat.finder import named
from nudgebot.chat.office import Office
from nudgebot.chat.own_words import own_words
from nudgebot.chat.previews import SEND, Letter, folded, letters_in, preview
from nudgebot.chat.reading import figures_of
from nudgebot.chat.wording import belongs
from nudgebot.errors import CommandError
from nudgebot.interventions.letters import TeacherMessage
from nudgebot.interventions.messages import from_teacher
from nudgebot.markup import esc
from nudgebot.nudging.messages import Direct, Outgoing
from nudgebot.nudging.outbox import Posted
from nudgebot.school.people import Student

# What became of a message, as the last line tells it; "refused" and "not linked" name the students.
SENT, NOT_LINKED, REFUSED, WAITING = "sent", "not linked", "refused by Zulip", "waiting or unclear"
GONE, NO_MORE, SILENT = "not yours any more", "no longer concerned", "asked for silence"
NAMED = (NOT_LINKED, REFUSED, WAITING)
_BY_STATE = {"sent": SENT, "refused": REFUSED}


def send_all(office: Office, confirmation: Confirmation, clock: Clock) -> Answer:
    """Send the letters that still may go out, and say what became of each kind."""
    asker = office.access.asker(confirmation.asker_id, clock())
    outcomes: dict[str, list[Student]] = {}
    letters = letters_in(confirmation.payload)
    for letter in letters:
        student = office.people.student(letter.student_id)
        if student is None or not asker.may_see(letter.student_id) or not asker.is_staff:
            outcomes.setdefault(GONE, []).append(student or _nobody(letter.student_id))
            continue
        outcome = _send(office, confirmation, letter, teacher=asker.name, as_of=clock())
        outcomes.setdefault(outcome, []).append(student)
    office.confirmations.finish(confirmation.token)
    ids = frozenset(letter.student_id for letter in letters)
    return Answer(_summary(outcomes), students=ids)


def _send(
    office: Office,
    confirmation: Confirmation,
    letter: Letter,
    *,
    teacher: str,
    as_of: datetime,
) -> str:
    """What became of one letter: an outcome of the last line."""
    user_id = office.links.user_id_of("student", letter.student_id)
    if user_id is None:
        return NOT_LINKED
    if letter.category:
        # A group message is checked again at the door, as nudges are.
        if office.consents.state(letter.student_id).silence(as_of):
            return SILENT
        row = figures_of(office, letter.student_id)
        if row is None or not belongs(letter.category, row):
            return NO_MORE
    message = Outgoing(
        key=f"message:{confirmation.token}:{letter.student_id}",
        recipient=Direct((user_id,)),
        content=from_teacher(letter.text, teacher),
        purpose="teacher_message",
    )
    posted = office.outbox.post(message, as_of)
    _note(office, confirmation, letter, posted, as_of)
    return _BY_STATE.get(posted.state, WAITING)


def _note(
    office: Office, confirmation: Confirmation, letter: Letter, posted: Posted, as_of: datetime
) -> None:
    office.letters.keep_message(
        TeacherMessage(
            key=posted.key,
            teacher_user_id=confirmation.asker_id,
            student_id=letter.student_id,
            message=letter.text,
            template_id=letter.template,
            sent_at=as_of,
            state=posted.state,
        )
    )


def _summary(outcomes: Mapping[str, list[Student]]) -> str:
    """`12 sent, 1 not linked`, and who was not reached."""
    counts = Counter({outcome: len(students) for outcome, students in outcomes.items()})
    if counts == Counter({SENT: 1}):
        return f"✅ Sent to {esc(outcomes[SENT][0].name)}. I pass the answer on to you."
    order = (SENT, NOT_LINKED, REFUSED, WAITING, SILENT, NO_MORE, GONE)
    line = ", ".join(f"{counts[each]:,} {each}" for each in order if counts[each])
    lines = [f"{'✅' if counts[SENT] else '⚠️'} {line or 'nobody left to write to'}."]
    lines += [
        f"- {each}: {', '.join(esc(student.name) for student in outcomes[each])}"
        for each in NAMED
        if each in outcomes
    ]
    if counts[WAITING]:
        lines.append(
            f"{count(counts[WAITING], 'message')} will be tried or looked for again by itself; "
            "I tell you what becomes of it."
        )
    return "\n".join(lines)


def _nobody(student_id: str) -> Student:
    return Student(student_id, student_id, "", "", None, "", "", active=False)


def reworded(call: Call, settled: Confirmation, text: str, adding: bool) -> Answer:
    """The preview again, with other words for everybody in it, or with more of them."""
    letters, names = [], []
    for letter in letters_in(settled.payload):
        student = call.office.people.student(letter.student_id)
        if student is not None:
            words = own_words(text, student)
            words = f"{letter.text}\n\n{words}" if adding else words
            letters.append(replace(letter, text=words))
            names.append(named(student))
    if not letters:
        raise CommandError("Nobody of that preview is at the school any more. Nothing was done.")
    return preview(
        call,
        letters=letters,
        about=settled.about,
        intro=_to_whom(names),
        sample=letters[0].text,
    )


def _to_whom(names: Sequence[str]) -> str:
    """The names again: with new words one forgets who it was for."""
    if len(names) == 1:
        return f"To **{names[0]}**, in your words. This is what arrives:"
    listed = folded([f"- {name}" for name in names], "Who they are")
    return (
        f"To **{count(len(names), 'student')}**, in your words:\n\n{listed}\n\n"
        f"For example, {names[0]} gets:"
    )


def _begun(confirmed: Confirmation) -> str:
    amount = len(letters_in(confirmed.payload))
    return f"Sending {count(amount, 'message')} …" if amount > 1 else ""


ACTS = {SEND: Act(send_all, begun=_begun, change=reworded)}
