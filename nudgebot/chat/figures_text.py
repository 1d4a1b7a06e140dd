"""Figures in words: numbers with their units, and "not known" where nothing is measured."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from nudgebot.insight.catalogue import METRIC
from nudgebot.insight.metric import Unit
from nudgebot.insight.table import Value
from nudgebot.markup import esc

NOT_KNOWN = "not known yet"
RISK_SIGNS: Mapping[str, str] = {
    "critical": "🔴 critical",
    "high": "🟠 high",
    "medium": "🟡 medium",
    "low": "🟢 low",
    "minimal": "🔵 minimal",
    "unknown": "⚪ no data yet",
}


def number(value: float) -> str:
    """A number without digits that mean nothing."""
    return f"{value:,.0f}" if abs(value) >= 10 or value == round(value) else f"{value:.1f}"


def count(amount: int, one: str, many: str = "") -> str:
    """`1 day`, `2 days`."""
    return f"{amount:,} {one if amount == 1 else many or one + 's'}"


def percent(value: float | None) -> str:
    """`75 %`."""
    return NOT_KNOWN if value is None else f"{value:.0f} %"


def duration(minutes: float | None) -> str:
    """`12 h 5 min`."""
    if minutes is None:
        return NOT_KNOWN
    hours, rest = divmod(round(minutes), 60)
    parts = [f"{hours:,} h" if hours else "", f"{rest} min" if rest or not hours else ""]
    return " ".join(part for part in parts if part)


def figure(name: str, row: Mapping[str, Value]) -> str:
    """A metric's value in words, with its unit; outside words are escaped."""
    value = row.get(name)
    if value is None or value == ():
        return NOT_KNOWN
    if isinstance(value, tuple):
        return ", ".join(esc(each) for each in value)
    if isinstance(value, str):
        return esc(value)
    return _WITH_UNIT[METRIC[name].unit](value)


_WITH_UNIT: Mapping[Unit, Callable[[float], str]] = {
    Unit.DAYS: lambda value: count(round(value), "day"),
    Unit.COUNT: number,
    Unit.PERCENT: percent,
    Unit.SHARE: lambda value: percent(100 * value),
    Unit.MINUTES: duration,
    Unit.XP: lambda value: f"{number(value)} XP",
    Unit.WORD: str,
    Unit.WORDS: str,
}


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; the cells are finished Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def as_number(value: Value) -> float | None:
    """The value where it is a number, else None."""
    return float(value) if isinstance(value, int | float) else None
