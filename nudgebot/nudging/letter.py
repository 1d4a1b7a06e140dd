"""A letter: a message as the outbox keeps it, so that it can be looked for and sent again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

from nudgebot.nudging.messages import Button, Direct, InStream, Mail, Outgoing, Recipient
from nudgebot.nudging.splitting import split


def to_letter(message: Outgoing) -> str:
    """The message as JSON, all but its key."""
    match message.recipient:
        case Direct(user_ids):
            recipient: dict[str, Any] = {"user_ids": list(user_ids)}
        case InStream(stream, topic):
            recipient = {"stream": stream, "topic": topic}
        case Mail(address, name):
            recipient = {"address": address, "name": name}
    return json.dumps(
        {
            "recipient": recipient,
            "content": message.content,
            "purpose": message.purpose,
            "heading": message.heading,
            "buttons": [[each.label, each.help, each.reply] for each in message.buttons],
            "calendar": message.calendar,
            "about": sorted(message.about),
        },
        ensure_ascii=False,
    )


def from_letter(key: str, letter: str) -> Outgoing:
    """The message that the JSON was made of."""
    parts = json.loads(letter)
    return Outgoing(
        key=key,
        recipient=_recipient(parts["recipient"]),
        content=parts["content"],
        purpose=parts["purpose"],
        heading=parts["heading"],
        buttons=tuple(Button(*each) for each in parts["buttons"]),
        calendar=parts.get("calendar", ""),  # letters of older versions have none, and no `about`
        about=frozenset(parts.get("about", ())),
    )


def parts_of(message: Outgoing) -> list[Outgoing]:
    """The message in parts that Zulip takes whole, in order; mostly it is its only part.

    A mail is always one.

    The last one has the message's own key and buttons: once it has arrived, all of it has.
    """
    if isinstance(message.recipient, Mail):
        return [message]
    *earlier, last = split(message.content.strip("\n"))
    if not earlier:
        return [message]
    parts = [
        replace(message, key=f"{message.key}:part{number}", content=text, heading="", buttons=())
        for number, text in enumerate(earlier, start=1)
    ]
    return [*parts, replace(message, content=last)]


def local_id_of(key: str) -> str:
    """The id by which a message's echo can be told; always the same for a key."""
    return hashlib.sha256(key.encode()).hexdigest()[:24]


def _recipient(parts: dict[str, Any]) -> Recipient | Mail:
    if "address" in parts:
        return Mail(parts["address"], parts["name"])
    if "user_ids" in parts:
        return Direct(tuple(parts["user_ids"]))
    return InStream(parts["stream"], parts["topic"])
