"""What a metric is: a name, a unit, a line of help, and one definition."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Unit(Enum):
    """The unit of a metric's values, as a person would write it behind the number."""

    DAYS = "days"
    COUNT = "count"
    PERCENT = "percent"  # 0 to 100
    SHARE = "share"  # 0 to 1
    MINUTES = "minutes"
    XP = "XP"
    WORD = "word"  # one of a few words
    WORDS = "words"  # a list of words


@dataclass(frozen=True)
class Metric:
    """One entry of the catalogue; `words` are the values that a WORD may have."""

    name: str
    unit: Unit
    help: str
    words: tuple[str, ...] = ()
