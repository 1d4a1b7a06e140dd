"""The word that was probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(word: str, known: Iterable[str], *, likeness: float = 0.6) -> str:
    """`, did you mean `high`?` to hang behind a complaint, or nothing where no word is near."""
    by_lower = {each.lower(): each for each in known}
    near = get_close_matches(word.lower(), by_lower, n=1, cutoff=likeness)
    return f", did you mean `{by_lower[near[0]]}`?" if near else ""


def listed(words: Iterable[str]) -> str:
    """The words that are possible, as a person reads them in a complaint."""
    return ", ".join(words)
