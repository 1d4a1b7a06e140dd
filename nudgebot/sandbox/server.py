"""The sandbox: a realm behind HTTP on loopback, with a Python side for tests and demos."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import TracebackType
from typing import Any, Self, TypeVar

from nudgebot.errors import InputError
from nudgebot.sandbox.answers import Json
from nudgebot.sandbox.api import Answer, Api
from nudgebot.sandbox.chat_page import ChatPage
from nudgebot.sandbox.disorder import Disorder
from nudgebot.sandbox.door import Door
from nudgebot.sandbox.faults import Faults
from nudgebot.sandbox.limits import Limiter, RateLimit
from nudgebot.sandbox.listener import LOOPBACK, Listener
from nudgebot.sandbox.mailbox import Mailbox
from nudgebot.sandbox.payloads import user_json
from nudgebot.sandbox.posting import Draft, click_text
from nudgebot.sandbox.records import (
    MEMBER,
    SandboxMessage,
    SandboxStream,
    SandboxUser,
    UserGroup,
)
from nudgebot.sandbox.request import Request
from nudgebot.sandbox.settings import DEFAULT_FEATURE_LEVEL, RealmSettings
from nudgebot.sandbox.state import Realm

ZULIP_LIMIT = RateLimit(200, 60.0)
Seen = TypeVar("Seen")


class Sandbox:
    """A Zulip of your own, in memory: `with Sandbox() as sandbox: …` listens until the block ends.

    `port` 0 takes a free port. `rate_limit` None switches the limit off. `clock` gives Unix seconds
    for timestamps, edit limits, the rate limit and the life of queues; waiting is real time. What
    arrives in the `mailbox`, which whoever made it starts and stops, is shown on the chat page, and
    wakes those who wait for a change.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        feature_level: int = DEFAULT_FEATURE_LEVEL,
        rate_limit: RateLimit | None = ZULIP_LIMIT,
        heartbeat_seconds: float = 50.0,
        clock: Callable[[], float] = time.time,
        mailbox: Mailbox | None = None,
    ) -> None:
        settings = RealmSettings(feature_level=feature_level, heartbeat_seconds=heartbeat_seconds)
        self.settings = settings
        self.realm = Realm(clock=clock, settings=settings)
        self._stopping = threading.Event()
        self._listener = Listener(self._answer, port)
        self.faults = Faults(
            lose_queues=self._lose_queues,
            go_away=self._listener.stop,
            come_back=self._listener.start,
            changed=self.realm.wake,
            mix_up=self._mix_up,
        )
        self.api = Api(
            self.realm,
            faults=self.faults,
            limiter=Limiter(rate_limit, clock),
            pause=self._stopping.wait,
        )
        self._door = Door(self.api, ChatPage(self.api, mailbox).answer)
        if mailbox is not None:
            mailbox.tell(self._news)
        self.notification_bot = self.realm.add_user(
            "Notification Bot",
            email="notification-bot@sandbox.example",
            is_bot=True,
            is_system=True,
        )

    # Life

    def start(self) -> Self:
        """Listen; raises InputError when the port is taken."""
        self.realm.closing = False
        self._stopping.clear()
        self._listener.start()
        return self

    def stop(self) -> None:
        """Stop listening, wake all who wait, and see their threads off."""
        with self.realm.lock:
            self.realm.closing = True
            self.realm.touch()
        self._stopping.set()
        self._listener.stop()
        self._listener.settle()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Where it listens: the API below `/api/v1`, the chat page at `/`."""
        return f"http://{LOOPBACK}:{self._listener.port}"

    def zuliprc(self, user: SandboxUser) -> str:
        """The text of a zuliprc file for this user."""
        now = self.user(user)
        return f"[api]\nemail={now.delivery_email}\nkey={now.api_key}\nsite={self.url}\n"

    def _news(self) -> None:
        with self.realm.lock:
            self.realm.touch()

    def _answer(self, request: Request) -> Answer:
        return self._door.answer(request)

    def _lose_queues(self) -> int:
        with self.realm.lock:
            lost = self.realm.queues.lose()
            self.realm.touch()
        return lost

    def _mix_up(self, disorder: Disorder | None) -> None:
        with self.realm.lock:
            self.realm.queues.mix_up(disorder)

    # The realm

    def add_user(
        self,
        full_name: str,
        *,
        role: int = MEMBER,
        is_bot: bool = False,
        email: str | None = None,
        owner: SandboxUser | None = None,
        timezone: str = "",
        email_visible: bool = True,
        send_read_receipts: bool = True,
        label: str = "",
        profile: Mapping[str, str] | None = None,
    ) -> SandboxUser:
        """A new person or bot; `label` is a word for the chat page, such as "teacher"."""
        with self.realm.lock:
            user = self.realm.add_user(
                full_name,
                email=email,
                role=role,
                is_bot=is_bot,
                owner_id=None if owner is None else owner.user_id,
                timezone=timezone,
                email_visible=email_visible,
                send_read_receipts=send_read_receipts,
                label=label,
                profile=dict(profile or {}),
            )
            person = user_json(user, seen_by=user)
            self.realm.tell_all({"type": "realm_user", "op": "add", "person": person})
            self.realm.touch()
            return user

    def add_stream(
        self,
        name: str,
        subscribers: Iterable[SandboxUser] = (),
        *,
        private: bool = False,
        description: str = "",
    ) -> SandboxStream:
        """A new stream with these subscribers."""
        ids = [user.user_id for user in subscribers]
        with self.realm.lock:
            return self.realm.add_stream(name, ids, private=private, description=description)

    def add_group(self, name: str, members: Iterable[SandboxUser]) -> UserGroup:
        """A new user group, to be mentioned as `@*name*`."""
        with self.realm.lock:
            ids = frozenset(user.user_id for user in members)
            group = UserGroup(100 + len(self.realm.groups), name, ids)
            self.realm.groups[group.group_id] = group
            return group

    def subscribe(self, stream: SandboxStream, *users: SandboxUser) -> None:
        """Put users into a stream, private or not, with the events that go with it."""
        with self.realm.lock:
            now = self.realm.streams[stream.stream_id]
            self.api.streams.join(now, [user.user_id for user in users])

    def unsubscribe(self, stream: SandboxStream, *users: SandboxUser) -> None:
        """Take users out of a stream, with the events that go with it."""
        with self.realm.lock:
            now = self.realm.streams[stream.stream_id]
            self.api.streams.leave(now, [user.user_id for user in users])

    def rename_stream(self, stream: SandboxStream, name: str) -> SandboxStream:
        """A new name; the old one stops working at once."""
        with self.realm.lock:
            return self.realm.change_stream(self.realm.streams[stream.stream_id], name=name)

    def change_user(self, user: SandboxUser, **changes: Any) -> SandboxUser:
        """Change any field of a user (`is_active`, `api_key`, `role`, `send_read_receipts`, …)."""
        with self.realm.lock:
            changed = replace(self.realm.users[user.user_id], **changes)
            self.realm.put_user(changed)
            shown = {k: v for k, v in changes.items() if k not in ("api_key", "label")}
            person: Json = {"user_id": user.user_id, **shown}
            self.realm.tell_all({"type": "realm_user", "op": "update", "person": person})
            self.realm.touch()
            return changed

    def user(self, user: SandboxUser) -> SandboxUser:
        """The user as it is now."""
        with self.realm.lock:
            return self.realm.users[user.user_id]

    def users(self) -> tuple[SandboxUser, ...]:
        """Everybody but the system's own bot."""
        with self.realm.lock:
            return tuple(user for user in self.realm.users.values() if not user.is_system)

    def streams(self) -> tuple[SandboxStream, ...]:
        """Every stream as it is now."""
        with self.realm.lock:
            return tuple(self.realm.streams.values())

    # Acting as somebody, without HTTP: what the demo and the tests let people do

    def say(self, sender: SandboxUser, content: str, *to: SandboxUser) -> SandboxMessage:
        """A direct message, to one or to a group."""
        with self.realm.lock:
            ids = {sender.user_id, *(user.user_id for user in to)}
            draft = Draft(self.user(sender), content, tuple(sorted(ids)), read_by_sender=True)
            return self.api.office.send(draft)

    def post(
        self, sender: SandboxUser, content: str, *, stream: SandboxStream, topic: str
    ) -> SandboxMessage:
        """A message in a stream; a sender who may not post there is refused."""
        with self.realm.lock:
            office, now = self.api.office, self.user(sender)
            where = office.stream(now, str(stream.stream_id))
            draft = Draft(
                now, content, stream=where, topic=office.topic(topic), read_by_sender=True
            )
            return office.send(draft)

    def reply(self, sender: SandboxUser, message: SandboxMessage, content: str) -> SandboxMessage:
        """A message in the same conversation."""
        with self.realm.lock:
            now = self.realm.messages[message.message_id]
            if now.stream_id is not None:
                stream = self.realm.streams[now.stream_id]
                return self.post(sender, content, stream=stream, topic=now.topic)
            others = [self.realm.users[i] for i in now.participants if i != sender.user_id]
            return self.say(sender, content, *others)

    def click(
        self, user: SandboxUser, message: SandboxMessage, button: str | int
    ) -> SandboxMessage:
        """Press a zform button by its short name or its place: an ordinary message comes of it.

        Raises InputError for a button that the web app would not show.
        """
        with self.realm.lock:
            now = self.realm.message_for(self.user(user), message.message_id)
            for place, choice in enumerate(now.choices):
                if button in (place, choice["short_name"]) and "type" in choice:
                    return self.reply(user, now, click_text(self.realm.users, now, place))
        raise InputError(f"Message {message.message_id} shows no such button.")

    def react(self, user: SandboxUser, message: SandboxMessage, emoji_name: str) -> None:
        """Add a reaction."""
        with self.realm.lock:
            now = self.user(user)
            self.api.changes.react(now, message.message_id, emoji_name, add=True)

    def read(self, user: SandboxUser, *messages: SandboxMessage) -> None:
        """Mark messages as read, which their read receipts then show."""
        with self.realm.lock:
            ids = [one.message_id for one in messages]
            self.api.changes.set_flag(self.user(user), ids, "read", add=True)

    # Looking

    def messages(self) -> tuple[SandboxMessage, ...]:
        """Every message as it is now, oldest first."""
        with self.realm.lock:
            return tuple(self.realm.messages[i] for i in self.realm.message_ids)

    def messages_to(
        self, user: SandboxUser, *, sender: SandboxUser | None = None
    ) -> tuple[SandboxMessage, ...]:
        """The direct messages that others sent to this user, oldest first."""
        return tuple(
            one
            for one in self.messages()
            if user.user_id in one.participants
            and one.sender_id != user.user_id
            and (sender is None or one.sender_id == sender.user_id)
        )

    def messages_in(
        self, stream: SandboxStream, topic: str | None = None
    ) -> tuple[SandboxMessage, ...]:
        """The messages in a stream, or in one topic of it, oldest first."""
        return tuple(
            one
            for one in self.messages()
            if one.stream_id == stream.stream_id and topic in (None, one.topic)
        )

    def flags(self, user: SandboxUser, message: SandboxMessage) -> frozenset[str] | None:
        """The user's flags on a message; None when the user never got it."""
        with self.realm.lock:
            row = self.realm.flags[message.message_id].get(user.user_id)
            return None if row is None else frozenset(row)

    def typing(self) -> tuple[Json, ...]:
        """Every typing notice so far: `user_id`, `op`, `to`."""
        with self.realm.lock:
            return tuple(self.realm.typing)

    @property
    def requests(self) -> Counter[str]:
        """How often each call was asked for, keyed as `POST /messages`; faults count too."""
        with self.realm.lock:
            return Counter(self.api.counts)

    def polling(self, user: SandboxUser) -> bool:
        """Whether a client of this user waits for events at this moment."""
        with self.realm.lock:
            return any(queue.waiting for queue in self.realm.queues.of(user.user_id))

    def wait_for(self, predicate: Callable[[], Seen], timeout_seconds: float = 5.0) -> Seen:
        """The first true value of the predicate, asked again after every change.

        Answers its last, false value when the time is over: `assert sandbox.wait_for(…)`.
        """
        with self.realm.changed:
            return self.realm.changed.wait_for(predicate, timeout_seconds)


__all__ = ["RateLimit", "Sandbox"]
