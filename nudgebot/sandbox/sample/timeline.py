"""The days of the sample: where the story leads to, what is already known, holidays, time zones."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from nudgebot.errors import InputError
from nudgebot.sandbox.sample.layout import Row

AHEAD_DAYS = 28
"""How far exams and the like are planned beyond today."""


@dataclass(frozen=True)
class Season:
    """A stretch of the school calendar; both days are inclusive."""

    begin: date
    end: date
    kind: str
    title: str

    def row(self) -> Row:
        """The row of calendar.csv."""
        return (self.begin, self.end, self.kind, self.title)


@dataclass(frozen=True)
class Clock:
    """One time zone: each day's offset as text, and the first moment that is not known yet."""

    name: str
    suffixes: tuple[str, ...]
    cut: tuple[int, int]

    def knows(self, day: int, second: int) -> bool:
        """Whether a moment of that day, in local seconds, has been by now."""
        return (day, second) < self.cut


@dataclass(frozen=True)
class Timeline:
    """Numbers the days from 0 (`start`); the story's kinds are told backwards from `anchor`.

    `today` is the number of the last day with events, `cutoff` the first moment (UTC) that is
    still unknown. `dates` reach `AHEAD_DAYS` beyond today.
    """

    start: date
    anchor: int
    today: int
    cutoff: datetime
    school_zone: ZoneInfo
    seasons: tuple[Season, ...]
    dates: tuple[str, ...]
    _clocks: dict[str, Clock] = field(default_factory=dict, compare=False, repr=False)

    def date_of(self, day: int) -> date:
        """The calendar day with that number."""
        return self.start + timedelta(days=day)

    def is_free(self, day: int) -> bool:
        """Whether there is no school: a weekend or a holiday."""
        return self.is_weekend(day) or self.is_holiday(day)

    def is_weekend(self, day: int) -> bool:
        """Whether the day is a Saturday or a Sunday."""
        return self.date_of(day).weekday() >= 5

    def is_holiday(self, day: int) -> bool:
        """Whether the day lies in a holiday of the calendar."""
        when = self.date_of(day)
        return any(
            each.kind == "holiday" and each.begin <= when <= each.end for each in self.seasons
        )

    def school_day(self, day: int) -> int:
        """The nearest school day: earlier for days up to the anchor, later for those after."""
        step = -1 if day <= self.anchor else 1
        while self.is_free(day):
            day += step
        return day

    @property
    def school(self) -> Clock:
        """The clock of the school's own zone."""
        return self.clock(self.school_zone.key)

    def clock(self, zone_name: str) -> Clock:
        """The clock of a zone; made once."""
        if zone_name not in self._clocks:
            self._clocks[zone_name] = self._make_clock(ZoneInfo(zone_name))
        return self._clocks[zone_name]

    def _make_clock(self, zone: ZoneInfo) -> Clock:
        noons = (
            datetime.combine(self.date_of(day), time(12), zone) for day in range(len(self.dates))
        )
        local = self.cutoff.astimezone(zone)
        second = local.hour * 3600 + local.minute * 60 + local.second
        cut = ((local.date() - self.start).days, second)
        # In the far east the cutoff is already tomorrow; no row is dated later than today.
        return Clock(
            zone.key, tuple(noon.isoformat()[19:] for noon in noons), min(cut, (self.today + 1, 0))
        )


def build_timeline(
    *, today: date, days: int, start: date | None, timezone: str, until: datetime | None
) -> Timeline:
    """Lay out the days; see `write_sample_school` for what the arguments mean."""
    if days < 1:
        raise InputError("The number of days must be at least 1.")
    start = start or today - timedelta(days=days - 1)
    if today < start:
        raise InputError("The sample's last day lies before its start; give a later last day.")
    if until is not None and until.tzinfo is None:
        raise InputError("The moment up to which the sample is known needs a time zone.")
    zone = _zone(timezone)
    end = datetime.combine(today + timedelta(days=1), time(0), zone).astimezone(UTC)
    last = (today - start).days
    return Timeline(
        start=start,
        anchor=days - 1,
        today=last,
        cutoff=end if until is None else min(end, until.astimezone(UTC)),
        school_zone=zone,
        seasons=_seasons(start + timedelta(days=days - 1), days),
        dates=tuple(str(start + timedelta(days=day)) for day in range(last + AHEAD_DAYS + 1)),
    )


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InputError(
            "The time zone is not known; give a name such as Europe/Berlin or America/New_York."
        ) from None


def _seasons(anchor: date, days: int) -> tuple[Season, ...]:
    """A holiday week within the days, an exam week before the anchor and one about to come."""
    monday = anchor - timedelta(days=anchor.weekday())
    holiday = monday - timedelta(weeks=max(2, days * 3 // 35))
    coming = monday if anchor.weekday() <= 1 else monday + timedelta(weeks=1)
    week = timedelta(days=4)
    return (
        Season(holiday, holiday + week, "holiday", "Autumn holiday"),
        Season(*_after(holiday, 1), "exam_week", "Mid-term exams"),
        Season(coming, coming + week, "exam_week", "Exams"),
        Season(*_after(coming, 5, until=11), "holiday", "Winter holiday"),
    )


def _after(monday: date, weeks: int, until: int = 4) -> tuple[date, date]:
    begin = monday + timedelta(weeks=weeks)
    return begin, begin + timedelta(days=until)
