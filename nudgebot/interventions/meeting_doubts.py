"""What speaks against the time of a meeting: no day of school, the night, no office hours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from nudgebot.interventions.meeting_times import day_words
from nudgebot.interventions.slots import OfficeHours
from nudgebot.markup import esc

SATURDAY = 5
MORNING_HOUR, NIGHT_HOUR = 6, 22


def doubts(
    at: datetime, minutes: int, *, zone: ZoneInfo, hours: Sequence[OfficeHours], holiday: str
) -> list[str]:
    """Sentences, none for an ordinary time; `zone` is the school's.

    `hours` may be none where the school has named none, `holiday` is the name of one that the day
    is in, or empty. A weekend with office hours is an ordinary day.
    """
    begin = at.astimezone(zone)
    end = (at + timedelta(minutes=minutes)).astimezone(zone)
    of_day = [each for each in hours if each.weekday == begin.weekday()]
    found = []
    if holiday:
        found.append(f"That is no day of school ({esc(holiday)}).")
    elif begin.weekday() >= SATURDAY and not of_day:
        found.append(f"That is a {begin:%A}.")
    if not MORNING_HOUR <= begin.hour < NIGHT_HOUR:
        found.append(f"{begin:%H:%M} is at night.")
    elif hours and not found and not _within(begin, end, of_day):
        found.append("That is outside the office hours.")
    return found


def _within(begin: datetime, end: datetime, hours: Sequence[OfficeHours]) -> bool:
    first = begin.hour * 60 + begin.minute
    last = first + round((end - begin).total_seconds() / 60)
    return any(each.begin <= first and last <= each.end for each in hours)


def school_words(at: datetime, school: ZoneInfo, own: ZoneInfo) -> str:
    """`Saturday, 21 November 2026, 15:00, school time`; with the reader's own where it differs."""
    here, there = at.astimezone(school), at.astimezone(own)
    words = f"{day_words(here.date())}, {here:%H:%M}, school time"
    if here.utcoffset() == there.utcoffset():
        return words
    day = "" if here.date() == there.date() else f"{there:%A} "
    return f"{words}; {day}{there:%H:%M} in {own.key.replace('_', ' ')}"
