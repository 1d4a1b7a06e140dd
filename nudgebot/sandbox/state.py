"""All that a sandbox realm holds, in memory, under one lock, with who may see what."""

from __future__ import annotations

import secrets
import threading
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from nudgebot.sandbox.answers import Json, Refusal, invalid_message, unauthorized
from nudgebot.sandbox.queues import Queues
from nudgebot.sandbox.records import (
    ADMIN,
    GUEST,
    MEMBER,
    MODERATOR,
    OWNER,
    SandboxMessage,
    SandboxStream,
    SandboxUser,
    Upload,
    UserGroup,
)
from nudgebot.sandbox.settings import RealmSettings

SYSTEM_GROUPS = (
    ("role:nobody", 0),
    ("role:owners", OWNER),
    ("role:administrators", ADMIN),
    ("role:moderators", MODERATOR),
    ("role:fullmembers", MEMBER),
    ("role:members", MEMBER),
    ("role:everyone", GUEST),
)


class Realm:
    """The state; every caller holds `lock`, and calls `touch()` after it has changed something.

    `flags` is Zulip's per-user row: message id → user id → flags. Who has no row got no event.
    """

    def __init__(self, *, clock: Callable[[], float], settings: RealmSettings) -> None:
        self.clock = clock
        self.settings = settings
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.version = 0
        self.closing = False
        self.users: dict[int, SandboxUser] = {}
        self.streams: dict[int, SandboxStream] = {}
        self.groups: dict[int, UserGroup] = {}
        self.messages: dict[int, SandboxMessage] = {}
        self.message_ids: list[int] = []
        self.flags: dict[int, dict[int, set[str]]] = {}
        self.uploads: dict[str, Upload] = {}
        self.temporary_urls: dict[str, tuple[str, float]] = {}
        self.storage: dict[int, dict[str, str]] = {}
        self.typing: list[Json] = []
        self.queues = Queues(clock)
        self._by_email: dict[str, int] = {}
        self._last_id = 0
        self._last_message_id = 100
        self._last_stream_id = 0

    def wake(self) -> None:
        """Let everybody who waits look again, though no reader would see a difference."""
        with self.lock:
            self.changed.notify_all()

    def touch(self) -> None:
        """Wake everybody who waits for a change."""
        with self.lock:
            self.version += 1
            self.changed.notify_all()

    # People

    def add_user(self, full_name: str, *, email: str | None, **details: Any) -> SandboxUser:
        """A new person or bot; a taken address is refused."""
        self._last_id += 1
        user_id = self._last_id
        kind = "bot" if details.get("is_bot") else "user"
        delivery_email = email or f"{kind}{user_id}@sandbox.example"
        if delivery_email.lower() in self._by_email:
            raise Refusal(f"Email '{delivery_email}' already in use")
        visible = details.get("email_visible", True)
        user = SandboxUser(
            user_id=user_id,
            full_name=full_name,
            email=delivery_email if visible else f"user{user_id}@sandbox.example",
            delivery_email=delivery_email,
            api_key=secrets.token_hex(16),
            **details,
        )
        self.put_user(user)
        return user

    def put_user(self, user: SandboxUser) -> None:
        """Store a user, new or changed, under both addresses."""
        self.users[user.user_id] = user
        self._by_email[user.email.lower()] = user.user_id
        self._by_email[user.delivery_email.lower()] = user.user_id
        self.touch()

    def user_by_email(
        self, email: str, *, seen_by: SandboxUser | None = None
    ) -> SandboxUser | None:
        """Whoever has that address; `seen_by` finds nobody by an address hidden from them."""
        user_id = self._by_email.get(email.lower())
        user = None if user_id is None else self.users[user_id]
        hidden = user and email.lower() != user.email.lower()
        if hidden and seen_by is not None and not seen_by.is_admin:
            return None
        return user

    def authenticate(self, email: str, api_key: str) -> SandboxUser:
        """The active user whom the credentials name; Zulip's 401 otherwise."""
        user = self.user_by_email(email)
        if user is None or not secrets.compare_digest(user.api_key.encode(), api_key.encode()):
            raise unauthorized("Invalid API key")
        if not user.is_active:
            raise unauthorized("Account is deactivated")
        return user

    def all_groups(self) -> Iterator[UserGroup]:
        """The groups that follow the roles, then those that were made."""
        for number, (name, role) in enumerate(SYSTEM_GROUPS, start=1):
            members = frozenset(u.user_id for u in self.users.values() if u.role <= role)
            yield UserGroup(number, name, members, system=True)
        yield from self.groups.values()

    # Streams

    def add_stream(
        self, name: str, subscribers: Iterable[int], *, private: bool, description: str = ""
    ) -> SandboxStream:
        """A new stream; a taken name is refused."""
        if self.stream_by_name(name) is not None:
            raise Refusal(f"Stream '{name}' already exists")
        self._last_stream_id += 1
        stream = SandboxStream(
            self._last_stream_id,
            name,
            frozenset(subscribers),
            private=private,
            description=description,
            created_at=int(self.clock()),
        )
        self.streams[stream.stream_id] = stream
        self.touch()
        return stream

    def stream_by_name(self, name: str) -> SandboxStream | None:
        """The stream of that name, whatever its case."""
        wanted = name.strip().lower()
        return next((s for s in self.streams.values() if s.name.lower() == wanted), None)

    def change_stream(self, stream: SandboxStream, **changes: Any) -> SandboxStream:
        """Store a stream's new face."""
        changed = replace(stream, **changes)
        self.streams[stream.stream_id] = changed
        self.touch()
        return changed

    def may_read_stream(self, user: SandboxUser, stream: SandboxStream) -> bool:
        """Subscribers, and for public streams everybody but guests."""
        return user.user_id in stream.subscribers or (not stream.private and user.role < GUEST)

    # Messages

    def next_message_id(self) -> int:
        """Ids grow, and are never used again."""
        self._last_message_id += 1
        return self._last_message_id

    def put_message(self, message: SandboxMessage) -> None:
        """Store a message, new or changed."""
        if message.message_id not in self.messages:
            self.message_ids.append(message.message_id)
        self.messages[message.message_id] = message
        self.touch()

    def drop_message(self, message_id: int) -> None:
        """Delete a message and its rows."""
        del self.messages[message_id]
        self.flags.pop(message_id, None)
        del self.message_ids[bisect_left(self.message_ids, message_id)]
        self.touch()

    def may_read(self, user: SandboxUser, message: SandboxMessage) -> bool:
        """Who has a row, and who may read the stream."""
        if user.user_id in self.flags.get(message.message_id, {}):
            return True
        if message.stream_id is None:
            return user.user_id in message.participants
        return self.may_read_stream(user, self.streams[message.stream_id])

    def message_for(self, user: SandboxUser, message_id: int) -> SandboxMessage:
        """A message that the user may read; Zulip's one answer for all else."""
        message = self.messages.get(message_id)
        if message is None or not self.may_read(user, message):
            raise invalid_message()
        return message

    def audience(self, message: SandboxMessage) -> set[int]:
        """Everybody to whom something about the message is told."""
        told = set(self.flags.get(message.message_id, {}))
        if message.stream_id is not None:
            told |= self.streams[message.stream_id].subscribers
        return told

    # Events

    def tell(self, user_ids: Iterable[int], event: Json) -> None:
        """Queue one event for these users' clients."""
        for user_id in user_ids:
            for queue in self.queues.of(user_id):
                queue.push(event)

    def tell_all(self, event: Json) -> None:
        """Queue one event for everybody's clients."""
        for queue in self.queues.all():
            queue.push(event)
