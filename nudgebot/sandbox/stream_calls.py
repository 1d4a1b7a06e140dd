"""The calls about streams: list, members, subscribe."""

from __future__ import annotations

from typing import Any

from nudgebot.sandbox.answers import Json, Refusal
from nudgebot.sandbox.payloads import stream_json, subscription_json
from nudgebot.sandbox.records import SandboxStream, SandboxUser
from nudgebot.sandbox.request import Request
from nudgebot.sandbox.routes import Route
from nudgebot.sandbox.state import Realm


class StreamCalls:
    """Answers `/streams` and the subscriptions; the caller holds the realm's lock."""

    def __init__(self, realm: Realm) -> None:
        self.realm = realm

    def routes(self) -> list[Route]:
        """The table for these calls."""
        return [
            Route("GET", "/streams", self.listed),
            Route("GET", "/get_stream_id", self.id_of),
            Route("GET", "/streams/{stream_id:id}", self.get),
            Route("GET", "/streams/{stream_id:id}/members", self.members),
            Route("GET", "/users/me/{stream_id:id}/topics", self.topics),
            Route("GET", "/users/me/subscriptions", self.subscriptions),
            Route("POST", "/users/me/subscriptions", self.subscribe),
            Route("DELETE", "/users/me/subscriptions", self.unsubscribe),
            Route("GET", "/users/{user_id:id}/subscriptions/{stream_id:id}", self.is_subscribed),
        ]

    def _access(self, user: SandboxUser, stream_id: int) -> SandboxStream:
        stream = self.realm.streams.get(stream_id)
        if stream is None or not self.realm.may_read_stream(user, stream):
            raise Refusal("Invalid stream ID")
        return stream

    def listed(self, user: SandboxUser, request: Request) -> Json:
        """GET /streams."""
        public = request.flag("include_public", default=True)
        subscribed = request.flag("include_subscribed", default=True)
        every = request.flag("include_all_active", default=False)
        if every and not user.is_admin:
            raise Refusal("User not authorized for this query")
        streams = [
            stream
            for stream in self.realm.streams.values()
            if every
            or (public and not stream.private and self.realm.may_read_stream(user, stream))
            or (subscribed and user.user_id in stream.subscribers)
        ]
        return {"streams": [stream_json(stream) for stream in streams]}

    def id_of(self, user: SandboxUser, request: Request) -> Json:
        """GET /get_stream_id."""
        name = request.needed("stream")
        stream = self.realm.stream_by_name(name)
        if stream is None or not self.realm.may_read_stream(user, stream):
            raise Refusal(f"Invalid stream name '{name}'")
        return {"stream_id": stream.stream_id}

    def get(self, user: SandboxUser, _request: Request, stream_id: int) -> Json:
        """GET /streams/{id}."""
        return {"stream": stream_json(self._access(user, stream_id))}

    def members(self, user: SandboxUser, _request: Request, stream_id: int) -> Json:
        """GET /streams/{id}/members; a private stream shows them to its subscribers only."""
        active = self.realm.users
        stream = self._access(user, stream_id)
        return {"subscribers": sorted(i for i in stream.subscribers if active[i].is_active)}

    def topics(self, user: SandboxUser, request: Request, stream_id: int) -> Json:
        """GET /users/me/{id}/topics, the newest first."""
        request.text("allow_empty_topic_name")
        stream = self._access(user, stream_id)
        newest: dict[str, int] = {}
        for message in self.realm.messages.values():
            if message.stream_id == stream.stream_id:
                newest[message.topic] = message.message_id
        ordered = sorted(newest.items(), key=lambda item: -item[1])
        return {"topics": [{"name": name, "max_id": top} for name, top in ordered]}

    def subscriptions(self, user: SandboxUser, request: Request) -> Json:
        """GET /users/me/subscriptions."""
        people = request.flag("include_subscribers", default=False)
        streams = self.realm.streams.values()
        mine = [one for one in streams if user.user_id in one.subscribers]
        return {"subscriptions": [subscription_json(one, subscribers=people) for one in mine]}

    def is_subscribed(
        self,
        user: SandboxUser,
        _request: Request,
        user_id: int,
        stream_id: int,
    ) -> Json:
        """GET /users/{id}/subscriptions/{id}."""
        if user_id not in self.realm.users:
            raise Refusal("No such user")
        return {"is_subscribed": user_id in self._access(user, stream_id).subscribers}

    def subscribe(self, user: SandboxUser, request: Request) -> Json:
        """POST /users/me/subscriptions: streams that are not there yet are made."""
        names = [_name(entry) for entry in request.data("subscriptions", [])]
        private = request.flag("invite_only", default=False)
        for name in ("announce", "authorization_errors_fatal", "description"):
            request.text(name)
        people = self._principals(user, request)
        streams = [self._to_join(user, name) for name in names]
        new: dict[str, list[str]] = {}
        old: dict[str, list[str]] = {}
        for name, found in zip(names, streams, strict=True):
            stream = found or self.realm.add_stream(name, (), private=private)
            for one in people:
                place = old if one.user_id in stream.subscribers else new
                place.setdefault(one.email, []).append(stream.name)
            self.join(stream, [one.user_id for one in people])
        return {"subscribed": new, "already_subscribed": old}

    def _principals(self, user: SandboxUser, request: Request) -> list[SandboxUser]:
        wanted: list[Any] = request.data("principals", [user.user_id])
        found = [
            self.realm.users.get(one) if isinstance(one, int) else self.realm.user_by_email(one)
            for one in wanted
        ]
        people = [one for one in found if one is not None and one.is_active]
        if len(people) < len(found):
            words = "User not authorized to execute queries on behalf of"
            raise Refusal(words, code="UNAUTHORIZED_PRINCIPAL", status=403)
        return people

    def _to_join(self, user: SandboxUser, name: str) -> SandboxStream | None:
        """The stream, if it is there; a private one lets nobody in who is not in."""
        stream = self.realm.stream_by_name(name)
        if stream is not None and not self.realm.may_read_stream(user, stream):
            raise Refusal(f"Unable to access stream ({name}).")
        if stream is None and user.role > self.realm.settings.create_stream_role:
            raise Refusal("Insufficient permission")
        return stream

    def join(self, stream: SandboxStream, user_ids: list[int]) -> None:
        """Subscribe users and tell them, and the others."""
        joining = [one for one in user_ids if one not in stream.subscribers]
        if not joining:
            return
        now = self.realm.change_stream(stream, subscribers=stream.subscribers | set(joining))
        event = {"type": "subscription", "op": "add"}
        told = subscription_json(now, subscribers=True)
        self.realm.tell(joining, {**event, "subscriptions": [told]})
        peers = {"stream_ids": [now.stream_id], "user_ids": joining}
        self.realm.tell(stream.subscribers, {"type": "subscription", "op": "peer_add", **peers})

    def unsubscribe(self, user: SandboxUser, request: Request) -> Json:
        """DELETE /users/me/subscriptions."""
        gone: list[str] = []
        not_there: list[str] = []
        for name in request.data("subscriptions", []):
            stream = self.realm.stream_by_name(name)
            if stream is None:
                raise Refusal(f"Stream(s) ({name}) do not exist")
            (gone if user.user_id in stream.subscribers else not_there).append(name)
            self.leave(stream, [user.user_id])
        return {"removed": gone, "not_removed": not_there}

    def leave(self, stream: SandboxStream, user_ids: list[int]) -> None:
        """Unsubscribe users and tell them, and the others."""
        leaving = [one for one in user_ids if one in stream.subscribers]
        if not leaving:
            return
        now = self.realm.change_stream(stream, subscribers=stream.subscribers - set(leaving))
        face = {"stream_id": now.stream_id, "name": now.name}
        self.realm.tell(leaving, {"type": "subscription", "op": "remove", "subscriptions": [face]})
        peers = {"stream_ids": [now.stream_id], "user_ids": leaving}
        self.realm.tell(now.subscribers, {"type": "subscription", "op": "peer_remove", **peers})


def _name(entry: Any) -> str:
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        raise Refusal("subscriptions is not a list of objects with a name")
    name: str = entry["name"].strip()
    if not name:
        raise Refusal("Stream name can't be empty!")
    return name
