"""What a teacher writes to guardians about, and the many words for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches

OTHER = "other"

# No export tells of attendance: what it is about is the teacher's to say.
NEEDS_WORDS = frozenset({"attendance", OTHER})

IN_WORDS: Mapping[str, str] = {
    "inactive": "a pause in learning",
    "struggling": "work that is hard",
    "overdue": "work that is overdue",
    "attendance": "missed lessons",
    "praise": "good news",
    OTHER: "something else",
}
"""As it stands in a sentence: an e-mail about …"""

_SAID: Mapping[str, tuple[str, ...]] = {
    "inactive": ("inactivity", "silent", "silence", "quiet", "pause", "away"),
    "struggling": (
        *("struggle", "struggles", "grades", "marks", "score", "scores", "accuracy", "performance"),
        *("failing", "weak", "difficulty", "difficulties"),
    ),
    "overdue": (
        *("late", "homework", "assignment", "assignments", "missing", "deadline", "deadlines"),
        *("work", "due", "open"),
    ),
    "attendance": ("absent", "absence", "absences", "truancy", "lessons", "skipping"),
    "praise": (
        *("encouragement", "good", "great", "progress", "improvement", "improved", "success"),
        *("congratulations", "well", "compliment"),
    ),
    OTHER: ("something", "else", "own", "note", "message", "concern", "behaviour", "behavior"),
}
_NEAR = 0.75  # how alike a misspelt word must be


def concern_meant(word: str, known: Collection[str]) -> str:
    """The concern that one word means; empty where it means none."""
    said = word.strip(",.:;!").casefold()
    if said in known:
        return said
    return next((each for each, words in _SAID.items() if said in words and each in known), "")


def concern_near(word: str, known: Collection[str]) -> str:
    """The concern that a misspelt word nearly is; empty where none is near."""
    words = {each: each for each in known}
    words |= {said: each for each, group in _SAID.items() for said in group if each in known}
    found = get_close_matches(word.strip(",.:;!").casefold(), words, n=1, cutoff=_NEAR)
    return words[found[0]] if found else ""


def in_words(concern: str) -> str:
    """The concern in a sentence; a school's own template under its own name."""
    return IN_WORDS.get(concern, concern.replace("_", " "))
