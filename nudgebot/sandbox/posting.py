"""Sending: who a message is for, what becomes of its text, and whom the server tells."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from nudgebot.sandbox.answers import Json, Refusal
from nudgebot.sandbox.payloads import Rendering, message_json
from nudgebot.sandbox.records import GUEST, SandboxMessage, SandboxStream, SandboxUser
from nudgebot.sandbox.state import Realm

DIRECT_LEVEL, CHANNEL_LEVEL, EMPTY_TOPIC_LEVEL = 174, 248, 334
UPLOAD_LINK = re.compile(r"/user_uploads/([^\s)\"'<>]+)")


@dataclass(frozen=True)
class Draft:
    """A message on its way in: `participants` for a direct message, else `stream` and `topic`."""

    sender: SandboxUser
    content: str
    participants: tuple[int, ...] = ()
    stream: SandboxStream | None = None
    topic: str = ""
    widget: Mapping[str, Any] | None = None
    local_id: str | None = None
    queue_id: str | None = None
    read_by_sender: bool = False


def cut(text: str, length: int, ending: str) -> str:
    """Zulip's silent truncation: `length` code points, the ending included."""
    return text if len(text) <= length else text[: length - len(ending)] + ending


class PostOffice:
    """Takes drafts; the caller holds the realm's lock."""

    def __init__(self, realm: Realm, rendering: Rendering) -> None:
        self.realm = realm
        self.rendering = rendering

    # What the parameters mean

    def body(self, content: str) -> str:
        """The text as it is stored; refuses what is empty or has null bytes."""
        text = content.rstrip().lstrip("\n")
        if not text:
            raise Refusal("Message must not be empty")
        if "\x00" in text:
            raise Refusal("Message must not contain null bytes")
        return cut(text, self.realm.settings.max_message_length, "\n[message truncated]")

    def topic(self, topic: str | None) -> str:
        """The topic as it is stored."""
        if topic is None:
            raise Refusal("Missing topic")
        text = topic.strip()
        if not text and not self.realm.settings.has(EMPTY_TOPIC_LEVEL):
            raise Refusal("Topic can't be empty!")
        for place, character in enumerate(text, start=1):
            if not character.isprintable():
                raise Refusal(f"Invalid character in topic, at position {place}!")
        return cut(text, self.realm.settings.max_topic_length, "...")

    def people(self, to: str) -> list[SandboxUser]:
        """Whom `to` names: ids or addresses, alone, in a list, or separated by commas."""
        entries = _entries(to)
        if not entries:
            raise Refusal("Message must have recipients")
        return [self._person(entry) for entry in entries]

    def _person(self, entry: int | str) -> SandboxUser:
        if isinstance(entry, int):
            user = self.realm.users.get(entry)
            if user is None:
                raise Refusal(f"Invalid user ID {entry}")
        else:
            user = self.realm.user_by_email(entry.strip())
            if user is None or (user.email.lower() != entry.strip().lower()):
                raise Refusal(f"Invalid email '{entry.strip()}'")
        if not user.is_active:
            raise Refusal(f"'{user.email}' is no longer using Zulip.")
        return user

    def stream(self, sender: SandboxUser, to: str) -> SandboxStream:
        """The one stream that `to` names; the bot's owner is told of one that is not there."""
        try:
            wanted = json.loads(to)
        except ValueError:
            wanted = to
        if isinstance(wanted, list):
            if len(wanted) != 1:
                raise Refusal("Expected exactly one stream")
            wanted = wanted[0]
        if isinstance(wanted, bool) or not isinstance(wanted, (int, str)):
            raise Refusal("Invalid data type for stream")
        if isinstance(wanted, int):
            return self._found(sender, self.realm.streams.get(wanted), wanted)
        return self._found(sender, self.realm.stream_by_name(wanted), wanted)

    def _found(
        self, sender: SandboxUser, stream: SandboxStream | None, wanted: int | str
    ) -> SandboxStream:
        if stream is None:
            self._tell_owner(sender, wanted)
            by_id = isinstance(wanted, int)
            words = f"Stream with ID '{wanted}'" if by_id else f"Stream '{wanted}'"
            data = {"stream_id" if by_id else "stream": wanted}
            raise Refusal(f"{words} does not exist", code="STREAM_DOES_NOT_EXIST", data=data)
        if not self._may_post(sender, stream):
            raise Refusal(f"Not authorized to send to stream '{stream.name}'")
        return stream

    def _may_post(self, sender: SandboxUser, stream: SandboxStream) -> bool:
        """A bot may post where its owner may."""
        if self._is_member(sender, stream) or sender.is_system:
            return True
        owner = self.realm.users.get(sender.owner_id or 0)
        return owner is not None and self._is_member(owner, stream)

    def _is_member(self, user: SandboxUser, stream: SandboxStream) -> bool:
        return user.user_id in stream.subscribers or (not stream.private and user.role < GUEST)

    def _tell_owner(self, sender: SandboxUser, wanted: int | str) -> None:
        owner = self.realm.users.get(sender.owner_id or 0)
        if not sender.is_bot or owner is None or not owner.is_active:
            return
        words = f"Your bot `{sender.email}` tried to send a message to stream `{wanted}`"
        self.notify(owner, f"{words}, but there is no such stream.")

    def notify(self, user: SandboxUser, content: str) -> SandboxMessage:
        """A direct message by Zulip's own Notification Bot."""
        bot = self.notification_bot()
        pair = tuple(sorted((bot.user_id, user.user_id)))
        return self.deliver(Draft(sender=bot, content=content, participants=pair))

    def notification_bot(self) -> SandboxUser:
        """The system bot, which the realm always has."""
        return next(user for user in self.realm.users.values() if user.is_system)

    # Whether it may be sent, and what then happens

    def send(self, draft: Draft) -> SandboxMessage:
        """Check a draft and deliver it; nothing has happened when it is refused."""
        stored = replace(draft, content=self.body(draft.content))
        if stored.stream is None:
            self._check_direct(stored)
        return self.deliver(stored)

    def _check_direct(self, draft: Draft) -> None:
        if not self.realm.settings.direct_messages_disabled or draft.sender.is_bot:
            return
        others = [self.realm.users[i] for i in draft.participants if i != draft.sender.user_id]
        if not all(user.is_bot for user in others):
            raise Refusal("Direct messages are disabled in this organization.")

    def deliver(self, draft: Draft) -> SandboxMessage:
        """Store the message, give everybody concerned a row with flags, and queue the events."""
        told, wildcard = self.rendering.told(draft.content)
        wildcard = wildcard and draft.stream is not None
        if wildcard and draft.stream is not None:
            self._check_wildcard(draft.sender, draft.stream)
        message = SandboxMessage(
            message_id=self.realm.next_message_id(),
            sender_id=draft.sender.user_id,
            content=draft.content,
            sent_at=self.realm.clock(),
            participants=draft.participants,
            stream_id=None if draft.stream is None else draft.stream.stream_id,
            topic=draft.topic,
            widget=draft.widget,
            local_id=draft.local_id,
        )
        rows = self._rows(draft, told, wildcard=wildcard)
        self.realm.flags[message.message_id] = rows
        self._claim_uploads(message)
        self._queue(message, rows, draft)
        self.realm.put_message(message)
        return message

    def _check_wildcard(self, sender: SandboxUser, stream: SandboxStream) -> None:
        settings = self.realm.settings
        crowd = len(stream.subscribers) > settings.wildcard_free_subscribers
        if crowd and sender.role > settings.wildcard_role:
            raise Refusal(
                "You do not have permission to use wildcard mentions in this stream.",
                code="STREAM_WILDCARD_MENTION_NOT_ALLOWED",
            )

    def _rows(self, draft: Draft, told: frozenset[int], *, wildcard: bool) -> dict[int, set[str]]:
        if draft.stream is None:
            users = set(draft.participants)
        else:
            users = set(draft.stream.subscribers)
            # A bot hears its name anywhere, even in a private stream that it is not in.
            users |= {i for i in told if self.realm.users[i].is_bot}
            # A sender who is not subscribed gets a row nevertheless.
            users.add(draft.sender.user_id)
        rows: dict[int, set[str]] = {}
        for user_id in users:
            if not self.realm.users[user_id].is_active:
                continue
            rows[user_id] = {"mentioned"} if user_id in told else set()
            if wildcard:
                rows[user_id].add("wildcard_mentioned")
        if draft.read_by_sender and draft.sender.user_id in rows:
            rows[draft.sender.user_id].add("read")
        return rows

    def _claim_uploads(self, message: SandboxMessage) -> None:
        """A link by its owner opens an upload to the message's audience, and to nobody else."""
        for path in UPLOAD_LINK.findall(message.content):
            upload = self.realm.uploads.get(path)
            if upload is not None and upload.owner_id == message.sender_id:
                claimed = upload.message_ids | {message.message_id}
                self.realm.uploads[path] = replace(upload, message_ids=claimed)

    def _queue(self, message: SandboxMessage, rows: Mapping[int, set[str]], draft: Draft) -> None:
        raw = message_json(self.realm, message, None)
        shown: Json | None = None
        for user_id in self._listeners(rows, draft.stream):
            for queue in self.realm.queues.of(user_id):
                if user_id not in rows and not queue.all_public_streams:
                    continue
                if queue.apply_markdown and shown is None:
                    html = self.rendering.html(message.content)
                    shown = message_json(self.realm, message, html)
                face = shown if queue.apply_markdown else raw
                flags = sorted(rows.get(user_id, ()))
                event: Json = {"type": "message", "message": face, "flags": flags}
                if draft.local_id is not None and queue.queue_id == draft.queue_id:
                    event["local_message_id"] = draft.local_id
                queue.push(event)

    def _listeners(self, rows: Mapping[int, set[str]], stream: SandboxStream | None) -> set[int]:
        if stream is None or stream.private:
            return set(rows)
        return set(rows) | {q.user_id for q in self.realm.queues.all() if q.all_public_streams}


def _entries(to: str) -> list[int | str]:
    """The ids or the addresses in `to`, without doubles; never both kinds."""
    try:
        data = json.loads(to)
    except ValueError:
        data = to
    if isinstance(data, str):
        data = [part for part in data.split(",") if part.strip()]
    if isinstance(data, int) and not isinstance(data, bool):
        data = [data]
    if not isinstance(data, list):
        raise Refusal("Invalid data type for recipients")
    if not all(isinstance(entry, (int, str)) for entry in data):
        raise Refusal("Invalid data type for recipients")
    if len({isinstance(entry, int) for entry in data}) > 1:
        raise Refusal("Recipient lists may contain emails or user IDs, but not both.")
    return list(dict.fromkeys(data))


def click_text(users: Mapping[int, SandboxUser], message: SandboxMessage, place: int) -> str:
    """What a click posts: in a stream the bot is mentioned before the reply."""
    reply = str(message.choices[place]["reply"])
    return reply if message.is_direct else f"@**{users[message.sender_id].full_name}** {reply}"
