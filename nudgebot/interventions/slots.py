"""Free times: the school's office hours, less holidays and what is taken."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from nudgebot.errors import CommandError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
STEP_MINUTES = 30
LOOK_AHEAD_DAYS = 28
NOTICE = timedelta(minutes=30)  # nobody is called to a meeting that begins at once
_SPAN = re.compile(
    r"(?P<first>[a-z]{3})(?:\s*-\s*(?P<last>[a-z]{3}))?\s+"
    r"(?P<begin>\d{1,2}:\d\d)\s*-\s*(?P<end>\d{1,2}:\d\d)"
)


@dataclass(frozen=True)
class OfficeHours:
    """A span of one weekday, 0 for Monday, in minutes since midnight."""

    weekday: int
    begin: int
    end: int


@dataclass(frozen=True)
class Busy:
    """A span of time that is taken, as seconds UTC."""

    begin: int
    end: int


def office_hours(text: str) -> list[OfficeHours]:
    """The spans of a setting such as `mon-thu 13:00-16:00, fri 12:00-13:30`; none of an empty one.

    Raises CommandError where it is not written so.
    """
    parts = [part.strip().lower() for part in re.split(r"[,;]", text) if part.strip()]
    return [span for part in parts for span in _spans(part)]


def _spans(part: str) -> list[OfficeHours]:
    found = _SPAN.fullmatch(part)
    if found is None or found["first"] not in DAYS or (found["last"] or "mon") not in DAYS:
        raise _wrong(part)
    begin, end = _minutes(found["begin"], part), _minutes(found["end"], part)
    if begin >= end:
        raise _wrong(part)
    first = DAYS.index(found["first"])
    last = DAYS.index(found["last"] or found["first"])
    length = (last - first) % 7 + 1  # `fri-mon` goes over the weekend
    return [OfficeHours((first + number) % 7, begin, end) for number in range(length)]


def _minutes(text: str, part: str) -> int:
    hour, minute = (int(each) for each in text.split(":"))
    if minute > 59 or hour * 60 + minute > 24 * 60:
        raise _wrong(part)
    return hour * 60 + minute


def _wrong(part: str) -> CommandError:
    shown = re.sub(r"[`\n]", "", part)[:60]
    return CommandError(
        f"I can propose no times: the setting `office_hours` has `{shown}` where it should read as "
        "`mon-thu 13:00-16:00, fri 12:00-13:30`. Name a time yourself, as `tomorrow 15:00`, and "
        "tell an administrator."
    )


def overlaps(begin: int, minutes: int, taken: Collection[Busy]) -> bool:
    """Whether a meeting from `begin` (seconds UTC) would meet one of the spans."""
    return any(begin < each.end and begin + minutes * 60 > each.begin for each in taken)


def free_slots(
    hours: Sequence[OfficeHours],
    *,
    minutes: int,
    taken: Collection[Busy],
    free_days: Collection[date],
    zone: ZoneInfo,
    as_of: datetime,
    on: date | None = None,
) -> Iterator[datetime]:
    """The free beginnings (UTC) within the office hours, the soonest first.

    `zone` is that of the office hours, `free_days` are days without school, `on` is the only day
    that is looked at where one is named. A time that the clocks skip is left out.
    """
    earliest = as_of + NOTICE
    today = earliest.astimezone(zone).date()
    days = [on] if on else [today + timedelta(days=number) for number in range(LOOK_AHEAD_DAYS)]
    for day in days:
        if day in free_days:
            continue
        starts = {
            start
            for each in hours
            if each.weekday == day.weekday()
            for start in range(each.begin, each.end - minutes + 1, STEP_MINUTES)
        }
        for start in sorted(starts):
            wall = datetime.combine(day, time(start // 60, start % 60))
            at = wall.replace(tzinfo=zone).astimezone(UTC)
            skipped = at.astimezone(zone).replace(tzinfo=None) != wall
            if at >= earliest and not skipped and not overlaps(int(at.timestamp()), minutes, taken):
                yield at


def spread(slots: Iterator[datetime], amount: int, zone: ZoneInfo) -> list[datetime]:
    """So many of them, two a day at most, so that there is a choice of days."""
    chosen: list[datetime] = []
    for each in slots:
        day = each.astimezone(zone).date()
        if sum(other.astimezone(zone).date() == day for other in chosen) < 2:
            chosen.append(each)
        if len(chosen) == amount:
            break
    return chosen
