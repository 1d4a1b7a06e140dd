"""When an assignment is due: in a teacher's words, or so many days of school from now."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from nudgebot.errors import CommandError
from nudgebot.interventions.near_times import near_time
from nudgebot.markup import esc
from nudgebot.school.days import from_day, local_day, to_day
from nudgebot.store import Store

SATURDAY = 5
LONGEST_HOLIDAY_DAYS = 120
FARTHEST_DAYS = 180
LAST_MINUTE = time(23, 59)
EXAMPLES = "`due friday`, `due 24 november`, `due in 3 days` or `due monday 15:00`"
# What people put before a day, and what dateparser does not know.
_BEFORE = re.compile(
    r"^(?:(?:by|on|until|till|before|at|the|this|am|bis|zum|den|de[rm]|nächste[nrm]?|kommende[nrm]?"
    r"|diese[nrm]?)\s+)+",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"\b(\d{1,2})(?:[:.](\d\d))?\s*(?:uhr|h)\b", re.IGNORECASE)
_WEEKS_END = re.compile(r"(?:the )?end of (?:the |this )?week|ende dieser woche", re.IGNORECASE)


def due_in_words(text: str, *, zone: ZoneInfo, as_of: datetime) -> datetime:
    """The moment that the words mean, in the student's zone; a bare day means its last minute.

    Raises CommandError for words without a time, and for a time that is past or far away.
    """
    base = as_of.astimezone(zone).replace(tzinfo=None)
    words = _CLOCK.sub(lambda found: f"{found[1]}:{found[2] or '00'}", " ".join(text.split()))
    words = _WEEKS_END.sub("friday", _BEFORE.sub("", words.strip(" .,;!")))
    found, has_time = _parsed(words, base)
    if found is None:
        raise CommandError(
            f"I do not understand when that is due.{_guess(words, base)} Write {EXAMPLES}."
        )
    local = found if has_time else datetime.combine(found.date(), LAST_MINUTE)
    moment = local.replace(tzinfo=zone, microsecond=0).astimezone(UTC)
    shown = f"{local:%A} {local.day} {local:%B %Y}" + (f" at {local:%H:%M}" if has_time else "")
    if moment <= as_of:
        raise CommandError(f"{shown} is past. Write a day to come: {EXAMPLES}.")
    if moment > as_of + timedelta(days=FARTHEST_DAYS):
        raise CommandError(f"{shown} is more than half a year away. Write a nearer day.")
    return moment


def _guess(words: str, base: datetime) -> str:
    """A question whether another time was meant, where one can be read."""
    meant = near_time(words)
    if not re.fullmatch(r"[\w .:'-]+", meant) or _parsed(meant, base)[0] is None:
        return ""
    return f" Did you mean `due {meant}`?"


def _parsed(words: str, base: datetime) -> tuple[datetime | None, bool]:
    """What dateparser makes of it, and whether a time of day was named."""
    if not words or words.isdecimal():
        return None, False
    from dateparser.date import DateDataParser  # noqa: PLC0415  # loads when a teacher names a day

    parser = DateDataParser(
        languages=["en", "de"],
        settings={
            "RELATIVE_BASE": base,
            "PREFER_DATES_FROM": "future",
            "DATE_ORDER": "DMY",
            "RETURN_TIME_AS_PERIOD": True,
            "RETURN_AS_TIMEZONE_AWARE": False,
        },
    )
    data = parser.get_date_data(words)
    return data.date_obj, data.period in ("time", "part_of_day")


class SchoolDays:
    """Which days are days of school: no weekend, and no holiday of the calendar."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def end_after(self, count: int, *, zone: ZoneInfo, as_of: datetime) -> datetime:
        """The last minute of the day that is so many days of school from today.

        Holidays longer than a summer are taken for a slip of the calendar, and not waited for.
        """
        today = local_day(as_of, zone)
        days = range(today + 1, today + LONGEST_HOLIDAY_DAYS)
        school = [day for day in days if not self.free(day)][:count]
        day = school[-1] if len(school) == count else today + count
        return datetime.combine(from_day(day), LAST_MINUTE, zone).astimezone(UTC)

    def free(self, day: int) -> str:
        """Why a day is without school, in a word or by the holiday's name; empty where it is not.

        The name is as the calendar has it, not escaped.
        """
        title: str | None = self._store.value(
            """SELECT title FROM calendar WHERE kind = 'holiday' AND gone_at IS NULL
               AND begin_day <= ? AND end_day >= ? ORDER BY begin_day LIMIT 1""",
            [day, day],
        )
        if title is not None:
            return title or "holiday"
        return "weekend" if from_day(day).weekday() >= SATURDAY else ""

    def note(self, due_at: datetime, zone: ZoneInfo) -> str:
        """A sentence about a due day without school; empty for any other."""
        date = due_at.astimezone(zone).date()
        free = self.free(to_day(date))
        return f"{date:%A} {date.day} {date:%B} is no day of school ({esc(free)})." if free else ""
