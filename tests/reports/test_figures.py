"""Each unit is shown in one way, and what is not measured is never shown as 0."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from nudgebot.reports.figures import NOT_MEASURED, Raw, moment, ordinal, shown


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        pytest.param(66.40625, "percent", "66\u00a0%", id="percent"),
        pytest.param(-0.2, "percent", "0\u00a0%", id="no minus before nothing"),
        pytest.param(0, "percent", "0\u00a0%", id="a measured 0"),
        pytest.param(None, "percent", NOT_MEASURED, id="not measured is not 0"),
        pytest.param(405.0, "minutes", "6 h 45 min", id="time"),
        pytest.param(59.6, "minutes", "1 h", id="time is rounded once"),
        pytest.param(0, "minutes", "0 min", id="no time"),
        pytest.param(1240.0, "XP", "1,240 XP", id="XP"),
        pytest.param(1, "days", "1 day", id="one day"),
        pytest.param(2.5, "days a week", "2.5 days a week", id="a rate"),
        pytest.param(9.96, "", "10", id="rounded to a whole number"),
        pytest.param(3, "place", "3rd", id="place"),
        pytest.param(-21.4, "points", "21 points below", id="a difference has no sign to misread"),
        pytest.param(0.2, "points", "0 points", id="no difference"),
        pytest.param(38.0, "percentile", "38 of 100", id="percentile"),
        pytest.param("needs_work", "state", "needs work", id="state"),
        pytest.param("to_come", "work state", "to come", id="state of work"),
        pytest.param("needs_work", "text", "needs_work", id="outside text is not translated"),
        pytest.param(date(2026, 10, 5), "day", "5 Oct 2026", id="day"),
    ],
)
def test_a_figure_is_shown_with_its_unit(value: Raw, unit: str, text: str) -> None:
    assert shown(value, unit) == text


def test_a_moment_is_told_in_the_schools_zone() -> None:
    """Due at midnight in Berlin is not due at 22:00 for a reader there."""
    due = datetime(2026, 7, 1, 22, 0, tzinfo=UTC)
    assert moment(due) == "1 Jul 2026, 22:00 UTC"
    assert moment(due, ZoneInfo("Europe/Berlin")) == "2 Jul 2026, 00:00 CEST"


@pytest.mark.parametrize(
    ("place", "text"), [(1, "1st"), (2, "2nd"), (11, "11th"), (23, "23rd"), (112, "112th")]
)
def test_places_are_words(place: int, text: str) -> None:
    assert ordinal(place) == text
