"""Outside names in a limited room: counted in columns, cut where they are too long."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from nudgebot.markup import clean, esc

_DECIMAL = re.compile(r"(?<![\w;.])(\d+)&#46;(\d+)(?![\w&])")
_RIGHT_TO_LEFT = {"R", "AL", "AN"}
_ISOLATE, _END = "\u2068", "\u2069"
LONGEST = 80  # columns of a name in a message: the longest honest names are shorter


def said(text: str, most: int = LONGEST) -> str:
    """Outside text for a message: one line, of bearable length, shown as it is."""
    return isolated(esc(shortened(text, most)))


def isolated(text: str) -> str:
    """Text that keeps its writing direction to itself, where it has right-to-left letters.

    Without that, a number behind an Arabic name would be drawn before it.
    """
    if any(unicodedata.bidirectional(mark) in _RIGHT_TO_LEFT for mark in text):
        return f"{_ISOLATE}{text}{_END}"
    return text


def joined(parts: Sequence[str], most: int) -> str:
    """`Ana · rising`: the first part, mostly a name, is cut so that all of them fit."""
    found = [part for part in parts if part]
    if not found:
        return ""
    rest = sum(columns(part) + 3 for part in found[1:])
    first = shortened(found[0], max(most - rest, 8))
    return " · ".join(map(isolated, [first, *map(_writable, found[1:])]))


def sentence(text: str, most: int = 300) -> str:
    """A sentence that may hold outside names: harmless, and as readable in raw text as can be.

    Its colons, brackets, decimal points and full stop stay as they are: without the marks that
    could begin a link or an emoji they do nothing.
    """
    whole = shortened(text, most)
    stop = "." if whole.endswith(".") else ""
    escaped = ": ".join(map(esc, whole.removesuffix(".").split(": "))) + stop
    return _DECIMAL.sub(r"\1.\2", escaped.replace("&#40;", "(").replace("&#41;", ")"))


def columns(text: str) -> int:
    """How many columns a text takes: two for a wide character, none for a combining one."""
    return sum(
        0 if unicodedata.combining(mark) or unicodedata.category(mark) == "Cf" else
        2 if unicodedata.east_asian_width(mark) in "WF" else 1
        for mark in text
    )  # fmt: skip


def shortened(text: str, most: int) -> str:
    """Outside text in one line of at most `most` columns, its cut shown."""
    whole = _writable(clean(text))
    if columns(whole) <= most:
        return whole
    kept = ""
    for mark_ in whole:
        if columns(kept + mark_) >= most:
            break
        kept += mark_
    return kept.rstrip() + "…"


def fitted(text: str, room: float, size: float) -> str:
    """The text, cut to so many pixels at that size."""
    return shortened(text, max(4, int(room / (0.56 * size))))


def apart(labels: Iterable[str]) -> list[str]:
    """The same labels, equal ones told apart by characters that nobody sees."""
    seen: dict[str, int] = {}
    result = []
    for label in labels:
        seen[label] = seen.get(label, -1) + 1
        result.append(label + "\u200b" * seen[label])
    return result


def _writable(text: str) -> str:
    """Without what no drawing can hold."""
    return text.replace("\ufffe", "").replace("\uffff", "").replace("\u200b", "")
