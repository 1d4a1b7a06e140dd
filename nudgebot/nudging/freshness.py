"""Whether the data are fresh enough to nudge anybody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from nudgebot.school.batches import newest_fact
from nudgebot.school.days import from_day, local_day
from nudgebot.store import Store

SATURDAY = 5
LONGEST_DAYS = 400  # longer than any holiday; what is older is stale whatever the calendar says


def staleness(store: Store, *, stale_after_hours: int, zone: ZoneInfo, as_of: datetime) -> str:
    """Why the data are stale, in a sentence; empty while they are fresh.

    What counts is the newest fact of the batches taken, not when a file came: an old file that
    comes again is not news. Hours of weekends and of the school's holidays do not count, because
    a school without news on Sunday is as it should be.
    """
    known = newest_fact(store)
    if known is None:
        if store.value("SELECT 1 FROM batches WHERE state = 'taken' LIMIT 1") is None:
            return "No export has been read yet."
        return "No export has told yet of anything that students did."
    if school_time(store, known, as_of, zone=zone) <= timedelta(hours=stale_after_hours):
        return ""
    return f"The data are stale: the newest are of {known:%Y-%m-%d %H:%M} UTC."


def school_time(store: Store, begin: datetime, end: datetime, *, zone: ZoneInfo) -> timedelta:
    """How much of a span lies on days of school, by the calendar of the zone."""
    first, last = local_day(begin, zone), local_day(end, zone)
    if end <= begin or last - first > LONGEST_DAYS:
        return max(end - begin, timedelta())
    free = {
        day
        for row in store.rows(
            """SELECT begin_day, end_day FROM calendar WHERE kind = 'holiday' AND gone_at IS NULL
               AND begin_day <= ? AND end_day >= ?""",
            [last, first],
        )
        for day in range(max(row["begin_day"], first), min(row["end_day"], last) + 1)
    }
    spans = (
        min(end, _midnight(day + 1, zone)) - max(begin, _midnight(day, zone))
        for day in range(first, last + 1)
        if day not in free and from_day(day).weekday() < SATURDAY
    )
    return sum(spans, timedelta())


def _midnight(day: int, zone: ZoneInfo) -> datetime:
    date = from_day(day)
    return datetime(date.year, date.month, date.day, tzinfo=zone).astimezone(UTC)
