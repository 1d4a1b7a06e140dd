"""What works with one student, from what was tried with her: said only of what was tried often."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from nudgebot.interventions.record import InterventionType

FEWEST = 3
MOSTLY = 2 / 3  # this share is a pattern; so is one below a third


@dataclass(frozen=True)
class Tried:
    """One thing that has come to its end; `hours` is how long that took, where it is told."""

    kind: InterventionType
    went_well: bool
    hours: float | None = None


@dataclass(frozen=True)
class Pattern:
    """How often one kind of thing went well, in words that begin with the kind."""

    kind: InterventionType
    went_well: int
    tried: int
    words: str


# What each kind is said to come to: mostly, sometimes, seldom.
_WORDS: Mapping[InterventionType, tuple[str, str, str]] = {
    InterventionType.MESSAGE: (
        "messages are answered",
        "messages are sometimes answered",
        "messages are not answered",
    ),
    InterventionType.ASSIGNMENT: (
        "extra assignments are done",
        "extra assignments are sometimes done",
        "extra assignments are left undone",
    ),
    InterventionType.MEETING: (
        "meetings take place",
        "meetings sometimes take place",
        "meetings are missed",
    ),
    InterventionType.PARENT: (
        "the parents answer",
        "the parents sometimes answer",
        "the parents do not answer",
    ),
    InterventionType.TUTOR: (
        "tutoring comes about",
        "tutoring sometimes comes about",
        "tutoring does not come about",
    ),
}


def patterns(tried: Sequence[Tried]) -> tuple[Pattern, ...]:
    """A pattern for each kind that was tried at least three times, in the order of the kinds."""
    found = []
    for kind, words in _WORDS.items():
        own = [each for each in tried if each.kind is kind]
        if len(own) >= FEWEST:
            found.append(_pattern(kind, words, own))
    return tuple(found)


def _pattern(kind: InterventionType, words: tuple[str, str, str], own: Sequence[Tried]) -> Pattern:
    well, of = sum(each.went_well for each in own), len(own)
    mostly, sometimes, seldom = words
    if well / of >= MOSTLY:
        said = f"{mostly} ({well} of {of}{_how_soon(own)})"
    elif well / of > 1 - MOSTLY:
        said = f"{sometimes} ({well} of {of})"
    else:
        said = f"{seldom} ({of - well} of {of})"
    return Pattern(kind, well, of, said)


def _how_soon(own: Sequence[Tried]) -> str:
    hours = [each.hours for each in own if each.went_well and each.hours is not None]
    if len(hours) < FEWEST:
        return ""
    middle = median(hours)
    if middle <= 1:
        return ", mostly within an hour"
    if middle <= 24:
        return ", mostly within a day"
    return f", mostly within {-(-middle // 24):.0f} days"


def in_words(found: Sequence[Pattern]) -> str:
    """All of them as one sentence; empty where there are none."""
    said = ", ".join(each.words for each in found)
    return f"{said[:1].upper()}{said[1:]}." if said else ""
