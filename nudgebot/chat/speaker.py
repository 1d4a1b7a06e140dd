"""Says the desk's replies through the outbox: claimed together, then sent, each at most once."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from nudgebot.chat.answer import Reply, choices_in_words
from nudgebot.chat.confirmations import Confirmations
from nudgebot.chat.enclosing import enclosed
from nudgebot.chat.office import Mailbox
from nudgebot.errors import DeliveryError
from nudgebot.nudging.messages import Direct, InStream, Outgoing

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


@dataclass(frozen=True)
class Line:
    """One message of a reply; `token` is the confirmation that it asks for."""

    message: Outgoing
    token: str = ""


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
            )
            lines.append(Line(message, line.token))
    return lines


def _enclosed(reply: Reply, words: str, key: str) -> Line:
    return Line(Outgoing(key=key, recipient=reply.place, content=words, purpose=REPLY))


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
    """Claims and sends; what cannot be sent now, the outbox sends later."""

    def __init__(self, outbox: Mailbox, confirmations: Confirmations, board: Board) -> None:
        self._outbox = outbox
        self._confirmations = confirmations
        self._board = board

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

    def claim(self, lines: Sequence[Line], as_of: datetime) -> list[Line]:
        """Those not claimed before; within the transaction in which their cause has its effects."""
        return [line for line in lines if self._outbox.claim(line.message, as_of)]

    def push(self, lines: Sequence[Line], as_of: datetime, *, asker_id: int) -> None:
        """Send what was claimed; where the bot may not post, the asker gets it as a DM."""
        for line in lines:
            posted = self._outbox.push(line.message, as_of)
            message = line.message
            if posted.state == "refused" and isinstance(message.recipient, InStream):
                elsewhere = Outgoing(
                    key=f"{message.key}:dm",
                    recipient=Direct((asker_id,)),
                    content=message.content,
                    purpose=message.purpose,
                    heading=message.heading,
                    buttons=message.buttons,
                )
                posted = self._outbox.post(elsewhere, as_of)
            if line.token and posted.message_id is not None:
                self._offer(line.token, posted.message_id)

    def _offer(self, token: str, message_id: int) -> None:
        """Put the two answers under a preview as reactions: every app shows those."""
        self._confirmations.attach(token, message_id)
        try:
            self._board.react(message_id, YES)
            self._board.react(message_id, NO)
        except DeliveryError as error:
            log.info("no reactions under a preview: %s", error.code)
