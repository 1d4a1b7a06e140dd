"""The word that was probably meant, and words that look the same."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

_FILLERS = frozenset("\u034f\u115f\u1160\ufe0e\ufe0f")  # letters and marks that show nothing


def folded(text: str) -> str:
    """A name as it looks, to be compared: case, gaps, unseen marks and ways to write letters gone.

    Letters of other scripts that look alike stay different; ids tell such people apart.
    """
    if text.isascii():
        return " ".join(text.casefold().split())
    seen = (
        mark
        for mark in unicodedata.normalize("NFKC", text)
        if unicodedata.category(mark) != "Cf" and mark not in _FILLERS
    )
    return " ".join("".join(seen).casefold().split())


def did_you_mean(word: str, known: Iterable[str], *, likeness: float = 0.6) -> str:
    """`, did you mean `high`?` to hang behind a complaint, or nothing where no word is near."""
    by_lower = {each.lower(): each for each in known}
    near = get_close_matches(word.lower(), by_lower, n=1, cutoff=likeness)
    return f", did you mean `{by_lower[near[0]]}`?" if near else ""


def listed(words: Iterable[str]) -> str:
    """The words that are possible, as a person reads them in a complaint."""
    return ", ".join(words)
