"""What confirming does about alerts."""

from __future__ import annotations

from nudgebot.chat.acts.act import Act

ACTS: dict[str, Act] = {}
