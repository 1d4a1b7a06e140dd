"""What all charts share: an opaque card that suits light and dark pages, colours, labels.

Zulip shows a picture some 300 to 400 pixels wide, so a chart is 400 wide with letters of 13 and
more. The colours are Okabe and Ito's (Color Universal Design, 2008), told apart by readers of any
colour vision; each also differs in words, shape or place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nudgebot.reports.fonts import FAMILIES
from nudgebot.reports.names import columns, fitted

WIDTH = 400
BACKGROUND = "#fcfcfa"
INK = "#1f1f1f"
FAINT_INK = "#595959"
GRID = "#e0e0da"
BLUE = "#0072b2"
SKY = "#56b4e9"
ORANGE = "#e69f00"
VERMILLION = "#d55e00"
GREY = "#d4d4ce"
LETTERS = 14  # the size of labels, in the chart's pixels
_MARGIN = 12

Values = list[dict[str, Any]]


@dataclass(frozen=True)
class Chart:
    """A specification, and what the chart shows in words with numbers.

    `name` is for its file, `label` a few words for a link to it.
    """

    name: str
    label: str
    spec: Mapping[str, Any]
    alt: str


def card(
    layers: Sequence[Mapping[str, Any]],
    *,
    title: str,
    subtitle: str = "",
    height: int,
    width: int = WIDTH,
) -> dict[str, Any]:
    """The specification of layers over each other; `height` is that of the marks alone."""
    room = width - 2 * _MARGIN
    head: dict[str, Any] = {"text": fitted(title, room, 17)}
    if subtitle:
        head["subtitle"] = fitted(subtitle, room, LETTERS)
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": width,
        "height": height + 2 * _MARGIN + (50 if subtitle else 30),
        "autosize": {"type": "fit", "contains": "padding"},
        "padding": _MARGIN,
        "background": BACKGROUND,
        "title": head,
        "layer": list(layers),
        "config": _CONFIG,
    }


_AXIS = {
    "domain": False,
    "ticks": False,
    "gridColor": GRID,
    "labelFontSize": LETTERS,
    "labelColor": INK,
    "labelPadding": 6,
    "labelLimit": 0,
    "labelOverlap": False,
    "labelBound": False,
    "labelFlush": False,
    "labelAngle": 0,
    "title": None,
    "titleFontSize": 13,
    "titleFontWeight": "normal",
    "titleColor": FAINT_INK,
    "titlePadding": 8,
}
_CONFIG: Mapping[str, Any] = {
    "font": FAMILIES[0],
    "view": {"stroke": None},
    "axis": _AXIS,
    "text": {"fontSize": LETTERS, "color": INK},
    "title": {
        "anchor": "start",
        "frame": "bounds",
        "fontSize": 17,
        "fontWeight": "bold",
        "color": INK,
        "subtitleFontSize": LETTERS,
        "subtitleColor": FAINT_INK,
        "subtitlePadding": 5,
        "offset": 12,
    },
}


def mark(kind: str, values: Values, encoding: Mapping[str, Any], **look: Any) -> dict[str, Any]:
    """One layer with its own data."""
    return {
        "data": {"values": values},
        "mark": {"type": kind, **look},
        "encoding": dict(encoding),
    }


def label_axis(labels: Sequence[str], *, size: int = LETTERS, **more: Any) -> dict[str, Any]:
    """The axis of names at the left, as wide as the names are by count, not by measuring."""
    room = round(max((columns(label) for label in labels), default=1) * 0.6 * size) + 8
    return {"grid": False, "minExtent": room, "maxExtent": room, "labelFontSize": size, **more}
