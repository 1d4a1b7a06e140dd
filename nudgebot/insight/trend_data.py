"""Periods and time series, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


@dataclass(frozen=True)
class DateRange:
    """Whole days, both ends included; `title` is how a person named them, such as `this term`."""

    first_day: date
    last_day: date
    title: str = ""

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last_day - self.first_day).days + 1

    @property
    def before(self) -> DateRange:
        """The period of the same length that ends the day before it begins."""
        last = self.first_day - timedelta(days=1)
        return DateRange(last - timedelta(days=self.days - 1), last)

    def __str__(self) -> str:
        return f"{self.first_day.isoformat()} to {self.last_day.isoformat()}"


class Direction(StrEnum):
    """Which way a series goes, as far as the data allow to say."""

    RISING = "rising"
    FALLING = "falling"
    NONE = "no clear direction"
    UNKNOWN = "too little data"


@dataclass(frozen=True)
class TrendPoint:
    """One day, week or month.

    `days` is how many days of it lie in the period: fewer than usual at the edges. `value` None is
    "not measured". `count` is what the value rests on, in the trend's `count_unit`.
    """

    begin: date
    days: int
    value: float | None
    count: int


@dataclass(frozen=True)
class Trend:
    """One metric over time, of a student or of a class (then the mean over its students).

    `grain` is day, week (seven days, counted back from the period's last day) or month. `unit` is
    percent, questions, minutes, XP, days a week or skills; counts are those of the point's own
    days, not rates. `shape` says how it is best drawn: line or bar. `earlier` and `later` are the
    values of the first and the second half of the period (for counts: a week's worth), `p_value`
    is Mann and Kendall's; all three are None where there is too little data. `text` says it all
    in one sentence.
    """

    metric: str
    title: str
    unit: str
    grain: str
    shape: str
    points: tuple[TrendPoint, ...]
    count_unit: str
    direction: Direction
    earlier: float | None
    later: float | None
    p_value: float | None
    text: str

    @property
    def measured(self) -> bool:
        """Whether there is anything to draw."""
        return any(point.value is not None for point in self.points)
