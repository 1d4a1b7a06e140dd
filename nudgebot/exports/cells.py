"""What one cell of an export may hold, and how its text becomes a value.

A reader of cells has two ways in: `cell` reads one text and says what is wrong with it, `column`
reads many at once and may fail without a reason, upon which the caller goes cell by cell. Values
repeat within a column, so most readers look them up in what they have read before.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Collection, Sequence
from typing import Any, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from nudgebot.exports.memory import Memory

MAX_TEXT = 1000
MAX_ID = 255
SAID = 10_000  # beyond, a bound is there for the database's sake only
# Sums of such fractions are exact in any order: a roll-up equals its rows to the last bit.
MINUTE_PARTS = 2**20


class BadCellError(ValueError):
    """A cell that cannot be taken; the text says why and never quotes personal data."""


class Cells(Protocol):
    """Reads the cells of one column."""

    def cell(self, text: str) -> Any:
        """The value; raises BadCellError."""

    def column(self, texts: Sequence[str]) -> Sequence[Any]:
        """The values of many cells; raises BadCellError without a place."""


class Remembering(Memory[str, Any]):
    """Reads a text once and looks it up from then on."""

    def cell(self, text: str) -> Any:
        """The value of one cell."""
        return self._read(text)

    def column(self, texts: Sequence[str]) -> Sequence[Any]:
        """The values of many cells."""
        return list(self.each(texts))


class Keys:
    """Ids that hardly repeat: looked over together, not one by one."""

    def __init__(self, *, empty: bool = False) -> None:
        self._empty = empty
        self._read = optional_key if empty else key

    def cell(self, text: str) -> str:
        """The id; raises BadCellError where it is damaged, or empty and must not be."""
        return self._read(text)

    def column(self, texts: Sequence[str]) -> Sequence[str]:
        """The ids of many cells, untouched where no cell needs a second look."""
        together = "".join(texts)
        plain = together.isascii() and not any(mark in together for mark in " =+\t\n\r\x00")
        filled = self._empty or all(texts)
        if plain and filled and max(map(len, texts)) <= MAX_ID:
            return texts
        return [self._read(text) for text in texts]


def clean(text: str) -> str:
    """The text without blanks around it and without a spreadsheet's `="…"` wrapping.

    Within that, a quotation mark is doubled.
    """
    text = text.strip()
    if text.startswith('="') and text.endswith('"') and len(text) > 2:
        return text[2:-1].replace('""', '"').strip()
    return text


def shortened(text: str) -> str:
    """A bad number or time to quote in a report; what might be a person's is not quoted.

    Where columns have slipped, a name stands where a number is expected.
    """
    if sum(map(str.isalpha, text)) > 3 or not any(map(str.isdigit, text)):
        return "the text"
    return repr(text if len(text) <= 30 else f"{text[:27]}...")


def text_of(text: str) -> str:
    """Any text up to a length."""
    text = clean(text)
    if len(text) > MAX_TEXT:
        raise BadCellError(f"is longer than {MAX_TEXT} characters")
    return text


def optional_key(text: str) -> str:
    """An id, or nothing; raises BadCellError where a spreadsheet has made a number of it."""
    text = clean(text)
    if len(text) > MAX_ID:
        raise BadCellError(f"is longer than {MAX_ID} characters")
    head, mark, tail = text.upper().partition("E+")
    if mark and tail.isdigit() and head.replace(".", "").replace(",", "").isdigit():
        raise BadCellError("has lost digits in a spreadsheet; export the column as text")
    return text


def key(text: str) -> str:
    """An id; raises BadCellError where it is empty or damaged."""
    text = optional_key(text)
    if not text:
        raise BadCellError("is empty")
    return text


def name(text: str) -> str:
    """A text that must not be empty."""
    text = text_of(text)
    if not text:
        raise BadCellError("is empty")
    return text


def word(text: str) -> str:
    """A kind, in lower case; must not be empty."""
    return name(text).lower().replace(" ", "_")


def flag(*, otherwise: bool) -> Callable[[str], int]:
    """Reads true and false in their usual spellings; an empty cell means `otherwise`."""
    words = dict.fromkeys(("true", "yes", "y", "1", "t", "active"), 1)
    words |= dict.fromkeys(("false", "no", "n", "0", "f", "inactive"), 0)

    def read(text: str) -> int:
        text = clean(text).lower()
        if not text:
            return int(otherwise)
        if text not in words:
            raise BadCellError("is neither true nor false")
        return words[text]

    return read


def one_of(allowed: Collection[str], *, empty: bool = False) -> Callable[[str], str]:
    """Reads one of a few words, whatever their case."""

    def read(text: str) -> str:
        text = clean(text).lower().replace(" ", "_")
        if text in allowed or (empty and not text):
            return text
        close = difflib.get_close_matches(text, allowed, n=1)
        choice = f"is none of {', '.join(sorted(allowed))}"
        if close:
            choice += f", did you mean {close[0]!r}?"
        raise BadCellError(choice if text else "is empty")

    return read


def number(
    *,
    least: float = 0,
    most: float = math.inf,
    required: bool = False,
    decimal_comma: bool = False,
) -> Callable[[str], float | None]:
    """Reads a number between two bounds; an empty cell is None where it may be."""

    def read(text: str) -> float | None:
        text = clean(text)
        if not text and not required:
            return None
        try:
            value = float(text.replace(",", ".") if decimal_comma else text)
        except ValueError as error:
            raise BadCellError(f"{shortened(text)} is not a number") from error
        if not math.isfinite(value) or "_" in text:
            raise BadCellError(f"{shortened(text)} is not a number")
        if value < least and most > SAID:
            raise BadCellError(f"{shortened(text)} is not at least {least:g}")
        if value > most > SAID:
            raise BadCellError(f"{shortened(text)} is too large")
        if not least <= value <= most:
            raise BadCellError(f"{shortened(text)} is not from {least:g} to {most:g}")
        return value

    return read


def whole(*, required: bool = False, least: int = 0) -> Callable[[str], int | None]:
    """Reads a whole number; `12.0` is one, since spreadsheets write it so."""
    read_number = number(least=least, most=2**53, required=required)

    def read(text: str) -> int | None:
        value = read_number(text)
        if value is None:
            return None
        if value != int(value):
            raise BadCellError(f"{shortened(clean(text))} is not a whole number")
        return int(value)

    return read


def minutes(*, decimal_comma: bool = False) -> Callable[[str], float | None]:
    """Reads minutes, rounded to a fraction of a minute whose sums are exact."""
    read_number = number(most=100_000, decimal_comma=decimal_comma)

    def read(text: str) -> float | None:
        value = read_number(text)
        return None if value is None else round(value * MINUTE_PARTS) / MINUTE_PARTS

    return read


def zone(text: str) -> str:
    """The name of a time zone, or nothing."""
    text = clean(text)
    if text:
        try:
            ZoneInfo(text)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise BadCellError("is no time zone such as Europe/Berlin") from error
    return text


class References:
    """Ids that must be known; the set may grow while other files are read."""

    def __init__(self, known: Collection[str], where: str) -> None:
        self._known = known
        self._where = where
        self._remembered = Remembering(self.cell)

    def cell(self, text: str) -> str:
        """The id; raises BadCellError where nothing of that id is known."""
        found = key(text)
        if found not in self._known:
            raise BadCellError(f"is not known from {self._where}")
        return found

    def column(self, texts: Sequence[str]) -> Sequence[str]:
        """The ids of many cells."""
        return self._remembered.column(texts)
