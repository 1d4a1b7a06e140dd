"""A trend as a chat message."""

from __future__ import annotations

from datetime import datetime

from nudgebot.insight.trend_data import Trend, TrendPoint
from nudgebot.reports.charts.trends import drawable, title_of, trend_chart
from nudgebot.reports.figures import day, resting, shown
from nudgebot.reports.messages.parts import Block, Parts, data_note, table
from nudgebot.reports.names import said, sentence

SEEN = 6  # points that are seen at once; all of them are under a spoiler
MOST = 60


def trend_message(trend: Trend, who: str = "", *, data_as_of: datetime | None = None) -> Parts:
    """What the trend says, its newest points, and its chart; `who` is a student or a class."""
    whose = f"**{said(who)}** · " if who else ""
    head = f"{whose}**{title_of(trend)}**\n{sentence(trend.text)}"
    foot = data_note(data_as_of)
    if not trend.measured:
        return Parts(head, foot=foot)
    newest = trend.points[-SEEN:]
    rest = trend.points[-MOST:] if len(trend.points) > SEEN else ()
    blocks = (Block(f"All {len(rest)} {trend.grain}s", _table(trend, rest)),) if rest else ()
    chart = trend_chart(trend, who) if drawable(trend) else None
    return Parts(head, _table(trend, newest), chart, blocks, foot)


def _table(trend: Trend, points: tuple[TrendPoint, ...]) -> str:
    heads = (f"{trend.grain} from".capitalize(), trend.title, "Resting on")
    return table(heads, [_row(trend, each) for each in points])


def _row(trend: Trend, point: TrendPoint) -> list[str]:
    found = resting(point.count, trend.count_unit) if point.count else "–"
    return [day(point.begin), shown(point.value, trend.unit), found]
