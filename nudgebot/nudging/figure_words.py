"""Figures and tests in words: `average score: 52% (less than 60%)`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from nudgebot.insight.catalogue import METRIC
from nudgebot.insight.metric import Metric, Unit
from nudgebot.insight.table import Value
from nudgebot.markup import esc
from nudgebot.nudging.judge import explain
from nudgebot.nudging.operators import EXISTENCE
from nudgebot.nudging.rule import Condition, Operand, Test, tests_in

_PHRASES: Mapping[str, str] = MappingProxyType(
    {
        "less_than": "less than",
        "at_most": "at most",
        "greater_than": "more than",
        "at_least": "at least",
    }
)
_ENDINGS: Mapping[Unit, str] = MappingProxyType(
    {Unit.DAYS: " days", Unit.PERCENT: "%", Unit.MINUTES: " minutes", Unit.XP: " XP"}
)


def value_in_words(value: Value | Operand, unit: Unit) -> str:
    """A value with its unit, as Markdown: outside words in it are escaped."""
    match value:
        case None:
            return "not known"
        case tuple():
            return ", ".join(esc(str(each)) for each in value) or "none"
        case str():
            return esc(value)
    if unit is Unit.SHARE:
        return f"{value * 100:.0f}%"
    number = f"{round(value, 1):g}"
    ending = " day" if unit is Unit.DAYS and number == "1" else _ENDINGS.get(unit, "")
    return f"{number}{ending}"


def reasons_in_words(
    condition: Condition, figures: Mapping[str, Value], metrics: Mapping[str, Metric] = METRIC
) -> Iterator[str]:
    """What of a condition holds for one student, test by test, each metric once."""
    seen: set[str] = set()
    for test in tests_in(condition):
        if test.metric in figures and test.metric not in seen and explain(test, figures).holds:
            seen.add(test.metric)
            yield _in_words(test, figures[test.metric], metrics[test.metric].unit)


def _in_words(test: Test, value: Value, unit: Unit) -> str:
    label = test.metric.replace("_", " ")
    if unit is Unit.DAYS and "days" in label:
        unit = Unit.COUNT  # the label says it already
    if test.operator in EXISTENCE and value is None:
        return f"{label}: not known"
    phrase = _PHRASES.get(test.operator)
    limit = f" ({phrase} {value_in_words(test.operand, unit)})" if phrase else ""
    return f"{label}: {value_in_words(value, unit)}{limit}"
