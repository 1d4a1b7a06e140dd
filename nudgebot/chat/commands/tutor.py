"""The commands about peer tutoring."""

from __future__ import annotations

from nudgebot.chat.command import Command

COMMANDS: tuple[Command, ...] = ()
