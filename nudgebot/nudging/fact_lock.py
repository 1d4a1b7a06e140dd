"""The fact lock: a message with marks in the places of all that must stay as it is.

What an answer may be is decided in `nudgebot.nudging.fact_lock_answer`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from nudgebot.nudging.fact_lock_words import PRONOUNS, is_number
from nudgebot.nudging.model import Mark, ModelError, Reason
from nudgebot.nudging.rendering import Safe

RAW = ("\ue000", "\ue001")
"""What a raw mark is between: the number of its value."""

SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
PLAIN = frozenset(" \n.,;:!?'\"()-–—…’‘‚“”„«»")
"""The punctuation of plain sentences; with letters, all that may stand between marks."""

_RAW = re.compile("\ue000(\\d+)\ue001")
_SIGN = re.compile(r"⟦([A-Z])⟧")
_RAW_PERCENT = re.compile(r"(?<=\d) (?=%)")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
# What is locked as it stands: bold and code spans, links, times, figures, raw marks.
_NEXT = re.compile(
    r"\*\*[^*\n]+\*\*"
    r"|`[^`\n]+`"
    r"|!?\[[^\]\n]*\]\([^)\n]*\)"
    r"|https?://\S+"
    r"|<time:[^>\n]*>"
    r"|\d[\d.,:]*(?<=\d)(?:[ \u00a0]?%)?"
    r"|\ue000\d+\ue001(?:[ \u00a0]?%)?"
    r"|(?P<word>[^\W\d_]+)"
)
_NUMBER = re.compile(r"\d[\d.,]*")
_UNIT = re.compile(r"[ \u00a0-][^\W\d_]+")


@dataclass(frozen=True)
class Piece:
    """What a mark stands for: its `value` in the message, and in words what that is."""

    value: str
    meaning: str


@dataclass(frozen=True)
class Locked:
    """A message of which only the words between the marks may change.

    `text` has marks such as `⟦A⟧`, of which `pieces` are the values in their order.
    """

    text: str
    pieces: tuple[Piece, ...]
    language: str

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The marks as a model may know them."""
        return tuple(
            Mark(f"⟦{sign}⟧", piece.meaning)
            for sign, piece in zip(SIGNS, self.pieces, strict=False)
        )

    @cached_property
    def own(self) -> frozenset[str]:
        """The words, case-folded, that the message has beside its values."""
        return frozenset(words(" ".join([self.text, *(each.meaning for each in self.pieces)])))

    def filled(self, text: str) -> Safe:
        """A text with the values in the places of its marks."""
        values = dict(zip(SIGNS, (each.value for each in self.pieces), strict=False))
        return Safe(_SIGN.sub(lambda found: values[found[1]], text))


def words(text: str) -> list[str]:
    """The words of a text, case-folded; marks are none."""
    return [each.casefold() for each in _WORD.findall(_SIGN.sub(" ", text))]


def signs(text: str) -> list[str]:
    """The marks of a text, in their order."""
    return _SIGN.findall(text)


def without_signs(text: str, instead: str = "") -> str:
    """The text between the marks."""
    return _SIGN.sub(instead, text)


def is_plain(text: str) -> bool:
    """Whether a text is of letters and the punctuation of plain sentences only."""
    return all(
        each in PLAIN or each.isalpha() or unicodedata.category(each) in ("Mn", "Mc")
        for each in text
    )


def lock(raw: str, values: Sequence[Piece], *, language: str) -> Locked:
    """Lock a message whose values are raw marks; digits, spelled numbers, bold and links too.

    Raises ModelError where what is left is not plain.
    """
    pieces: list[Piece] = []
    text, at = "", 0
    for start, end in _spans(raw, values, language):
        pieces.append(_piece(raw[start:end], values))
        text += f"{raw[at:start]}⟦{SIGNS[min(len(pieces), len(SIGNS)) - 1]}⟧"
        at = end
    text += raw[at:]
    if len(pieces) > len(SIGNS) or "⟦" in raw or "⟧" in raw or not is_plain(without_signs(text)):
        raise ModelError(Reason.NOT_PLAIN)
    return Locked(text, tuple(pieces), language)


def _spans(raw: str, values: Sequence[Piece], language: str) -> Iterator[tuple[int, int]]:
    """Where what is to be locked begins and ends; a number goes with the unit behind it."""
    at = 0
    while found := _NEXT.search(raw, at):
        at = found.end()
        word = (found["word"] or "").casefold()
        if word and (word in PRONOUNS or not is_number(word, language)):
            continue
        if word or _NUMBER.fullmatch(_expanded(found[0], values)):
            unit = _UNIT.match(raw, at)
            at = unit.end() if unit else at
        yield found.start(), at


def _expanded(text: str, values: Sequence[Piece]) -> str:
    return _RAW.sub(lambda each: values[int(each[1])].value, text)


def _piece(found: str, values: Sequence[Piece]) -> Piece:
    inside = [values[int(number)] for number in _RAW.findall(found)]
    said = " and ".join(dict.fromkeys(each.meaning for each in inside))
    own = _RAW.sub("", found).strip(" \u00a0*%:.,")
    meaning = " with ".join(part for part in (said, f'"{own}"' if own else "") if part)
    if found.startswith("**"):
        meaning += ", in bold"
    return Piece(_RAW_PERCENT.sub("\u00a0", _expanded(found, values)), meaning)
