"""What stands behind the names in `meet`: when, what kind, where, for how long, and notes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nudgebot.errors import CommandError
from nudgebot.interventions.meeting_clock import take_clock

ONE_ON_ONE, PARENT, GROUP = "one-on-one", "parent", "group"
SHORTEST_MINUTES, LONGEST_MINUTES = 5, 480
LONGEST_PLACE, LONGEST_NOTES = 200, 2000

_TYPES = {
    ONE_ON_ONE: r"one[- ]?(?:on|to)[- ]?one|1[:-](?:on-)?1|einzeln|einzelgespräch",
    PARENT: r"parents?(?:[ -](?:conference|meeting|evening))?|elterngespräch|eltern",
    GROUP: r"group(?:[ -]meeting)?|gruppe(?:ngespräch)?",
}
_DAYS = (
    r"(?:mon|tues?|wednes|thurs?|fri|satur|sun)(?:day)?s?|wed|thu|sat|"
    r"(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|sonnabend"
)
# Words with which a time begins wherever they stand; a place that has one is put in quotes.
_TIME_BEGINS = (
    rf"(?:on|am|next|nächste\w*|this|coming)\s+(?:the\s+)?(?:\d|{_DAYS}|week|woche)|(?:{_DAYS})\b|"
    r"today\b|tomorrow\b|tonight\b|heute\b|morgen\b|übermorgen\b|(?:the )?day after\b|"
    r"\d{1,2}:\d\d|\d{4}-\d|\d{1,2}\.\d{1,2}\.|noon\b|midday\b|half past\b|"
    r"\d{1,2}\s?(?:[ap]\.?m\b|uhr\b)|(?:at|um|@)\s*\d{1,2}(?![\w-])|in\s+(?:\d|an?\b|two\b)"
)
_ANY_TYPE = "|".join(_TYPES.values())
_TYPE = re.compile(
    rf"(?<![\w-])(?:(?P<one>{_TYPES[ONE_ON_ONE]})|(?P<parent>{_TYPES[PARENT]})|"
    rf"(?P<group>{_TYPES[GROUP]}))(?![\w-])",
    re.IGNORECASE,
)
_LONG = re.compile(
    r"(?<!\w)(?:(?:for|für|lasting)\s+"
    r"(?P<amount>\d{1,4}(?:[.,]\d)?|half an|an?|one|eine halbe|eine)\s*"
    r"(?P<unit>minutes?|mins?|min\.|minuten|hours?|hrs?|h|stunden?|m)?|"
    r"(?<!in )(?P<bare>\d{1,3})\s?(?P<bare_unit>minutes?|mins?|minuten))(?![\w:.]*\d)(?!\w)",
    re.IGNORECASE,
)
_PLACE_BEGINS = re.compile(
    rf"(?<!\w)(?:at|in|@|im|bei)\s+(?!(?:{_TIME_BEGINS}|(?:a\s+)?quarter|half|halb|\d{{1,2}}\b|"
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|zwei|drei|einer|einem)"
    r"\b))",
    re.IGNORECASE,
)
_PLACE_ENDS = re.compile(
    rf"\s+(?:{_TIME_BEGINS}|(?:as\s+)?(?:{_ANY_TYPE})(?=\s+(?:at|for|für|um|{_TIME_BEGINS})|\s*$)|"
    r"(?:for|für)\s+(?:\d|an?\b|half))",
    re.IGNORECASE,
)
_FROM_TO = re.compile(
    r"(?:from\s+|von\s+)?(?P<begin>\d{1,2}:\d\d)\s*(?:-|–|to|until|till|bis)\s*(?P<end>\d{1,2}:\d\d)",
    re.IGNORECASE,
)
_NOTES = re.compile(r"(?:(?<!\d)(?<!<time):|:(?=\s)|\n)\s*(?P<notes>.*)\Z", re.DOTALL)


@dataclass(frozen=True)
class Details:
    """What was said; None, or empty, for what was not. `when` is still in words."""

    when: str = ""
    meeting_type: str | None = None
    minutes: int | None = None
    location: str | None = None
    notes: str | None = None


def details_of(text: str) -> Details:
    """Take the words apart. Raises CommandError where a part of them cannot be."""
    found = _NOTES.search(text)
    notes = found["notes"].strip() if found else None
    rest = " ".join((text[: found.start()] if found else text).split())
    location, rest = _take_place(rest)
    minutes, rest = _take_minutes(rest)
    meeting_type, rest = _take_type(rest)
    if notes is not None and len(notes) > LONGEST_NOTES:
        raise CommandError(f"Notes have at most {LONGEST_NOTES} characters.")
    return Details(rest.strip(" ,;"), meeting_type, minutes, location, notes)


def _take_place(text: str) -> tuple[str | None, str]:
    """`at Room 4` or `at "the Friday Café"`, and the text without it; `at 3` is a time."""
    begin = _PLACE_BEGINS.search(text)
    if begin is None:
        return None, text
    behind = text[begin.end() :]
    quoted = re.match(r'"([^"]*)"', behind)
    if quoted:
        place, rest = quoted[1], behind[quoted.end() :]
    else:
        end = _PLACE_ENDS.search(behind)
        place, rest = (behind[: end.start()], behind[end.start() :]) if end else (behind, "")
    if take_clock(f"at {place}")[1] != f"at {place}" and not quoted:
        return None, text
    place = place.strip(" ,;")
    if len(place) > LONGEST_PLACE:
        raise CommandError(f"A place has at most {LONGEST_PLACE} characters.")
    return place or None, f"{text[: begin.start()]} {rest}".strip()


def _take_minutes(text: str) -> tuple[int | None, str]:
    span = _FROM_TO.search(text)
    if span is not None:
        return _span_minutes(span), f"{text[: span.start()]}{span['begin']}{text[span.end() :]}"
    found = _LONG.search(text)
    if found is None:
        return None, text
    amount = (found["amount"] or found["bare"]).lower().replace(",", ".")
    unit = (found["unit"] or "").lower()
    is_hours = unit[:1] in ("h", "s") or "hal" in amount
    number = 0.5 if "hal" in amount else float(amount) if amount[0].isdigit() else 1.0
    if not unit and not amount[0].isdigit():
        return None, text  # `for a chat`
    return checked_minutes(round(number * (60 if is_hours else 1))), _without(text, found)


def _span_minutes(found: re.Match[str]) -> int:
    """How long `15:00-15:20` is."""
    begin, end = (
        int(hour) * 60 + int(minute)
        for hour, minute in (found[each].split(":") for each in ("begin", "end"))
    )
    return checked_minutes(end - begin)


def checked_minutes(minutes: int) -> int:
    """The length of a meeting; raises CommandError for one that none has."""
    if not SHORTEST_MINUTES <= minutes <= LONGEST_MINUTES:
        raise CommandError(
            f"A meeting lasts from {SHORTEST_MINUTES} to {LONGEST_MINUTES} minutes: `for 20`."
        )
    return minutes


def _take_type(text: str) -> tuple[str | None, str]:
    found = _TYPE.search(text)
    if found is None:
        return None, text
    kind = ONE_ON_ONE if found["one"] else PARENT if found["parent"] else GROUP
    rest = _without(text, found)
    if _TYPE.search(rest):
        raise CommandError("Is it one-on-one, parent or group? Write one of them.")
    return kind, rest


def _without(text: str, found: re.Match[str]) -> str:
    return " ".join(f"{text[: found.start()]} {text[found.end() :]}".split())
