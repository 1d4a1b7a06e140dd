"""Times and days in an export: ISO 8601, in the feed's zone where they name none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from operator import add, itemgetter
from zoneinfo import ZoneInfo

from nudgebot.exports.cells import BadCellError, clean, shortened
from nudgebot.exports.memory import Memory
from nudgebot.school.days import to_at, to_day

_SHAPE = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d([.,]\d+)?)?\s?(Z|z|[+-]\d\d:?\d\d)?)?")
_GAP = re.compile(r"\s(?=[Zz+-])")
_TAIL = re.compile(r":\d\d:\d\d(Z|[+-]\d\d:\d\d)?")
_TO_THE_HOUR = itemgetter(slice(None, 13))
_FROM_THE_HOUR = itemgetter(slice(13, None))
NOON = time(12)
MIDNIGHT = time(0)
LAST_SECOND = time(23, 59, 59)


def moment(text: str, zone: ZoneInfo, *, at_day: time) -> datetime:
    """The moment that a text names; a bare date stands for that time of the day.

    A local time that a clock change makes happen twice is the first of the two; one that it skips
    counts on from before the change, as a clock that nobody has changed would show it.
    """
    text = clean(text)
    if not text:
        raise BadCellError("is empty")
    if not _SHAPE.fullmatch(text):
        raise BadCellError(
            f"{shortened(text)} is no ISO 8601 time such as 2026-11-19 or 2026-11-19T14:30"
        )
    try:
        if len(text) == 10:
            found = datetime.combine(date.fromisoformat(text), at_day)
        else:
            found = datetime.fromisoformat(_GAP.sub("", text).upper())
    except ValueError as error:
        raise BadCellError(f"{shortened(text)} is a day or time that does not exist") from error
    if not 1970 < found.year < 9999:
        raise BadCellError(f"{shortened(text)} lies in a year that cannot be meant")
    return found if found.tzinfo else found.replace(tzinfo=zone)


def day(text: str) -> int | None:
    """The calendar day, as a number; None for an empty cell; the time of a day is left out."""
    text = clean(text)
    if not text:
        return None
    return to_day(moment(text, ZoneInfo("UTC"), at_day=NOON).date())


def required_day(text: str) -> int:
    """The calendar day, as a number."""
    found = day(text)
    if found is None:
        raise BadCellError("is empty")
    return found


def is_bare_day(text: str) -> bool:
    """Whether the text names a day without a time."""
    return len(clean(text)) == 10


class Moments:
    """Reads times to seconds since 1970 in UTC.

    Times come by the million, and hardly two are equal; yet they share their hours, so that an
    hour is worked out once and the minutes and seconds are added.
    """

    def __init__(self, zone: ZoneInfo, *, at_day: time = NOON, required: bool = True) -> None:
        self._zone = zone
        self._at_day = at_day
        self._required = required
        self._suffix = ""
        self._hours = Memory[str, int](self._hour)
        self._rests = Memory[str, int](self._rest)

    def cell(self, text: str) -> int | None:
        """The seconds; None for an empty cell where it may be empty."""
        if not self._required and not clean(text):
            return None
        return to_at(moment(text, self._zone, at_day=self._at_day))

    def column(self, texts: Sequence[str]) -> Sequence[int | None]:
        """The seconds of many cells."""
        suffix = texts[0][19:] if texts else ""
        if suffix != self._suffix:
            self._suffix = suffix
            self._hours.clear()
            self._rests.clear()
        hours = self._hours.each(map(_TO_THE_HOUR, texts))
        rests = self._rests.each(map(_FROM_THE_HOUR, texts))
        try:
            return list(map(add, hours, rests))
        except BadCellError:
            return [self.cell(text) for text in texts]

    def _hour(self, text: str) -> int:
        """The start of an hour that no clock change falls into."""
        begin = moment(f"{text}:00:00{self._suffix}", self._zone, at_day=self._at_day)
        end = moment(f"{text}:59:59{self._suffix}", self._zone, at_day=self._at_day)
        if end.timestamp() - begin.timestamp() != 3599:
            raise BadCellError("holds a clock change")
        return to_at(begin)

    def _rest(self, text: str) -> int:
        """The seconds since the full hour."""
        if not _TAIL.fullmatch(text) or text[6:] != self._suffix:
            raise BadCellError("is written in another way")
        minute, second = int(text[1:3]), int(text[4:6])
        if minute > 59 or second > 59:
            raise BadCellError("is no time")
        return 60 * minute + second
