"""A teacher's own words to one student: sent once, kept, and noted in the record."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from nudgebot.interventions.letters import UNCLEAR, Letters, TeacherMessage
from nudgebot.interventions.means import Actor, Means
from nudgebot.interventions.record import InterventionType, Record
from nudgebot.markup import clean, esc, fence
from nudgebot.nudging.messages import Direct, Outgoing
from nudgebot.nudging.outbox import Posted

NOT_LINKED = "not linked"
PURPOSE = "teacher_message"
_MOST_SHOWN = 80


@dataclass(frozen=True)
class Sent:
    """What became of one message.

    `state` is the outbox's (sent, released, unsettled, refused), or `NOT_LINKED` where the student
    has no Zulip user, so that nothing went out and nothing was kept; `reason` says why in words.
    """

    key: str
    state: str
    reason: str = ""
    intervention_id: int | None = None

    @property
    def arrived(self) -> bool:
        """Whether Zulip has taken it."""
        return self.state == "sent"


def message_key(source: str, student_id: str) -> str:
    """The identity of a message: one confirmation, or one call, and one student."""
    return f"message:{source}:{student_id}"


def from_teacher(text: str, teacher: str, *, together: bool = False) -> str:
    """The message as the student sees it: whose words they are, and where an answer goes.

    `together`: the teacher is in the conversation. In a quotation nobody is mentioned, whatever the
    words are.
    """
    name = esc(teacher) or "Your teacher"
    last = f"Answer here: {name} reads it." if together else f"Answer here, and {name} gets it."
    return f"**{name}** writes to you:\n{fence(text, 'quote')}\n{last}"


def shortened(text: str, most: int = _MOST_SHOWN) -> str:
    """The beginning of a text in one line."""
    line = clean(text)
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


class Messages:
    """Sends teachers' messages."""

    def __init__(self, means: Means, record: Record) -> None:
        self._means = means
        self._record = record
        self._letters = Letters(means.store)

    def send(
        self,
        student_id: str,
        text: str,
        *,
        actor: Actor,
        key: str,
        as_of: datetime,
        template_id: str = "",
    ) -> Sent:
        """Send `text` (Markdown) as it stands, in the teacher's name; a key is sent once, ever.

        What went out before under this key is not sent again, its state is told. A student who is
        paused or stopped still gets it: that is about nudges, not about people. Who may write to
        whom is not decided here.
        """
        user_id = self._means.links.user_id_of("student", student_id)
        if user_id is None:
            return Sent(key, NOT_LINKED, self._means.links.why_not("student", student_id))
        together = self._means.settings["delivery_conversation"] == "group"
        readers = (user_id, actor.user_id) if together and actor.user_id != user_id else (user_id,)
        words = from_teacher(text, actor.name, together=len(readers) > 1)
        outgoing = Outgoing(key, Direct(readers), words, PURPOSE)
        message = TeacherMessage(
            key=key,
            teacher_user_id=actor.user_id,
            student_id=student_id,
            message=text,
            template_id=template_id,
            sent_at=as_of,
            state="claimed",
            teacher_id=actor.teacher_id,
        )
        with self._means.store.transaction():
            claimed = self._means.outbox.claim(outgoing, as_of)
            if claimed:
                self._letters.keep_message(message)
        if claimed:
            posted = self._means.outbox.push(outgoing, as_of)
        else:
            posted = self._means.outbox.find(key) or Posted(key, "claimed", None, "")
        return Sent(key, posted.state, posted.reason, self.settle(message, posted))

    def settle(self, message: TeacherMessage, posted: Posted) -> int | None:
        """Keep what is now known of a message; returns the intervention that it counts as.

        One that was refused for good reached nobody: it is kept as refused, and is no intervention.
        """
        state = UNCLEAR if posted.given_up else posted.state
        with self._means.store.transaction():
            self._letters.keep_message(replace(message, state=state))
            if posted.state == "refused":
                self._record.withdraw(message.key)
                return None
            return self._record.note(
                InterventionType.MESSAGE,
                Actor(message.teacher_user_id, "", message.teacher_id),
                student_id=message.student_id,
                action_taken=f"Message: {shortened(message.message)}",
                source=message.key,
                as_of=message.sent_at,
            )
