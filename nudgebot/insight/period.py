"""Which days a report is about, and the instant as of which it sees them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from nudgebot.errors import InputError
from nudgebot.insight.trend_data import DateRange
from nudgebot.school.days import to_day

LONGEST_DAYS = 5 * 366


@dataclass(frozen=True)
class Span:
    """A period that is fit to be looked at; days as numbers, both ends included.

    `as_of` is now, or the end of the period where it is over; `period` ends today at the latest.
    """

    period: DateRange
    first: int
    last: int
    as_of: datetime

    @property
    def days(self) -> int:
        """How many days it has."""
        return self.last - self.first + 1


def span(period: DateRange, as_of: datetime, zones: Iterable[ZoneInfo]) -> Span:
    """The period as it can be seen at an instant by people in these zones.

    It ends at the latest today, as the first of the zones has it: the school's own for a class.
    The instant is the end of that day in the zone where it ends last.

    Raises InputError where it ends before it begins, is wholly to come, or longer than five years.
    """
    places = list(dict.fromkeys(zones)) or [ZoneInfo("UTC")]
    if period.last_day < period.first_day:
        raise InputError(
            f"The period ends before it begins ({period.first_day} to {period.last_day}): "
            "write the earlier day first."
        )
    if period.days > LONGEST_DAYS:
        raise InputError(f"The period is too long: at most {LONGEST_DAYS} days.")
    today = as_of.astimezone(places[0]).date()
    if period.first_day > today:
        raise InputError(
            f"The period lies in the future (it begins on {period.first_day}): name days that "
            "have been."
        )
    last = min(period.last_day, today)
    end = max(_end_of(last, zone) for zone in places)
    return Span(
        period=DateRange(period.first_day, last, period.title),
        first=to_day(period.first_day),
        last=to_day(last),
        as_of=min(as_of, end),
    )


def last_days(days: int, as_of: datetime, zone: ZoneInfo) -> DateRange:
    """The last days up to today; raises InputError for a number that is no period."""
    if not 1 <= days <= LONGEST_DAYS:
        raise InputError(f"A period has from 1 to {LONGEST_DAYS} days.")
    today = as_of.astimezone(zone).date()
    return DateRange(today - timedelta(days=days - 1), today)


def _end_of(day: date, zone: ZoneInfo) -> datetime:
    """The last second of the day there."""
    following = day + timedelta(days=1)
    midnight = datetime(following.year, following.month, following.day, tzinfo=zone)
    return midnight.astimezone(UTC) - timedelta(seconds=1)
