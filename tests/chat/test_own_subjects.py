"""A teacher of one subject writes of her own subject, also where another one is the worse."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from chat.town import TARA, Town
from nudgebot.markup import esc
from nudgebot.school.days import to_at

DAY = 86400


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """Tara teaches maths in 7B. Ana is weak in English and maths, Ben in English alone."""
    opened = Town(tmp_path)
    store, at = opened.store, to_at(opened.clock)
    store.execute("UPDATE classes SET subject = 'Maths' WHERE class_id = 'c7b'")
    store.execute("INSERT INTO classes (class_id, name, subject) VALUES ('c7e', '7E', 'English')")
    store.executemany(
        "INSERT INTO enrollments (class_id, person_id, role) VALUES ('c7e', ?, 'student')",
        [["s1"], ["s2"]],
    )
    store.executemany(
        "INSERT INTO skills (skill_id, name, subject) VALUES (?, ?, ?)",
        [("k1", "Vocabulary", "English"), ("k2", "Fractions", "Maths")],
    )
    store.executemany(
        """INSERT INTO practice (session_id, student_id, skill_id, started_at, day, questions,
           correct) VALUES (?, ?, ?, ?, ?, 20, ?)""",
        [
            ("p1", "s1", "k1", at - DAY, at // DAY - 1, 8),
            ("p2", "s1", "k2", at - DAY, at // DAY - 1, 10),
            ("p3", "s2", "k1", at - DAY, at // DAY - 1, 8),
        ],
    )
    store.executemany(
        "INSERT INTO assignments (assignment_id, class_id, title, due_at) VALUES (?, ?, ?, ?)",
        [("a1", "c7e", "Essay", at - DAY), ("a2", "c7b", "Worksheet 4", at - 3 * DAY)],
    )
    store.executemany(
        "INSERT INTO submissions (assignment_id, student_id, submitted_at) VALUES (?, ?, ?)",
        [("a1", "s1", None), ("a2", "s1", None), ("a1", "s2", None), ("a2", "s2", at - 4 * DAY)],
    )
    for key in ("s1", "s2"):
        opened.figures.rows[key] = {
            "overdue_assignments": 1,
            "overdue_assignment_title": "Essay",
            "overdue_days": 1,
            "weakest_skill": "Vocabulary",
            "weakest_skill_accuracy": 40.0,
            "accuracy": 45.0,
        }
    yield opened
    opened.store.close()


def sent(town: Town, command: str) -> dict[str, str]:
    """What each student is sent, by id."""
    town.say(TARA, command)
    town.say(TARA, "confirm")
    rows = town.store.rows("SELECT student_id, message FROM teacher_messages")
    return {row[0]: row[1] for row in rows}


def test_a_group_hears_of_the_teachers_own_subject_alone(town: Town) -> None:
    """Whoever has nothing open in it gets words that name nothing."""
    texts = sent(town, "message overdue 7B")
    assert "Worksheet 4 was due 3 days ago" in texts["s1"]
    assert "Essay" not in texts["s2"]
    assert "some of your work is still open" in texts["s2"]


def test_a_group_that_struggles_hears_of_the_own_subjects_skill(town: Town) -> None:
    """The other's is not named."""
    texts = sent(town, "message struggling 7B")
    assert "struggling with Fractions" in texts["s1"]
    assert "Vocabulary" not in texts["s2"]


def test_to_one_student_another_subject_is_said_beside_its_work(town: Town) -> None:
    """Own work comes first; where there is none, the teacher sees whose it is."""
    assert "Worksheet 4 was due" in town.answer(TARA, "message s1 overdue_was_due")
    assert f"{esc('Essay (English)')} was due" in town.answer(TARA, "message s2 overdue_was_due")
    offered = town.answer(TARA, "message s2")
    assert f"struggling with {esc('Vocabulary (English)')}" in offered


def test_practice_is_suggested_in_the_own_subject_first(town: Town) -> None:
    """Where she is weak in none of it, another subject's skill is named as such."""
    own = town.answer(TARA, "assign s1")
    assert "- Skills: Fractions (50 %)," in own
    assert "Vocabulary" not in own
    assert "- Skills: Vocabulary (40 %, English)," in town.answer(TARA, "assign s2")


def test_a_class_without_a_subject_sets_no_bounds(town: Town) -> None:
    """A class teacher writes of everything."""
    town.store.execute("UPDATE classes SET subject = '' WHERE class_id = 'c7b'")
    assert "Essay was due" in town.answer(TARA, "message s1 overdue_was_due")
