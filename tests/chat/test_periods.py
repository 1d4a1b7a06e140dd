"""Periods are read as people write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nudgebot.chat.periods import Calendar, Period, period_of, split_period
from nudgebot.errors import CommandError

TODAY = date(2026, 11, 19)  # a Thursday
CALENDAR = Calendar(TODAY, Period(date(2026, 8, 31), date(2026, 12, 18)))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("7 days", "2026-11-13", "2026-11-19"),
        ("1 day", "2026-11-19", "2026-11-19"),
        ("last 7 days", "2026-11-13", "2026-11-19"),
        ("4 weeks", "2026-10-23", "2026-11-19"),
        ("4weeks", "2026-10-23", "2026-11-19"),
        ("the past 30 days", "2026-10-21", "2026-11-19"),
        ("Today", "2026-11-19", "2026-11-19"),
        ("yesterday", "2026-11-18", "2026-11-18"),
        ("this week", "2026-11-16", "2026-11-19"),
        ("last week", "2026-11-09", "2026-11-15"),
        ("this month", "2026-11-01", "2026-11-19"),
        ("last month", "2026-10-01", "2026-10-31"),
        ("this term", "2026-08-31", "2026-11-19"),
        ("since 2026-10-01", "2026-10-01", "2026-11-19"),
        ("since 2026-10-1", "2026-10-01", "2026-11-19"),
        ("2026-10-01..2026-10-31", "2026-10-01", "2026-10-31"),
        ("2026-10-01 .. 2026-10-31", "2026-10-01", "2026-10-31"),
        ("from 2026-10-01 to 2026-10-31", "2026-10-01", "2026-10-31"),
    ],
)
def test_a_period_is_read(text: str, first: str, last: str) -> None:
    """Both ends are included, and `7 days` are today and the six days before."""
    found = period_of(text, CALENDAR)
    assert found == Period(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize("text", ["", "Ana", "7", "days", "next week", "since", "5 days ago"])
def test_other_words_are_no_period(text: str) -> None:
    """What is not a period may be a name."""
    assert period_of(text, CALENDAR) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("since 2026-13-01", "no day 2026-13-01"),
        ("since 2026-12-01", "lies in the future"),
        ("2026-10-31..2026-10-01", "begins after its end"),
        ("0 days", "from 1 to"),
        ("99999 days", "from 1 to"),
    ],
)
def test_an_impossible_period_is_refused(text: str, says: str) -> None:
    """A period that cannot be is an error that says what one looks like, never a guess."""
    with pytest.raises(CommandError, match=says):
        period_of(text, CALENDAR)


def test_a_term_that_nobody_knows_is_refused() -> None:
    """Without a term in the export, `this term` asks for dates."""
    with pytest.raises(CommandError, match="names no term"):
        period_of("this term", Calendar(TODAY))


@pytest.mark.parametrize(
    ("text", "rest", "days"),
    [
        ("Ana B 7 days", ["Ana", "B"], 7),
        ("5 7 days", ["5"], 7),
        ("Ana last 7 days", ["Ana"], 7),
        ("Ana from 2026-10-01 to 2026-10-31", ["Ana"], 31),
        ("Ana", ["Ana"], None),
        ("7 days", [], 7),
    ],
)
def test_a_period_stands_at_the_end(text: str, rest: list[str], days: int | None) -> None:
    """The longest end that is a period is the period; the rest is who."""
    words, period = split_period(text.split(), CALENDAR)
    assert words == rest
    assert (period.days if period else None) == days


@given(st.text(max_size=40))
def test_reading_a_period_ends_in_one_of_three_ways(text: str) -> None:
    """Whatever people type is a period in order, no period, or a sentence that helps."""
    try:
        found = period_of(text, CALENDAR)
    except CommandError as error:
        outcome = str(error).endswith(".")
    else:
        outcome = found is None or found.first <= found.last
    assert outcome
