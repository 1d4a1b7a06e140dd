"""Lines that people who mean no good say to the bot: commands bent, cut, mixed and injected."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from access.test_every_command import SAID
from chat.town import BEN, OTTO, STRANGER, TARA

from hardening.hostile_town import FORMS

# What each may read nothing of. `Ana` would not do: she is the example in lists of templates.
_ANA, _BEN = r"\bAnouk\b|[AÁ]lvarez|family(?:@|&#64;)|61[.,][34]", r"\bBen\b|Baker"
_ANABEL, _CHI = r"\bAnabel\b|Adams", r"\bChi\b|\bChen\b"
OTHERS = {
    BEN: re.compile("|".join((_ANA, _ANABEL, _CHI))),
    STRANGER: re.compile("|".join((_ANA, _BEN, _ANABEL, _CHI))),
    OTTO: re.compile("|".join((_ANA, _BEN, _ANABEL))),
    TARA: re.compile(_CHI),
}
_SAID = tuple(SAID.values())
STUDENTS = (
    "s1", "s2", "s3", "S4", "An", "Ano", "anabe", "alvar", "Ch", "be", "s", "%", "_", "*", "21",
    "@**|21**", "@_**|23**", "@**all**", "everybody", "me", "t1", "g1", "s1 s3", "s1, s3", "'s1'",
    "s1\0", "ｓ１", "s1\u200b", "..", "-1", "0", "1e309", "NaN",
)  # fmt: skip
CLASSES = ("c7b", "c8a", "7", "8A", "c", "%", "'' ")
INJECTED = (
    "' OR '1'='1", "s1' OR 1=1 --", "'; DROP TABLE students; --", '" OR ""="',
    "s1' UNION SELECT name FROM students --", "1); DELETE FROM audit_log; --", "%' ESCAPE '\\",
    "s1'/**/OR/**/1=1#", "\\'; SELECT load_extension('x') --", "CASE WHEN 1 THEN 's1' END",
    "s1 AND 1=(SELECT count(*) FROM students)", "?", "?1", ":student_id", "$1", "NULL", "rowid",
    "x' || (SELECT name FROM students LIMIT 1) || '", "randomblob(1000000000)", "LIKE '%'",
)  # fmt: skip
NUMBERS = ("1", "2", "0", "-1", "99999999999999999999", "1.5", "٣", "0x10", "1 OR 1=1", "")
JOINS = (" ", "  ", "\n", "\t", ", ", "; ", " for ", " and ", "\u00a0", "\u3000")


def hostile_line(dice: random.Random, number: int) -> str:
    """One thing to say: a command with wrong or injected arguments, often bent further.

    By its number it is each command's turn.
    """
    line = _SAID[number % len(_SAID)].format(
        s=_one(dice, STUDENTS), c=_one(dice, CLASSES), n=_one(dice, NUMBERS), t=_token(dice)
    )
    for _ in range(dice.choice((0, 0, 1, 2, 4))):
        line = dice.choice(_BENT)(line, dice)
    return line[:4000]


def _one(dice: random.Random, known: Sequence[str]) -> str:
    return dice.choice(INJECTED if dice.random() < 0.25 else known)


def _token(dice: random.Random) -> str:
    return f"{dice.getrandbits(16):04x}"


def _cut(line: str, dice: random.Random) -> str:
    return line[: dice.randrange(len(line) + 1)]


def _without(line: str, dice: random.Random) -> str:
    at = dice.randrange(len(line) + 1)
    return line[:at] + line[at + dice.randint(1, 3) :]


def _with(line: str, dice: random.Random) -> str:
    at = dice.randrange(len(line) + 1)
    return line[:at] + dice.choice((*FORMS, *INJECTED)) + line[at:]


def _twice(line: str, dice: random.Random) -> str:
    return dice.choice(JOINS).join([line] * dice.choice((2, 3, 50)))


def _joined(line: str, dice: random.Random) -> str:
    return line.replace(" ", dice.choice(JOINS))


def _shouted(line: str, dice: random.Random) -> str:
    return dice.choice((line.upper(), line.title(), line.swapcase(), f'"{line}"', f"`{line}`"))


def _shuffled(line: str, dice: random.Random) -> str:
    words = line.split()
    dice.shuffle(words)
    return " ".join(words)


def _behind(line: str, dice: random.Random) -> str:
    return line + dice.choice(JOINS) + dice.choice((*STUDENTS, *CLASSES, *NUMBERS, "pdf", "csv"))


_BENT = (_cut, _without, _with, _twice, _joined, _shouted, _shuffled, _behind)
