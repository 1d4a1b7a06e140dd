"""Reads what a teacher asks of an assignment: skills, questions, difficulty, due and title."""

from __future__ import annotations

import re

from nudgebot.interventions.assignment_draft import LEVELS, Wishes

_KEY = (
    r"(?:questions?[:=]?\s*-?\d|-?\d+\s*questions?\b|difficulty\b|due\b|title\b"
    r"|skills?(?:\s*[:=]|\s))"
)
_NEXT = rf"(?=[\s,;]+{_KEY}|\s*(?:\n|\Z))"
# A title may hold any word: it ends at the line's end, or at a comma before another part.
_AFTER_TITLE = rf"(?=\s*[,;]\s*{_KEY}|\s*(?:\n|\Z))"
_PARTS = re.compile(
    rf"""(?<![\w-])(?:
    title\b\s*[:=]?[^\S\n]*(?:"(?P<quoted>[^"\n]*)"|(?P<title>[^\n]*?){_AFTER_TITLE})
    |questions?[:=]?\s*(?P<questions>-?\d+)\b
    |(?P<amount>-?\d+)\s*questions?\b
    |difficulty\b\s*[:=]?\s*(?P<difficulty>[^\s,;]*)
    |due\b\s*[:=]?[^\S\n]*(?P<due>[^\n]*?){_NEXT}
    |skills?(?:\s*[:=]|\s)[^\S\n]*(?P<skills>[^\n]*?){_NEXT}
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_LOOSE = " \t\n,;."


def read_wishes(text: str) -> Wishes:
    """The parts of a text; what belongs to no keyword names skills, or is a difficulty.

    An empty value counts as not given, except that a difficulty must be one of three words, which
    is for the caller to check.
    """
    found: dict[str, str] = {}
    rest, end = [], 0
    for part in _PARTS.finditer(text):
        rest.append(text[end : part.start()])
        end = part.end()
        for name, value in part.groupdict().items():
            if value:
                found[name] = value.strip(_LOOSE)
    rest.append(text[end:])
    bare = [each for each in re.split(r"[,;\n]", ",".join(rest)) if each.strip(_LOOSE)]
    named = [each.strip(_LOOSE) for each in bare]
    split = [_level_apart(each) for each in (*named, found.get("skills", ""))]
    due, level_of_due = _level_apart(found.get("due", ""))
    levels = [level for _, level in split if level] + [level_of_due]
    number = found.get("questions") or found.get("amount")
    return Wishes(
        skills=", ".join(words for words, _ in split if words),
        questions=None if number is None else int(number[:9]),
        difficulty=found.get("difficulty", "") or levels[0],
        due=due,
        title=found.get("quoted") or found.get("title", ""),
    )


def _level_apart(text: str) -> tuple[str, str]:
    """`fractions easy` as its words and the difficulty at the end, where there is one."""
    words = text.split()
    if words and words[-1].lower() in LEVELS:
        return " ".join(words[:-1]).strip(_LOOSE), words[-1].lower()
    return text, ""
