"""The realm's values as the JSON objects that Zulip's API shows."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from nudgebot.sandbox.answers import Json
from nudgebot.sandbox.directory import Directory
from nudgebot.sandbox.markup import Markup
from nudgebot.sandbox.records import (
    MODERATOR,
    OWNER,
    Reaction,
    SandboxMessage,
    SandboxStream,
    SandboxUser,
    UserGroup,
)
from nudgebot.sandbox.state import Realm

REALM_PATH = "2"
WIDGET_COMMANDS = ("/poll", "/todo")


def has_widget(message: SandboxMessage) -> bool:
    """A zform, or a text that Zulip makes a poll or a to-do list of."""
    begin = message.content.split(maxsplit=1)
    return message.widget is not None or (bool(begin) and begin[0] in WIDGET_COMMANDS)


def user_json(user: SandboxUser, *, seen_by: SandboxUser, profile: bool = False) -> Json:
    """One member; `delivery_email` is null for those who may not see it."""
    shows_email = user.email_visible or seen_by.is_admin or user.user_id == seen_by.user_id
    answer: Json = {
        "user_id": user.user_id,
        "full_name": user.full_name,
        "email": user.email,
        "delivery_email": user.delivery_email if shows_email else None,
        "role": user.role,
        "is_active": user.is_active,
        "is_bot": user.is_bot,
        "is_admin": user.is_admin,
        "is_owner": user.role == OWNER,
        "is_guest": user.role > 400,
        "is_moderator": user.role == MODERATOR,
        "is_billing_admin": False,
        "timezone": user.timezone,
        "avatar_url": None,
        "avatar_version": 1,
        "date_joined": datetime(2026, 1, 1, tzinfo=UTC).isoformat(),
    }
    if user.is_bot:
        answer |= {"bot_type": 1, "bot_owner_id": user.owner_id}
    if profile and not user.is_bot:
        answer["profile_data"] = {key: {"value": value} for key, value in user.profile.items()}
    return answer


def person_json(user: SandboxUser) -> Json:
    """The short form in a direct message's `display_recipient`."""
    return {
        "id": user.user_id,
        "email": user.email,
        "full_name": user.full_name,
        "is_mirror_dummy": False,
    }


def reaction_json(realm: Realm, reaction: Reaction) -> Json:
    """A reaction with its user, in the new form and in the deprecated one."""
    user = realm.users[reaction.user_id]
    return {
        "user_id": reaction.user_id,
        "emoji_name": reaction.emoji_name,
        "emoji_code": reaction.emoji_code,
        "reaction_type": reaction.reaction_type,
        "user": {"user_id": user.user_id, "email": user.email, "full_name": user.full_name},
    }


def message_json(realm: Realm, message: SandboxMessage, html: str | None) -> Json:
    """A message without the reader's flags; `html` None shows the raw Markdown."""
    sender = realm.users[message.sender_id]
    answer: Json = {
        "id": message.message_id,
        "sender_id": sender.user_id,
        "content": message.content if html is None else html,
        "recipient_id": message.stream_id or 1_000_000 + sum(message.participants),
        "timestamp": int(message.sent_at),
        "client": "ZulipPython",
        "subject": message.topic,
        "topic_links": [],
        "is_me_message": message.content.startswith("/me "),
        "reactions": [reaction_json(realm, r) for r in message.reactions],
        "submessages": _submessages(message),
        "sender_full_name": sender.full_name,
        "sender_email": sender.email,
        "sender_realm_str": "",
        "display_recipient": _display_recipient(realm, message),
        "type": "private" if message.is_direct else "stream",
        "avatar_url": None,
        "content_type": "text/x-markdown" if html is None else "text/html",
    }
    if message.stream_id is not None:
        answer["stream_id"] = message.stream_id
    if message.edited_at is not None:
        answer["last_edit_timestamp"] = int(message.edited_at)
    return answer


def _display_recipient(realm: Realm, message: SandboxMessage) -> str | list[Json]:
    if message.stream_id is not None:
        return realm.streams[message.stream_id].name
    return [person_json(realm.users[user_id]) for user_id in message.participants]


def _submessages(message: SandboxMessage) -> list[Json]:
    if not has_widget(message):
        return []
    first = message.content.split(maxsplit=1)[:1]
    widget = message.widget or {"widget_type": first[0].strip("/"), "extra_data": {}}
    return [
        {
            "id": message.message_id,
            "message_id": message.message_id,
            "sender_id": message.sender_id,
            "msg_type": "widget",
            "content": json.dumps(dict(widget)),
        }
    ]


def stream_json(stream: SandboxStream) -> Json:
    """A stream as GET /streams shows it."""
    return {
        "stream_id": stream.stream_id,
        "name": stream.name,
        "description": stream.description,
        "rendered_description": "",
        "invite_only": stream.private,
        "is_web_public": False,
        "history_public_to_subscribers": True,
        "date_created": stream.created_at,
        "first_message_id": None,
        "message_retention_days": None,
        "stream_post_policy": 1,
        "is_announcement_only": False,
        "stream_weekly_traffic": None,
        "can_remove_subscribers_group": 2,
    }


def subscription_json(stream: SandboxStream, *, subscribers: bool) -> Json:
    """A stream with what its subscriber has set."""
    answer = stream_json(stream) | {
        "color": "#76ce90",
        "is_muted": False,
        "pin_to_top": False,
        "desktop_notifications": None,
        "audible_notifications": None,
        "push_notifications": None,
        "email_notifications": None,
        "in_home_view": True,
    }
    if subscribers:
        answer["subscribers"] = sorted(stream.subscribers)
    return answer


def group_json(group: UserGroup) -> Json:
    """A user group as it comes with /register."""
    return {
        "id": group.group_id,
        "name": group.name,
        "description": "",
        "members": sorted(group.members),
        "direct_subgroup_ids": [],
        "is_system_group": group.system,
        "can_mention_group": 7,
    }


class Rendering:
    """Renders a realm's messages to HTML; the caller holds the realm's lock."""

    def __init__(self, realm: Realm) -> None:
        self.realm = realm
        self.markup = Markup(realm.settings.feature_level)
        self._names = Directory(realm)

    def html(self, content: str) -> str:
        """The HTML that the API shows."""
        return self.markup.render(content, self._names).html

    def told(self, content: str) -> tuple[frozenset[int], bool]:
        """Who a text mentions, and whether it mentions everybody."""
        if "@" not in content:
            return frozenset(), False
        rendered = self.markup.render(content, self._names)
        return rendered.user_ids, rendered.wildcard
