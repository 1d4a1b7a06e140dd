"""The one evaluator of conditions: which rows they hold for, and why a row is or is not one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nudgebot.errors import RuleError
from nudgebot.insight.table import FigureTable, Value
from nudgebot.nudging.operators import EXISTENCE, OPERATORS
from nudgebot.nudging.rule import All, AnyOf, Condition, Not, Operand, Rule, Test

Columns = Mapping[str, Sequence[Value]]


@dataclass(frozen=True)
class Why:
    """A verdict on one student and the walk that led to it.

    `unknown` says that the condition neither holds nor fails, because a figure is not known.
    `text` is plain text that may carry outside words: escape it before it is shown.
    """

    holds: bool
    text: str
    unknown: bool = False


def judge(condition: Condition, table: FigureTable) -> list[int]:
    """The rows for which a condition is known to hold, in the table's order.

    Raises RuleError where the table has no such metric.
    """
    return list(_select(condition, table.columns, range(len(table)), holding=True))


def fires(rule: Rule, table: FigureTable) -> list[int]:
    """The rows that a rule selects: its conditions hold and its `unless` is not known to hold."""
    rows = _select(rule.conditions, table.columns, range(len(table)), holding=True)
    if rule.unless is not None and rows:
        spared = set(_select(rule.unless, table.columns, rows, holding=True))
        return [row for row in rows if row not in spared]
    return list(rows)


def explain(condition: Condition, row: Mapping[str, Value]) -> Why:
    """The verdict on one row, with every test's own: `✓ current_streak 0 = 0; ✗ …; ? …`."""
    columns = {metric: (value,) for metric, value in row.items()}
    verdict = _verdict(condition, columns)
    return Why(verdict is True, _text(condition, columns, outermost=True), verdict is None)


def explain_rule(rule: Rule, row: Mapping[str, Value]) -> Why:
    """The verdict of a whole rule on one row, `unless` included."""
    why = explain(rule.conditions, row)
    if rule.unless is None:
        return why
    spared = explain(rule.unless, row)
    text = "; ".join(part for part in (why.text, f"unless ({spared.text})") if part)
    return Why(why.holds and not spared.holds, text, why.unknown and not spared.holds)


def _select(
    condition: Condition, columns: Columns, rows: Sequence[int], *, holding: bool
) -> Sequence[int]:
    """Those of the rows for which the condition is known to hold, or known not to hold.

    A row whose figure is unknown is in neither selection; `not` turns the question around, so
    what is unknown stays unknown through it (Kleene's strong three-valued logic).
    """
    match condition:
        case Test():
            operator = OPERATORS[condition.operator]
            if not holding:
                operator = OPERATORS[operator.opposite]
            return operator.select(_pairs(columns, condition.metric, rows), condition.operand)
        case Not(part):
            return _select(part, columns, rows, holding=not holding)
        case All(parts) | AnyOf(parts):
            walk = _rows_of_all if isinstance(condition, All) is holding else _rows_of_any
            return walk(parts, columns, rows, holding=holding)


def _rows_of_all(
    parts: Iterable[Condition], columns: Columns, rows: Sequence[int], *, holding: bool
) -> Sequence[int]:
    """The rows that every part selects: each part sees only what the ones before it left."""
    for part in parts:
        if not rows:
            break
        rows = _select(part, columns, rows, holding=holding)
    return rows


def _rows_of_any(
    parts: Iterable[Condition], columns: Columns, rows: Sequence[int], *, holding: bool
) -> Sequence[int]:
    """The rows that at least one part selects: each part sees only what none before it took."""
    found: set[int] = set()
    left = rows
    for part in parts:
        if not left:
            break
        found.update(_select(part, columns, left, holding=holding))
        left = [row for row in left if row not in found]
    return sorted(found)


def _pairs(columns: Columns, metric: str, rows: Sequence[int]) -> Iterable[tuple[int, Value]]:
    column = columns.get(metric)
    if column is None:
        raise RuleError(f"The figures have no metric `{metric}`; check the rules' conditions.")
    if isinstance(rows, range):  # the whole table: no need to look each row up
        return zip(rows, column, strict=True)
    return zip(rows, map(column.__getitem__, rows), strict=True)


def _verdict(condition: Condition, columns: Columns) -> bool | None:
    if _select(condition, columns, (0,), holding=True):
        return True
    return False if _select(condition, columns, (0,), holding=False) else None


def _text(condition: Condition, columns: Columns, *, outermost: bool = False) -> str:
    mark = {True: "✓", False: "✗", None: "?"}[_verdict(condition, columns)]
    match condition:
        case Test():
            return f"{mark} {_test_text(condition, columns[condition.metric][0])}"
        case Not(part):
            return f"{mark} not ({_text(part, columns, outermost=True)})"
        case All(parts) | AnyOf(parts):
            inside = "; ".join(_text(part, columns) for part in parts)
            if isinstance(condition, AnyOf):
                return f"{mark} any of ({inside})"
            return inside if outermost else f"{mark} all of ({inside})"


def _test_text(test: Test, value: Value) -> str:
    symbol = OPERATORS[test.operator].symbol
    if test.operator in EXISTENCE:
        known = f" {_value_text(value)}" if value is not None else ""
        return f"{test.metric}{known} {symbol}"
    if isinstance(test.operand, tuple) and test.operator in ("between", "outside"):
        low, high = test.operand
        return f"{test.metric} {_value_text(value)} {symbol} {_number(low)}–{_number(high)}"
    return f"{test.metric} {_value_text(value)} {symbol} {_value_text(test.operand)}"


def _value_text(value: Value | Operand) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, tuple):
        return f"[{', '.join(map(_number, value))}]"
    return _number(value)


def _number(value: object) -> str:
    return f"{round(value, 3):g}" if isinstance(value, float) else str(value)
