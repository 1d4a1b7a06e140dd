"""Nudging in pictures: how many went out by week, and whether the nudged did what was asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from nudgebot.reports.charts import card
from nudgebot.reports.charts.card import Chart, Values, mark, text
from nudgebot.reports.charts.scale import tick_label, ticks
from nudgebot.reports.figures import count, day, percent, short_day
from nudgebot.reports.names import apart, shortened

HEIGHT = 140
MOST_RULES = 8
_MOST_NAMED = 5


@dataclass(frozen=True)
class Arms:
    """Of both groups the share that did what was asked for, in percent.

    `low` and `high` bound the difference, nudged minus held out, in points.
    """

    name: str
    nudged: float
    held_out: float
    low: float
    high: float


def sent_chart(weeks: Sequence[tuple[date, int]], about: str = "") -> Chart:
    """A bar a week, by its first day."""
    labels = apart(short_day(begin) for begin, _ in weeks)
    values: Values = [
        {"at": label, "value": number, "words": f"{number:,}" if number else ""}
        for label, (_, number) in zip(labels, weeks, strict=True)
    ]
    marks = ticks([number for _, number in weeks], "")
    named = {place: tick_label(place, "") for place in marks}
    frame = card.Frame(HEIGHT, card.left_of(list(named.values())), card.bottom_of(1))
    at: Mapping[str, Any] = {
        "x": {
            "field": "at",
            "type": "ordinal",
            "sort": None,
            "scale": {"domain": labels, "padding": 0.25},
            "axis": {"grid": False},
        },
        "y": {
            "field": "value",
            "type": "quantitative",
            "scale": {"domain": [0, max(marks)]},
            "axis": {"values": list(marks)},
        },
    }
    step = -(-len(labels) // _MOST_NAMED)
    shown = labels[::-1][::step][::-1]
    told = values if len(values) <= 6 else values[-1:]
    layers = [
        mark("bar", values, at, color=card.BLUE, cornerRadiusEnd=2),
        text(told, at, dy=-4, baseline="bottom", fontWeight="bold"),
        card.marks_left(at["y"], named),
        *card.below(at["x"], {label: label for label in shown}, frame),
    ]
    spec = card.card(frame, layers, title="Nudges sent, by week", about=(about, "week from"))
    each = ", ".join(f"{day(begin)}: {number:,}" for begin, number in weeks[-12:])
    return Chart("nudges-sent", "Chart of nudges sent", spec, f"Bar chart by week. {each}.")


def effects_chart(rules: Sequence[Arms]) -> Chart:
    """A line a rule: nudged and held out, and where the nudged may be seen from the held out."""
    kept = rules[:MOST_RULES]
    labels = apart(shortened(each.name, 20) for each in kept)
    pairs = list(zip(labels, kept, strict=True))
    nudged = [_point(label, each.nudged) for label, each in pairs]
    held_out = [_point(label, each.held_out) for label, each in pairs]
    spans: Values = [
        {
            "rule": label,
            "value": max(each.held_out + each.low, 0.0),
            "until": min(each.held_out + each.high, 100.0),
        }
        for label, each in pairs
    ]
    bottom = card.bottom_of(1, captioned=True)
    frame = card.Frame(62 * len(kept), card.left_of(labels), bottom, right=32)
    y = {
        "field": "rule",
        "type": "nominal",
        "scale": {"domain": labels, "padding": 0.5},
        "axis": {"grid": True},
    }
    at = {"y": y, "x": _X}
    layers = [
        mark("rule", spans, {**at, "x2": {"field": "until"}}, stroke=card.SKY, strokeWidth=7),
        mark("point", held_out, at, shape="diamond", fill=card.BACKGROUND, stroke=card.VERMILLION,
             size=150, strokeWidth=2.5, opacity=1),
        mark("point", nudged, at, filled=True, fill=card.BLUE, size=150, opacity=1),
        text(nudged, at, dy=-9, baseline="bottom", color=card.BLUE, fontWeight="bold"),
        text(held_out, at, dy=9, baseline="top", color=card.VERMILLION, fontWeight="bold"),
        card.names_left(y, labels),
        *card.below(_X, {place: percent(place) for place in (0, 50, 100)}, frame),
        card.caption("band: nudged, 95 % interval", frame),
    ]  # fmt: skip
    spec = card.card(
        frame,
        layers,
        title="Did what was asked for",
        about=("circle: nudged", "diamond: held out"),
    )
    return Chart("nudge-effects", "Chart of effects", spec, effects_alt(kept))


def effects_alt(rules: Sequence[Arms]) -> str:
    """The same in words, with the figures."""
    each = "; ".join(
        f"{shortened(rule.name, 60)}: nudged {percent(rule.nudged)}, held out "
        f"{percent(rule.held_out)}, difference {rule.low:+.0f} to {rule.high:+.0f} points"
        for rule in rules
    )
    return f"{count(len(rules), 'rule')}, nudged against held out. {each}."


def _point(label: str, value: float) -> dict[str, Any]:
    return {"rule": label, "value": value, "words": percent(value)}


_X: Mapping[str, Any] = {
    "field": "value",
    "type": "quantitative",
    "scale": {"domain": [-4, 104], "nice": False},
    "axis": {"grid": False},
}
