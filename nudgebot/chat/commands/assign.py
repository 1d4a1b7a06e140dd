"""The commands about targeted assignments."""

from __future__ import annotations

from nudgebot.chat.command import Command

COMMANDS: tuple[Command, ...] = ()
