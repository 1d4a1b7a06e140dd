"""Fairness as a board: the groups of each attribute side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from nudgebot.chat.boards.figures import share
from nudgebot.insight.trend_data import DateRange
from nudgebot.nudging.fairness import LEAST, Comparison, GroupFigures, standouts
from nudgebot.reports.contents.dashboards import Board
from nudgebot.reports.contents.section import Row, Section, row
from nudgebot.reports.figures import count, percent

CAUTION = (
    "A difference is a question, not a verdict: groups may need different help. What matters is "
    "whether the risk level is right as often, and nudges help as much."
)
COLUMNS = ("Students", "At high risk", "Nudged, 28 days", "Flagged 28 days ago", "Of these badly",
           "Badly in all", "Nudges", "Effect, 95 % interval")  # fmt: skip
NOTE = (
    "Badly: what was due in the 28 days since averages below 60 %, or two weeks without any "
    "activity. A dash: fewer than ten, or not measured."
)
_MOST = 3
_KINDS = {"flagged": "at high risk", "nudged": "nudged", "right": "rightly flagged"}


def fairness_board(
    found: Sequence[Comparison],
    *,
    period: DateRange,
    as_of: datetime,
    data_as_of: datetime | None,
) -> Board:
    """The comparisons of the whole school."""
    return Board(
        kind="Fairness",
        title="The whole school",
        period=period,
        as_of=as_of,
        data_as_of=data_as_of,
        lines=tuple(_lines(found)),
        sections=tuple(_section(each) for each in found if each.groups),
        caution=CAUTION if any(each.groups for each in found) else "",
    )


def _lines(found: Sequence[Comparison]) -> Iterator[str]:
    if not found:
        yield "The data have no groups: neither languages nor classes nor declared attributes."
    for each in found:
        if len(each.groups) < 2:
            yield (
                f"By {each.attribute}: nothing to compare; groups under {LEAST} students, and "
                "what would give them away, are not shown."
            )
            continue
        yield f"By {each.attribute}: {_spread(each)}.{_hidden(each)}"


def _hidden(each: Comparison) -> str:
    return f" {count(each.hidden, 'group')} not shown." if each.hidden else ""


def _spread(found: Comparison) -> str:
    """The groups that stand out, where chance does not explain it."""
    told = [
        f"{_KINDS[each.what]} {percent(100 * each.share)} in {each.group}, "
        f"{percent(100 * each.elsewhere)} elsewhere"
        for each in standouts(found)[:_MOST]
    ]
    return "; ".join(told) or f"no clear difference among {len(found.groups)} groups"


def _section(each: Comparison) -> Section:
    return Section(
        f"By {each.attribute}",
        (each.attribute.capitalize(), *COLUMNS),
        tuple(map(_row, each.groups)),
        (NOTE,),
    )


def _row(each: GroupFigures) -> Row:
    target = each.effect.target if each.effect is not None else None
    return row(
        each.group,
        (each.students, ""),
        share(each.flagged),
        share(each.nudged),
        (each.precision.flagged or None, ""),
        share(each.precision.right),
        share(each.precision.usual),
        (str(target.verdict) if target is not None else None, "text"),
        (target.interval_text or None if target is not None else None, "text"),
    )
