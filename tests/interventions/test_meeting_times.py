"""When a meeting is to be: ordinary words in, instants out, both nights of a clock change too."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nudgebot.errors import CommandError
from nudgebot.interventions.meeting_clock import Clock, take_clock
from nudgebot.interventions.meeting_times import instant, read_when, span_words

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
# A Thursday, 15:30 in Berlin.
NOW = datetime(2026, 11, 19, 14, 30, tzinfo=UTC)


def local(text: str, zone: ZoneInfo = BERLIN, as_of: datetime = NOW) -> str:
    """The wall clock that the words mean."""
    at = read_when(text, zone=zone, as_of=as_of).at
    assert at is not None, text
    return at.astimezone(zone).strftime("%a %Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("tomorrow 15:00", "Fri 2026-11-20 15:00"),
        ("tomorrow at 15:00", "Fri 2026-11-20 15:00"),
        ("15:00 tomorrow", "Fri 2026-11-20 15:00"),
        ("tomorrow at 3", "Fri 2026-11-20 15:00"),
        ("tomorrow 3", "Fri 2026-11-20 15:00"),
        ("tomorrow at 8", "Fri 2026-11-20 08:00"),
        ("tomorrow 03:00", "Fri 2026-11-20 03:00"),
        ("tomorrow 3:30", "Fri 2026-11-20 15:30"),
        ("tomorrow 3am", "Fri 2026-11-20 03:00"),
        ("tomorrow 3 p.m.", "Fri 2026-11-20 15:00"),
        ("tomorrow 12am", "Fri 2026-11-20 00:00"),
        ("tomorrow noon", "Fri 2026-11-20 12:00"),
        ("tomorrow at half past three", "Fri 2026-11-20 15:30"),
        ("tomorrow at quarter to 3", "Fri 2026-11-20 14:45"),
        ("tomorrow 14.30", "Fri 2026-11-20 14:30"),
        ("tomorrow at 10.10", "Fri 2026-11-20 10:10"),
        ("today 16:00", "Thu 2026-11-19 16:00"),
        ("16:00", "Thu 2026-11-19 16:00"),
        ("15:00", "Fri 2026-11-20 15:00"),
        ("at 3", "Fri 2026-11-20 15:00"),
        ("monday 3pm", "Mon 2026-11-23 15:00"),
        ("on Monday at 3pm", "Mon 2026-11-23 15:00"),
        ("next monday 15:00", "Mon 2026-11-23 15:00"),
        ("Thu 16:00", "Thu 2026-11-19 16:00"),
        ("Thu 10:00", "Thu 2026-11-26 10:00"),
        ("next week monday 10:00", "Mon 2026-11-23 10:00"),
        ("friday next week at 10", "Fri 2026-11-27 10:00"),
        ("day after tomorrow 9:00", "Sat 2026-11-21 09:00"),
        ("24 november 14:30", "Tue 2026-11-24 14:30"),
        ("November 24th at 2pm", "Tue 2026-11-24 14:00"),
        ("Tuesday, 24 November 14:30", "Tue 2026-11-24 14:30"),
        ("the 24th of November at 15:00", "Tue 2026-11-24 15:00"),
        ("2026-11-24 14:30", "Tue 2026-11-24 14:30"),
        ("24.11. 14:30", "Tue 2026-11-24 14:30"),
        ("24.11. at 3", "Tue 2026-11-24 15:00"),
        ("24.11.2026 um 14.30 Uhr", "Tue 2026-11-24 14:30"),
        ("24/11 15:00", "Tue 2026-11-24 15:00"),
        ("11/24 3pm", "Tue 2026-11-24 15:00"),
        ("in two days at 3pm", "Sat 2026-11-21 15:00"),
        ("in 2 weeks 15:00", "Thu 2026-12-03 15:00"),
        ("in 2 hours", "Thu 2026-11-19 17:30"),
        ("in half an hour", "Thu 2026-11-19 16:00"),
        ("in 20 minutes", "Thu 2026-11-19 15:50"),
        ("on the 24th at 15:00", "Tue 2026-11-24 15:00"),
        ("friday the 27th 10:00", "Fri 2026-11-27 10:00"),
        ("<time:2026-11-24T15:00:00+01:00>", "Tue 2026-11-24 15:00"),
        ("2026-11-24T15:00", "Tue 2026-11-24 15:00"),
        ("2 january 10:00", "Sat 2027-01-02 10:00"),
        ("morgen um 15 Uhr", "Fri 2026-11-20 15:00"),
        ("morgen 15 Uhr 30", "Fri 2026-11-20 15:30"),
        ("morgen halb vier", "Fri 2026-11-20 15:30"),
        ("morgen um viertel nach 3", "Fri 2026-11-20 15:15"),
        ("übermorgen 9:30", "Sat 2026-11-21 09:30"),
        ("am Montag um 14 Uhr", "Mon 2026-11-23 14:00"),
        ("nächsten Montag 14:00", "Mon 2026-11-23 14:00"),
        ("nächste Woche Dienstag 14:00", "Tue 2026-11-24 14:00"),
        ("3. Dezember 15:00", "Thu 2026-12-03 15:00"),
        ("am 3. Dezember um drei Uhr", "Thu 2026-12-03 15:00"),
        ("4. März 15:00", "Thu 2027-03-04 15:00"),
        ("heute 18:00", "Thu 2026-11-19 18:00"),
        ("in zwei Tagen um 15 Uhr", "Sat 2026-11-21 15:00"),
    ],
)
def test_ordinary_words_mean_a_moment(words: str, meant: str) -> None:
    """A teacher writes as she speaks, in English or German."""
    assert local(words) == meant


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("today 10:00", "is past already"),
        ("yesterday 15:00", "is past already"),
        ("gestern um 15 Uhr", "15:00 on Wednesday, 18 November 2026 is past already"),
        ("tomorrow 25:00", "No clock shows 25:00"),
        ("tomorrow 14:75", "No clock shows 14:75"),
        ("tomorrow 14pm", "There is no 14 pm"),
        ("tomorrow 15:00 16:00", "two times of day"),
        ("31 november 10:00", "There is no such day"),
        ("24 november 2028 10:00", "more than a year away"),
        ("29 february 10:00", "more than a year away"),
        ("3/4 10:00", "in two ways"),
        ("monday 24 november 10:00", "is a Tuesday, not a Monday"),
        ("next week 10:00", "On which day?"),
        ("<time:2025-11-24T15:00:00Z>", "is past already"),
        ("<time:2028-11-24T15:00:00Z>", "more than a year"),
        ("2026-11-31T15:00", "no such time"),
        ("the 32th 15:00", "no such day"),
        ("soon 10:00", "cannot read"),
        ("whenever", "cannot read"),
        ("november 10:00", "cannot read"),
        ("19 november 2025 10:00", "is past already"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(words: str, told: str) -> None:
    """A wrong time gets advice, never another time than the one that was meant."""
    with pytest.raises(CommandError, match=told):
        read_when(words, zone=BERLIN, as_of=NOW)


@pytest.mark.parametrize(
    ("words", "day"),
    [("tomorrow", date(2026, 11, 20)), ("24.11.", date(2026, 11, 24)), ("", None)],
)
def test_a_day_alone_is_only_a_day(words: str, day: date | None) -> None:
    """Without a time of day none is made up."""
    found = read_when(words, zone=BERLIN, as_of=NOW)
    assert (found.at, found.day) == (None, day)


@pytest.mark.parametrize("text", ["Room 4", "room 12", "the library", "", "24.11."])
def test_a_place_is_no_time(text: str) -> None:
    """A number alone is no time of day."""
    assert take_clock(text) == (None, text)


def test_a_time_alone_may_be_of_another_days() -> None:
    """Whoever changes a plan to `16:00` means the day of the plan."""
    at = read_when("16:00", zone=BERLIN, as_of=NOW, on=date(2026, 11, 23)).at
    assert at == datetime(2026, 11, 23, 15, tzinfo=UTC)


SPRING = [
    (BERLIN, date(2027, 3, 28), datetime(2027, 3, 27, 12, tzinfo=UTC)),
    (NEW_YORK, date(2027, 3, 14), datetime(2027, 3, 13, 12, tzinfo=UTC)),
]
AUTUMN = [
    (BERLIN, date(2026, 10, 25), datetime(2026, 10, 24, 12, tzinfo=UTC)),
    (NEW_YORK, date(2026, 11, 1), datetime(2026, 10, 31, 12, tzinfo=UTC)),
]


@pytest.mark.parametrize(("zone", "day", "as_of"), SPRING)
def test_an_hour_that_the_clocks_skip_is_refused(
    zone: ZoneInfo, day: date, as_of: datetime
) -> None:
    """In spring there is no 02:30 on that night; the answer names a time that there is."""
    with pytest.raises(CommandError, match=r"There is no 02:30 on Sunday.*as 03:30"):
        read_when(f"{day} 02:30", zone=zone, as_of=as_of)
    assert local(f"{day} 01:30", zone, as_of).endswith("01:30")
    assert local(f"{day} 03:00 am", zone, as_of).endswith("03:00")


@pytest.mark.parametrize(("zone", "day", "as_of"), AUTUMN)
def test_an_hour_that_comes_twice_is_the_first_one(
    zone: ZoneInfo, day: date, as_of: datetime
) -> None:
    """In autumn the hour is there twice; which one was taken is said."""
    clock = "02:30" if zone == BERLIN else "01:30"
    found = read_when(f"{day} {clock} am", zone=zone, as_of=as_of)
    assert found.at is not None
    assert "twice" in found.note
    later = found.at + timedelta(hours=1)
    assert later.astimezone(zone).strftime("%H:%M") == clock
    assert not read_when(f"{day} 15:00", zone=zone, as_of=as_of).note


@given(
    day=st.dates(date(2026, 1, 1), date(2028, 12, 31)),
    minute=st.integers(0, 24 * 60 - 1),
    zone=st.sampled_from([BERLIN, NEW_YORK, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("UTC")]),
)
def test_what_is_taken_is_what_the_clock_will_show(day: date, minute: int, zone: ZoneInfo) -> None:
    """Every wall time is either refused, or its instant shows that very time on that day."""
    clock = Clock(minute // 60, minute % 60)
    try:
        found = instant(day, clock, zone)
    except CommandError:
        assert day.weekday() == 6  # clocks change in nights to Sunday
        return
    assert found.at is not None
    shown = found.at.astimezone(zone)
    assert (shown.date(), shown.hour, shown.minute) == (day, clock.hour, clock.minute)
    assert shown.fold == 0


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_in_a_sentence(text: str) -> None:
    """Whatever somebody writes, the answer is a moment to come, a day, or a sentence."""
    try:
        found = read_when(text, zone=BERLIN, as_of=NOW)
    except CommandError:
        return
    assert found.at is None or found.at > NOW


def test_a_span_in_words_ends_by_the_clock_of_the_night() -> None:
    """Ninety minutes over the change end where the clocks then stand."""
    begin = instant(date(2027, 3, 28), Clock(1, 0), BERLIN).at
    assert begin is not None
    assert span_words(begin, 90, BERLIN) == "Sunday, 28 March 2027, 01:00 to 03:30 (Europe/Berlin)"
