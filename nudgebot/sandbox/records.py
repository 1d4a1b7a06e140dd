"""The values a sandbox realm is made of; each is a snapshot that never changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

OWNER, ADMIN, MODERATOR, MEMBER, GUEST = 100, 200, 300, 400, 600


@dataclass(frozen=True)
class SandboxUser:
    """One person or bot; `email` is what others see, `delivery_email` is where mail would go.

    `label` is a word for the chat page ("teacher", "student"); the API never shows it.
    """

    user_id: int
    full_name: str
    email: str
    api_key: str
    delivery_email: str
    role: int = MEMBER
    is_bot: bool = False
    owner_id: int | None = None
    timezone: str = ""
    is_active: bool = True
    email_visible: bool = True
    send_read_receipts: bool = True
    is_system: bool = False
    label: str = ""
    profile: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_admin(self) -> bool:
        """Owners and administrators."""
        return self.role <= ADMIN


@dataclass(frozen=True)
class SandboxStream:
    """One channel, which the API calls stream."""

    stream_id: int
    name: str
    subscribers: frozenset[int]
    private: bool = False
    description: str = ""
    created_at: int = 0


@dataclass(frozen=True)
class Reaction:
    """One emoji by one user."""

    user_id: int
    emoji_name: str
    emoji_code: str
    reaction_type: str = "unicode_emoji"


@dataclass(frozen=True)
class SandboxMessage:
    """One message as it stands; `participants` (sender included) are set for direct messages only.

    `content` is raw Markdown, `widget` the checked `widget_content`, `sent_at` in Unix seconds.
    """

    message_id: int
    sender_id: int
    content: str
    sent_at: float
    participants: tuple[int, ...] = ()
    stream_id: int | None = None
    topic: str = ""
    widget: Mapping[str, Any] | None = None
    reactions: tuple[Reaction, ...] = ()
    local_id: str | None = None
    edited_at: float | None = None

    @property
    def is_direct(self) -> bool:
        """A one-to-one or group direct message."""
        return self.stream_id is None

    @property
    def choices(self) -> tuple[Mapping[str, Any], ...]:
        """The buttons of a zform widget, in order; empty without one."""
        if self.widget is None or self.widget.get("widget_type") != "zform":
            return ()
        return tuple(self.widget["extra_data"]["choices"])


@dataclass(frozen=True)
class Upload:
    """One uploaded file; `message_ids` are the messages whose audience may open it."""

    path: str
    name: str
    content_type: str
    data: bytes
    owner_id: int
    message_ids: frozenset[int] = frozenset()


@dataclass(frozen=True)
class UserGroup:
    """A user group that can be mentioned as `@*name*`; `system` ones follow the roles."""

    group_id: int
    name: str
    members: frozenset[int]
    system: bool = False
