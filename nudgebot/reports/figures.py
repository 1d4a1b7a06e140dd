"""A figure with its unit, and the one way to show each unit: in chat, PDF and CSV alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo

from nudgebot.insight.skill_data import MasteryState
from nudgebot.insight.trend_data import Direction

Raw = float | int | str | date | datetime | None

NOT_MEASURED = "not measured yet"
PERCENT = "\u00a0%"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
STATES: Mapping[str, str] = {
    MasteryState.MASTERED: "mastered",
    MasteryState.IN_PROGRESS: "in progress",
    MasteryState.NEEDS_WORK: "needs work",
    MasteryState.NOT_STARTED: "not started",
}
WORK_STATES: Mapping[str, str] = {
    "done": "handed in",
    "late": "handed in late",
    "missed": "missing",
    "to_come": "to come",
}
RISKS: Mapping[str, str] = {"unknown": "no data yet"}
DIRECTIONS: Mapping[str, str] = {
    Direction.RISING: "rising",
    Direction.FALLING: "falling",
    Direction.NONE: "no clear direction",
    Direction.UNKNOWN: "too little data to tell",
}


@dataclass(frozen=True)
class Figure:
    """A value and its unit; a value of None is "not measured", never 0.

    Units: percent (0 to 100), points (a difference of percentages), minutes, XP, days,
    days a week, questions, answers, sessions, skills, students, assignments, pieces, place,
    percentile, score (0 to 1), and text, state, day, moment for what is not a number.
    """

    value: Raw
    unit: str

    def __str__(self) -> str:
        return shown(self.value, self.unit)


def shown(value: Raw, unit: str) -> str:
    """The figure as everybody reads it, everywhere the same."""
    if value is None:
        return "–" if unit == "text" else NOT_MEASURED
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, str):
        return _WORDS.get(unit, {}).get(value, value)
    return _NUMBERS.get(unit, number)(value)


def number(value: float) -> str:
    """Without digits that mean nothing: `1,234`, `12`, `3.5`."""
    rounded = round(value, 1)
    whole = abs(rounded) >= 10 or rounded == round(rounded)
    text = f"{value:,.0f}" if whole else f"{value:.1f}"
    return "0" if text == "-0" else text


def count(amount: float, one: str, many: str = "") -> str:
    """`1 day`, `2 days`, `0.5 days`."""
    text = number(amount)
    return f"{text} {one if text == '1' else many or one + 's'}"


def in_state(amount: int, state: str) -> str:
    """`1 needs work`, `2 need work`, `3 mastered`."""
    words = "need work" if state == MasteryState.NEEDS_WORK and amount != 1 else STATES[state]
    return f"{amount} {words}"


def counted(unit: str) -> str:
    """What a trend's points rest on; an assignment is due once from each student of a class."""
    return unit.replace("assignments due", "hand-ins due")


def resting(amount: int, unit: str) -> str:
    """`43 hand-ins due`, `1 hand-in due`, `1 active day`: the unit's only plural is its noun."""
    words = [word.removesuffix("s") if amount == 1 else word for word in counted(unit).split()]
    return f"{amount:,} {' '.join(words)}"


def percent(value: float) -> str:
    """`75 %`, never parted at the end of a line."""
    text = f"{value:.0f}"
    return f"{'0' if text == '-0' else text}{PERCENT}"


def points(value: float) -> str:
    """`12 points above`, a difference of percentages."""
    size = f"{abs(value):.0f}"
    way = "" if size == "0" else " above" if value > 0 else " below"
    return f"{size} {'point' if size == '1' else 'points'}{way}"


def duration(minutes: float) -> str:
    """`12 h 5 min`."""
    hours, rest = divmod(round(minutes), 60)
    parts = [f"{hours:,} h" if hours else "", f"{rest} min" if rest or not hours else ""]
    return " ".join(part for part in parts if part)


def day(value: date) -> str:
    """`5 Oct 2026`."""
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def short_day(value: date, *, year: bool = False) -> str:
    """`5 Oct`, for axes; with the year's last digits where years differ."""
    return f"{value.day} {_MONTHS[value.month - 1]}" + (f" {value.year % 100:02}" if year else "")


def month(value: date, *, year: bool = False) -> str:
    """`Oct`, for axes."""
    return _MONTHS[value.month - 1] + (f" {value.year % 100:02}" if year else "")


def moment(value: datetime, zone: tzinfo = UTC) -> str:
    """`5 Oct 2026, 14:30 UTC`, for paper; in chat every reader sees her own time."""
    local = value.astimezone(zone)
    return f"{day(local.date())}, {local:%H:%M %Z}"


def ordinal(place: float) -> str:
    """`3rd`."""
    whole = round(place)
    ending = "th" if 10 <= whole % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(whole % 10, "th")
    return f"{whole:,}{ending}"


_NUMBERS: Mapping[str, Callable[[float], str]] = {
    "percent": percent,
    "points": points,
    "minutes": duration,
    "XP": lambda value: f"{number(value)} XP",
    "days": lambda value: count(value, "day"),
    "days a week": lambda value: f"{count(value, 'day')} a week",
    "skills": lambda value: count(value, "skill"),
    "students": lambda value: count(value, "student"),
    "place": ordinal,
    "percentile": lambda value: f"{value:.0f} of 100",
    "score": lambda value: f"{value:.2f} of 1",
}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "state": STATES,
    "work state": WORK_STATES,
    "risk": RISKS,
    "direction": DIRECTIONS,
}
