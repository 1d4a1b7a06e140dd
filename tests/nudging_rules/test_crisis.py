"""Phrases of a crisis: read from the school's file, found however they are written."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from nudgebot.nudging.crisis import Crisis
from nudgebot.nudging.rule_book import RuleBook
from nudgebot.nudging.rules import read_rules

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 19, 14, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "I want to die",
        "i WANT to\n\ndie!!!",
        "I just don’t want to live any more",
        "i dont want to live",
        "thinking about suicide",
        "Ich will einfach nur noch sterben.",
        "Ich moechte nicht mehr leben",
        "ICH MÖCHTE NICHT MEHR LEBEN",
        "he wants to take my own life",
        "nobody would miss me",
        "No puedo más, quiero morir.",
        "je ne veux plus vivre",
        "Non voglio più vivere",
        "eu não aguento mais",
        "ik wil echt niet meer leven",
        "nie chcę już żyć",
        "Artık yaşamak istemiyorum",
        "İNTİHAR etmek istiyorum",
        "я не хочу больше жить",
        "Я НЕ ХОЧУ ЖИТИ",
        "أريد أن أموت",
        "אני רוצה למות",
        "我真的不想活了",
        "もう死にたいです",
        "나 죽고 싶어",
        "자살하고 싶어요",
    ],
)
def test_the_shipped_phrases_are_found(text: str) -> None:
    """In any case, with or without apostrophes and umlauts, with words in between."""
    assert read_rules(ROOT / "rules").crisis.is_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I was sick",
        "I want to dine with you",
        "the plant will die",
        "Romeo's dying words",
        "self harmony",
        "Ich will das lernen",
        "I did it myself",
    ],
)
def test_other_words_are_not(text: str) -> None:
    """A phrase is whole words in a row."""
    assert not read_rules(ROOT / "rules").crisis.is_in(text)


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("a ... b", "a one two three four b", True),
        ("a … b", "a b", True),
        ("a ... b", "a one two three four five b", False),
        ("想死", "我真的想死了", True),
        ("mourir", "je veux mourir", True),
        ("mourir", "mourira", False),
        ("(x|y)*", "xyxy", False),
    ],
)
def test_a_phrase(phrase: str, text: str, *, found: bool) -> None:
    """`...` is up to four words; scripts without spaces need none; nothing is a pattern."""
    assert Crisis((phrase,)).is_in(text) is found


def test_without_phrases_nothing_is_found() -> None:
    """Not everything, as an empty pattern would."""
    assert not Crisis().is_in("anything")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("crisis:\n  - want to die", "needs languages below it"),
        ("crisis:\n  en: want to die", "needs a list"),
        ("crisis:\n  en:\n    - '...'", "a few words in one line"),
        ("crisis:\n  en:\n    - a b\nrules: []", "stands beside `crisis:`"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, text: str, says: str) -> None:
    """As in any other file of the folder."""
    (tmp_path / "crisis.yaml").write_text(text, "utf-8")
    (problem,) = read_rules(tmp_path).problems
    assert says in str(problem)
    assert "crisis.yaml" in str(problem)


def test_phrases_hold_while_rules_have_problems(tmp_path: Path) -> None:
    """A student in danger does not wait until somebody has mended a rule."""
    (tmp_path / "broken.yaml").write_text("id: 7 of 9\n", "utf-8")
    file = tmp_path / "crisis.yaml"
    file.write_text("crisis:\n  en:\n    - first words\n", "utf-8")
    book = RuleBook(tmp_path, ROOT / "message_templates")
    assert book.reload_if_changed(NOW).problems
    assert book.crisis.is_in("first words")
    file.write_text("crisis:\n  en:\n   - first\n  - words: [", "utf-8")
    book.reload_if_changed(NOW)
    assert book.crisis.is_in("first words")
