"""What the Zulip server says of itself: its version, its feature level, its clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import requests
import zulip

from nudgebot.chat.incoming import Me
from nudgebot.errors import NudgebotError

ASK_SECONDS = 8.0


@dataclass(frozen=True)
class ZulipServer:
    """The server as it showed itself, and the bot's own account there."""

    site: str
    version: str
    feature_level: int
    bot_name: str
    bot_id: int


# What is missing below each feature level, in words for an admin.
SWITCHED_OFF: tuple[tuple[int, str], ...] = (
    (137, "read receipts cannot be read, so nobody learns whether a nudge was seen"),
    (481, "after an outage of more than ten minutes, reactions given in it may be lost"),
)


def server_of(client: zulip.Client, me: Me) -> ZulipServer:
    """What the client learned of the server when it connected."""
    site = str(client.base_url).removesuffix("/").removesuffix("/api")
    level = client.feature_level
    return ZulipServer(
        site, str(client.zulip_version or "unknown"), level, me.full_name, me.user_id
    )


def switched_off(feature_level: int) -> list[str]:
    """What a server of that level cannot do for nudgebot."""
    return [text for level, text in SWITCHED_OFF if feature_level < level]


def clock_ahead_seconds(client: zulip.Client, clock: Callable[[], datetime]) -> float | None:
    """How far this machine's clock is ahead of the server's; None where it does not tell.

    The `Date` header has whole seconds, and the answer takes its time: a few seconds mean nothing.
    Raises NudgebotError where the server does not answer.
    """
    client.ensure_session()
    session = client.session
    if session is None:
        return None
    try:
        answer = session.get(f"{client.base_url}v1/server_settings", timeout=ASK_SECONDS)
    except requests.exceptions.RequestException as error:
        raise NudgebotError("The Zulip server did not answer when asked for its time.") from error
    try:
        there = parsedate_to_datetime(answer.headers["Date"])
    except (KeyError, ValueError):
        return None
    there = there if there.tzinfo else there.replace(tzinfo=UTC)
    return (clock() - there).total_seconds()
