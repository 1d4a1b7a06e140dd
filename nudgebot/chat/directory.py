"""Zulip's people and streams: users as the links need them, and who is in a stream right now."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from nudgebot.errors import DeliveryError
from nudgebot.school.links import ZulipUser

FRESH_SECONDS = 300.0

Read = Callable[[str, dict[str, Any]], dict[str, Any]]


class Directory:
    """Reads users and streams; ids of streams are remembered, since they outlive their names."""

    def __init__(self, read: Read, clock: Callable[[], float]) -> None:
        self._read = read
        self._clock = clock
        self._guard = threading.Lock()
        self._stream_ids: dict[str, int] = {}
        self._bots: frozenset[int] = frozenset()
        self._known: frozenset[int] = frozenset()
        self._read_at: float | None = None

    def users(self) -> list[ZulipUser]:
        """Everybody in the organisation, bots and deactivated people too."""
        answer = self._read("users", {"client_gravatar": True})
        users = [_user(member) for member in answer["members"]]
        with self._guard:
            self._bots = frozenset(user.user_id for user in users if user.is_bot)
            self._known = frozenset(user.user_id for user in users)
            self._read_at = self._clock()
        return users

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
        subscribers = self.subscribers(stream)
        with self._guard:
            stale = self._read_at is None or self._clock() - self._read_at > FRESH_SECONDS
            unknown = not subscribers <= self._known
        if stale or unknown:
            self.users()
        with self._guard:
            return subscribers - self._bots


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
