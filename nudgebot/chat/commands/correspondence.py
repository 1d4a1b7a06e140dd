"""`messages <student>`: what was written to a student, and what she answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from nudgebot.chat.answer import Answer
from nudgebot.chat.command import STAFF, Call, Command, Scope
from nudgebot.chat.copies import words_of_student
from nudgebot.chat.finder import named, one_student
from nudgebot.interventions.letters import GROUP, WRONG, StudentAnswer, TeacherMessage
from nudgebot.interventions.messages import shortened
from nudgebot.markup import esc, global_time
from nudgebot.nudging.messages import Button

MOST_MESSAGES = 10
MOST_ANSWERS = 20
STATES = {
    "sent": "✅ sent",
    "refused": "⚠️ did not arrive: Zulip refused it",
    "unclear": "❓ nobody can tell whether it arrived",
}
WAITS = "⏳ waiting; I tell its writer what becomes of it"


def messages(call: Call) -> Answer:
    """Answer `messages <student>`: what was sent by whom, whether it was read, and the answers."""
    student = one_student(call, " ".join(call.words), "messages {}")
    key = student.student_id
    sent = call.office.letters.messages_to(key, limit=MOST_MESSAGES)
    answers = call.office.letters.answers_of(key, limit=MOST_ANSWERS)
    keys = {each.key for each in sent}
    entries = [(each.sent_at, _message(call, each, answers)) for each in sent]
    loose = [each for each in answers if each.follows is None or each.follows.key not in keys]
    entries += [(at, f"- {line}") for at, line in _folded(call, loose)]
    entries.sort(key=lambda entry: entry[0], reverse=True)
    lines = [line for _, line in entries[:MOST_MESSAGES]]
    head = f"**Messages to {named(student)}**, newest first:"
    if not lines:
        head, lines = f"Nobody has written to {named(student)} through me so far.", []
    return Answer(
        "\n".join([head, *lines]),
        students=frozenset({key}),
        heading=f"What next for {student.first_name}?",
        buttons=(
            Button("Message", "Write a message", f"message {key}"),
            Button("History", "All that was done", f"history {key}"),
        ),
    )


def _message(call: Call, message: TeacherMessage, answers: list[StudentAnswer]) -> str:
    user = call.office.links.user(message.teacher_user_id)
    name = esc(user.full_name if user else "Somebody who has left")
    if message.teacher_user_id == call.asker.user_id:
        name = "You"
    became = STATES.get(message.state, WAITS)
    if message.read_at is not None:
        became += f", seen to be read {global_time(message.read_at)}"
    lines = [f"- {global_time(message.sent_at)} **{name}** ({_title(call, message)}): {became}"]
    lines.append(f"“{esc(shortened(message.message))}”")
    own = [each for each in answers if each.follows and each.follows.key == message.key]
    lines += [f"↩ {line}" for _, line in sorted(_folded(call, own))]
    return "\n  ".join(lines)


def _title(call: Call, message: TeacherMessage) -> str:
    found = call.office.book.templates.by_id.get(message.template_id)
    return esc(found[0].title) if found else "own words"


def _folded(call: Call, answers: Sequence[StudentAnswer]) -> list[tuple[datetime, str]]:
    """A line an answer; those to somebody else in one line, at the newest of them."""
    shown = [(each.at, _answer(call, each)) for each in answers if _may_read(call, each)]
    hidden = [each for each in answers if not _may_read(call, each)]
    if hidden:
        newest = max(hidden, key=lambda each: each.at)
        times = f" {len(hidden)} times, last then" if len(hidden) > 1 else ""
        shown.append((newest.at, f"{_answer(call, newest)}{times}"))
    return shown


def _answer(call: Call, said: StudentAnswer) -> str:
    """An answer, with its words for those who have got them."""
    if not _may_read(call, said):
        return f"{global_time(said.at)} answered somebody else"
    verb = "said that something is wrong" if said.kind == WRONG else "answered"
    return f"{global_time(said.at)} {verb}: “{esc(shortened(words_of_student(said)))}”"


def _may_read(call: Call, said: StudentAnswer) -> bool:
    """Who got it, or sees all; in a conversation of three, its teacher was there."""
    own = said.follows is not None and said.follows.teacher_user_id == call.asker.user_id
    passed = call.office.outbox.find(f"answer:{said.message_id}:{call.asker.user_id}")
    return call.asker.sees_all or passed is not None or (own and said.kind == GROUP)


COMMANDS = (
    Command(
        name="messages",
        usage="messages <student>",
        summary="What was written to a student, whether it arrived and was read, and the answers.",
        help="Read is what Zulip tells: a student may keep that back. All who teach the student "
        "see what teachers wrote; an answer's words are shown to those who got it.",
        examples=("messages 5", "messages Ana"),
        roles=STAFF,
        scope=Scope.STUDENTS,
        run=messages,
    ),
)
