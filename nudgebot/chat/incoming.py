"""What comes in from Zulip, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from nudgebot.nudging.messages import Direct, InStream, Recipient

DIRECT_TYPES = frozenset({"private", "direct"})  # "direct" since feature level 174


@dataclass(frozen=True)
class Me:
    """The bot's own account."""

    user_id: int
    full_name: str


@dataclass(frozen=True)
class Incoming:
    """A message by somebody else; a direct `place` holds everybody in it but the bot."""

    message_id: int
    sender_id: int
    sender_name: str
    content: str
    sent_at: datetime
    place: Recipient
    origin: str = ""  # where it stands for something that is no message, such as a reaction

    @property
    def is_direct(self) -> bool:
        """A direct message, to the bot alone or to a group with the bot in it."""
        return isinstance(self.place, Direct)

    @property
    def is_private(self) -> bool:
        """Only the sender and the bot can read it."""
        return self.place == Direct((self.sender_id,))

    @property
    def source(self) -> str:
        """What this did, it did once: the name under which it is remembered."""
        return self.origin or f"message:{self.message_id}"


@dataclass(frozen=True)
class Reacted:
    """Somebody added an emoji to a message."""

    message_id: int
    user_id: int
    emoji_code: str

    @property
    def source(self) -> str:
        """The name under which this is remembered."""
        return f"reaction:{self.message_id}:{self.user_id}:{self.emoji_code}"


def read_message(message: Mapping[str, Any], me: Me) -> Incoming | None:
    """A message of Zulip's API as a value; None for the bot's own."""
    if message["sender_id"] == me.user_id:
        return None
    place: Recipient
    if message["type"] in DIRECT_TYPES:
        everybody = {int(person["id"]) for person in message["display_recipient"]}
        place = Direct(tuple(sorted(everybody - {me.user_id} | {int(message["sender_id"])})))
    else:
        place = InStream(int(message["stream_id"]), str(message.get("subject", "")))
    return Incoming(
        message_id=int(message["id"]),
        sender_id=int(message["sender_id"]),
        sender_name=str(message.get("sender_full_name", "")),
        content=str(message["content"]),
        sent_at=datetime.fromtimestamp(int(message["timestamp"]), UTC),
        place=place,
    )


def read_reaction(event: Mapping[str, Any], me: Me) -> Reacted | None:
    """An added reaction as a value; None for one that was taken away or is the bot's own."""
    user_id = event.get("user_id") or event.get("user", {}).get("user_id")
    if event.get("op") != "add" or user_id is None or user_id == me.user_id:
        return None
    return Reacted(int(event["message_id"]), int(user_id), str(event.get("emoji_code", "")))
