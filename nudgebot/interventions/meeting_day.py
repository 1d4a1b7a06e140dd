"""The day in ordinary words, English and German: `tomorrow`, `next Monday`, `3. Dezember`."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from nudgebot.errors import CommandError

_TODAY = r"today|this afternoon|this morning|tonight|heute|heute nachmittag|heute vormittag"
_TOMORROW = r"tomorrow|tmrw|morgen|morgen früh"
_AFTER = r"(?:the )?day after tomorrow|übermorgen|uebermorgen"
_NAMED = ((_AFTER, 2), (_TOMORROW, 1), (_TODAY, 0), ("yesterday|gestern", -1))
_WEEKDAYS = (
    r"mon(?:days?)?|mo|montags?",
    r"tue(?:s(?:days?)?)?|di|dienstags?",
    r"wed(?:nesdays?)?|mi|mittwochs?",
    r"thu(?:rs?(?:days?)?)?|do|donnerstags?",
    r"fri(?:days?)?|fr|freitags?",
    r"sat(?:urdays?)?|sa|samstags?|sonnabends?",
    r"sun(?:days?)?|so|sonntags?",
)
_WEEKDAY = "|".join(f"(?P<d{number}>{words})" for number, words in enumerate(_WEEKDAYS))
_NEXT_WEEK = r"next week|nächste woche|naechste woche|kommende woche"
_ONE = re.compile(
    rf"(?:(?P<week>{_NEXT_WEEK})\s+)?"
    r"(?:(?:this|next|the next|coming|diesen|nächsten|naechsten|kommenden)\s+)?"
    rf"(?:{_WEEKDAY})\.?(?:\s+(?P<week_after>{_NEXT_WEEK}))?",
    re.IGNORECASE,
)
_LEADING_WEEKDAY = re.compile(rf"(?:{_WEEKDAY})\.?,?\s+(?:the\s+)?(?=.*\d)", re.IGNORECASE)
_TWO_WAYS = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d{2,4}))?")
_FILLERS = re.compile(
    r"^(?:on|am|the|den|at|um|for)\s+|(?<![\s,])[\s,]++(?:at|um|on|am|@)$", re.IGNORECASE
)
_VAGUE = re.compile(
    r"(?:next|nächste[nrs]?|in the)\s+(?:week|month|year|woche|monat)", re.IGNORECASE
)
MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|december|"
    "jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec|januar|jänner|februar|märz|mai|juni|juli|"
    "oktober|dezember|mär|okt|dez"
)
_DATE_LIKE = re.compile(
    rf"\d{{1,2}}(?:st|nd|rd|th)?\.?\s*(?:of\s+)?(?:{MONTHS})\.?(?:,?\s*\d{{4}})?|"
    rf"(?:{MONTHS})\.?\s*\d{{1,2}}(?:st|nd|rd|th)?\.?(?:,?\s*\d{{4}})?|"
    r"\d{1,2}\.\s?\d{1,2}\.?(?:\s?\d{2,4})?|"
    r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}-\d{1,2}-\d{4}|"
    r"in\s+\w+\s+(?:day|week|month|tag|woche|monat)\w*",
    re.IGNORECASE,
)

UNKNOWN_DAY = (
    "I cannot read when that is to be. Write it as `tomorrow 15:00`, `monday 3pm` or "
    "`24 november 14:30`, and a place as `at Room 4`."
)


def day_of(text: str, today: date) -> date | None:
    """The day that the words mean, seen from today; None where there are no words.

    A weekday is the next one, today included. Raises CommandError where they mean no one day.
    """
    words = _bare(text)
    if not words:
        return None
    for pattern, days in _NAMED:
        if re.fullmatch(pattern, words, re.IGNORECASE):
            return today + timedelta(days=days)
    found = _ONE.fullmatch(words)
    if found is not None:
        return _weekday(found, today)
    return _checked_weekday(words, today)


def _bare(text: str) -> str:
    """The words without those that only join them."""
    words = " ".join(text.split()).strip(" ,.;")
    if re.search(r"\d\.?$", text.strip()) and text.strip().endswith("."):
        words += "."
    while (shorter := _FILLERS.sub("", words).strip(" ,")) != words:
        words = shorter
    return words


def _weekday(found: re.Match[str], today: date) -> date:
    number = _number(found)
    if found["week"] or found["week_after"]:
        return today + timedelta(days=7 - today.weekday() + number)
    return today + timedelta(days=(number - today.weekday()) % 7)


def _number(found: re.Match[str]) -> int:
    return next(number for number in range(7) if found[f"d{number}"])


def _checked_weekday(words: str, today: date) -> date:
    """A calendar date; a weekday before it must be that date's."""
    leading = _LEADING_WEEKDAY.match(words)
    day = _date(_bare(words[leading.end() :]) if leading else words, today)
    if leading and day.weekday() != _number(leading):
        names = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
        raise CommandError(
            f"{day:%Y-%m-%d} is a {names[day.weekday()]}, not a {names[_number(leading)]}. "
            "Which of the two do you mean?"
        )
    return day


def _date(words: str, today: date) -> date:
    if _VAGUE.fullmatch(words):
        raise CommandError("On which day? Write it as `monday next week 15:00`.")
    slashed = _TWO_WAYS.fullmatch(words)
    if slashed is not None:
        words = _unslashed(slashed)
    in_month = re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)", words, re.IGNORECASE)
    if in_month is not None:
        return _next_day_of_month(int(in_month[1]), today)
    if not _DATE_LIKE.fullmatch(words):
        raise CommandError(UNKNOWN_DAY)
    day = _parsed(words, today)
    if day is None:
        raise CommandError(f"There is no such day. {UNKNOWN_DAY}")
    return day


def _next_day_of_month(number: int, today: date) -> date:
    """`the 24th`: the next day of that number, today included."""
    for ahead in range(62):
        day = today + timedelta(days=ahead)
        if day.day == number:
            return day
    raise CommandError(f"There is no such day. {UNKNOWN_DAY}")


def _unslashed(found: re.Match[str]) -> str:
    """`24/11` and `11/24` as a date that can be read in one way only."""
    first, second, year = int(found[1]), int(found[2]), found[3] or ""
    if first <= 12 and second <= 12 and first != second:
        raise CommandError(f"{found[0]} can be read in two ways; write the month as a word.")
    day, month = (second, first) if second > 12 else (first, second)
    return f"{day}.{month}.{year}"


def _parsed(words: str, today: date) -> date | None:
    """What dateparser makes of it, if day and month are both there."""
    import dateparser  # noqa: PLC0415  # loads when first used

    settings: dict[str, Any] = {
        "PREFER_DATES_FROM": "future",
        "RELATIVE_BASE": datetime.combine(today, time()),
        "REQUIRE_PARTS": ["day", "month"],
        "DATE_ORDER": "DMY",
        "PARSERS": ["relative-time", "absolute-time"],
    }
    text = re.sub(r"(?<=\d)(?:st|nd|rd|th)\b", "", words, flags=re.IGNORECASE)
    for language in ("en", "de"):
        found = dateparser.parse(text, languages=[language], settings=settings)
        if found is not None:
            return found.date()
    return None
