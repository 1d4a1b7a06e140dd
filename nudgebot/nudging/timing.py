"""When a nudge is due: by its urgency, the student's rhythm, and the hours that stay silent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from nudgebot.nudging.policy import QuietHours
from nudgebot.nudging.rule import Urgency

DEFAULT_HOUR = 14  # Requirement A, Intelligent Timing Engine: without a pattern, 14 o'clock
HIGH_WITHIN_HOURS = 4
REGULAR_HOURS = 3  # as many most active hours and weekdays as requirement A's pattern names
NO_RHYTHM = "no rhythm is known yet"
HORIZON_HOURS = 16 * 24  # two weekends and then some: there is always an open hour in it


class Rhythm(Protocol):
    """When a student is active: counts by local hour (24) and by weekday (7, from Monday)."""

    @property
    def hour_counts(self) -> Sequence[int]:
        """How active each local hour was."""

    @property
    def weekday_counts(self) -> Sequence[int]:
        """How active each weekday was."""


@dataclass(frozen=True)
class Hours:
    """The hours of one person: zone, silence, and whether weekends are silent too.

    Silence goes before urgency: only what is critical breaks it.
    """

    zone: ZoneInfo
    quiet: QuietHours
    weekend_allowed: bool

    def open(self, moment: datetime) -> bool:
        """Whether a message may arrive at the moment."""
        local = moment.astimezone(self.zone)
        return not self.quiet.covers(local.hour) and (self.weekend_allowed or local.weekday() < 5)


@dataclass(frozen=True)
class Due:
    """A moment in UTC, never in the past, why it is this one, and what adaptation did about it."""

    at: datetime
    why: str
    adapted: str = ""


def plan(
    urgency: Urgency,
    *,
    rhythm: Rhythm | None,
    hours: Hours,
    as_of: datetime,
    hour: int | None = None,
) -> Due:
    """When a nudge is due.

    critical: now, whatever the hour. high: the first active hour within the next 4 hours, else
    the first open moment, which silence may put later than 4 hours. medium: in the most active
    of the open hours. low: in one of the most active hours of one of the most active weekdays.
    A later `as_of` never gives an earlier moment. `hour`, one of `usual_hours`, is to be taken
    where nothing presses (medium and low).
    """
    now = as_of.astimezone(UTC)
    if urgency is Urgency.CRITICAL:
        return Due(now, "critical: at once")
    counts = rhythm.hour_counts if rhythm is not None else ()
    if urgency is Urgency.HIGH:
        return _within_hours(now, hours, counts)
    usual = usual_hours(rhythm, hours)
    if hour in usual:
        usual = [hour]
    if urgency is Urgency.MEDIUM or not usual:
        return _usual_hour(now, hours, usual[:1])
    weekdays = _most_active(
        rhythm.weekday_counts if rhythm is not None else (),
        lambda weekday: hours.weekend_allowed or weekday < 5,
    )
    return _study_time(now, hours, usual=usual, weekdays=weekdays)


def usual_hours(rhythm: Rhythm | None, hours: Hours) -> list[int]:
    """The most active of the open hours, at most three, the most active first."""
    counts = rhythm.hour_counts if rhythm is not None else ()
    return _most_active(counts, lambda hour: not hours.quiet.covers(hour))


def first_open(hours: Hours, as_of: datetime) -> datetime:
    """The first moment from now on at which a message may arrive."""
    # Some hour of a weekday is open whatever the quiet hours are: they cannot cover all 24.
    return _first(as_of.astimezone(UTC), hours, lambda _: True) or as_of


def _within_hours(now: datetime, hours: Hours, counts: Sequence[int]) -> Due:
    latest = now + timedelta(hours=HIGH_WITHIN_HOURS)

    def active(moment: datetime) -> bool:
        hour = moment.astimezone(hours.zone).hour
        return moment <= latest and bool(counts) and counts[hour] > 0

    found = _first(now, hours, active, until=latest)
    if found is not None:
        return Due(found, f"high: the next active hour within {HIGH_WITHIN_HOURS} hours")
    return _first_open(now, hours, "high")


def _first_open(now: datetime, hours: Hours, why: str) -> Due:
    return Due(first_open(hours, now), f"{why}: the first moment outside quiet hours")


def _usual_hour(now: datetime, hours: Hours, usual: Sequence[int]) -> Due:
    best = usual[0] if usual else DEFAULT_HOUR
    found = _first(now, hours, lambda moment: moment.astimezone(hours.zone).hour == best)
    if found is None:  # without a rhythm, and the default hour is silent
        return Due(
            _first(now, hours, lambda _: True) or now, "the first moment outside quiet hours"
        )
    why = "the student's most active hour" if usual else NO_RHYTHM
    return Due(found, f"{best}:00, {why}")


def _study_time(
    now: datetime, hours: Hours, *, usual: Sequence[int], weekdays: Sequence[int]
) -> Due:
    def regular(moment: datetime) -> bool:
        local = moment.astimezone(hours.zone)
        return local.hour in usual and (not weekdays or local.weekday() in weekdays)

    found = _first(now, hours, regular)
    return (
        Due(found, "low: the next regular study time")
        if found
        else _usual_hour(now, hours, usual[:1])
    )


def _most_active(counts: Sequence[int], allowed: Callable[[int], bool]) -> list[int]:
    """The most active of the allowed hours or weekdays, at most three, the most active first."""
    ranked = sorted(range(len(counts)), key=lambda each: (-counts[each], each))
    return [each for each in ranked if counts[each] > 0 and allowed(each)][:REGULAR_HOURS]


def _first(
    now: datetime,
    hours: Hours,
    fits: Callable[[datetime], bool],
    *,
    until: datetime | None = None,
) -> datetime | None:
    for moment in _moments(now, hours.zone):
        if until is not None and moment > until:
            return None
        if hours.open(moment) and fits(moment):
            return moment
    return None


def _moments(now: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """Now, and then every full local hour: counted in UTC, so that clock changes cannot mislead."""
    yield now
    moment = now
    for _ in range(HORIZON_HOURS):
        local = moment.astimezone(zone)
        past_hour = timedelta(
            minutes=local.minute, seconds=local.second, microseconds=local.microsecond
        )
        moment += timedelta(hours=1) - past_hour
        yield moment
