"""`risk`: everybody who needs attention can be reached, on a phone too."""

from __future__ import annotations

import pytest

from chat.town import ADMIN, TARA, Town


@pytest.fixture
def crowded(town: Town) -> Town:
    """Class 7B with 43 students at risk."""
    ids = [f"x{number:02}" for number in range(43)]
    town.store.executemany(
        "INSERT INTO students (student_id, name) VALUES (?, ?)", [(x, f"Kid {x}") for x in ids]
    )
    town.store.executemany(
        "INSERT INTO enrollments (class_id, person_id, role) VALUES ('c7b', ?, 'student')",
        [(x,) for x in ids],
    )
    for number, x in enumerate(ids):
        score = 0.95 - number / 100
        level = "critical" if score >= 0.9 else "high" if score >= 0.7 else "medium"
        town.figures.rows[x] = {
            "risk_level": level,
            "risk_score": score,
            "average_score": 40.0,
            "score_count": 5,
        }
    return town


def test_all_pages_together_name_everybody_once(crowded: Town) -> None:
    """The worst first, and each page says how the next one is reached."""
    first = crowded.answer(TARA, "risk")
    second = crowded.answer(TARA, "risk page 2")
    third = crowded.answer(TARA, "risk 7B page 3")
    assert "and 23 more: `risk page 2`" in first
    assert "and 3 more: `risk page 3`" in second
    assert "more:" not in third
    lines = [
        line for text in (first, second, third) for line in text.splitlines() if "· **Kid" in line
    ]
    assert len(lines) == len(set(lines)) == 43
    assert "Kid x00" in lines[0]
    assert "There are no more; `risk 7B` begins" in crowded.answer(TARA, "risk 7B page 4")


def test_who_has_several_classes_is_offered_one_of_them(crowded: Town) -> None:
    """The whole school is long; a class is not."""
    assert "or one class: `risk 7B`, `risk 8A`" in crowded.answer(ADMIN, "risk")
    assert "one class" not in crowded.answer(TARA, "risk")


def test_a_line_is_a_sign_a_word_a_name_and_a_reason(crowded: Town) -> None:
    """Nobody has to tell colours apart, and there is no table that a phone cuts off."""
    told = crowded.answer(TARA, "risk")
    line = next(each for each in told.splitlines() if "Kid x00 (x00)" in each)
    assert line.startswith("- 🔴 critical · **Kid x00 (x00)**: ")
    assert "|" not in told


def test_low_and_minimal_are_two(town: Town) -> None:
    """A sign stands for one level."""
    town.figures.rows |= {"s1": {"risk_level": "low"}, "s2": {"risk_level": "minimal"}}
    told = town.answer(TARA, "risk")
    assert "1 🟢 low, 1 🔵 minimal" in told
    assert "1 student without data" in told
