"""A group of commands that are known by name, and loaded when one of them is asked for."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import click


class Known(NamedTuple):
    """Where a command is, as in "nudgebot.cli.run:run", and the line that lists it."""

    place: str
    summary: str


class LazyGroup(click.Group):
    """Lists its commands without loading them: most of what they need, the others do not."""

    def __init__(self, *args: Any, known: Mapping[str, Known], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._known = known

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in alphabetical order."""
        return sorted({*super().list_commands(ctx), *self._known})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command itself, loaded now; None for a name that there is not."""
        if cmd_name not in self.commands and cmd_name in self._known:
            module, _, name = self._known[cmd_name].place.partition(":")
            self.add_command(getattr(importlib.import_module(module), name), cmd_name)
        return super().get_command(ctx, cmd_name)

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Every name with its line, as click lists commands that are there."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, self._known[name].summary) for name in sorted(self._known)])
