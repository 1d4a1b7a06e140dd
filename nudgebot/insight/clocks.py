"""What the wall shows in a zone at an instant, and a zone's offsets from UTC as plain rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from nudgebot.school.days import from_at, local_day, to_at

# Figures look back a year and ahead two months; beyond, an hour of clock change decides nothing.
_BACK_DAYS = 400
_AHEAD_DAYS = 100
_STEP_DAYS = 7
_FOREVER_AT = 1 << 50


@dataclass(frozen=True)
class Clock:
    """A zone's calendar day and hour at an instant, and the instant at which that day ends."""

    zone: str
    day: int
    hour: int
    midnight_at: int


def clock(zone: ZoneInfo, as_of: datetime) -> Clock:
    """The wall clock of a zone; a day may be 23 or 25 hours long."""
    local = as_of.astimezone(zone)
    tomorrow = local.date() + timedelta(days=1)
    midnight = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=zone)
    return Clock(zone.key, local_day(as_of, zone), local.hour, to_at(midnight.astimezone(UTC)))


def offsets(zone: ZoneInfo, as_of: datetime) -> list[tuple[str, int, int, int]]:
    """Rows of zone, begin_at, end_at, seconds; without gaps, the ends are open.

    Exact for 400 days back and 100 ahead; Python's zones do not tell their transitions, so they
    are looked for, week by week.
    """
    middle = to_at(as_of)
    marks = range(middle - _BACK_DAYS * 86400, middle + _AHEAD_DAYS * 86400 + 1, _STEP_DAYS * 86400)
    rows: list[tuple[str, int, int, int]] = []
    begin = 0
    seconds = _offset(zone, marks[0])
    for early, late in pairwise(marks):
        if _offset(zone, late) != seconds:
            change = _change(zone, early, late)
            rows.append((zone.key, begin, change, seconds))
            begin, seconds = change, _offset(zone, late)
    return [*rows, (zone.key, begin, _FOREVER_AT, seconds)]


def _offset(zone: ZoneInfo, at: int) -> int:
    found = from_at(at).astimezone(zone).utcoffset()
    return 0 if found is None else int(found.total_seconds())


def _change(zone: ZoneInfo, early: int, late: int) -> int:
    """The first second with the later offset."""
    before = _offset(zone, early)
    while late - early > 1:
        middle = (early + late) // 2
        if _offset(zone, middle) == before:
            early = middle
        else:
            late = middle
    return late
