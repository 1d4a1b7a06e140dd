"""Time series with their direction in words, never more certain than the data are.

A direction is named only where Mann and Kendall's test is significant (two-sided, 5 %), the two
halves of the period differ the same way, and by enough to matter. Tested are the single days of
periods up to eight weeks, else whole weeks; at least eight of them must be measured. How many
skills are mastered is a count, not a sample: there the direction is what the count did.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nudgebot.insight.kendall import LEAST_POINTS, mann_kendall
from nudgebot.insight.period_facts import Doings, Facts, Known
from nudgebot.insight.series import (
    Stretch,
    Value,
    class_value,
    grain_of,
    own_value,
    stretches,
)
from nudgebot.insight.trend_data import Direction, Trend, TrendPoint
from nudgebot.insight.trend_metrics import TrendMetric
from nudgebot.school.days import from_day

SIGNIFICANT = 0.05
DAILY_UP_TO_DAYS = 56
LEAST_ANSWERS_A_DAY = 3

Reader = Callable[[Stretch], Value]


def student_trend(
    metric: TrendMetric, doings: Doings, known: Known, *, first: int, last: int
) -> Trend:
    """The trend of one student from `first` to `last`."""

    def read(stretch: Stretch) -> Value:
        return own_value(metric.name, doings, known, stretch)

    begin = first if doings.since is None else min(last, max(first, doings.since))
    return _trend(metric, read, metric.count_unit, first=first, last=last, begin=begin)


def class_trend(metric: TrendMetric, facts: Facts, *, first: int, last: int) -> Trend:
    """The trend of the means over the students."""

    def read(stretch: Stretch) -> Value:
        return class_value(metric.name, facts, stretch)

    unit = metric.count_unit if metric.name == "assignments" else "students"
    joined = [each.since or first for each in facts.students.values()]
    begin = min(last, max(first, min(joined, default=first)))
    return _trend(metric, read, unit, first=first, last=last, begin=begin)


def _trend(
    metric: TrendMetric, read: Reader, count_unit: str, *, first: int, last: int, begin: int
) -> Trend:
    grain = grain_of(last - first + 1, metric.finest)
    cut = stretches(first, last, grain)
    points = []
    for stretch in cut:
        value, count = read(stretch)
        shown = None if value is None else round(value, 4)
        points.append(TrendPoint(from_day(stretch.begin), stretch.days, shown, count))
    earlier, later = _halves(metric, read, begin, last)
    p_value = None
    if metric.name == "mastery":
        direction = _counted(earlier, later)
    else:
        values = _tested_values(metric, read, begin, last)
        direction, p_value = _tested(metric, values, earlier, later)
        if direction is Direction.UNKNOWN:
            earlier = later = None
    measured = any(point.value is not None for point in points)
    return Trend(
        metric=metric.name,
        title=metric.title,
        unit=metric.unit,
        grain=grain,
        shape=metric.shape,
        points=tuple(points),
        count_unit=count_unit,
        direction=direction,
        earlier=earlier,
        later=later,
        p_value=p_value,
        text=_words(metric, direction, earlier, later, measured=measured),
    )


def _halves(
    metric: TrendMetric, read: Reader, begin: int, last: int
) -> tuple[float | None, float | None]:
    """The values of the first and the second half; of the first and last day for mastery."""
    middle = (begin + last) // 2
    if metric.name == "mastery":
        parts = [Stretch(begin, begin - 1, begin - 1), Stretch(last, last, last)]
    elif last == begin:
        return None, None
    else:
        parts = [Stretch(begin, begin, middle), Stretch(middle + 1, middle + 1, last)]
    found = []
    for part in parts:
        value, _ = read(part)
        if value is not None and metric.rate:
            value = 7 * value / part.days
        found.append(None if value is None else round(value, 4))
    if metric.name == "mastery" and found[0] is None and found[1] is not None:
        found[0] = 0.0  # nothing is mastered before one is there
    return found[0], found[1]


def _counted(earlier: float | None, later: float | None) -> Direction:
    if earlier is None or later is None:
        return Direction.UNKNOWN
    if later > earlier:
        return Direction.RISING
    return Direction.FALLING if later < earlier else Direction.NONE


def _tested(
    metric: TrendMetric, values: Sequence[float], earlier: float | None, later: float | None
) -> tuple[Direction, float | None]:
    if len(values) < LEAST_POINTS or earlier is None or later is None:
        return Direction.UNKNOWN, None
    score, p_value = mann_kendall(values)
    change = later - earlier
    least = metric.least_change * (max(earlier, later) if metric.rate else 1)
    if p_value >= SIGNIFICANT or score * change <= 0 or abs(change) < least:
        return Direction.NONE, round(p_value, 4)
    return (Direction.RISING if change > 0 else Direction.FALLING), round(p_value, 4)


def _tested_values(metric: TrendMetric, read: Reader, begin: int, last: int) -> list[float]:
    daily = last - begin + 1 <= DAILY_UP_TO_DAYS
    cut = stretches(begin, last, "day" if daily else "week")
    if not daily and cut[0].days < 7:
        cut = cut[1:]
    values = []
    for stretch in cut:
        value, count = read(stretch)
        enough = metric.name != "accuracy" or not daily or count >= LEAST_ANSWERS_A_DAY
        if value is not None and enough:
            values.append(value)
    return values


def _words(
    metric: TrendMetric,
    direction: Direction,
    earlier: float | None,
    later: float | None,
    *,
    measured: bool,
) -> str:
    if not measured:
        return f"{metric.title}: not measured in this period."
    if metric.name == "mastery":
        if earlier is None or later is None or earlier == later:
            return f"{metric.title}: {_number(metric, later)} at the end, no more than before."
        return f"{metric.title}: from {_number(metric, earlier)} to {_number(metric, later)}."
    if earlier is None or later is None:
        return f"{metric.title}: too little data to name a direction."
    change = f"{_number(metric, earlier)} in the first half, {_number(metric, later)} in the second"
    return f"{metric.title}: {direction.value}; {change}."


def _number(metric: TrendMetric, value: float | None) -> str:
    if value is None:
        return "not measured"
    if metric.unit == "percent":
        return f"{value:.0f} %"
    if metric.unit == "days a week":
        return f"{value:.1f}"
    if metric.name == "mastery":
        return f"{value:g}" if value == round(value) else f"{value:.1f}"
    return f"{value:,.0f} {metric.unit} a week"
