"""Misspelt days, months and times of day put right: what somebody probably meant."""

from __future__ import annotations

import re
from difflib import get_close_matches

NEAR = 0.74  # how alike a misspelt word must be, by difflib's ratio
SHORTEST = 4  # of fewer letters any word is like another
_WORDS = (
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
    "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag", "Sonnabend",
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December", "Januar", "Februar", "März", "Mai", "Juni", "Juli",
    "Oktober", "Dezember",
    "today", "tomorrow", "tonight", "yesterday", "heute", "morgen", "übermorgen",
    "next", "week", "this", "coming", "after", "nächste", "nächsten", "woche",
    "noon", "midday", "mittags", "half", "past", "quarter", "viertel", "o'clock",
)  # fmt: skip
_BY_LOWER = {each.lower(): each for each in _WORDS}
# `15;00`, `15,00`, `15-00`: no clock shows it, one does with a colon.
_CLOCK = re.compile(r"(?<![\d;,_:.-])([01]?\d|2[0-3])[;,_-]([0-5]\d)(?![\d;,_:.-])")


def near_time(text: str) -> str:
    """The words with misspelt ones put right; empty where there is nothing to put right."""
    clocks = _CLOCK.sub(r"\1:\2", text)
    put_right = re.sub(r"[^\W\d_][^\W\d_']*", _put_right, clocks)
    return "" if put_right == text else put_right


def _put_right(found: re.Match[str]) -> str:
    word = found[0]
    if len(word) < SHORTEST or word.lower() in _BY_LOWER:
        return word
    near = get_close_matches(word.lower(), _BY_LOWER, n=1, cutoff=NEAR)
    return _BY_LOWER[near[0]] if near else word
