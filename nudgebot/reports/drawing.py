"""A chart's specification drawn: its shapes as SVG, its words set by the typesetter.

SVG renderers shape Devanagari wrongly and mix fonts within a name, so the words are taken out of
the drawing and set where they stood by the same engine that sets the PDF's text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any
from xml.etree import ElementTree as Xml

from nudgebot.reports.fonts import FAMILIES, Fonts, book, measured

Spec = Mapping[str, Any]

SCALE = 2  # pixels of the PNG to one of the chart: sharp on the screens of today
_SVG = "http://www.w3.org/2000/svg"
_MOVE = re.compile(r"translate\(\s*(-?[\d.eE+-]+)\s*,\s*(-?[\d.eE+-]+)\s*\)")


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


def svg(spec: Spec, fonts: Fonts) -> str:
    """The chart as one SVG, its words in it, for pages that bring their own fonts."""
    import vl_convert  # noqa: PLC0415  # loads when first used: the bot's start pays nothing

    measured(fonts)
    return vl_convert.vegalite_to_svg(dict(spec), allowed_base_urls=[])


def draw(spec: Spec, fonts: Fonts) -> Drawing:
    """The chart, its words apart from its shapes."""
    return lettered(svg(spec, fonts))


def lettered(text: str) -> Drawing:
    """Take the words out of a chart's SVG."""
    Xml.register_namespace("", _SVG)
    root = Xml.fromstring(text)  # noqa: S314  # the chart renderer's own output, never a file
    words = tuple(_words(root, 0.0, 0.0))
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    return Drawing(Xml.tostring(root, encoding="unicode"), width, height, words)


def png(spec: Spec, fonts: Fonts) -> bytes:
    """The chart as a PNG of twice its size in pixels."""
    import typst  # noqa: PLC0415  # loads when first used: the bot's start pays nothing

    compiled = typst.compile(
        template("chart.typ"),
        format="png",
        ppi=72.0 * SCALE,
        font_paths=book(fonts),
        sys_inputs={"chart": json.dumps(draw(spec, fonts).plain()), "fonts": json.dumps(FAMILIES)},
    )
    assert isinstance(compiled, bytes), "a chart is one page"  # noqa: S101  # for the type
    return compiled


def template(*names: str) -> bytes:
    """The templates that come with the package, one after the other."""
    folder = resources.files(__package__).joinpath("typst")
    return b"\n".join(folder.joinpath(name).read_bytes() for name in ("draw.typ", *names))


def _words(node: Xml.Element, x: float, y: float) -> Iterator[Word]:
    for child in list(node):
        left, top = _moved(child, x, y)
        if child.tag != f"{{{_SVG}}}text":
            yield from _words(child, left, top)
            continue
        node.remove(child)
        if child.get("opacity") != "0":
            yield from _lines(child, left, top)


def _moved(node: Xml.Element, x: float, y: float) -> tuple[float, float]:
    for right, down in _MOVE.findall(node.get("transform", "")):
        x, y = x + float(right), y + float(down)
    return x, y


def _lines(node: Xml.Element, x: float, y: float) -> Iterator[Word]:
    """The text's lines: most have one, others come in pieces, each so far below the last."""
    if node.text:
        yield _word(node, node.text, x, y)
    for piece in node:
        y += float(piece.get("dy", "0"))
        if piece.text:
            yield _word(node, piece.text, x, y)


def _word(node: Xml.Element, text: str, x: float, y: float) -> Word:
    return Word(
        text=text,
        x=round(x, 2),
        y=round(y, 2),
        size=float(node.get("font-size", "11px").removesuffix("px")),
        bold=node.get("font-weight") == "bold",
        fill=node.get("fill", "#000000"),
        share={"start": 0.0, "middle": 0.5, "end": 1.0}[node.get("text-anchor", "start")],
    )
