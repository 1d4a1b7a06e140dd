"""Days and instants: whole numbers in the database, aware datetimes in the code."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_EPOCH = date(1970, 1, 1)


def to_at(moment: datetime) -> int:
    """Seconds since 1970 in UTC; the moment must be aware."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return int(moment.timestamp())


def from_at(at: int) -> datetime:
    """The moment in UTC."""
    return datetime.fromtimestamp(at, UTC)


def to_day(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - _EPOCH).days


def from_day(day: int) -> date:
    """The calendar day."""
    return _EPOCH + timedelta(days=day)


def local_day(moment: datetime, zone: ZoneInfo) -> int:
    """The day, as a number, that the calendar on a wall in this zone shows at the moment."""
    return to_day(moment.astimezone(zone).date())


def zone_named(name: str, otherwise: ZoneInfo) -> ZoneInfo:
    """The zone of that name; the other one where the name is empty or unknown."""
    if not name:
        return otherwise
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return otherwise
