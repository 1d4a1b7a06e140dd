"""The figures behind a nudge in words: what a rule saw, for teachers and for the student herself.

All of it is plain text that may carry outside words: escape it before it is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from nudgebot.insight.catalogue import METRIC
from nudgebot.insight.metric import Unit
from nudgebot.insight.phrases import PHRASES, said
from nudgebot.insight.table import Value
from nudgebot.nudging.judge import explain
from nudgebot.nudging.operators import OPERATORS
from nudgebot.nudging.rule import Condition, tests_in

RATINGS = ("risk_level", "risk_score")
_SYMBOLS = "|".join(re.escape(each.symbol) for each in OPERATORS.values())
# A test as the judge writes it; what follows the value is of no interest here.
_TEST = re.compile(rf"(?:^|; |\()([✓✗?]) ({'|'.join(map(re.escape, METRIC))}) ")
_VALUE = re.compile(rf"(?P<value>.*?) (?:{_SYMBOLS})(?: |;|\)|$)", re.DOTALL)
_UNKNOWN = "is unknown"


class Figure(NamedTuple):
    """A metric with the value that a rule saw."""

    metric: str
    value: Value


def holding(condition: Condition, figures: Mapping[str, Value]) -> list[Figure]:
    """What of a condition holds for a student, test by test, each metric once."""
    seen = {
        test.metric: figures[test.metric]
        for test in tests_in(condition)
        if test.metric in figures and explain(test, figures).holds
    }
    return [Figure(*each) for each in seen.items()]


def held(explanation: str, *, marks: str = "✓") -> list[Figure]:
    """The same from the judge's explanation, as it is kept with a nudge; `unless` says nothing.

    With other `marks` what is known not to hold (`✗`), or not known (`?`).
    """
    text = "" if explanation.startswith("unless (") else explanation.partition("; unless (")[0]
    _, *found = _TEST.split(text)  # by turns a mark, a metric, and the rest of the test
    seen: dict[str, Value] = {}
    for mark, metric, rest in zip(found[::3], found[1::3], found[2::3], strict=True):
        if mark in marks:
            seen.setdefault(metric, _value(rest, METRIC[metric].unit))
    return [Figure(*each) for each in seen.items()]


def told(seen: Iterable[Figure], *, to_student: bool = False) -> list[str]:
    """The figures as people say them, without those that only say what others rest on.

    Where there are no others, these are told. A student is told nothing that ranks or rates her.
    """
    known = [each for each in seen if not (to_student and PHRASES[each.metric].staff_only)]
    telling = [each for each in known if not PHRASES[each.metric].evidence]
    return list(dict.fromkeys(said(*each) for each in telling or known))


def _value(text: str, unit: Unit) -> Value:
    """A value as the judge writes it, from the beginning of a test's text."""
    if text.startswith(_UNKNOWN):
        return None
    found = _VALUE.match(text)
    shown = found["value"] if found else text
    match unit:
        case Unit.WORD:
            return shown
        case Unit.WORDS:
            inside = shown.removeprefix("[").removesuffix("]")
            return tuple(inside.split(", ")) if inside else ()
    try:
        return float(shown)
    except ValueError:
        return None
