"""The REST interface: faults, authentication, rate limit and the call itself, in Zulip's order."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus

from nudgebot.sandbox.answers import Json, Refusal, rate_limited, unauthorized
from nudgebot.sandbox.changes import Changes
from nudgebot.sandbox.event_calls import EventCalls
from nudgebot.sandbox.faults import PROXY_PAGE, Faults, Hit
from nudgebot.sandbox.limits import Limiter
from nudgebot.sandbox.message_calls import MessageCalls
from nudgebot.sandbox.payloads import Rendering
from nudgebot.sandbox.people_calls import PeopleCalls
from nudgebot.sandbox.posting import PostOffice
from nudgebot.sandbox.records import SandboxUser
from nudgebot.sandbox.request import Request
from nudgebot.sandbox.routes import Routes, refuse_bots
from nudgebot.sandbox.state import Realm
from nudgebot.sandbox.stream_calls import StreamCalls
from nudgebot.sandbox.upload_calls import UploadCalls

log = logging.getLogger(__name__)

PREFIX = "/api/v1"
IGNORED_PARAMETERS_LEVEL = 167


@dataclass(frozen=True)
class Answer:
    """What goes back: None as status closes the connection without a word."""

    status: int | None
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


def json_answer(body: Json, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    """An answer that is JSON."""
    return Answer(status, json.dumps(body).encode(), headers=headers or {})


class Api:
    """Answers what comes in below `/api/v1`."""

    def __init__(
        self, realm: Realm, *, faults: Faults, limiter: Limiter, pause: Callable[[float], object]
    ) -> None:
        self.realm = realm
        self.faults = faults
        self.limiter = limiter
        self.pause = pause
        self.counts: Counter[str] = Counter()
        self.office = PostOffice(realm, Rendering(realm))
        self.changes = Changes(realm, self.office)
        self.streams = StreamCalls(realm)
        self.uploads = UploadCalls(realm)
        parts = (
            MessageCalls(realm, self.office, self.changes),
            EventCalls(realm),
            self.streams,
            PeopleCalls(realm),
            self.uploads,
        )
        self._routes = Routes([route for part in parts for route in part.routes()])

    def answer(self, request: Request) -> Answer:
        """Count the request, let a fault have its way, and answer."""
        path = request.path.removeprefix(PREFIX)
        with self.realm.lock:
            self.counts[f"{request.method} {path}"] += 1
            self.realm.wake()
        hit = self.faults.take(request.method, path, self._caller_id(request))
        if hit is None:
            return self._processed(request, path)
        done = self._processed(request, path) if hit.processed else None
        return self._after(hit, done) or self._processed(request, path)

    def _after(self, hit: Hit, done: Answer | None) -> Answer | None:
        """What the fault makes of the answer; None lets an unprocessed request go on."""
        if hit.kind == "drop":
            return Answer(None)
        if hit.kind == "answer":
            reason = HTTPStatus(hit.status).phrase
            page = PROXY_PAGE.format(status=hit.status, reason=reason)
            return Answer(hit.status, page.encode(), "text/html")
        if hit.kind == "rate_limit":
            refusal = rate_limited(hit.seconds)
            return json_answer(refusal.body(), refusal.status, refusal.headers)
        self.pause(hit.seconds)
        return done

    def _caller_id(self, request: Request) -> int | None:
        credentials = request.credentials()
        if credentials is None:
            return None
        with self.realm.lock:
            user = self.realm.user_by_email(credentials[0])
        return None if user is None else user.user_id

    def _processed(self, request: Request, path: str) -> Answer:
        headers: dict[str, str] = {}
        try:
            with self.realm.lock:
                body = self._call(request, path, headers)
        except Refusal as refusal:
            return json_answer(refusal.body(), refusal.status, headers | refusal.headers)
        except Exception:  # the boundary: a bug here must look like Zulip's own 500
            log.exception("sandbox call failed method=%s path=%s", request.method, path)
            return json_answer({"result": "error", "msg": "Internal server error"}, 500)
        return json_answer(body, headers=headers)

    def _call(self, request: Request, path: str, headers: dict[str, str]) -> Json:
        if path == "/server_settings":
            return {"result": "success", "msg": "", **self._server_settings()}
        user = self.authenticate(request)
        bucket = "events" if path == "/events" else "api"
        headers.update(self.limiter.count(user.user_id, bucket))
        route, captured = self._routes.find(request.method, path)
        refuse_bots(user, route, self.realm.settings.feature_level)
        answer = {"result": "success", "msg": "", **route.call(user, request, **captured)}
        ignored = request.ignored()
        if ignored and self.realm.settings.has(IGNORED_PARAMETERS_LEVEL):
            answer["ignored_parameters_unsupported"] = ignored
        return answer

    def authenticate(self, request: Request) -> SandboxUser:
        """The caller; the realm's lock is held."""
        credentials = request.credentials()
        if credentials is None:
            raise unauthorized("Missing authorization header for basic authentication")
        return self.realm.authenticate(*credentials)

    def _server_settings(self) -> Json:
        settings = self.realm.settings
        return {
            "zulip_version": settings.version,
            "zulip_merge_base": settings.version,
            "zulip_feature_level": settings.feature_level,
            "push_notifications_enabled": False,
            "is_incompatible": False,
            "email_auth_enabled": True,
            "require_email_format_usernames": True,
            "realm_name": settings.name,
            "realm_description": "",
            "realm_icon": "",
            "realm_web_public_access_enabled": False,
            "authentication_methods": {"password": True},
            "external_authentication_methods": [],
        }
