"""What all charts share: an opaque card that suits light and dark pages, colours, places, words.

Zulip shows a picture some 300 to 400 pixels wide, so a chart is 400 wide with letters of 13 and
more. The colours are Okabe and Ito's (Color Universal Design, 2008), told apart by readers of any
colour vision; each also differs in words, shape or place. All words are text marks in places that
are computed here, so that no renderer has to measure them and every machine draws the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nudgebot.reports.fonts import FAMILIES
from nudgebot.reports.names import columns, fitted, joined

WIDTH = 400
MARGIN = 12
BACKGROUND = "#fcfcfa"
INK = "#1f1f1f"
FAINT_INK = "#595959"
GRID = "#e0e0da"
BLUE = "#0072b2"
SKY = "#56b4e9"
VERMILLION = "#d55e00"
GREY = "#d4d4ce"
SIZE = 14  # of labels
_TITLE_SIZE = 17
_LINE = 17  # from one line of labels to the next

Values = list[dict[str, Any]]
Layer = dict[str, Any]


@dataclass(frozen=True)
class Chart:
    """A specification, and what the chart shows in words with numbers.

    `name` is for its file, `label` a few words for a link to it.
    """

    name: str
    label: str
    spec: Mapping[str, Any]
    alt: str


@dataclass(frozen=True)
class Frame:
    """Where the marks are on the card, in pixels: their own height, and the room around them."""

    height: int
    left: int
    bottom: int
    right: int = MARGIN + 8
    width: int = WIDTH

    @property
    def inner_width(self) -> int:
        """The width of the marks alone."""
        return self.width - self.left - self.right


def card(
    frame: Frame, layers: Sequence[Layer], *, title: str, about: Sequence[str] = ()
) -> dict[str, Any]:
    """The specification of these layers over each other, under a title and a line about it.

    `about` are the parts of that line, the first of them mostly a name.
    """
    room = frame.width - 2 * MARGIN
    words = joined(about, int(room / (0.56 * SIZE)))
    top = MARGIN + (72 if words else 48)
    left, up = MARGIN - frame.left, MARGIN - top
    heads = [
        text([{"words": fitted(title, room, _TITLE_SIZE)}], _at(left, up), fontSize=_TITLE_SIZE,
             fontWeight="bold", align="left", baseline="top"),
    ]  # fmt: skip
    if words:
        heads.append(text([{"words": words}], _at(left, up + 25), align="left", baseline="top",
                          color=FAINT_INK))  # fmt: skip
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": frame.inner_width,
        "height": frame.height,
        "autosize": "none",
        "padding": {
            "left": frame.left,
            "right": frame.right,
            "top": top,
            "bottom": frame.bottom,
        },
        "background": BACKGROUND,
        "layer": [*layers, *heads],
        "config": _CONFIG,
    }


_CONFIG: Mapping[str, Any] = {
    "font": FAMILIES[0],
    "view": {"stroke": None},
    "axis": {
        "domain": False,
        "ticks": False,
        "labels": False,
        "title": None,
        "gridColor": GRID,
    },
    "text": {"fontSize": SIZE, "color": INK},
}


def mark(kind: str, values: Values, encoding: Mapping[str, Any], **look: Any) -> Layer:
    """One layer with its own data."""
    return {
        "data": {"values": values},
        "mark": {"type": kind, **look},
        "encoding": dict(encoding),
    }


def text(values: Values, at: Mapping[str, Any], **look: Any) -> Layer:
    """Words: each value's `words` at its place."""
    return mark("text", values, {**at, "text": {"field": "words", "type": "nominal"}}, **look)


def left_of(labels: Sequence[str], size: int = SIZE) -> int:
    """The room that names at the left need, by their count of columns."""
    widest = max((columns(label) for label in labels), default=1)
    return MARGIN + round(widest * 0.58 * size) + 10


def names_left(y: Mapping[str, Any], labels: Sequence[str], size: int = SIZE) -> Layer:
    """Each row's name, left of the marks; the labels are the values of the field of `y`."""
    values: Values = [{y["field"]: label, "words": label} for label in labels]
    return text(values, {"y": y, "x": {"value": -10}}, align="right", baseline="middle",
                fontSize=size)  # fmt: skip


def marks_left(y: Mapping[str, Any], labels: Mapping[float, str]) -> Layer:
    """The round numbers of the axis, left of their lines."""
    values: Values = [{y["field"]: place, "words": label} for place, label in labels.items()]
    return text(values, {"y": y, "x": {"value": -10}}, align="right", baseline="middle")


def below(x: Mapping[str, Any], labels: Mapping[Any, str], frame: Frame) -> list[Layer]:
    """A label under each place; a line break makes two lines of it."""
    lines = [(place, row, words) for place, label in labels.items()
             for row, words in enumerate(label.split("\n"))]  # fmt: skip
    return [
        text([{x["field"]: place, "words": words} for place, at, words in lines if at == row],
             {"x": x, "y": {"value": frame.height + 9 + _LINE * row}}, baseline="top")
        for row in sorted({at for _, at, _ in lines})
    ]  # fmt: skip


def caption(words: str, frame: Frame) -> Layer:
    """A line under the labels, in the middle."""
    at = _at(frame.inner_width // 2, frame.height + 15 + _LINE)
    return text([{"words": words}], at, baseline="top", color=FAINT_INK, fontSize=13)


def bottom_of(lines: int, *, captioned: bool = False) -> int:
    """The room that so many lines of labels need below the marks."""
    return MARGIN + 6 + _LINE * lines + (20 if captioned else 0)


def _at(x: int, y: int) -> dict[str, Any]:
    return {"x": {"value": x}, "y": {"value": y}}
