"""Side by side: a student's places in her class, and two classes."""

from __future__ import annotations

from collections.abc import Mapping

from nudgebot.insight.class_data import ClassComparison, ComparedClasses
from nudgebot.insight.report_data import ComparedFigure, Comparison
from nudgebot.reports.charts import card
from nudgebot.reports.charts.card import Chart, mark
from nudgebot.reports.figures import percent, shown
from nudgebot.reports.names import shortened

_ROW = 44
FIRST, SECOND = card.BLUE, card.VERMILLION


def standing_chart(comparison: Comparison) -> Chart:
    """Where she stands in her class in each figure: 100 is best, 50 the middle."""
    figures = [each for each in comparison.figures if each.percentile is not None]
    labels = [shortened(each.title, 22) for each in figures]
    values = [
        {"figure": label, "value": each.percentile, "words": f"{each.percentile:.0f}"}
        for label, each in zip(labels, figures, strict=True)
    ]
    y = _rows("figure", labels)
    x = _from_0_to_100(["lowest", "middle", "highest"])
    at = {"y": y, "x": {"field": "value", **x}}
    layers = [
        mark("rule", [{"at": 50}], {"x": {"field": "at", **x}}, stroke=card.FAINT_INK,
             strokeDash=[4, 3], strokeWidth=1.5),
        mark("point", values, at, filled=True, fill=card.BLUE, size=150, opacity=1),
        mark("text", values, {**at, "text": {"field": "words", "type": "nominal"}}, dy=-9,
             baseline="bottom", fontWeight="bold"),
    ]  # fmt: skip
    spec = card.card(
        layers,
        title="Place in the class (100 is best)",
        subtitle=f"{shortened(comparison.student_name, 24)} · "
        f"{shortened(comparison.class_name, 18)}",
        height=_ROW * max(len(figures), 1) + 20,
    )
    return Chart("place-in-class", "Chart of places in the class", spec, standing_alt(comparison))


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
    labels = [shortened(each.title, 22) for each in figures]
    names = [shortened(each.name, 18) for each in (comparison.first, comparison.second)]
    first = [
        {"figure": label, "value": each.value}
        for label, each in zip(labels, figures, strict=True)
        if each.value is not None
    ]
    second = [
        {"figure": label, "value": each.other}
        for label, each in zip(labels, figures, strict=True)
        if each.other is not None
    ]
    y = _rows("figure", labels)
    x = _from_0_to_100([percent(0), percent(50), percent(100)])
    at = {"y": y, "x": {"field": "value", **x}}
    layers = [
        mark("point", first, at, filled=True, fill=FIRST, size=150, opacity=1),
        mark("point", second, at, shape="diamond", fill=None, stroke=SECOND, size=150,
             strokeWidth=2.5, opacity=1),
        _values(first, at, FIRST, -9, "bottom"),
        _values(second, at, SECOND, 9, "top"),
    ]  # fmt: skip
    spec = card.card(
        layers,
        title="Two classes",
        subtitle=f"circle: {names[0]} · diamond: {names[1]}",
        height=_ROW * max(len(figures), 1) + 20,
    )
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
    """Whether there is anything to draw."""
    if isinstance(comparison, Comparison):
        return any(_placed(each) for each in comparison.figures)
    return any(_drawn(each) for each in comparison.figures)


def _placed(figure: ComparedFigure) -> bool:
    return figure.percentile is not None


def _drawn(figure: ComparedClasses) -> bool:
    measured = figure.value is not None or figure.other is not None
    return figure.unit == "percent" and measured


def _rows(field: str, labels: list[str]) -> dict[str, object]:
    return {
        "field": field,
        "type": "nominal",
        "scale": {"domain": labels, "padding": 0.5},
        "axis": card.label_axis(labels, grid=True),
    }


def _from_0_to_100(words: list[str]) -> dict[str, object]:
    names = dict(zip((0, 50, 100), words, strict=True))
    told = ", ".join(f"{place}: '{name}'" for place, name in names.items())
    axis = {"values": [0, 50, 100], "labelExpr": f"{{{told}}}[datum.value]", "grid": False}
    return {"type": "quantitative", "scale": {"domain": [-4, 104], "nice": False}, "axis": axis}


def _values(
    values: card.Values, at: Mapping[str, object], colour: str, dy: int, baseline: str
) -> dict[str, object]:
    told = [{**each, "words": percent(each["value"])} for each in values]
    encoding = {**at, "text": {"field": "words", "type": "nominal"}}
    return mark("text", told, encoding, dy=dy, baseline=baseline, color=colour, fontWeight="bold")
