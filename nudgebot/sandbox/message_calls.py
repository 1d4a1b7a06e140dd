"""The calls about messages: send, read, change, react, flag."""

from __future__ import annotations

from typing import Any

from nudgebot.sandbox.answers import Json, Refusal, missing
from nudgebot.sandbox.changes import Changes
from nudgebot.sandbox.narrow import MOST_MESSAGES, Narrower, Pager
from nudgebot.sandbox.payloads import message_json
from nudgebot.sandbox.posting import CHANNEL_LEVEL, DIRECT_LEVEL, Draft, PostOffice
from nudgebot.sandbox.records import SandboxMessage, SandboxUser
from nudgebot.sandbox.request import Request
from nudgebot.sandbox.routes import Route
from nudgebot.sandbox.state import Realm
from nudgebot.sandbox.widgets import checked

MESSAGE_IDS_LEVEL = 300
READ_BY_SENDER_LEVEL = 236
SHA_LEVEL = 379


class MessageCalls:
    """Answers `/messages` and what is below it; the caller holds the realm's lock."""

    def __init__(self, realm: Realm, office: PostOffice, changes: Changes) -> None:
        self.realm = realm
        self.office = office
        self.changes = changes

    def routes(self) -> list[Route]:
        """The table for these calls."""
        return [
            Route("POST", "/messages", self.send),
            Route("GET", "/messages", self.listed),
            Route("POST", "/messages/flags", self.flag),
            Route("POST", "/messages/flags/narrow", self.flag_narrow),
            Route("POST", "/messages/render", self.render),
            Route("GET", "/messages/{message_id:id}", self.get),
            Route("PATCH", "/messages/{message_id:id}", self.edit),
            Route("DELETE", "/messages/{message_id:id}", self.delete),
            Route("POST", "/messages/{message_id:id}/reactions", self.react),
            Route("DELETE", "/messages/{message_id:id}/reactions", self.unreact),
            Route("GET", "/messages/{message_id:id}/read_receipts", self.receipts),
            Route("POST", "/mark_all_as_read", self.mark_all),
            Route("POST", "/typing", self.typing),
        ]

    def send(self, user: SandboxUser, request: Request) -> Json:
        """POST /messages."""
        kind = self._kind(request.needed("type"))
        to = request.needed("to")
        content = request.needed("content")
        topic = request.text("topic", "subject")
        raw_widget = request.text("widget_content")
        local_id, queue_id = request.text("local_id"), request.text("queue_id")
        read = False
        if self.realm.settings.has(READ_BY_SENDER_LEVEL):
            read = request.flag("read_by_sender", default=False)
        draft = Draft(
            sender=user,
            content=content,
            widget=None if raw_widget is None else checked(raw_widget),
            local_id=local_id if queue_id else None,
            queue_id=queue_id,
            read_by_sender=read,
            **self._address(user, kind, to, topic),
        )
        return {"id": self.office.send(draft).message_id}

    def _kind(self, kind: str) -> str:
        has = self.realm.settings.has
        kinds = {"private": "direct", "stream": "stream"}
        kinds |= {"direct": "direct"} if has(DIRECT_LEVEL) else {}
        kinds |= {"channel": "stream"} if has(CHANNEL_LEVEL) else {}
        if kind not in kinds:
            raise Refusal("Invalid message type")
        return kinds[kind]

    def _address(self, user: SandboxUser, kind: str, to: str, topic: str | None) -> dict[str, Any]:
        if kind == "direct":
            ids = {one.user_id for one in self.office.people(to)} | {user.user_id}
            return {"participants": tuple(sorted(ids))}
        return {"stream": self.office.stream(user, to), "topic": self.office.topic(topic)}

    def listed(self, user: SandboxUser, request: Request) -> Json:
        """GET /messages, around an anchor or by their ids."""
        html = request.flag("apply_markdown", default=True)
        request.text("client_gravatar"), request.text("allow_empty_topic_name")
        narrow = Narrower(self.realm, user).read(request.text("narrow"))
        pager = Pager(self.realm, user, narrow)
        wants_ids = self.realm.settings.has(MESSAGE_IDS_LEVEL) and request.text("message_ids")
        if wants_ids:
            found = pager.some(request.numbers("message_ids"))
            edges: Json = {"found_oldest": True, "found_newest": True, "history_limited": False}
            return {**edges, "messages": self._shown(user, found, html=html)}
        anchor = self._anchor(request, pager)
        before, after = request.number("num_before"), request.number("num_after")
        if before + after > MOST_MESSAGES:
            raise Refusal(f"Too many messages requested (maximum {MOST_MESSAGES}).")
        include = request.flag("include_anchor", default=True)
        page = pager.page(anchor, before=before, after=after, include_anchor=include)
        return {**page.edges(), "messages": self._shown(user, page.messages, html=html)}

    def _anchor(self, request: Request, pager: Pager) -> int:
        raw = request.text("anchor")
        if request.flag("use_first_unread_anchor", default=False):
            raw = "first_unread"
        if raw is None:
            raise missing("anchor")
        return pager.anchor_of(raw)

    def _shown(
        self,
        user: SandboxUser,
        messages: list[SandboxMessage] | tuple[SandboxMessage, ...],
        *,
        html: bool,
    ) -> list[Json]:
        return [self._show(user, message, html=html) for message in messages]

    def _show(self, user: SandboxUser, message: SandboxMessage, *, html: bool) -> Json:
        rendered = self.office.rendering.html(message.content) if html else None
        answer = message_json(self.realm, message, rendered)
        row = self.realm.flags[message.message_id].get(user.user_id)
        answer["flags"] = ["read", "historical"] if row is None else sorted(row)
        return answer

    def get(self, user: SandboxUser, request: Request, message_id: int) -> Json:
        """GET /messages/{id}."""
        html = request.flag("apply_markdown", default=True)
        message = self.realm.message_for(user, message_id)
        shown = self._show(user, message, html=html)
        return {"raw_content": message.content, "message": shown}

    def edit(self, user: SandboxUser, request: Request, message_id: int) -> Json:
        """PATCH /messages/{id}: the text, the topic, the stream, or several of them."""
        content, topic = request.text("content"), request.text("topic", "subject")
        how = request.text("propagate_mode") or "change_one"
        for name in ("send_notification_to_old_thread", "send_notification_to_new_thread"):
            request.text(name)
        expected = None
        if self.realm.settings.has(SHA_LEVEL):
            expected = request.text("prev_content_sha256")
        stream_id = request.text("stream_id")
        if content is None and topic is None and stream_id is None:
            raise Refusal("Nothing to change")
        if content is not None:
            self.changes.edit_content(user, message_id, content, expected_sha256=expected)
        if topic is not None or stream_id is not None:
            self.changes.move(user, message_id, topic, how=how, stream=stream_id)
        return {}

    def delete(self, user: SandboxUser, _request: Request, message_id: int) -> Json:
        """DELETE /messages/{id}."""
        self.changes.delete(user, message_id)
        return {}

    def react(self, user: SandboxUser, request: Request, message_id: int) -> Json:
        """POST /messages/{id}/reactions."""
        return self._reaction(user, request, message_id, add=True)

    def unreact(self, user: SandboxUser, request: Request, message_id: int) -> Json:
        """DELETE /messages/{id}/reactions."""
        return self._reaction(user, request, message_id, add=False)

    def _reaction(self, user: SandboxUser, request: Request, message_id: int, *, add: bool) -> Json:
        self.changes.react(
            user,
            message_id,
            request.needed("emoji_name"),
            add=add,
            code=request.text("emoji_code"),
            reaction_type=request.text("reaction_type"),
        )
        return {}

    def receipts(self, user: SandboxUser, _request: Request, message_id: int) -> Json:
        """GET /messages/{id}/read_receipts."""
        return {"user_ids": self.changes.readers(user, message_id)}

    def flag(self, user: SandboxUser, request: Request) -> Json:
        """POST /messages/flags."""
        wanted = request.numbers("messages")
        add = request.needed("op") == "add"
        touched = self.changes.set_flag(user, wanted, request.needed("flag"), add=add)
        return {"messages": touched}

    def flag_narrow(self, user: SandboxUser, request: Request) -> Json:
        """POST /messages/flags/narrow."""
        pager = Pager(self.realm, user, Narrower(self.realm, user).read(request.text("narrow")))
        page = pager.page(
            pager.anchor_of(request.needed("anchor")),
            before=request.number("num_before"),
            after=request.number("num_after"),
            include_anchor=request.flag("include_anchor", default=True),
        )
        ids = [one.message_id for one in page.messages]
        rows = [one for one in ids if user.user_id in self.realm.flags[one]]
        add = request.needed("op") == "add"
        self.changes.set_flag(user, rows, request.needed("flag"), add=add)
        ends = {"first_processed_id": ids[0], "last_processed_id": ids[-1]} if ids else {}
        counts = {"processed_count": len(ids), "updated_count": len(rows)}
        edges = {"found_oldest": page.found_oldest, "found_newest": page.found_newest}
        return {**counts, **ends, **edges}

    def mark_all(self, user: SandboxUser, _request: Request) -> Json:
        """POST /mark_all_as_read."""
        mine = [one for one, rows in self.realm.flags.items() if user.user_id in rows]
        self.changes.set_flag(user, mine, "read", add=True)
        return {}

    def render(self, _user: SandboxUser, request: Request) -> Json:
        """POST /messages/render."""
        return {"rendered": self.office.rendering.html(request.needed("content"))}

    def typing(self, user: SandboxUser, request: Request) -> Json:
        """POST /typing: checked and noted down, but no event comes of it."""
        op = request.needed("op")
        if op not in ("start", "stop"):
            raise Refusal("Invalid op")
        if self._kind(request.text("type") or "private") == "stream":
            to: Any = request.number("stream_id")
            request.needed("topic")
        else:
            to = [one.user_id for one in self.office.people(request.needed("to"))]
        self.realm.typing.append({"user_id": user.user_id, "op": op, "to": to})
        self.realm.touch()
        return {}
