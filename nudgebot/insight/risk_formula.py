"""The formula of the overall risk: three readable terms, weights fitted on past terms.

Pieces of work and presence are weighed together: every piece of work that counts is one piece of
evidence, presence stands for two, so that it decides while there are no marks and fades as they
come. With n pieces of work, mark (of 100), percentile and active days A (of the last 28 days, the
last 7 counted twice):

    work      marks * (75 - mark) / 20  +  standing * (50 - percentile, at least 0) / 25
    presence  presence * ln(11 / (1 + A))
    chance    1 / (1 + exp(-(base + (n * work + 2 * presence) / (n + 2))))

The mark is the average; where the weakest subject is below 60 and below the average, half of that
gap is taken off. In a class too small for percentiles the mark stands for them: 20 points below 75
count as 25 places below the middle. Presence counts in part until a student is known for 14 days.
What else is not known leaves its term out. More missed work, a lower mark, fewer active days never
lower the chance, as long as no weight is negative and missed work weighs at least as much as
absence.

The chance is that of failing or leaving in the terms that the weights were fitted on. The score is
the chance on the scale of the risk levels: `levels` says at which chance each level begins.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import pairwise
from math import exp, log
from pathlib import Path

from nudgebot.errors import InputError
from nudgebot.insight.decline import Row, number

TERMS = ("marks", "standing", "presence")
PRESENCE_PIECES = 2
USUAL_DAYS = 10
KNOWN_DAYS = 14
_FINE, _FINE_STEP = 75.0, 20.0
_MIDDLE, _MIDDLE_STEP = 50.0, 25.0
_WEAK_SUBJECT = 60.0
# The scores at which the levels begin by default; a school's own thresholds cut the same scale.
_SCALE: Mapping[str, float] = {"low": 0.3, "medium": 0.5, "high": 0.7, "critical": 0.9}
_NEVER_PRESENT = log(1 + USUAL_DAYS)
_NEVER_MARKED = _FINE / _FINE_STEP

Terms = tuple[float, float, float]


@dataclass(frozen=True)
class Formula:
    """Weights; `levels` are the chances at which low, medium, high and critical begin."""

    base: float
    marks: float
    standing: float
    presence: float
    levels: Mapping[str, float]
    told: Mapping[str, str] = field(default_factory=dict)

    @property
    def weights(self) -> dict[str, float]:
        """All numbers of the formula by name, levels included."""
        own = {name: float(getattr(self, name)) for name in ("base", *TERMS)}
        return own | {f"levels.{name}": chance for name, chance in self.levels.items()}

    @property
    def text(self) -> str:
        """The file that holds this formula."""
        own = {name: getattr(self, name) for name in ("base", *TERMS)}
        return json.dumps({**self.told, **own, "levels": dict(self.levels)}, indent=2) + "\n"

    def contributions(self, row: Row) -> dict[str, float]:
        """What each term adds to the log-odds, by name; 0 where its figures are not known."""
        weights = (self.marks, self.standing, self.presence)
        found = zip(TERMS, weights, terms(row), strict=True)
        return {name: weight * value for name, weight, value in found}

    def chance(self, row: Row) -> float:
        """The chance to fail or leave, 0 to 1; with no figures known, the one of nobody special."""
        return self.chance_of(terms(row))

    def chance_of(self, found: Terms) -> float:
        """The same from the terms alone."""
        marks, standing, presence = found
        logit = self.base + self.marks * marks + self.standing * standing
        return 1 / (1 + exp(-(logit + self.presence * presence)))

    def score(self, chance: float) -> float:
        """The chance on the scale of the levels: straight lines between where they begin."""
        low, at = 0.0, 0.0
        for level, high in _SCALE.items():
            if chance < self.levels[level]:
                return low + (high - low) * (chance - at) / (self.levels[level] - at)
            low, at = high, self.levels[level]
        return low + (1 - low) * (chance - at) / (1 - at)


def terms(row: Row) -> Terms:
    """The three terms of a student without their weights, in the order of TERMS."""
    count = number(row["score_count"]) or 0
    evidence = count + PRESENCE_PIECES
    mark = _mark(row)
    if mark is None:
        count = 0
    below = 0.0 if mark is None else (_FINE - mark) / _FINE_STEP
    return (
        count * below / evidence,
        count * _behind(row, below) / evidence,
        PRESENCE_PIECES * _absence(row) / evidence,
    )


def _behind(row: Row, below: float) -> float:
    """0 in the upper half of the class, 2 at its end; by the mark where nobody is ranked."""
    percentile = number(row["percentile_rank"])
    behind = below if percentile is None else (_MIDDLE - percentile) / _MIDDLE_STEP
    return min(max(behind, 0.0), _MIDDLE / _MIDDLE_STEP)


def _mark(row: Row) -> float | None:
    average, weakest = number(row["average_score"]), number(row["subject_score"])
    if average is None or weakest is None:
        return average
    return average - max(0.0, min(average, _WEAK_SUBJECT) - weakest) / 2


def _absence(row: Row) -> float:
    """0 on usual days of presence, below it for more, up to ln 11 for none at all."""
    days, week = number(row["active_days_28"]), number(row["active_days_7"])
    known = max(number(row["days_observed"]) or 0, number(row["days_enrolled"]) or 0)
    if known <= 1:
        return 0.0
    return min(1.0, (known - 1) / KNOWN_DAYS) * (
        _NEVER_PRESENT - log(1 + (days or 0) + (week or 0))
    )


@cache
def shipped_formula() -> Formula:
    """The weights that come with nudgebot."""
    text = files("nudgebot.insight").joinpath("risk_weights.json").read_text("utf-8")
    return formula_of(text, "the shipped weights")


def read_formula(path: Path) -> Formula:
    """A school's own weights; while there is no such file, the shipped ones.

    Raises InputError, which says what is wrong with the file.
    """
    try:
        return formula_of(path.read_text("utf-8"), str(path))
    except (FileNotFoundError, IsADirectoryError):
        return shipped_formula()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"The risk weights in {path} cannot be read.") from error


def formula_of(text: str, name: str) -> Formula:
    """The formula that a file's text holds; raises InputError where it is not sound."""
    try:
        found = json.loads(text)
        weights = {each: float(found[each]) for each in ("base", *TERMS)}
        levels = {each: float(found["levels"][each]) for each in _SCALE}
    except (ValueError, TypeError, KeyError) as error:
        raise InputError(
            f"{name}: not a file of risk weights. It needs the numbers base, {', '.join(TERMS)}, "
            f"and levels with {', '.join(_SCALE)}."
        ) from error
    told = {each: str(found[each]) for each in ("made_by", "fitted_on", "note") if each in found}
    return sound(Formula(**weights, levels=levels, told=told), name)


def sound(formula: Formula, name: str) -> Formula:
    """The formula itself; raises InputError where a better student could get a higher risk."""
    weights = (formula.marks, formula.standing, formula.presence)
    if not all(0 <= each < 100 for each in weights) or not abs(formula.base) < 100:
        raise InputError(f"{name}: the weights must be 0 or more, and below 100.")
    if formula.marks * _NEVER_MARKED < formula.presence * _NEVER_PRESENT:
        raise InputError(
            f"{name}: missed work must weigh at least as much as absence: raise marks to "
            f"{formula.presence * _NEVER_PRESENT / _NEVER_MARKED:.2f} or lower presence."
        )
    steps = [0.0, *(formula.levels[each] for each in _SCALE), 1.0]
    if any(low >= high for low, high in pairwise(steps)):
        raise InputError(f"{name}: the chances of {', '.join(_SCALE)} must rise, between 0 and 1.")
    return formula


def most_presence(marks: float) -> float:
    """The greatest weight of presence beside which missed work still weighs as much as absence."""
    return marks * _NEVER_MARKED / _NEVER_PRESENT
