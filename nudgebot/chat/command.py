"""The commands as one table: words, help and access are all read from it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING

from nudgebot.chat.answer import Answer
from nudgebot.chat.incoming import Incoming
from nudgebot.chat.speech import without_loose_ends, words_of

if TYPE_CHECKING:
    from nudgebot.chat.access import Asker
    from nudgebot.chat.office import Office


class Role(Enum):
    """What a Zulip user is to the bot; one may be several things."""

    ADMIN = "admin"
    TEACHER = "teacher"
    STUDENT = "student"


class Scope(Enum):
    """Whose data a command reads."""

    NOBODY = "no student's"
    OWN = "the asker's own"
    STUDENTS = "students' that the asker may see"


STAFF = frozenset({Role.ADMIN, Role.TEACHER})
ADMINS = frozenset({Role.ADMIN})
STUDENTS = frozenset({Role.STUDENT})
KNOWN = frozenset(Role)


@dataclass(frozen=True)
class Call:
    """One use of a command; `text` is what stands behind its name."""

    command: Command
    asker: Asker
    incoming: Incoming
    text: str
    as_of: datetime
    office: Office

    @property
    def source(self) -> str:
        """The name under which what this call does is remembered."""
        return self.incoming.source

    @property
    def words(self) -> list[str]:
        """The arguments as words, without the punctuation that ends a sentence."""
        return words_of(without_loose_ends(self.text))


@dataclass(frozen=True)
class Command:
    """One command: `usage` shows its words, `summary` is one line, `help` says the rest."""

    name: str
    usage: str
    summary: str
    run: Callable[[Call], Answer]
    roles: frozenset[Role]
    scope: Scope
    help: str = ""
    examples: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    arguments: str = ""  # a pattern for all of what may follow, where other words mean no command
    own_arguments: str = ""  # the same for a student, whose other words are for her teacher
    changes_world: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Everything it is called by."""
        return (self.name, *self.aliases)


@dataclass(frozen=True)
class Found:
    """A command in a text, and what stands behind its name."""

    command: Command
    text: str


@dataclass(frozen=True)
class Registry:
    """All commands; one name may stand for different commands of different roles."""

    commands: tuple[Command, ...]
    _patterns: dict[str, re.Pattern[str]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names = [name for command in self.commands for name in command.names]
        patterns = {
            name: re.compile(r"\s+".join(map(re.escape, name.split())) + r"(?!\w)", re.IGNORECASE)
            for name in names
        }
        object.__setattr__(self, "_patterns", patterns)

    def allowed(self, roles: Iterable[Role]) -> list[Command]:
        """The commands for somebody with these roles, in the order of the table."""
        held = frozenset(roles)
        return [command for command in self.commands if command.roles & held]

    def find(self, text: str, roles: Iterable[Role]) -> Found | None:
        """The command whose name begins the text, the longest name first; only allowed ones."""
        held = frozenset(roles)
        best: tuple[int, Found] | None = None
        for command in self.allowed(held):
            for name in command.names:
                match = self._patterns[name].match(text)
                if match is None or (best is not None and match.end() <= best[0]):
                    continue
                rest = text[match.end() :].strip(" \t\n,:")
                pattern = command.arguments
                if held == STUDENTS and command.own_arguments:
                    pattern = command.own_arguments
                if not pattern or _fits(pattern, rest):
                    best = (match.end(), Found(command, rest))
        return None if best is None else best[1]

    def named(self, name: str, roles: Iterable[Role]) -> list[Command]:
        """The allowed commands of that name, or whose name begins with these words."""
        wanted = " ".join(name.lower().split())
        allowed = self.allowed(roles)
        exact = [command for command in allowed if wanted in command.names]
        return exact or [c for c in allowed if c.name.startswith(wanted + " ")]

    def close_to(self, text: str, roles: Iterable[Role]) -> str | None:
        """The name of an allowed command that the text may have meant, else None."""
        names = {name for command in self.allowed(roles) for name in command.names}
        words = without_loose_ends(text).lower().split()
        for length in (2, 1):
            said = " ".join(words[:length])
            close = difflib.get_close_matches(said, names, n=1, cutoff=0.7)
            if said and close:
                return close[0]
        # `student report 5`, `report ana`: a word of a command at the start is a try at it.
        started = [name for name in sorted(names) if words and words[0] in name.split()]
        return started[0] if started else None


def _fits(pattern: str, text: str) -> bool:
    return re.fullmatch(pattern, without_loose_ends(text), re.IGNORECASE) is not None
