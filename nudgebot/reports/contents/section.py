"""A report as titled tables of figures: the PDF prints them, the CSV lists them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from nudgebot.insight.trend_data import DateRange, Trend
from nudgebot.reports.charts.card import Chart
from nudgebot.reports.charts.trends import drawable, title_of, trend_chart
from nudgebot.reports.figures import Figure, Raw, count, counted, day

_LENGTH = re.compile(r"(?P<count>\d{1,5}) ?(?P<unit>day|week|month)s?", re.IGNORECASE)


@dataclass(frozen=True)
class Row:
    """A thing with a name (from outside, as it came) and its figures, one for each column."""

    item: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Section:
    """One table; `columns` name the item and then each figure.

    A row may be shorter than the columns: what is left out does not apply. `notes` are sentences
    above the table. `printed` False keeps a long table out of the PDF, where charts say the same.
    A section without rows, notes and charts is left out everywhere.
    """

    title: str
    columns: tuple[str, ...] = ("",)
    rows: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    printed: bool = True

    @property
    def empty(self) -> bool:
        """Whether there is nothing in it."""
        return not (self.rows or self.notes or self.charts)


@dataclass(frozen=True)
class Contents:
    """A whole report; `about` and `period` stand under its title, `kind` above.

    `as_of` is a day where the report knows no more than that.
    """

    kind: str
    title: str
    about: str
    period: str
    as_of: datetime | date
    data_as_of: datetime | None
    note: str
    sections: tuple[Section, ...]


def row(item: str, *figures: tuple[Raw, str]) -> Row:
    """A row of (value, unit) pairs."""
    return Row(item, tuple(Figure(value, unit) for value, unit in figures))


def kept(sections: Iterable[Section]) -> tuple[Section, ...]:
    """The sections that have something in them."""
    return tuple(section for section in sections if not section.empty)


def told(period: DateRange) -> str:
    """`23 Oct 2026 to 19 Nov 2026 (the last 28 days)`; one day is told as one."""
    if period.first_day == period.last_day:
        return day(period.last_day)
    title = titled(period)
    named = f" ({title})" if title else ""
    return f"{day(period.first_day)} to {day(period.last_day)}{named}"


def titled(period: DateRange) -> str:
    """A period's name as a person wrote it, but for `99 day`, which is `99 days`."""
    found = _LENGTH.fullmatch(period.title)
    return count(int(found["count"]), found["unit"].lower()) if found else period.title


def trend_sections(trends: Sequence[Trend], who: str = "") -> Iterator[Section]:
    """All trends: on paper their charts and what they say, in the spreadsheet their points."""
    yield Section(
        "Progress over time",
        notes=tuple(trend.text for trend in trends if trend.measured),
        charts=tuple(trend_chart(trend, who) for trend in trends if drawable(trend)),
    )
    yield from map(_points, trends)


def _points(trend: Trend) -> Section:
    return Section(
        title=title_of(trend),
        columns=(
            f"{trend.grain} from".capitalize(),
            trend.title,
            counted(trend.count_unit).capitalize(),
        ),
        rows=tuple(
            row(
                point.begin.isoformat(),
                (point.value, trend.unit),
                (point.count, counted(trend.count_unit)),
            )
            for point in trend.points
        ),
        printed=False,
    )


def names(found: Sequence[str]) -> str:
    """`a, b and c`."""
    if len(found) < 2:
        return "".join(found)
    return f"{', '.join(found[:-1])} and {found[-1]}"
