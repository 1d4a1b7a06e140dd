"""`help`: what the asker can say, from the table of commands."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nudgebot.chat.answer import Answer, code
from nudgebot.chat.command import KNOWN, Call, Command, Registry, Role, Scope
from nudgebot.errors import CommandError
from nudgebot.markup import esc

STUDENT_WORDS = (
    "You can also just write to me: your answer goes to your teacher. "
    "Only you see your figures here, and nudges stop as soon as you say `stop`."
)


def help_(call: Call) -> Answer:
    """Answer `help [<command>]`."""
    asked = " ".join(call.words).strip("`")
    if not asked:
        return Answer(overview(call.office.registry, call.asker.roles))
    found = call.office.registry.named(asked, call.asker.roles)
    if not found:
        close = call.office.registry.close_to(asked, call.asker.roles)
        hint = f" Did you mean `help {close}`?" if close else ""
        raise CommandError(f"There is no command {esc(asked)} for you.{hint}")
    return Answer("\n\n".join(_one(command) for command in found))


def overview(registry: Registry, roles: frozenset[Role]) -> str:
    """All commands that somebody with these roles may give, a line each."""
    lines = [f"- {code(c.usage)}: {c.summary}" for c in registry.allowed(roles)]
    parts = ["Here is what you can ask me:", "\n".join(lines)]
    if Role.STUDENT in roles:
        parts.append(STUDENT_WORDS)
    parts.append("In a stream, mention me first. `help <command>` says more about one of them.")
    return "\n\n".join(parts)


def short(registry: Registry, roles: frozenset[Role]) -> str:
    """What a bare mention gets: the names only."""
    names = ", ".join(
        f"`{name}`" for name in dict.fromkeys(c.name for c in registry.allowed(roles))
    )
    return f"Hello! You can say {names}. `help` says what they do."


def _one(command: Command) -> str:
    lines = [f"{code(command.usage)}: {command.summary}"]
    if command.help:
        lines.append(command.help)
    if command.changes_world:
        lines.append("You see a preview first, and nothing happens before you confirm it.")
    lines += [f"- {code(example)}" for example in command.examples]
    return "\n".join(lines)


def commands(others: Sequence[Command]) -> tuple[Command, ...]:
    """The command `help`; what a student says behind it must be the name of one of hers.

    Any other sentence that begins so is a call for help to her teacher.
    """
    names = "|".join(
        re.escape(name) for each in others if Role.STUDENT in each.roles for name in each.names
    )
    return (
        Command(
            name="help",
            usage="help [<command>]",
            summary="What you can ask, or more about one command.",
            examples=("help", "help message"),
            aliases=("hilfe", "commands"),
            arguments=r"(?:[\w`<>\[\]-]+ ?){0,3}",
            own_arguments=rf"(?:(?:on |with )?`?(?:{names}|help)`?)?",
            roles=KNOWN,
            scope=Scope.NOBODY,
            run=help_,
        ),
    )
