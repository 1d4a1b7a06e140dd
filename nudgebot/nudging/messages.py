"""What goes out: recipients, buttons, messages, and the port to whatever carries them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Direct:
    """A conversation of the bot with these Zulip users."""

    user_ids: tuple[int, ...]


@dataclass(frozen=True)
class InStream:
    """A topic of a stream; `stream` is its name, or its id where that is known."""

    stream: str | int
    topic: str


@dataclass(frozen=True)
class Mail:
    """An e-mail to one address; `name` is the reader's."""

    address: str
    name: str = ""


Recipient = Direct | InStream
"""A place in Zulip."""


@dataclass(frozen=True)
class Button:
    """A choice under a message; `reply` is what a click says for the person who clicks."""

    label: str
    help: str
    reply: str


@dataclass(frozen=True)
class Outgoing:
    """One message to one place.

    `key` is its identity for ever: who, what, which episode, which channel. The same key is never
    sent twice. `content` is finished Zulip Markdown, and says the same as the buttons. Of a mail it
    is plain text, `heading` the subject, and `calendar` an invitation as iCalendar text. `about`
    are the students of an answer in a stream: whoever sends it looks again who reads there.
    """

    key: str
    recipient: Recipient | Mail
    content: str
    purpose: str
    heading: str = ""
    buttons: tuple[Button, ...] = ()
    calendar: str = ""
    about: frozenset[str] = frozenset()


class Messenger(Protocol):
    """Carries messages to people; the gateway to Zulip is one, a list in a test another."""

    def send(self, message: Outgoing, *, local_id: str) -> int:
        """Send, and return the server's message id.

        Raises DeliveryError, whose `accepted` says whether the server could have taken it.
        """

    def find(
        self, message: Outgoing, *, local_id: str, since: datetime, after_id: int
    ) -> int | None:
        """The id of this very message if it is in its conversation, else None.

        It is newer than the message `after_id`, and was not sent before `since` by this machine's
        clock, which need not agree with the server's. Raises DeliveryError where the conversation
        cannot be read now.
        """
