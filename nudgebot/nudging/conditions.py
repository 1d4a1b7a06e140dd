"""Conditions as a file has them, held against the metric catalogue."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from nudgebot.insight.metric import Metric, Unit
from nudgebot.nudging.operators import EXISTENCE, WRITTEN, operators_for
from nudgebot.nudging.rule import All, AnyOf, Condition, Not, Test
from nudgebot.nudging.strict_yaml import Entries, Items, Node, Text
from nudgebot.spelling import did_you_mean, listed

Complain = Callable[[int, str, str], None]
"""Takes line, field and message of one problem."""

_WHOLE = re.compile(r"[+-]?\d{1,15}")
_DECIMAL = re.compile(r"[+-]?\d{1,15}\.\d{1,15}")
_RANGES = {Unit.PERCENT: (0, 100), Unit.SHARE: (0, 1)}
_CHANGE = "_change"  # such a metric is a difference in points and may be negative
_JOINTS = ("any", "all", "not")
_OPERATOR_NAMES = tuple(each.name for each in WRITTEN)
_OF_MANY_WORDS = {"in": "has_any", "not_in": "has_none"}

Number = int | float


@dataclass(frozen=True)
class ConditionReader:
    """Reads conditions; what it cannot read it complains of and leaves out."""

    metrics: Mapping[str, Metric]
    complain: Complain

    def read(self, node: Node, field: str) -> All:
        """Everything a mapping asks for: all of it must hold."""
        if not isinstance(node, Entries):
            self.complain(node.line, field, "write conditions as `metric: {operator: value}`")
            return All(())
        parts: list[Condition] = []
        for key, value in node.entries.items():
            parts += self._entry(key, value, node.lines[key], field)
        return All(tuple(parts))

    def _entry(self, key: str, value: Node, line: int, field: str) -> list[Condition]:
        here = f"{field}.{key}"
        if key in _JOINTS:
            return self._joint(key, value, here)
        metric = self.metrics.get(key)
        if metric is None:
            guess = did_you_mean(key, (*self.metrics, *_JOINTS))
            self.complain(line, here, f"there is no such metric{guess}")
            return []
        if not isinstance(value, Entries) or not value.entries:
            shown = value.text if isinstance(value, Text) and value.text else "value"
            self.complain(line, here, f"needs an operator, such as `{{equals: {shown}}}`")
            return []
        found = (
            self._test(metric, name, operand, value.lines[name], here)
            for name, operand in value.entries.items()
        )
        return [test for test in found if test is not None]

    def _joint(self, joint: str, value: Node, field: str) -> list[Condition]:
        """`any` and `all` take a list of conditions or one mapping of them, `not` a mapping."""
        parts: list[Condition] = []
        if isinstance(value, Items) and joint != "not":
            for number, item in enumerate(value.items):
                inner = self.read(item, f"{field}[{number}]")
                parts.append(inner.parts[0] if len(inner.parts) == 1 else inner)
        else:
            parts.extend(self.read(value, field).parts)
        if not parts:
            if _is_empty(value):
                self.complain(value.line, field, "names no condition")
            return []
        if joint == "not":
            return [Not(parts[0] if len(parts) == 1 else All(tuple(parts)))]
        return [AnyOf(tuple(parts)) if joint == "any" else All(tuple(parts))]

    def _test(
        self, metric: Metric, operator: str, node: Node, line: int, field: str
    ) -> Test | None:
        here = f"{field}.{operator}"
        allowed = operators_for(metric.unit)
        if operator not in allowed:
            if operator in _OPERATOR_NAMES:
                message = f"does not fit `{metric.name}`; possible here: {listed(allowed)}"
            else:
                message = f"there is no such operator{did_you_mean(operator, allowed)}"
                message += "" if "?" in message else f"; possible here: {listed(allowed)}"
            self.complain(line, here, message)
            return None
        operand = _Operand(metric, self.complain, here)
        if operator in EXISTENCE:
            return Test(metric.name, operator, True) if operand.is_true(node) else None
        if operator == "between":
            bounds = operand.bounds(node)
            return Test(metric.name, operator, bounds) if bounds else None
        if operator in ("in", "not_in"):
            many = operand.values(node)
            if metric.unit is Unit.WORDS:
                operator = _OF_MANY_WORDS[operator]
            return Test(metric.name, operator, many) if many else None
        single = operand.value(node)
        return None if single is None else Test(metric.name, operator, single)


def _is_empty(node: Node) -> bool:
    return (isinstance(node, Items) and not node.items) or (
        isinstance(node, Entries) and not node.entries
    )


@dataclass(frozen=True)
class _Operand:
    """What stands behind an operator, read as the metric's unit wants it."""

    metric: Metric
    complain: Complain
    field: str

    def value(self, node: Node) -> Number | str | None:
        """One word or number, or None after a complaint."""
        if not isinstance(node, Text) or not node.text:
            self.complain(node.line, self.field, "needs one value")
            return None
        if self.metric.unit in (Unit.WORD, Unit.WORDS):
            return self._word(node)
        return self._number(node)

    def values(self, node: Node) -> tuple[Number | str, ...] | None:
        """A list of at least one."""
        if not isinstance(node, Items) or not node.items:
            self.complain(node.line, self.field, "needs a list, such as `[a, b]`")
            return None
        read = [self.value(each) for each in node.items]
        good = tuple(each for each in read if each is not None)
        return good if len(good) == len(read) else None

    def bounds(self, node: Node) -> tuple[Number, Number] | None:
        """Two numbers, the lower one first."""
        if not isinstance(node, Items) or len(node.items) != 2:  # low and high
            self.complain(node.line, self.field, "needs two numbers, such as `[3, 7]`")
            return None
        match self.values(node):
            case (int() | float() as low, int() | float() as high):
                if low <= high:
                    return low, high
                self.complain(node.line, self.field, f"{low} is more than {high}: nothing fits")
        return None

    def is_true(self, node: Node) -> bool:
        """`is_known` and `is_unknown` take `true` only, so that a rule reads as it acts."""
        if isinstance(node, Text) and node.text.lower() == "true":
            return True
        name = self.field.rpartition(".")[2]
        other = EXISTENCE[1 - EXISTENCE.index(name)]
        self.complain(node.line, self.field, f"takes `true` only; the opposite is `{other}: true`")
        return False

    def _word(self, node: Text) -> str | None:
        words = self.metric.words
        if not words:
            return self._free_word(node)
        if node.text in words:
            return node.text
        guess = did_you_mean(node.text, words) or f"; possible: {listed(words)}"
        self.complain(node.line, self.field, f"`{node.text}` is none of its words{guess}")
        return None

    def _free_word(self, node: Text) -> str | None:
        """A title or subject; a bare number is more likely meant for another metric."""
        if node.quoted or not (_WHOLE.fullmatch(node.text) or _DECIMAL.fullmatch(node.text)):
            return node.text
        message = f'takes a text; put it in quotes if the text is "{node.text}"'
        self.complain(node.line, self.field, message)
        return None

    def _number(self, node: Text) -> Number | None:
        text = node.text
        if _WHOLE.fullmatch(text):
            number: Number = int(text)
        elif _DECIMAL.fullmatch(text):
            number = float(text)
        else:
            near = text.rstrip("% ").replace(",", ".")
            usable = _WHOLE.fullmatch(near) or _DECIMAL.fullmatch(near)
            guess = f", did you mean {near}?" if usable else ""
            self.complain(node.line, self.field, f"`{text}` is not a number{guess}")
            return None
        if node.quoted:
            self.complain(node.line, self.field, f'"{text}" is a text; write {text} without quotes')
            return None
        low, high = _RANGES.get(self.metric.unit, (number, number))
        if self.metric.name.endswith(_CHANGE):
            low = -high
        if low <= number <= high:
            return number
        guess = ""
        if self.metric.unit is Unit.SHARE and 1 < number <= 100:  # as a percentage
            guess = f", did you mean {number / 100:g}?"
        unit = self.metric.unit.value
        message = f"{text} is outside {low} to {high} (a {unit}){guess}"
        self.complain(node.line, self.field, message)
        return None
