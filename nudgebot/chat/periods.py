"""Periods as people write them: `7 days`, `this term`, `2026-10-01..2026-10-31`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from nudgebot.errors import CommandError

HINT = (
    "A period is `7 days`, `4 weeks`, `this term`, `since 2026-10-01` or `2026-10-01..2026-10-31`."
)
LONGEST_DAYS = 5 * 366


@dataclass(frozen=True)
class Period:
    """Whole days, both ends included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    def __str__(self) -> str:
        return f"{self.first.isoformat()} to {self.last.isoformat()}"


@dataclass(frozen=True)
class Calendar:
    """What a period is counted from: today, and the term where one is known."""

    today: date
    term: Period | None = None


_DATE = r"\d{4}-\d{1,2}-\d{1,2}"
_UNIT_DAYS = {"day": 1, "week": 7, "month": 30}


def _last_days(match: re.Match[str], calendar: Calendar) -> Period:
    days = int(match["count"]) * _UNIT_DAYS[match["unit"].lower()]
    if not 1 <= days <= LONGEST_DAYS:
        raise CommandError(f"A period has from 1 to {LONGEST_DAYS} days.")
    return Period(calendar.today - timedelta(days=days - 1), calendar.today)


def _today(_: re.Match[str], calendar: Calendar) -> Period:
    return Period(calendar.today, calendar.today)


def _yesterday(_: re.Match[str], calendar: Calendar) -> Period:
    day = calendar.today - timedelta(days=1)
    return Period(day, day)


def _this_week(_: re.Match[str], calendar: Calendar) -> Period:
    return Period(calendar.today - timedelta(days=calendar.today.weekday()), calendar.today)


def _last_week(_: re.Match[str], calendar: Calendar) -> Period:
    monday = calendar.today - timedelta(days=calendar.today.weekday() + 7)
    return Period(monday, monday + timedelta(days=6))


def _this_month(_: re.Match[str], calendar: Calendar) -> Period:
    return Period(calendar.today.replace(day=1), calendar.today)


def _last_month(_: re.Match[str], calendar: Calendar) -> Period:
    last = calendar.today.replace(day=1) - timedelta(days=1)
    return Period(last.replace(day=1), last)


def _this_term(_: re.Match[str], calendar: Calendar) -> Period:
    if calendar.term is None:
        raise CommandError("The export names no term for this; write the dates instead. " + HINT)
    return Period(calendar.term.first, min(calendar.term.last, calendar.today))


def _since(match: re.Match[str], calendar: Calendar) -> Period:
    first = _day(match["first"])
    if first > calendar.today:
        raise CommandError(f"{first} lies in the future; name days that have been. {HINT}")
    return Period(first, calendar.today)


def _from_to(match: re.Match[str], _: Calendar) -> Period:
    return _ordered(_day(match["first"]), _day(match["last"]))


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], Calendar], Period]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), read)
    for pattern, read in (
        (r"(?:(?:the )?(?:last|past) )?(?P<count>\d{1,5}) ?(?P<unit>day|week|month)s?", _last_days),
        (r"today", _today),
        (r"yesterday", _yesterday),
        (r"this week", _this_week),
        (r"last week", _last_week),
        (r"this month", _this_month),
        (r"last month", _last_month),
        (r"(?:this|the) term|term", _this_term),
        (rf"(?:since|from) (?P<first>{_DATE})", _since),
        (rf"(?:from )?(?P<first>{_DATE}) ?(?:\.\.\.?|…|–|to|until) ?(?P<last>{_DATE})", _from_to),
    )
)


def period_of(text: str, calendar: Calendar) -> Period | None:
    """The period that the whole text is, else None; raises CommandError for an impossible one."""
    for pattern, read in _FORMS:
        match = pattern.fullmatch(" ".join(text.split()))
        if match:
            return read(match, calendar)
    return None


def split_period(words: Sequence[str], calendar: Calendar) -> tuple[list[str], Period | None]:
    """The words before a period at the end, and that period; the longest one that fits."""
    for begin in range(max(0, len(words) - 5), len(words)):
        period = period_of(" ".join(words[begin:]), calendar)
        if period is not None:
            return list(words[:begin]), period
    return list(words), None


def _day(text: str) -> date:
    try:
        return date(*(int(part) for part in text.split("-")))
    except ValueError as error:
        raise CommandError(f"There is no day {text}. {HINT}") from error


def _ordered(first: date, last: date) -> Period:
    if first > last:
        raise CommandError(f"The period begins after its end ({first} to {last}). {HINT}")
    return Period(first, last)
