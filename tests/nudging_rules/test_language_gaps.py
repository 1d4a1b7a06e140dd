"""Languages of students for which a school's files have no words, named with what is lacking."""

from __future__ import annotations

from pathlib import Path

import pytest

from nudgebot.nudging.check import Findings, examine, read_sources
from nudgebot.nudging.language_gaps import language_gaps

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def shipped() -> Findings:
    """The rules and templates that the project ships."""
    found = examine(read_sources(ROOT / "rules", ROOT / "message_templates"))
    assert not found.problems
    return found


def test_what_is_shipped_speaks_english_and_german(shipped: Findings) -> None:
    """Nothing is lacking for these."""
    assert language_gaps(shipped, {"en": 10, "de": 3}) == []


def test_a_language_with_phrases_and_without_translation(shipped: Findings) -> None:
    """Its urgent words are heard; nudges go out in English, which ones is said."""
    (gap,) = language_gaps(shipped, {"en": 10, "pt": 1})
    assert (gap.language, gap.students, gap.lacks_phrases) == ("pt", 1, False)
    assert len(gap.templates) == gap.of > 5
    assert "streak_break_recovery" in gap.templates
    assert str(gap).startswith("pt (1 student): ")
    assert "crisis" not in str(gap)


def test_a_language_without_any_words_and_most_students_first(shipped: Findings) -> None:
    """Phrases are lacking too; what teachers send by hand is not counted."""
    gaps = language_gaps(shipped, {"pt": 2, "sw": 5})
    assert [gap.language for gap in gaps] == ["sw", "pt"]
    assert gaps[0].lacks_phrases
    assert str(gaps[0]).startswith("sw (5 students): no crisis phrases")
    assert not any(each.startswith(("parent", "encouragement")) for each in gaps[0].templates)
