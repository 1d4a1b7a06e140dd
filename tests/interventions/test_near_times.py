"""Misspelt days and times of day: put right where a word is near, left alone where none is."""

from __future__ import annotations

import pytest

from nudgebot.interventions.near_times import near_time


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("wendesday 15:00", "Wednesday 15:00"),
        ("tomorow", "tomorrow"),
        ("next thrusday at 3", "next Thursday at 3"),
        ("24 novmber 14:30", "24 November 14:30"),
        ("firday 15;00", "Friday 15:00"),
        ("mittwohc 10 uhr", "Mittwoch 10 uhr"),
        ("friday 15,30", "friday 15:30"),
        ("2026-11-24", ""),
        ("tomorrow 15:00", ""),
        ("whenever you like", ""),
        ("mo 3pm", ""),
        ("", ""),
    ],
)
def test_the_nearest_word_is_taken(said: str, meant: str) -> None:
    """Right words stay as they were written, and short ones are no misspelling of anything."""
    assert near_time(said) == meant
