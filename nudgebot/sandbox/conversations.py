"""A reader's conversations as the chat page lists them, and the keys by which it names them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nudgebot.sandbox.answers import Refusal
from nudgebot.sandbox.records import SandboxMessage, SandboxUser
from nudgebot.sandbox.state import Realm

MOST_SHOWN = 100


@dataclass(frozen=True)
class Conversation:
    """A direct conversation (`participants`, reader included) or a topic of a stream."""

    participants: tuple[int, ...] = ()
    stream_id: int | None = None
    topic: str = ""

    def key(self, reader: SandboxUser) -> str:
        """How the page's address names it: `dm:3,5` by the others, or `stream:1:topic`."""
        if self.stream_id is not None:
            return f"stream:{self.stream_id}:{self.topic}"
        others = [i for i in self.participants if i != reader.user_id] or [reader.user_id]
        return "dm:" + ",".join(str(i) for i in others)


@dataclass(frozen=True)
class Listed:
    """One line of the list: how many messages are unread, and which one is the newest."""

    conversation: Conversation
    unread: int
    newest_id: int


def conversation_of(message: SandboxMessage) -> Conversation:
    """The conversation that a message belongs to."""
    return Conversation(message.participants, message.stream_id, message.topic)


def unread_by_user(realm: Realm) -> dict[int, int]:
    """How many messages by others each user has not read; the caller holds the realm's lock."""
    counts: dict[int, int] = {}
    for message_id, rows in realm.flags.items():
        sender = realm.messages[message_id].sender_id
        for user_id, flags in rows.items():
            if "read" not in flags and user_id != sender:
                counts[user_id] = counts.get(user_id, 0) + 1
    return counts


class Conversations:
    """One reader's view of the realm; the caller holds the realm's lock."""

    def __init__(self, realm: Realm, reader: SandboxUser) -> None:
        self.realm = realm
        self.reader = reader

    def named(self, key: str) -> Conversation:
        """The conversation of that key; raises Refusal for one that is not the reader's."""
        kind, _, rest = key.partition(":")
        if kind == "dm":
            return self.direct(part for part in rest.split(",") if part.isdigit())
        number, _, topic = rest.partition(":")
        stream = self.realm.streams.get(int(number)) if number.isdigit() else None
        if kind != "stream" or stream is None:
            raise Refusal("There is no such conversation.", status=404)
        if not self.realm.may_read_stream(self.reader, stream):
            raise Refusal("There is no such conversation.", status=404)
        return Conversation(stream_id=stream.stream_id, topic=topic)

    def direct(self, ids: Iterable[str | int]) -> Conversation:
        """The direct conversation with these people."""
        people = {self.reader.user_id, *(int(one) for one in ids)}
        if not all(one in self.realm.users for one in people):
            raise Refusal("There is no such conversation.", status=404)
        return Conversation(participants=tuple(sorted(people)))

    def listed(self) -> list[Listed]:
        """Every conversation that the reader has messages in, the newest first."""
        unread: dict[Conversation, int] = {}
        newest: dict[Conversation, int] = {}
        me = self.reader.user_id
        for message_id in self.realm.message_ids:
            flags = self.realm.flags[message_id].get(me)
            if flags is None:
                continue
            message = self.realm.messages[message_id]
            where = conversation_of(message)
            newest[where] = message_id
            new = "read" not in flags and message.sender_id != me
            unread[where] = unread.get(where, 0) + new
        lines = [Listed(where, unread[where], last) for where, last in newest.items()]
        return sorted(lines, key=lambda line: -line.newest_id)

    def messages(self, conversation: Conversation) -> list[SandboxMessage]:
        """The newest messages of a conversation, oldest first."""
        found: list[SandboxMessage] = []
        for message_id in reversed(self.realm.message_ids):
            message = self.realm.messages[message_id]
            if conversation_of(message) == conversation:
                found.append(message)
                if len(found) == MOST_SHOWN:
                    break
        return found[::-1]

    def unread_in(self, messages: Iterable[SandboxMessage]) -> list[int]:
        """Those of the messages that the reader has a row of and has not read."""
        rows = ((one.message_id, self.realm.flags[one.message_id]) for one in messages)
        me = self.reader.user_id
        return [one for one, row in rows if me in row and "read" not in row[me]]
