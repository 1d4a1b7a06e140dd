"""Buttons in words: most apps show no buttons, and those that do show nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from nudgebot.markup import esc
from nudgebot.nudging.messages import Button


def in_words(heading: str, buttons: Sequence[Button]) -> str:
    """The heading and, a line each, what to type instead of a click."""
    lines = [f"- `{button.reply}` {esc(button.help)}" for button in buttons]
    return "\n".join([f"**{esc(heading)}**", *lines])
