"""A chat message in parts, put together so that it always fits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from nudgebot.insight.trend_data import DateRange, Trend
from nudgebot.markup import global_time
from nudgebot.reports.charts.card import Chart
from nudgebot.reports.contents.section import titled
from nudgebot.reports.figures import NOT_MEASURED, day
from nudgebot.reports.names import said, sentence

LONGEST = 9_500  # code points; Zulip cuts above 10,000, and the caller has a line to add
MORE = "There is more in the PDF and in the CSV."
RISKS = {
    "critical": "🔴 critical",
    "high": "🟠 high",
    "medium": "🟡 medium",
    "low": "🟢 low",
    "minimal": "🔵 minimal",
    "unknown": "⚪ no data yet",
}


@dataclass(frozen=True)
class Block:
    """Something that opens on a click; `title` is the bot's own words, `body` finished Markdown."""

    title: str
    body: str

    def __str__(self) -> str:
        return f"```spoiler {self.title}\n\n{self.body}\n```"


@dataclass(frozen=True)
class Parts:
    """A message: `head` and `table` are seen at once, `blocks` on a click, `foot` ends it.

    `chart` is the one picture that goes with it, or None; whoever sends the message draws and
    uploads it and hands its address to `text`. All texts are finished Markdown.
    """

    head: str
    table: str = ""
    chart: Chart | None = None
    blocks: tuple[Block, ...] = ()
    foot: str = ""

    def text(self, picture_url: str = "") -> str:
        """The whole message, under 10,000 characters; blocks that do not fit are left out."""
        shown = [self.head, self.table]
        blocks = [block for block in self.blocks if block.body]
        if picture_url and self.chart:
            shown.append(f"[{said(self.chart.label)}]({picture_url})")
            blocks.append(Block("The chart in words", sentence(self.chart.alt, 1_000)))
        left = LONGEST - len(MORE) - sum(len(part) + 2 for part in (*shown, self.foot))
        for block in blocks:
            left -= len(str(block)) + 2
            if left < 0:
                shown.append(MORE)
                break
            shown.append(str(block))
        return "\n\n".join(part for part in (*shown, self.foot) if part)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table of finished cells; empty where there are no rows."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) if len(lines) > 2 else ""


def dense(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table without the columns in which nothing is measured."""
    kept = [place for place in range(len(head)) if any(row[place] != "–" for row in rows)]
    return table([head[place] for place in kept], [[row[place] for place in kept] for row in rows])


def trend_lines(trends: Iterable[Trend]) -> str:
    """What the measured trends say."""
    return bullets(sentence(each.text) for each in trends if each.measured)


def bullets(lines: Iterable[str], *, most: int = 12) -> str:
    """A list of finished lines, at most so many, and how many more there are."""
    found = list(lines)
    more = [f"- and {len(found) - most} more"] if len(found) > most else []
    return "\n".join([*(f"- {line}" for line in found[:most]), *more])


def cell(text: str) -> str:
    """A figure in a table, where a dash stands for what is not measured."""
    return "–" if text == NOT_MEASURED else text


def span(period: DateRange) -> str:
    """A period's first and last day, and its name; one day is told as one."""
    if period.first_day == period.last_day:
        return day(period.last_day)
    named = f" ({said(titled(period))})" if period.title else ""
    return f"{day(period.first_day)} to {day(period.last_day)}{named}"


def data_note(known: datetime | None) -> str:
    """As of when the data are."""
    return f"Data as of {global_time(known)}." if known else ""
