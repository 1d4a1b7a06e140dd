"""The calls about people, groups and the organisation."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import unquote

from nudgebot.sandbox.answers import Json, Refusal
from nudgebot.sandbox.payloads import group_json, user_json
from nudgebot.sandbox.records import SandboxUser
from nudgebot.sandbox.request import Request
from nudgebot.sandbox.routes import Route
from nudgebot.sandbox.state import Realm

USER_IDS_LEVEL = 384
GROUPS_FOR_BOTS_LEVEL = 496
ALWAYS = 1_000_000


class PeopleCalls:
    """Answers `/users` and its like; the caller holds the realm's lock."""

    def __init__(self, realm: Realm) -> None:
        self.realm = realm

    def routes(self) -> list[Route]:
        """The table for these calls."""
        bots_late, never = GROUPS_FOR_BOTS_LEVEL, ALWAYS
        return [
            Route("GET", "/users", self.listed),
            Route("GET", "/users/me", self.me),
            Route("GET", "/users/{user_id:id}", self.by_id),
            Route("POST", "/users/me/presence", self.nothing, humans_only_below=never),
            Route("POST", "/users/me/status", self.nothing, humans_only_below=never),
            Route("PATCH", "/settings", self.settings, humans_only_below=never),
            Route("GET", "/user_groups", self.groups, humans_only_below=bots_late),
            Route("GET", "/realm/profile_fields", self.profile_fields),
            Route("GET", "/users/{email:text}", self.by_email),
            Route("GET", "/bot_storage", self.storage),
            Route("PUT", "/bot_storage", self.store),
            Route("DELETE", "/bot_storage", self.forget),
        ]

    def listed(self, user: SandboxUser, request: Request) -> Json:
        """GET /users."""
        profile = request.flag("include_custom_profile_fields", default=False)
        request.text("client_gravatar")
        members = [one for one in self.realm.users.values() if not one.is_system]
        if self.realm.settings.has(USER_IDS_LEVEL) and request.text("user_ids"):
            wanted = set(request.numbers("user_ids"))
            members = [one for one in members if one.user_id in wanted]
        return {"members": [user_json(one, seen_by=user, profile=profile) for one in members]}

    def me(self, user: SandboxUser, _request: Request) -> Json:
        """GET /users/me."""
        newest = (self.realm.message_ids or [-1])[-1]
        return user_json(user, seen_by=user) | {"max_message_id": newest}

    def by_id(self, user: SandboxUser, request: Request, user_id: int) -> Json:
        """GET /users/{id}."""
        return self._one(user, request, self.realm.users.get(user_id))

    def by_email(self, user: SandboxUser, request: Request, email: str) -> Json:
        """GET /users/{email}, by an address that the caller may see."""
        found = self.realm.user_by_email(unquote(email), seen_by=user)
        return self._one(user, request, found)

    def _one(self, user: SandboxUser, request: Request, found: SandboxUser | None) -> Json:
        profile = request.flag("include_custom_profile_fields", default=False)
        request.text("client_gravatar")
        if found is None:
            raise Refusal("No such user")
        return {"user": user_json(found, seen_by=user, profile=profile)}

    def groups(self, _user: SandboxUser, _request: Request) -> Json:
        """GET /user_groups."""
        return {"user_groups": [group_json(group) for group in self.realm.all_groups()]}

    def profile_fields(self, _user: SandboxUser, _request: Request) -> Json:
        """GET /realm/profile_fields: one text field for every key that a user's profile has."""
        keys = sorted({key for one in self.realm.users.values() for key in one.profile})
        fields = [{"id": int(key), "type": 1, "order": 1, "name": f"Field {key}"} for key in keys]
        return {"custom_fields": fields}

    def settings(self, user: SandboxUser, request: Request) -> Json:
        """PATCH /settings: the one setting that matters here is the read receipts' opt-out."""
        sends = request.flag("send_read_receipts", default=user.send_read_receipts)
        self.realm.put_user(replace(user, send_read_receipts=sends))
        return {}

    def nothing(self, _user: SandboxUser, _request: Request) -> Json:
        """A call that is accepted and changes nothing here."""
        return {}

    def storage(self, user: SandboxUser, request: Request) -> Json:
        """GET /bot_storage."""
        mine = self.realm.storage.get(user.user_id, {})
        keys = request.data("keys", list(mine))
        if any(key not in mine for key in keys):
            raise Refusal("Key does not exist.")
        return {"storage": {key: mine[key] for key in keys}}

    def store(self, user: SandboxUser, request: Request) -> Json:
        """PUT /bot_storage."""
        self.realm.storage.setdefault(user.user_id, {}).update(request.data("storage", {}))
        return {}

    def forget(self, user: SandboxUser, request: Request) -> Json:
        """DELETE /bot_storage."""
        mine = self.realm.storage.get(user.user_id, {})
        keys = request.data("keys", list(mine))
        if any(key not in mine for key in keys):
            raise Refusal("Key does not exist.")
        for key in keys:
            del mine[key]
        return {}
