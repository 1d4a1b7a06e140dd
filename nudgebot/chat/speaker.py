"""Says the desk's replies through the outbox: claimed together, then sent, each at most once."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from nudgebot.chat.answer import Reply, choices_in_words
from nudgebot.chat.confirmations import Confirmations
from nudgebot.chat.enclosing import enclosed
from nudgebot.chat.office import Mailbox
from nudgebot.chat.pending import Line, Pending
from nudgebot.errors import DeliveryError
from nudgebot.nudging.messages import Direct, InStream, Outgoing
from nudgebot.nudging.outbox import Posted
from nudgebot.store import Store

log = logging.getLogger(__name__)

YES, NO = "check", "cross_mark"
REPLY = "reply"


class Board(Protocol):
    """The part of Zulip where reactions and uploads are; the gateway is one."""

    def react(self, message_id: int, emoji_name: str) -> None:
        """Add an emoji to a message."""

    def message(self, message_id: int) -> Mapping[str, Any] | None:
        """A message as it stands now; None where it is gone."""

    def upload(self, name: str, data: bytes) -> str:
        """Upload a file, and return the path to link to."""


def lines_of(replies: Sequence[Reply], source: str) -> list[Line]:
    """The messages that say the replies; their keys are the same whenever this is asked.

    Buttons come in a message of their own: the apps that show them show nothing else of it.
    """
    lines: list[Line] = []
    for reply in replies:
        for line in _lines(reply):
            key = f"{REPLY}:{source}:{len(lines)}"
            message = Outgoing(
                key=key,
                recipient=line.message.recipient,
                content=line.message.content,
                purpose=REPLY,
                heading=line.message.heading,
                buttons=line.message.buttons,
                about=_about(reply),
            )
            lines.append(Line(message, line.token))
    return lines


def _enclosed(reply: Reply, words: str, key: str) -> Line:
    return Line(
        Outgoing(key, recipient=reply.place, content=words, purpose=REPLY, about=_about(reply))
    )


def _about(reply: Reply) -> frozenset[str]:
    """Whose data it holds, where it matters who else reads it by the time it is sent."""
    return reply.answer.students if isinstance(reply.place, InStream) else frozenset()


def _lines(reply: Reply) -> Iterator[Line]:
    answer = reply.answer
    if answer.content.strip():
        yield Line(Outgoing("", reply.place, answer.content, REPLY))
    if answer.buttons:
        asked = Outgoing(
            key="",
            recipient=reply.place,
            content=choices_in_words(answer),
            purpose=REPLY,
            heading=answer.heading,
            buttons=answer.buttons,
        )
        yield Line(asked, answer.token)


class Speaker:
    """Claims and sends; what cannot be sent now, the outbox sends later.

    When a line's fate is known, now or later, it is followed up: where the bot may not post, the
    asker gets it as a DM, and a preview gets the two answers as reactions.
    """

    def __init__(
        self, store: Store, outbox: Mailbox, confirmations: Confirmations, board: Board
    ) -> None:
        self._store = store
        self._outbox = outbox
        self._confirmations = confirmations
        self._board = board
        self._pending = Pending(store)

    def enclose(self, replies: Sequence[Reply], source: str) -> list[Line]:
        """Make and upload what goes with the replies; the messages that show it, or say why not.

        An upload may be repeated after a crash: one that no message links is nobody's to see, and
        the server deletes it.
        """
        found = [(reply, each) for reply in replies for each in reply.answer.attachments]
        return [
            _enclosed(reply, enclosed(each, self._board.upload), f"{REPLY}:{source}:file{number}")
            for number, (reply, each) in enumerate(found)
        ]

    def claim(self, lines: Sequence[Line], as_of: datetime, *, asker_id: int) -> list[Line]:
        """Those not claimed before; within the transaction in which their cause has its effects."""
        with self._store.transaction():
            claimed = [line for line in lines if self._outbox.claim(line.message, as_of)]
            for line in claimed:
                self._pending.keep(line, asker_id=asker_id)
        return claimed

    def push(self, lines: Sequence[Line], as_of: datetime, *, asker_id: int) -> None:
        """Send what was claimed."""
        for line in lines:
            posted = self._outbox.push(line.message, as_of)
            self._follow_up(line, posted, as_of, asker_id=asker_id)

    def catch_up(self, as_of: datetime) -> int:
        """Follow up lines that had to wait; returns how many still do."""
        waiting = 0
        for line, asker_id in self._pending.all():
            posted = self._outbox.find(line.message.key)
            if posted is None:
                self._pending.forget(line.message.key)
            else:
                waiting += not self._follow_up(line, posted, as_of, asker_id=asker_id)
        return waiting

    def _follow_up(self, line: Line, posted: Posted, as_of: datetime, *, asker_id: int) -> bool:
        """Do what its fate asks for; False while that is not known. Twice is as good as once."""
        if posted.state == "refused" and isinstance(line.message.recipient, InStream):
            self._say_elsewhere(line, as_of, asker_id=asker_id)
        elif posted.state == "sent" and line.token and posted.message_id is not None:
            self._offer(line.token, posted.message_id, as_of)
        elif posted.state not in ("sent", "refused") and not posted.given_up:
            return False
        self._pending.forget(line.message.key)
        return True

    def _say_elsewhere(self, line: Line, as_of: datetime, *, asker_id: int) -> None:
        message = replace(line.message, key=f"{line.message.key}:dm", recipient=Direct((asker_id,)))
        claimed = self.claim([replace(line, message=message)], as_of, asker_id=asker_id)
        self.push(claimed, as_of, asker_id=asker_id)

    def _offer(self, token: str, message_id: int, as_of: datetime) -> None:
        """Put the two answers under a preview as reactions: every app shows those."""
        if all(each.token != token for each in self._confirmations.waiting(as_of)):
            return  # it came too late
        self._confirmations.attach(token, message_id)
        try:
            self._board.react(message_id, YES)
            self._board.react(message_id, NO)
        except DeliveryError as error:
            log.info("no reactions under a preview: %s", error.code)
