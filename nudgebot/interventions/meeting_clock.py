"""The time of day in ordinary words, English and German: `15:00`, `at 3`, `halb vier`, `noon`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from nudgebot.errors import CommandError

FIRST_SCHOOL_HOUR = 7  # `at 3` is in the afternoon, `at 8` in the morning

_NUMBERS = (
    "one|eins|ein",
    "two|zwei",
    "three|drei",
    "four|vier",
    "five|fünf",
    "six|sechs",
    "seven|sieben",
    "eight|acht",
    "nine|neun",
    "ten|zehn",
    "eleven|elf",
    "twelve|zwölf",
)
_HOUR_OF = {word: hour for hour, words in enumerate(_NUMBERS, 1) for word in words.split("|")}
_HOUR = rf"\d{{1,2}}|{'|'.join(sorted(_HOUR_OF, key=len, reverse=True))}"
_AT = r"(?:(?:at|um|@|gegen|around)\s*)?"
_HALF_DAY = r"(?:\s*(?P<half>[ap])\.?\s?m\b\.?)"
_UHR = r"(?:\s*(?:uhr|h|o'?clock)\b)"
_END = r"(?![\w:])"


@dataclass(frozen=True)
class Clock:
    """What a clock on the wall shows."""

    hour: int
    minute: int

    def __str__(self) -> str:
        return f"{self.hour:02}:{self.minute:02}"


@dataclass(frozen=True)
class _Form:
    pattern: re.Pattern[str]
    read: Callable[[re.Match[str]], Clock]


def take_clock(text: str) -> tuple[Clock | None, str]:
    """The time of day in a text and the words around it; None where it names none.

    Raises CommandError for a time that no clock shows, and for two times.
    """
    for form in _FORMS:
        found = form.pattern.search(text)
        if found is None:
            continue
        rest = f"{text[: found.start()]} {text[found.end() :]}".strip()
        if any(each.pattern.search(rest) for each in _FORMS[:-1]):
            raise CommandError(
                "I read two times of day there; write one, as `tomorrow 15:00`, and put a place "
                "that has numbers in quotation marks."
            )
        return form.read(found), " ".join(rest.split())
    return None, text


def bare_hour(text: str) -> Clock | None:
    """A number alone as the hour that it means in a school: `3` is 15:00."""
    return _school_hour(int(text), 0, text) if re.fullmatch(r"\d{1,2}", text) else None


def _digits(found: re.Match[str]) -> Clock:
    groups = found.groupdict()
    text = found["hour"]
    minute = int(groups.get("minute") or 0)
    half = groups.get("half")
    hour = int(text) if text.isdecimal() else _HOUR_OF[text.lower()]
    if half is None:
        return _school_hour(hour, minute, text)
    if not 1 <= hour <= 12:
        raise CommandError(f"There is no {text} {half.lower()}m; write it as `15:00` or `3pm`.")
    return _checked(hour % 12 + (12 if half.lower() == "p" else 0), minute)


def _school_hour(hour: int, minute: int, text: str) -> Clock:
    """A time without am or pm: up to six it is in the afternoon, unless it is written `03:00`."""
    is_afternoon = 1 <= hour < FIRST_SCHOOL_HOUR and not text.startswith("0")
    return _checked(hour + 12 if is_afternoon else hour, minute)


def _checked(hour: int, minute: int) -> Clock:
    if hour > 23 or minute > 59:
        raise CommandError(f"No clock shows {hour}:{minute:02}; write the time as `15:00`.")
    return Clock(hour, minute)


def _half_past(found: re.Match[str]) -> Clock:
    return _shifted(found, 30)


def _half_to(found: re.Match[str]) -> Clock:
    return _shifted(found, -30)


def _quarter(found: re.Match[str]) -> Clock:
    return _shifted(found, 15 if found["side"].lower() in ("past", "after", "nach") else -15)


def _shifted(found: re.Match[str], minutes: int) -> Clock:
    text = found["hour"].lower()
    hour = int(text) if text.isdecimal() else _HOUR_OF[text]
    whole = _school_hour(hour, 0, text)
    total = whole.hour * 60 + minutes
    return Clock(total // 60 % 24, total % 60)


def _noon(_: re.Match[str]) -> Clock:
    return Clock(12, 0)


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.:/-]){text}{_END}", re.IGNORECASE)


# The first form that is found counts; the last is the least sure of all.
_FORMS = (
    _Form(
        _pattern(rf"{_AT}(?P<hour>\d{{1,2}})(?::|h)(?P<minute>\d\d)(?:{_HALF_DAY}|{_UHR})?"),
        _digits,
    ),
    _Form(_pattern(rf"{_AT}(?P<hour>\d{{1,2}})\.(?P<minute>\d\d)(?:{_HALF_DAY}|{_UHR})"), _digits),
    _Form(_pattern(r"(?:at|um|@)\s*(?P<hour>\d{1,2})\.(?P<minute>\d\d)(?!\.)"), _digits),
    _Form(_pattern(r"(?P<hour>\d{1,2})\.(?P<minute>00|1[3-9]|[2-5]\d)(?!\.)"), _digits),
    _Form(_pattern(rf"{_AT}half\s+past\s+(?P<hour>{_HOUR})"), _half_past),
    _Form(_pattern(rf"{_AT}halb\s+(?P<hour>{_HOUR})"), _half_to),
    _Form(
        _pattern(
            rf"{_AT}(?:a\s+)?(?:quarter|viertel)\s+(?P<side>past|after|to|nach|vor)\s+"
            rf"(?P<hour>{_HOUR})"
        ),
        _quarter,
    ),
    _Form(_pattern(rf"{_AT}(?P<hour>\d{{1,2}})\s?uhr\s+(?P<minute>\d\d)"), _digits),
    _Form(_pattern(rf"{_AT}(?P<hour>{_HOUR})(?:{_HALF_DAY}|{_UHR})"), _digits),
    _Form(_pattern(rf"{_AT}(?:noon|midday|mittags?)"), _noon),
    _Form(_pattern(rf"(?:at|um|@)\s*(?P<hour>{_HOUR})(?!\.\d)"), _digits),
)
