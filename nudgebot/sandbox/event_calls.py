"""The calls about events: register a queue, poll it, give it up."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from nudgebot.sandbox.answers import Json, Refusal
from nudgebot.sandbox.payloads import (
    group_json,
    stream_json,
    subscription_json,
    user_json,
)
from nudgebot.sandbox.queues import EventQueue, bad_queue
from nudgebot.sandbox.records import SandboxUser
from nudgebot.sandbox.request import Request
from nudgebot.sandbox.routes import Route
from nudgebot.sandbox.state import Realm

IDLE_TIMEOUT_LEVEL = 481
LONGEST_HOLD_SECONDS = 0.2  # so long a late event waits for one to be told before it
MOBILE_LIFESPAN_SECONDS = 12 * 3600
REGISTER_OPTIONS = (
    "client_gravatar",
    "slim_presence",
    "include_subscribers",
    "narrow",
    "user_settings_object",
)


class EventCalls:
    """Answers `/register` and `/events`; the caller holds the realm's lock."""

    def __init__(self, realm: Realm) -> None:
        self.realm = realm

    def routes(self) -> list[Route]:
        """The table for these calls."""
        return [
            Route("POST", "/register", self.register),
            Route("GET", "/events", self.poll),
            Route("DELETE", "/events", self.close),
        ]

    def register(self, user: SandboxUser, request: Request) -> Json:
        """POST /register."""
        for name in REGISTER_OPTIONS:
            request.text(name)
        capabilities = request.data("client_capabilities", {})
        if capabilities and "notification_settings_null" not in capabilities:
            words = "notification_settings_null key is missing from client_capabilities"
            raise Refusal(words)
        event_types = request.data("event_types")
        fetch = request.data("fetch_event_types", event_types)
        queue = self.realm.queues.open(
            user.user_id,
            event_types=event_types,
            apply_markdown=request.flag("apply_markdown", default=False),
            lifespan_seconds=self._lifespan(request),
            all_public_streams=request.flag("all_public_streams", default=False),
            bulk_deletion=bool(capabilities.get("bulk_message_deletion")),
        )
        settings = self.realm.settings
        answer: Json = {
            "queue_id": queue.queue_id,
            "last_event_id": -1,
            "zulip_version": settings.version,
            "zulip_feature_level": settings.feature_level,
            "zulip_merge_base": settings.version,
        }
        if settings.has(IDLE_TIMEOUT_LEVEL):
            answer["idle_queue_timeout_secs"] = queue.lifespan_seconds
        for name, state in self._state(user).items():
            if fetch is None or name in fetch:
                answer |= state()
        return answer

    def _lifespan(self, request: Request) -> int | None:
        """How long the queue may stay unpolled; the parameter's name depends on the level."""
        if not self.realm.settings.has(IDLE_TIMEOUT_LEVEL):
            return request.number("queue_lifespan_secs", 0) or None
        wanted = request.text("idle_queue_timeout")
        if wanted in ("mobile", '"mobile"'):
            return MOBILE_LIFESPAN_SECONDS
        return request.number("idle_queue_timeout", 0) or None

    def _state(self, user: SandboxUser) -> dict[str, Callable[[], Json]]:
        """What /register fetches, by the event type that asks for it."""
        return {
            "realm": self._realm,
            "message": lambda: {"max_message_id": (self.realm.message_ids or [-1])[-1]},
            "realm_user": lambda: self._people(user),
            "realm_user_groups": lambda: {
                "realm_user_groups": [group_json(g) for g in self.realm.all_groups()]
            },
            "subscription": lambda: self._subscriptions(user),
            "stream": lambda: {"streams": self._streams(user)},
            "custom_profile_fields": lambda: {"custom_profile_fields": []},
            "realm_emoji": lambda: {"realm_emoji": {}},
        }

    def _realm(self) -> Json:
        settings = self.realm.settings
        return {
            "realm_name": settings.name,
            "realm_description": "",
            "realm_enable_read_receipts": settings.enable_read_receipts,
            "realm_message_content_edit_limit_seconds": settings.message_content_edit_limit_seconds,
            "realm_private_message_policy": 2 if settings.direct_messages_disabled else 1,
            "realm_empty_topic_display_name": "general chat",
            "max_message_length": settings.max_message_length,
            "max_topic_length": settings.max_topic_length,
            "max_stream_name_length": 60,
            "max_file_upload_size_mib": settings.max_file_upload_size_mib,
            "event_queue_longpoll_timeout_seconds": settings.longpoll_timeout_seconds,
            "server_typing_started_wait_period_milliseconds": 10_000,
            "server_typing_started_expiry_period_milliseconds": 15_000,
            "server_typing_stopped_wait_period_milliseconds": 5_000,
        }

    def _people(self, user: SandboxUser) -> Json:
        everybody = self.realm.users.values()
        members = [one for one in everybody if not one.is_system]
        shown = {
            active: [user_json(u, seen_by=user) for u in members if u.is_active is active]
            for active in (True, False)
        }
        return {
            "realm_users": shown[True],
            "realm_non_active_users": shown[False],
            "cross_realm_bots": [user_json(u, seen_by=user) for u in everybody if u.is_system],
            "user_id": user.user_id,
            "email": user.email,
            "full_name": user.full_name,
            "is_admin": user.is_admin,
        }

    def _subscriptions(self, user: SandboxUser) -> Json:
        streams = self.realm.streams.values()
        mine = [s for s in streams if user.user_id in s.subscribers]
        return {
            "subscriptions": [subscription_json(s, subscribers=False) for s in mine],
            "unsubscribed": [],
            "never_subscribed": [],
        }

    def _streams(self, user: SandboxUser) -> list[Json]:
        streams = self.realm.streams.values()
        return [stream_json(s) for s in streams if self.realm.may_read_stream(user, s)]

    def poll(self, user: SandboxUser, request: Request) -> Json:
        """GET /events: what waits after the acknowledged id, or a heartbeat after a while."""
        queue = self.realm.queues.get(request.needed("queue_id"), user.user_id)
        last_event_id = request.data("last_event_id", queue.newest_pruned_id)
        if not isinstance(last_event_id, int):
            raise Refusal("last_event_id is not an integer")
        queue.acknowledge(last_event_id)
        if not request.flag("dont_block", default=False):
            self._wait(queue)
        events: list[Any] = list(queue.events)
        return {"events": events, "queue_id": queue.queue_id}

    def _wait(self, queue: EventQueue) -> None:
        deadline = time.monotonic() + self.realm.settings.heartbeat_seconds
        queue.waiting += 1
        try:
            while not queue.events:
                left = deadline - time.monotonic()
                if left <= 0:
                    queue.push({"type": "heartbeat"})
                    return
                self.realm.changed.wait(min(left, LONGEST_HOLD_SECONDS) if queue.held else left)
                if not queue.events:
                    queue.let_go()
                if self.realm.closing:
                    return
                if not self.realm.queues.is_open(queue):
                    raise bad_queue(queue.queue_id)
        finally:
            queue.waiting -= 1
            queue.last_contact = self.realm.clock()

    def close(self, user: SandboxUser, request: Request) -> Json:
        """DELETE /events."""
        queue = self.realm.queues.get(request.needed("queue_id"), user.user_id)
        self.realm.queues.close(queue)
        self.realm.touch()
        return {}
