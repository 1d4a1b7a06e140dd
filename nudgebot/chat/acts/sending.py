"""Sends what a teacher confirmed: one direct message a student, each at most once, each noted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from nudgebot.chat.access import Asker
from nudgebot.chat.acts.act import Act, Clock
from nudgebot.chat.answer import Answer, code
from nudgebot.chat.command import Call
from nudgebot.chat.confirmations import Confirmation
from nudgebot.chat.figures_text import count
from nudgebot.chat.finder import named
from nudgebot.chat.office import Office
from nudgebot.chat.other_templates import other_templates
from nudgebot.chat.own_subjects import figures_to_choose_by
from nudgebot.chat.own_words import own_words
from nudgebot.chat.previews import (
    LONGEST_TEXT,
    SEND,
    Letter,
    folded,
    letters_in,
    preview,
    writes_together,
)
from nudgebot.chat.reading import figures_of
from nudgebot.chat.wording import belongs
from nudgebot.errors import CommandError
from nudgebot.interventions.means import Actor
from nudgebot.interventions.messages import message_key
from nudgebot.markup import esc
from nudgebot.school.people import Student

# What became of a message, as the last line tells it; "refused" and "not linked" name the students.
SENT, NOT_LINKED, REFUSED, WAITING = "sent", "not linked", "refused by Zulip", "waiting or unclear"
GONE, NO_MORE, SILENT = "not yours any more", "no longer concerned", "asked for silence"
NAMED = (NOT_LINKED, REFUSED, WAITING)
_BY_STATE = {"sent": SENT, "refused": REFUSED, "not linked": NOT_LINKED}


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
        actor = Actor(asker.user_id, asker.name, asker.teacher_id)
        at = clock()
        if not letter.category or not (outcome := _why_no_more(office, asker, letter, at)):
            outcome = _send(office, confirmation.identity, letter, actor, as_of=at)
        outcomes.setdefault(outcome, []).append(student)
    office.confirmations.finish(confirmation.token)
    ids = frozenset(letter.student_id for letter in letters)
    return Answer(_summary(outcomes, together=writes_together(office)), students=ids)


def _why_no_more(office: Office, asker: Asker, letter: Letter, as_of: datetime) -> str:
    """A group message is checked again at the door, as nudges are; empty where it still holds."""
    key = letter.student_id
    if office.consents.state(key).silence(as_of):
        return SILENT
    row = figures_of(office, key)
    if row is None:
        return NO_MORE
    row = figures_to_choose_by(office, asker, {key: row}, as_of)[key]
    return "" if belongs(letter.category, row) else NO_MORE


def _send(office: Office, source: str, letter: Letter, actor: Actor, *, as_of: datetime) -> str:
    """What became of one letter: an outcome of the last line."""
    sent = office.interventions.messages.send(
        letter.student_id,
        letter.text,
        actor=actor,
        key=message_key(source, letter.student_id),
        as_of=as_of,
        template_id=letter.template,
    )
    return _BY_STATE.get(sent.state, WAITING)


def _summary(outcomes: Mapping[str, list[Student]], *, together: bool) -> str:
    """`12 sent, 1 not linked`, and who was not reached."""
    counts = Counter({outcome: len(students) for outcome, students in outcomes.items()})
    if counts == Counter({SENT: 1}):
        student = outcomes[SENT][0]
        answer = (
            "The answer comes in that conversation, where you are too."
            if together
            else "I pass the answer on to you."
        )
        seen = code(f"messages {student.student_id}")
        return f"✅ Sent to {esc(student.name)}. {answer} {seen} shows whether it was read."
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
    found = [
        (_other_words(letter, student, text, adding=adding), student)
        for letter in letters_in(settled.payload)
        if (student := call.office.people.student(letter.student_id)) is not None
        and call.asker.may_see(student.student_id)
    ]
    if not found:
        raise CommandError("Nobody of that preview is a student of yours now. Nothing was done.")
    letter, student = found[0]
    choices = (
        other_templates(call, student, template=letter.template, began=letter.began, own=letter.own)
        if letter.began and len(found) == 1
        else []
    )
    return preview(
        call,
        letters=[each for each, _ in found],
        about=settled.about,
        intro=_to_whom([named(student) for _, student in found]),
        sample=letter.text,
        choices=choices,
    )


def _other_words(letter: Letter, student: Student, text: str, *, adding: bool) -> Letter:
    """The letter with the teacher's words in its place, or behind it."""
    words = own_words(text, student)
    whole = f"{letter.text}\n\n{words}" if adding else words
    if len(whole) > LONGEST_TEXT:
        raise CommandError(f"A message has at most {LONGEST_TEXT} characters.")
    if not adding:
        return replace(letter, text=whole, template="", own="")
    return replace(letter, text=whole, own=f"{letter.own}\n\n{words}".strip())


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
