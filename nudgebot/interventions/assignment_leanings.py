"""Understands `make it easier please` and `a bit shorter` about an assignment that is previewed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nudgebot.errors import CommandError
from nudgebot.interventions.assignment_draft import LEVELS, MOST_QUESTIONS, Draft, Wishes

SHORTER, LONGER = 2 / 3, 1.5
_LEANING = re.compile(
    r"""(?:
    (?P<easier>easier|simpler|leichter|einfacher|(?:too|zu|less|not\ (?:so|too|as))\ (?:hard
        |difficult|schwer|schwierig))
    |(?P<harder>harder|tougher|schwerer|schwieriger|more\ (?:difficult|challenging)
        |(?:too|zu)\ (?:easy|simple|leicht|einfach))
    |(?P<shorter>shorter|fewer|less|kürzer|weniger|(?:too|zu)\ (?:long|many|much|lang|viele?))
    |(?P<longer>longer|more|länger|mehr|(?:too|zu)\ (?:short|few|kurz|wenige?))
    |please|pls|make|it|this|that|the|an?|bit|little|lot|much|can|could|would|you|we|should|be|is
    |something|but|questions?|work|bitte|mache?|es|etwas|ein|bisschen|fragen|ist
    )(?![\w-])[ .!?]*""",
    re.IGNORECASE | re.VERBOSE,
)
_APART = re.compile(r"[,;\n]|\band\b|\bund\b", re.IGNORECASE)


@dataclass(frozen=True)
class Leaning:
    """How much harder and how much longer it is to be, each as -1, 0 or 1."""

    level: int
    length: int


def read_leaning(text: str) -> Leaning | None:
    """What the words lean to; None where a word of them says anything else."""
    found: set[str] = set()
    for part in _APART.split(" ".join(text.split(" "))):
        rest = " ".join(part.split())
        while rest:
            word = _LEANING.match(rest)
            if word is None:
                return None
            found |= {word.lastgroup} if word.lastgroup else set()
            rest = rest[word.end() :]
    if not found:
        return None
    return Leaning(
        ("harder" in found) - ("easier" in found), ("longer" in found) - ("shorter" in found)
    )


def wishes_of(leaning: Leaning, draft: Draft) -> Wishes:
    """The next level, and so many questions less or more; raises CommandError at an end."""
    difficulty, questions = "", None
    if leaning.level:
        place = LEVELS.index(draft.difficulty) + leaning.level
        if not 0 <= place < len(LEVELS):
            raise CommandError(
                f"It is {draft.difficulty} already, and there is nothing beyond. Other skills or "
                "another number of questions: `change skills fractions`, `change questions 8`."
            )
        difficulty = LEVELS[place]
    if leaning.length:
        share = LONGER if leaning.length > 0 else SHORTER
        questions = min(max(round(draft.question_count * share), 1), MOST_QUESTIONS)
    return Wishes(questions=questions, difficulty=difficulty)
