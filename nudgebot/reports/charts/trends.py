"""Figures over time: a line where they are levels, bars where they are amounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nudgebot.insight.trend_data import Direction, Trend, TrendPoint
from nudgebot.reports.charts import card
from nudgebot.reports.charts.card import Chart, Layer, Values, mark, text
from nudgebot.reports.charts.scale import tick_label, ticks
from nudgebot.reports.figures import DIRECTIONS, counted, day, month, short_day, shown
from nudgebot.reports.names import apart, columns

FEW = 5  # a level that rests on fewer is drawn hollow
MOST_DAYS_NAMED = 4
HEIGHT = 150


def drawable(trend: Trend) -> bool:
    """Whether a picture shows anything: a single point and bars without any height do not."""
    measured = sum(each.value is not None for each in trend.points)
    return measured > 1 and (trend.shape != "bar" or any(each.value for each in trend.points))


def trend_chart(trend: Trend, who: str = "", *, width: int = card.WIDTH) -> Chart:
    """The trend as its `shape` says; `who` is named above it."""
    labels = _labels(trend)
    measured = [point.value for point in trend.points if point.value is not None]
    marks = {mark_: tick_label(mark_, trend.unit) for mark_ in ticks(measured, trend.unit)}
    values, bars = _values(trend, labels), trend.shape == "bar"
    few = not bars and any(each["few"] and each["value"] is not None for each in values)
    frame = card.Frame(
        height=HEIGHT,
        left=card.left_of(list(marks.values())),
        bottom=card.bottom_of(1, captioned=few),
        width=width,
    )
    x = {
        "field": "at",
        "type": "ordinal",
        "sort": None,
        "scale": {"domain": labels, "padding": 0.25 if bars else 0.5},
        "axis": {"grid": False},
    }
    y = {
        "field": "value",
        "type": "quantitative",
        "scale": {"domain": [min(marks), max(marks)]},
        "axis": {"values": list(marks)},
    }
    at = {"x": x, "y": y}
    layers = _bars(values, at) if bars else _line(values, at)
    layers.append(_labelled(_told(values, frame, all_of_them=bars), at))
    layers += [card.marks_left(y, marks), *card.below(x, {at: at for at in _named(labels)}, frame)]
    if few:
        layers.append(card.caption(f"hollow: fewer than {FEW} {counted(trend.count_unit)}", frame))
    about = (who, _direction(trend))
    spec = card.card(frame, layers, title=title_of(trend), about=about)
    return Chart(f"{trend.metric}-trend", f"Chart of {title_of(trend)}", spec, trend_alt(trend))


def trend_alt(trend: Trend) -> str:
    """The trend in words: what it says, and its points, at most twelve of them."""
    named = [f"{_when(trend, point)}: {_shown(trend, point)}" for point in trend.points]
    kept = named if len(named) <= 12 else [named[0], "…", *named[-10:]]
    kind = "Bar" if trend.shape == "bar" else "Line"
    return f"{kind} chart by {trend.grain}. {trend.text} {', '.join(kept)}."


def title_of(trend: Trend) -> str:
    """`Accuracy, by week`; the grain is not said twice."""
    if trend.title.endswith(f" a {trend.grain}"):
        return trend.title
    return f"{trend.title}, by {trend.grain}"


def _direction(trend: Trend) -> str:
    words = DIRECTIONS[trend.direction]
    if trend.direction in {Direction.RISING, Direction.FALLING} and trend.earlier is not None:
        return f"{words}, {_value(trend, trend.earlier)} to {_value(trend, trend.later)}"
    return words


def _value(trend: Trend, value: float | None) -> str:
    return shown(value, trend.unit if trend.unit in {"percent", "minutes"} else "")


def _shown(trend: Trend, point: TrendPoint) -> str:
    return _value(trend, point.value)


def _when(trend: Trend, point: TrendPoint) -> str:
    if trend.grain == "month":
        return f"{month(point.begin)} {point.begin.year}"
    return day(point.begin)


def _labels(trend: Trend) -> list[str]:
    """Each point's place on the axis; the years only where they differ."""
    years = {point.begin.year for point in trend.points}
    write = month if trend.grain == "month" else short_day
    return apart(write(point.begin, year=len(years) > 1) for point in trend.points)


def _named(labels: Sequence[str]) -> list[str]:
    """Few of the labels, evenly spread, counted back from the last."""
    most = MOST_DAYS_NAMED if any(len(label) > 6 for label in labels) else MOST_DAYS_NAMED + 1
    step = -(-len(labels) // most)
    return list(labels)[::-1][::step][::-1]


def _values(trend: Trend, labels: Sequence[str]) -> Values:
    return [
        {
            "at": label,
            "value": point.value,
            "few": point.count < FEW,
            "words": _shown(trend, point),
        }
        for label, point in zip(labels, trend.points, strict=True)
    ]


def _line(values: Values, at: Mapping[str, Any]) -> list[Layer]:
    measured = [each for each in values if each["value"] is not None]
    few = [each for each in measured if each["few"]]
    solid = [each for each in measured if not each["few"]]
    return [
        mark("line", values, at, color=card.BLUE, strokeWidth=3),
        mark("point", solid, at, filled=True, fill=card.BLUE, size=70, opacity=1),
        mark("point", few, at, fill=card.BACKGROUND, stroke=card.BLUE, strokeWidth=2.5, size=70,
             opacity=1),
    ]  # fmt: skip


def _bars(values: Values, at: Mapping[str, Any]) -> list[Layer]:
    measured = [each for each in values if each["value"] is not None]
    return [mark("bar", measured, at, color=card.BLUE, cornerRadiusEnd=2)]


def _labelled(values: Values, at: Mapping[str, Any]) -> Layer:
    return text(values, at, dy=-9, baseline="bottom", fontWeight="bold")


def _told(values: Values, frame: card.Frame, *, all_of_them: bool) -> Values:
    """The points that are told their figures: all where there is room, else greatest and last."""
    measured = [each for each in values if each["value"] is not None]
    if not measured:
        return []
    slot = frame.inner_width / len(values)
    room = max(columns(each["words"]) for each in measured) * 0.56 * card.SIZE + 4
    if all_of_them and room <= slot:
        return measured
    greatest, last = max(measured, key=lambda each: float(each["value"])), measured[-1]
    near = (values.index(last) - values.index(greatest)) * slot < room
    return [last] if near else [greatest, last]
