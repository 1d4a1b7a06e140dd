"""What confirming does about parent notifications."""

from __future__ import annotations

from nudgebot.chat.acts.act import Act

ACTS: dict[str, Act] = {}
