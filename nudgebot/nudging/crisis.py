"""Phrases at which a person must look at once: a student may be in danger.

Looking for phrases finds too much and too little; it takes the place of nobody who listens.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from nudgebot.errors import Problem
from nudgebot.nudging.strict_yaml import Entries, Items, Text

KEY = "crisis"
GAP = "..."
MOST_WORDS_BETWEEN = 4
_NEVER = re.compile(r"(?!)")


@dataclass(frozen=True)
class Crisis:
    """The school's phrases; without any it finds nothing."""

    phrases: tuple[str, ...] = ()
    languages: frozenset[str] = frozenset()
    _pattern: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        parts = [_pattern_of(phrase) for phrase in self.phrases]
        object.__setattr__(self, "_pattern", re.compile("|".join(parts)) if parts else _NEVER)

    def is_in(self, text: str) -> bool:
        """Whether one of the phrases stands in a text, whatever its case and punctuation."""
        return self._pattern.search(_plain(text)) is not None


def _plain(text: str) -> str:
    """The words of a text in small letters, without accents, apostrophes and punctuation.

    Characters that only steer how text is shown, as a soft hyphen, hide nothing.
    """
    split = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(
        each
        for each in split
        if not unicodedata.combining(each) and unicodedata.category(each) != "Cf"
    )
    return " ".join(re.sub(r"[^\w\s]|_", " ", re.sub(r"['’‘`´]", "", bare)).split())


def _pattern_of(phrase: str) -> str:
    """A pattern for a phrase in a plain text; `...` stands for up to four words."""
    parts = [re.escape(_plain(part)) for part in phrase.replace("…", GAP).split(GAP)]
    found = rf"(?: \w+){{0,{MOST_WORDS_BETWEEN}}} ".join(part for part in parts if part)
    # Where a script has small letters it parts words by spaces too; others may not.
    begin = r"(?<!\w)" if found[0].islower() else ""
    end = r"(?!\w)" if found[-1].islower() else ""
    return f"{begin}{found}{end}"


def languages_of(root: Entries) -> frozenset[str]:
    """The languages for which a file has phrases."""
    by_language = root.entries[KEY]
    return frozenset(by_language.entries) if isinstance(by_language, Entries) else frozenset()


def read_crisis(root: Entries, file: str) -> tuple[list[str], list[Problem]]:
    """The phrases of a file whose tree is `root`, and every problem with them."""
    problems = [
        Problem(file, line, key, f"stands beside `{KEY}:`; remove it")
        for key, line in root.lines.items()
        if key != KEY
    ]
    by_language = root.entries[KEY]
    if not isinstance(by_language, Entries):
        problems.append(Problem(file, root.lines[KEY], KEY, "needs languages below it, as `en:`"))
        return [], problems
    phrases: list[str] = []
    for found in _phrases(by_language, file):
        if isinstance(found, Problem):
            problems.append(found)
        else:
            phrases.append(found)
    return phrases, problems


def _phrases(by_language: Entries, file: str) -> Iterator[str | Problem]:
    for language, node in by_language.entries.items():
        here = f"{KEY}.{language}"
        items: Iterable[object] = node.items if isinstance(node, Items) else ()
        if not items:
            yield Problem(file, node.line, here, "needs a list, each phrase behind `- `")
        for item in items:
            if isinstance(item, Text) and re.search(r"\w", _plain(item.text)):
                yield item.text
            else:
                line = getattr(item, "line", node.line)
                yield Problem(file, line, here, "a phrase is a few words in one line")
