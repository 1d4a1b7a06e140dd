"""Zulip's people and streams: users as the links need them, and who is in a stream right now."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from nudgebot.errors import DeliveryError
from nudgebot.school.links import ZulipUser

FRESH_SECONDS = 300.0
ROLE_SECONDS = 30.0  # for so long it is believed what somebody was a moment ago

# Who is in these groups reads a private stream without being subscribed (feature level 349, 357).
BACK_DOORS = ("can_add_subscribers_group", "can_subscribe_group")
NOBODY = "role:nobody"

# An incoming webhook only writes: its key opens nothing to read.
WRITES_ONLY = 2

Read = Callable[[str, dict[str, Any]], dict[str, Any]]


class Directory:
    """Reads users and streams; ids of streams are remembered, since they outlive their names.

    `read` is a GET; `ask` a POST, which is how bots are told of groups. `me` is the bot's own id.
    """

    def __init__(
        self, read: Read, clock: Callable[[], float], ask: Read, *, me: Callable[[], int]
    ) -> None:
        self._read = read
        self._clock = clock
        self._ask = ask
        self._me = me
        self._nobody: int | None = None
        self._guard = threading.Lock()
        self._stream_ids: dict[str, int] = {}
        self._bots: frozenset[int] = frozenset()
        self._behind: dict[int, int] = {}  # who reads what a bot reads
        self._known: frozenset[int] = frozenset()
        self._read_at: float | None = None
        self._seen: dict[int, tuple[float, ZulipUser]] = {}

    def users(self) -> list[ZulipUser]:
        """Everybody in the organisation, bots and deactivated people too."""
        answer = self._read("users", {"client_gravatar": True})
        users = [_user(member) for member in answer["members"]]
        behind = {
            int(member["user_id"]): int(member.get("bot_owner_id") or member["user_id"])
            for member in answer["members"]
            if member.get("is_bot") and member.get("bot_type") != WRITES_ONLY
        }
        with self._guard:
            self._behind = behind
            self._bots = frozenset(user.user_id for user in users if user.is_bot)
            self._known = frozenset(user.user_id for user in users)
            self._read_at = self._clock()
        return users

    def user_now(self, user_id: int) -> ZulipUser:
        """A user as of a moment ago; raises DeliveryError where Zulip does not say."""
        with self._guard:
            seen = self._seen.get(user_id)
        if seen is not None and self._clock() - seen[0] < ROLE_SECONDS:
            return seen[1]
        asked_at = self._clock()
        user = _user(self._read(f"users/{user_id}", {"client_gravatar": True})["user"])
        with self._guard:
            self._seen[user_id] = (asked_at, user)
        return user

    def stream_id(self, stream: str | int) -> int:
        """The id of a stream; raises DeliveryError where the bot knows no such stream."""
        if isinstance(stream, int):
            return stream
        with self._guard:
            known = self._stream_ids.get(stream)
        if known is None:
            try:
                known = int(self._read("get_stream_id", {"stream": stream})["stream_id"])
            except DeliveryError as error:
                if error.code not in {"BAD_REQUEST", "STREAM_DOES_NOT_EXIST"}:
                    raise
                raise DeliveryError(
                    "The bot knows no stream of that name; check the name, or subscribe the bot.",
                    accepted=False,
                    code="STREAM_DOES_NOT_EXIST",
                ) from error
            with self._guard:
                self._stream_ids[stream] = known
        return known

    def subscribers(self, stream: str | int) -> frozenset[int]:
        """All users subscribed to a stream, asked for at this moment."""
        answer = self._read(f"streams/{self.stream_id(stream)}/members", {})
        return frozenset(int(user_id) for user_id in answer["subscribers"])

    def humans_in(self, stream: str | int) -> frozenset[int]:
        """The subscribers who are no bots; whether somebody is one never changes."""
        subscribers = self._known_subscribers(stream)
        with self._guard:
            return subscribers - self._bots

    def _known_subscribers(self, stream: str | int) -> frozenset[int]:
        """The subscribers, once it is known what each of them is."""
        subscribers = self.subscribers(stream)
        with self._guard:
            stale = self._read_at is None or self._clock() - self._read_at > FRESH_SECONDS
            unknown = not subscribers <= self._known
        if stale or unknown:
            self.users()
        return subscribers

    def humans_reading(self, stream: str | int) -> frozenset[int]:
        """Everybody who can read a stream as it is at this moment.

        That can only be told of a private stream, by its subscribers: a public one is read by
        every member of the organisation, those of tomorrow included. Raises DeliveryError for it,
        and wherever the bot cannot tell. Another bot stands for its owner, who reads all that it
        reads, or for itself where nobody is known to own it.
        """
        stream_id = self.stream_id(stream)
        if not self._is_closed(self._read(f"streams/{stream_id}", {})["stream"]):
            raise DeliveryError(
                "Others than its subscribers can read the stream.",
                accepted=False,
                code="NOT_PRIVATE",
            )
        subscribers = self._known_subscribers(stream_id) - {self._me()}
        with self._guard:
            behind = {self._behind[each] for each in subscribers & self._behind.keys()}
            return (subscribers - self._bots) | behind

    def _is_closed(self, found: Mapping[str, Any]) -> bool:
        if found.get("invite_only") is not True or found.get("is_web_public"):
            return False
        return all(self._is_nobody(found[door]) for door in BACK_DOORS if door in found)

    def _is_nobody(self, group: Any) -> bool:
        """Whether nobody is in a group: one without a name has its members in place of an id."""
        if isinstance(group, Mapping):
            return not group.get("direct_members") and not group.get("direct_subgroups")
        if self._nobody is None:
            wanted = ["realm_user_groups"]
            answer = self._ask("register", {"event_types": wanted, "fetch_event_types": wanted})
            groups = answer.get("realm_user_groups", [])
            named = [each["id"] for each in groups if each["name"] == NOBODY]
            self._nobody = int(named[0]) if named else None  # it never changes
        return self._nobody is not None and group == self._nobody


def _user(member: Mapping[str, Any]) -> ZulipUser:
    # Before feature level 163 there was no `delivery_email` for bots, and `email` was the real one.
    email = member["delivery_email"] if "delivery_email" in member else member.get("email")
    return ZulipUser(
        user_id=int(member["user_id"]),
        full_name=str(member["full_name"]),
        email=str(email or ""),
        role=int(member.get("role") or 400),
        is_active=bool(member.get("is_active", True)),
        is_bot=bool(member.get("is_bot", False)),
        timezone=str(member.get("timezone") or ""),
    )
