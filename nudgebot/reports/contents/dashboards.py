"""A dashboard as it is handed over: what it comes to in sentences, its tables and its charts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from nudgebot.insight.trend_data import DateRange
from nudgebot.reports.charts.card import Chart
from nudgebot.reports.contents.section import Contents, Section, kept, told


@dataclass(frozen=True)
class Board:
    """A dashboard of nudging or of what teachers do; its texts are plain, nothing is escaped yet.

    `lines` are the few sentences that are seen at once, on a phone too; `caution` is how the
    figures are to be read. The first of the charts is the one for a message.
    """

    kind: str
    title: str
    period: DateRange
    as_of: datetime
    data_as_of: datetime | None
    lines: tuple[str, ...]
    sections: tuple[Section, ...] = ()
    charts: tuple[Chart, ...] = ()
    caution: str = ""


def board_contents(board: Board) -> Contents:
    """The whole dashboard: in short with its charts, then the tables."""
    return Contents(
        kind=board.kind,
        title=board.title,
        about="",
        period=told(board.period),
        as_of=board.as_of,
        data_as_of=board.data_as_of,
        note=board.caution,
        sections=kept([Section("In short", notes=board.lines, charts=board.charts),
                       *board.sections]),
    )  # fmt: skip
