"""The operators of conditions: each selects rows of a column, and each has its opposite."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from nudgebot.insight.metric import Unit

Pairs = Iterable[tuple[int, Any]]
"""Row numbers with the values that stand there; None is a value that nobody knows."""

Select = Callable[[Pairs, Any], list[int]]


@dataclass(frozen=True)
class Operator:
    """How a value is held against an operand.

    `select` returns the rows whose value is known and fits. `opposite` names the operator that
    selects all other rows whose value is known; together they leave out the unknown ones.
    """

    name: str
    symbol: str
    opposite: str
    select: Select


def _equals(pairs: Pairs, operand: Any) -> list[int]:
    return [row for row, value in pairs if value is not None and value == operand]


def _not_equals(pairs: Pairs, operand: Any) -> list[int]:
    return [row for row, value in pairs if value is not None and value != operand]


def _less_than(pairs: Pairs, operand: Any) -> list[int]:
    return [row for row, value in pairs if value is not None and value < operand]


def _at_most(pairs: Pairs, operand: Any) -> list[int]:
    return [row for row, value in pairs if value is not None and value <= operand]


def _greater_than(pairs: Pairs, operand: Any) -> list[int]:
    return [row for row, value in pairs if value is not None and value > operand]


def _at_least(pairs: Pairs, operand: Any) -> list[int]:
    return [row for row, value in pairs if value is not None and value >= operand]


def _between(pairs: Pairs, operand: Any) -> list[int]:
    low, high = operand
    return [row for row, value in pairs if value is not None and low <= value <= high]


def _outside(pairs: Pairs, operand: Any) -> list[int]:
    low, high = operand
    return [row for row, value in pairs if value is not None and not low <= value <= high]


def _in(pairs: Pairs, operand: Any) -> list[int]:
    wanted = frozenset(operand)  # never holds None
    return [row for row, value in pairs if value in wanted]


def _not_in(pairs: Pairs, operand: Any) -> list[int]:
    unwanted = frozenset((*operand, None))
    return [row for row, value in pairs if value not in unwanted]


def _has_any(pairs: Pairs, operand: Any) -> list[int]:
    wanted = frozenset(operand)
    return [row for row, words in pairs if words is not None and not wanted.isdisjoint(words)]


def _has_none(pairs: Pairs, operand: Any) -> list[int]:
    unwanted = frozenset(operand)
    return [row for row, words in pairs if words is not None and unwanted.isdisjoint(words)]


def _is_known(pairs: Pairs, _operand: Any) -> list[int]:
    return [row for row, value in pairs if value is not None]


def _is_unknown(pairs: Pairs, _operand: Any) -> list[int]:
    return [row for row, value in pairs if value is None]


WRITTEN = (
    Operator("equals", "=", "not_equals", _equals),
    Operator("not_equals", "≠", "equals", _not_equals),
    Operator("less_than", "<", "at_least", _less_than),
    Operator("at_most", "≤", "greater_than", _at_most),
    Operator("greater_than", ">", "at_most", _greater_than),
    Operator("at_least", "≥", "less_than", _at_least),
    Operator("between", "in", "outside", _between),
    Operator("in", "in", "not_in", _in),
    Operator("not_in", "not in", "in", _not_in),
    Operator("is_known", "is known", "is_unknown", _is_known),
    Operator("is_unknown", "is unknown", "is_known", _is_unknown),
)
"""What a rule file may say."""

_DERIVED = (
    Operator("outside", "not in", "between", _outside),
    Operator("has_any", "has one of", "has_none", _has_any),  # `in`, where a value is many words
    Operator("has_none", "has none of", "has_any", _has_none),  # `not_in` there
)

OPERATORS: Mapping[str, Operator] = MappingProxyType(
    {each.name: each for each in (*WRITTEN, *_DERIVED)}
)

EXISTENCE = ("is_known", "is_unknown")
_ORDER = ("equals", "not_equals", "less_than", "at_most", "greater_than", "at_least", "between")
_MEMBERS = ("in", "not_in")


def operators_for(unit: Unit) -> tuple[str, ...]:
    """The operators that make sense for a metric of this unit, in the order people read them."""
    match unit:
        case Unit.WORD:
            return ("equals", "not_equals", *_MEMBERS, *EXISTENCE)
        case Unit.WORDS:
            return (*_MEMBERS, *EXISTENCE)
        case _:
            return (*_ORDER, *_MEMBERS, *EXISTENCE)
