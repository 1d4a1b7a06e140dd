"""When a meeting is to be, from ordinary words in the teacher's zone, clock changes included."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from nudgebot.errors import CommandError
from nudgebot.interventions.meeting_clock import Clock, bare_hour, take_clock
from nudgebot.interventions.meeting_day import MONTHS, day_of

FARTHEST = timedelta(days=366)
_DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_FROM_NOW = re.compile(
    r"in\s+(?P<amount>\d{1,3}|an?|half an|einer?|einer halben)\s+"
    r"(?P<unit>minutes?|mins?|hours?|minuten?|stunden?)",
    re.IGNORECASE,
)


# Zulip's own way to write a time, and ISO 8601.
_EXACT = re.compile(
    r"(?:<time:)?(?P<moment>\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)?)>?"
)


@dataclass(frozen=True)
class When:
    """What the words say: a moment (UTC), or only a day; `note` is a doubt that was settled."""

    at: datetime | None = None
    day: date | None = None
    note: str = ""


def read_when(text: str, *, zone: ZoneInfo, as_of: datetime, on: date | None = None) -> When:
    """The moment that the words mean, as somebody in this zone means them.

    Without a day it is the one of `on`, else the next time that a clock shows it. Raises
    CommandError for what cannot be read, is past, is over a year away, or is an hour that the
    clocks skip.
    """
    words = " ".join(text.split())
    exact = _EXACT.fullmatch(words)
    if exact is not None:
        return _exactly(exact["moment"], zone=zone, as_of=as_of)
    soon = _FROM_NOW.fullmatch(words)
    if soon is not None:
        return When(at=_from_now(soon, as_of))
    clock, rest = take_clock(words)
    if clock is None:
        clock, rest = _trailing_hour(rest)
    now = as_of.astimezone(zone)
    day = day_of(rest, now.date())
    if clock is None:
        if day is not None:
            _refuse_far(day, now.date())
        return When(day=day)
    if day is None and on is not None:
        return moment(on, clock, zone=zone, as_of=as_of)
    if day is None:
        return _next_time(clock, zone=zone, as_of=as_of)
    if _is_weekday_only(rest) and day == now.date() and (now.hour, now.minute) >= _pair(clock):
        day += timedelta(days=7)
    return moment(day, clock, zone=zone, as_of=as_of)


def moment(day: date, clock: Clock, *, zone: ZoneInfo, as_of: datetime) -> When:
    """The instant at which the clocks of the zone show this; raises CommandError as `read_when`."""
    _refuse_far(day, as_of.astimezone(zone).date())
    found = instant(day, clock, zone)
    if found.at is not None and found.at <= as_of:
        raise CommandError(
            f"{clock} on {day_words(day)} is past already. Name a time to come, as "
            "`tomorrow 15:00`."
        )
    return found


def instant(day: date, clock: Clock, zone: ZoneInfo) -> When:
    """The instant; of two it is the first, and the note says so. An hour that is skipped is none.

    Raises CommandError for the latter.
    """
    wall = datetime.combine(day, time(clock.hour, clock.minute))
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first.astimezone(zone).replace(tzinfo=None) != wall:
        # Where clocks skip an hour, fold 0 reads the wall by the offset before the change.
        later = first.astimezone(zone)
        raise CommandError(
            f"There is no {clock} on {day_words(day)}: the clocks are put forward over it. Name "
            f"another time, as {later:%H:%M}."
        )
    if first == second:
        return When(at=first)
    return When(
        at=first,
        note=f"The clocks show {clock} twice on {day_words(day)}; I take the first, before they "
        "are put back.",
    )


def day_words(day: date) -> str:
    """`Tuesday, 24 November 2026`, whatever the locale."""
    month = _MONTH_NAMES[day.month - 1]
    return f"{_DAY_NAMES[day.weekday()]}, {day.day} {month} {day.year}"


def span_words(at: datetime, minutes: int, zone: ZoneInfo) -> str:
    """`Tuesday, 24 November 2026, 15:00 to 15:20 (Europe/Berlin)`, for readers of plain text."""
    begin = at.astimezone(zone)
    end = (at + timedelta(minutes=minutes)).astimezone(zone)
    return f"{day_words(begin.date())}, {begin:%H:%M} to {end:%H:%M} ({zone.key})"


def _exactly(text: str, *, zone: ZoneInfo, as_of: datetime) -> When:
    """A moment in ISO 8601; without an offset it is by the clocks of the zone."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError("There is no such time. Write it as `tomorrow 15:00`.") from error
    if found.tzinfo is not None:
        found = found.astimezone(zone)
        if found.astimezone(UTC) > as_of:
            _refuse_far(found.date(), as_of.astimezone(zone).date())
            return When(at=found.astimezone(UTC))
    return moment(found.date(), Clock(found.hour, found.minute), zone=zone, as_of=as_of)


def _pair(clock: Clock) -> tuple[int, int]:
    return clock.hour, clock.minute


def _refuse_far(day: date, today: date) -> None:
    if day - today > FARTHEST:
        raise CommandError(
            f"{day_words(day)} is more than a year away. Name a nearer day, with its year if it is "
            "meant so."
        )


def _next_time(clock: Clock, *, zone: ZoneInfo, as_of: datetime) -> When:
    today = as_of.astimezone(zone).date()
    found = instant(today, clock, zone)
    if found.at is not None and found.at > as_of:
        return found
    return instant(today + timedelta(days=1), clock, zone)


def _is_weekday_only(text: str) -> bool:
    return not re.search(r"\d|today|heute|this|diese", text, re.IGNORECASE)


def _trailing_hour(text: str) -> tuple[Clock | None, str]:
    """`tomorrow 3` and `3`: a last number that is no part of a date."""
    head, _, last = text.rpartition(" ")
    if re.search(r"\d", head) or not re.fullmatch(r"\D*", head) or _ends_in_month(head):
        return None, text
    clock = bare_hour(last)
    return (None, text) if clock is None else (clock, head)


def _ends_in_month(text: str) -> bool:
    return re.search(rf"(?:{MONTHS})\.?$", text, re.IGNORECASE) is not None


def _from_now(found: re.Match[str], as_of: datetime) -> datetime:
    """`in 2 hours`, on a whole five minutes."""
    amount, unit = found["amount"].lower(), found["unit"].lower()
    number = 0.5 if "hal" in amount else float(amount) if amount.isdecimal() else 1.0
    seconds = number * (3600 if unit[0] in "hs" else 60)
    at = int(as_of.timestamp() + seconds)
    return datetime.fromtimestamp(at + -at % 300, UTC)
