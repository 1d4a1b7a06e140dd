"""Side by side: a student's places in her class, and two classes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from nudgebot.insight.class_data import ClassComparison, ComparedClasses
from nudgebot.insight.report_data import ComparedFigure, Comparison
from nudgebot.reports.charts import card
from nudgebot.reports.charts.card import Chart, Values, mark, text
from nudgebot.reports.figures import percent, shown
from nudgebot.reports.names import isolated, shortened

FIRST, SECOND = card.BLUE, card.VERMILLION


def standing_chart(comparison: Comparison) -> Chart:
    """Where she stands in her class in each figure: 100 is best, 50 the middle."""
    figures = [each for each in comparison.figures if each.percentile is not None]
    labels = [shortened(each.title, 23) for each in figures]
    values: Values = [
        {"figure": label, "value": each.percentile, "words": f"{each.percentile:.0f}"}
        for label, each in zip(labels, figures, strict=True)
    ]
    frame, y = _frame(labels, 32), _rows(labels)
    at = {"y": y, "x": _X}
    layers = [
        mark("rule", [{"value": 50}], {"x": _X}, stroke=card.FAINT_INK, strokeDash=[4, 3],
             strokeWidth=1.5),
        mark("point", values, at, filled=True, fill=card.BLUE, size=150, opacity=1),
        text(values, at, dx=11, align="left", baseline="middle", fontWeight="bold"),
        card.names_left(y, labels),
        *card.below(_X, {0: "lowest", 50: "middle", 100: "highest"}, frame),
    ]  # fmt: skip
    spec = card.card(
        frame,
        layers,
        title="Place in the class (100 is best)",
        about=(comparison.student_name, shortened(comparison.class_name, 18)),
    )
    alt = standing_alt(comparison)
    return Chart("place-in-class", "Chart of places in the class", spec, alt)


def standing_alt(comparison: Comparison) -> str:
    """The same in words, with the figures."""
    each = "; ".join(
        f"{figure.title} {shown(figure.value, figure.unit)}, class average "
        f"{shown(figure.class_average, figure.unit)}, percentile {shown(figure.percentile, '')}"
        for figure in comparison.figures
        if figure.percentile is not None
    )
    who = shortened(comparison.student_name, 60)
    return f"Places of {who} among {comparison.students} students: {each}."


def classes_chart(comparison: ClassComparison) -> Chart:
    """The two classes' percentages in each figure: a filled circle and a hollow diamond."""
    figures = [each for each in comparison.figures if _drawn(each)]
    labels = [shortened(each.title, 23) for each in figures]
    names = [isolated(shortened(each.name, 14)) for each in (comparison.first, comparison.second)]
    pairs = list(zip(labels, figures, strict=True))
    first = _measured((label, each.value) for label, each in pairs)
    second = _measured((label, each.other) for label, each in pairs)
    frame, y = _frame(labels, 54), _rows(labels)
    at = {"y": y, "x": _X}
    layers = [
        mark("point", first, at, filled=True, fill=FIRST, size=150, opacity=1),
        mark("point", second, at, shape="diamond", fill=None, stroke=SECOND, size=150,
             strokeWidth=2.5, opacity=1),
        text(first, at, dy=-9, baseline="bottom", color=FIRST, fontWeight="bold"),
        text(second, at, dy=9, baseline="top", color=SECOND, fontWeight="bold"),
        card.names_left(y, labels),
        *card.below(_X, {place: percent(place) for place in (0, 50, 100)}, frame),
    ]  # fmt: skip
    about = (f"circle: {names[0]}", f"diamond: {names[1]}")
    spec = card.card(frame, layers, title="Two classes", about=about)
    return Chart("two-classes", "Chart of the two classes", spec, classes_alt(comparison))


def classes_alt(comparison: ClassComparison) -> str:
    """The same in words, with the figures."""
    first, second = shortened(comparison.first.name, 60), shortened(comparison.second.name, 60)
    each = "; ".join(
        f"{figure.title} {shown(figure.value, figure.unit)} and {shown(figure.other, figure.unit)}"
        for figure in comparison.figures
        if _drawn(figure)
    )
    return f"{first} and {second}: {each}."


def drawable(comparison: Comparison | ClassComparison) -> bool:
    """Whether there is anything to draw: a single figure is said in words."""
    if isinstance(comparison, Comparison):
        return sum(map(_placed, comparison.figures)) > 1
    return sum(map(_drawn, comparison.figures)) > 1


def _placed(figure: ComparedFigure) -> bool:
    return figure.percentile is not None


def _drawn(figure: ComparedClasses) -> bool:
    measured = figure.value is not None or figure.other is not None
    return figure.unit == "percent" and measured


_X: Mapping[str, Any] = {
    "field": "value",
    "type": "quantitative",
    "scale": {"domain": [-4, 104], "nice": False},
    "axis": {"grid": False},
}


def _frame(labels: list[str], row: int) -> card.Frame:
    height = row * max(len(labels), 1)
    return card.Frame(height, card.left_of(labels), card.bottom_of(1), right=32)


def _rows(labels: list[str]) -> dict[str, Any]:
    return {
        "field": "figure",
        "type": "nominal",
        "scale": {"domain": labels, "padding": 0.5},
        "axis": {"grid": True},
    }


def _measured(found: Iterable[tuple[str, float | None]]) -> Values:
    return [
        {"figure": label, "value": value, "words": percent(value)}
        for label, value in found
        if value is not None
    ]
