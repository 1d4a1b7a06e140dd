"""What stands behind the names: a time is no place, and a place is no time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nudgebot.errors import CommandError
from nudgebot.interventions.meeting_words import Details, details_of


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", Details()),
        ("tomorrow 15:00", Details("tomorrow 15:00")),
        ("at 15:00", Details("at 15:00")),
        ("at Room 4", Details(location="Room 4")),
        (
            "tomorrow 15:00 one-on-one at Room 4 for 20",
            Details("tomorrow 15:00", "one-on-one", 20, "Room 4"),
        ),
        ("at Room 4 tomorrow 15:00", Details("tomorrow 15:00", location="Room 4")),
        ("tomorrow at 15:00 at Room 4", Details("tomorrow at 15:00", location="Room 4")),
        ("tomorrow 15:00 @ Room 4", Details("tomorrow 15:00", location="Room 4")),
        ("in 2 hours in the library", Details("in 2 hours", location="the library")),
        ("tomorrow at 3 at Group room 2", Details("tomorrow at 3", location="Group room 2")),
        (
            "15:00 tomorrow parent at Room 4, 2nd floor: bring: paper",
            Details("15:00 tomorrow", "parent", None, "Room 4, 2nd floor", "bring: paper"),
        ),
        (
            'monday 3pm at "Friday Café" for half an hour',
            Details("monday 3pm", None, 30, "Friday Café"),
        ),
        ("tomorrow 1:1 at 15:00", Details("tomorrow at 15:00", "one-on-one")),
        ("tomorrow 15:00-15:20", Details("tomorrow 15:00", minutes=20)),
        ("tomorrow from 15:00 to 16:00 group", Details("tomorrow 15:00", "group", 60)),
        ("tomorrow 15:00 for one hour", Details("tomorrow 15:00", minutes=60)),
        ("tomorrow 15:00 for 1.5 hours", Details("tomorrow 15:00", minutes=90)),
        ("<time:2026-11-24T15:00:00Z>: hm", Details("<time:2026-11-24T15:00:00Z>", notes="hm")),
        ("in 20 minutes", Details("in 20 minutes")),
        ("tomorrow 15:00\nthe exam", Details("tomorrow 15:00", notes="the exam")),
        (
            "morgen um 15 Uhr im Raum 4 für 20 Minuten",
            Details("morgen um 15 Uhr", None, 20, "Raum 4"),
        ),
    ],
)
def test_words_are_taken_apart(text: str, meant: Details) -> None:
    """When, what kind, for how long, where, and what nobody else reads."""
    assert details_of(text) == meant


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("tomorrow 15:00 for 3", "from 5 to 480"),
        ("tomorrow 16:00-15:00", "from 5 to 480"),
        ("tomorrow 15:00 parent group", "Write one of them"),
        ("tomorrow 15:00: " + "x" * 2001, "at most 2000"),
        ("tomorrow 15:00 at " + "x" * 201, "at most 200"),
    ],
)
def test_what_cannot_be_is_said(text: str, told: str) -> None:
    """A sentence that says what may be."""
    with pytest.raises(CommandError, match=told):
        details_of(text)


@given(st.text(max_size=80))
def test_any_text_is_taken_apart_or_refused_in_a_sentence(text: str) -> None:
    """No text breaks it."""
    try:
        found = details_of(text)
    except CommandError:
        return
    assert found.minutes is None or 5 <= found.minutes <= 480
