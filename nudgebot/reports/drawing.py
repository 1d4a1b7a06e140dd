"""A chart's specification drawn: its shapes as SVG, its words set by the typesetter.

Renderers of SVG shape Devanagari wrongly and mix fonts within a name, so the words are set by the
same engine that sets the PDF's text. For that, the text marks are drawn as points without extent
that carry their words; which also spares the measuring of each word, the slowest part of a chart.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import resources
from typing import Any
from xml.etree import ElementTree as Xml

from nudgebot.reports.fonts import FAMILIES, Fonts, book
from nudgebot.reports.names import columns

Spec = Mapping[str, Any]

SCALE = 2  # pixels of the PNG to one of the chart: sharp on the screens of today
_EDGE = 4.0  # pixels that stay free of words at the sides
_SVG = "http://www.w3.org/2000/svg"
_MOVE = re.compile(r"translate\(\s*(-?[\d.eE+-]+)\s*,\s*(-?[\d.eE+-]+)\s*\)")
_WORDS = re.compile(r"words (\d+): (.*)", re.DOTALL)
# Where the baseline lies below a mark's place, as a share of the size; Vega's own figures.
_BASELINES = {"top": 0.79, "middle": 0.3, "bottom": -0.21, "alphabetic": 0.0}
_ALIGNED = {"left": 0.0, "center": 0.5, "right": 1.0}


@dataclass(frozen=True)
class Word:
    """A piece of text at its baseline, in the chart's pixels; `share` of it lies left of `x`."""

    text: str
    x: float
    y: float
    size: float
    bold: bool
    fill: str
    share: float


@dataclass(frozen=True)
class Drawing:
    """A chart without its words, and the words; sizes in the chart's pixels."""

    svg: str
    width: float
    height: float
    words: tuple[Word, ...]

    def plain(self) -> dict[str, Any]:
        """The drawing as the typesetter's templates take it."""
        words = [vars(word) for word in self.words]
        return {"svg": self.svg, "width": self.width, "height": self.height, "words": words}


def draw(spec: Spec) -> Drawing:
    """The chart, its words apart from its shapes."""
    import vl_convert  # noqa: PLC0415  # loads when first used: the bot's start pays nothing

    looks = [{**spec["config"]["text"], **layer["mark"]} for layer in spec["layer"]]
    layers = [
        _wordless(number, layer, look["color"])
        for number, (layer, look) in enumerate(zip(spec["layer"], looks, strict=True))
    ]
    wordless = {**spec, "layer": layers}
    svg = vl_convert.vegalite_to_svg(wordless, allowed_base_urls=[])
    Xml.register_namespace("", _SVG)
    root = Xml.fromstring(svg)  # noqa: S314  # the chart renderer's own output, never a file
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    words = tuple(_inside(word, width) for word in _words(root, looks, 0.0, 0.0))
    return Drawing(Xml.tostring(root, encoding="unicode"), width, height, words)


def png(spec: Spec, fonts: Fonts) -> bytes:
    """The chart as a PNG of twice its size in pixels."""
    import typst  # noqa: PLC0415  # loads when first used: the bot's start pays nothing

    compiled = typst.compile(
        template("chart.typ"),
        format="png",
        ppi=72.0 * SCALE,
        font_paths=book(fonts),
        sys_inputs={"chart": json.dumps(draw(spec).plain()), "fonts": json.dumps(FAMILIES)},
    )
    assert isinstance(compiled, bytes), "a chart is one page"  # noqa: S101  # for the type
    return compiled


def template(*names: str) -> bytes:
    """The templates that come with the package, one after the other."""
    folder = resources.files(__package__).joinpath("typst")
    return b"\n".join(folder.joinpath(name).read_bytes() for name in ("draw.typ", *names))


def _wordless(number: int, layer: Mapping[str, Any], colour: str) -> Mapping[str, Any]:
    """A layer of text as points that carry their words; any other layer as it is."""
    if layer["mark"]["type"] != "text":
        return layer
    values = [
        {**value, "words": f"words {number}: {value['words']}"} for value in layer["data"]["values"]
    ]
    encoding = {name: each for name, each in layer["encoding"].items() if name != "text"}
    return {
        "data": {"values": values},
        "mark": {"type": "point", "filled": True, "size": 0, "color": colour},
        "encoding": {**encoding, "description": {"field": "words", "type": "nominal"}},
    }


def _words(node: Xml.Element, looks: list[dict[str, Any]], x: float, y: float) -> Iterator[Word]:
    for child in list(node):
        left, top = _moved(child, x, y)
        found = _WORDS.fullmatch(child.get("aria-label", ""))
        if found is None:
            yield from _words(child, looks, left, top)
            continue
        node.remove(child)
        if found[2]:
            yield _word(found[2], looks[int(found[1])], child.get("fill"), left, top)


def _inside(word: Word, width: float) -> Word:
    """The word, moved where it would stick out at a side."""
    room = columns(word.text) * 0.56 * word.size
    left = word.x - word.share * room
    kept = max(min(left, width - room - _EDGE), _EDGE)
    return word if kept == left else replace(word, x=round(word.x + kept - left, 2))


def _moved(node: Xml.Element, x: float, y: float) -> tuple[float, float]:
    for right, down in _MOVE.findall(node.get("transform", "")):
        x, y = x + float(right), y + float(down)
    return x, y


def _word(text: str, look: Mapping[str, Any], fill: str | None, x: float, y: float) -> Word:
    size = float(look["fontSize"])
    lower = look.get("dy", 0) + _BASELINES[look.get("baseline", "middle")] * size
    return Word(
        text=text,
        x=round(x + look.get("dx", 0), 2),
        y=round(y + lower, 2),
        size=size,
        bold=look.get("fontWeight") == "bold",
        fill=fill or look["color"],
        share=_ALIGNED[look.get("align", "center")],
    )
