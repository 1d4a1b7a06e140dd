"""The commands about what was done for a student and what came of it."""

from __future__ import annotations

from nudgebot.chat.command import Command

COMMANDS: tuple[Command, ...] = ()
