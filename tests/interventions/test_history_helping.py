"""A tutor's own history has what both had agreed to, without the other's name or figures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from chat.town import NOW, TARA, Town

from nudgebot.interventions.history_entry import Entry
from nudgebot.school.days import to_at

DAY = timedelta(days=1)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    opened = Town(tmp_path)
    yield opened
    opened.store.close()


def tutoring(town: Town, status: str, *, began: bool = True, ended: bool = False) -> None:
    """Anabel (s4) helps Ana (s1) in fractions since yesterday."""
    town.store.execute(
        """INSERT INTO tutorings (source, user_id, student_id, tutor_id, skill_id, skill_name,
           status, created_at, started_at, ended_at, outcome)
           VALUES ('x', 9, 's1', 's4', 'k', 'Fractions', ?, ?, ?, ?, 'Right: 20 % before.')""",
        [
            status,
            to_at(NOW - 2 * DAY),
            to_at(NOW - DAY) if began else None,
            to_at(NOW) if ended else None,
        ],
    )


def entries(town: Town) -> list[Entry]:
    return list(town.office.interventions.histories.of_student("s4", NOW).entries)


def test_what_goes_on_is_there(town: Town) -> None:
    """Since when, and how often they met."""
    tutoring(town, "active")
    (entry,) = entries(town)
    assert entry.at == NOW - DAY
    assert entry.what == "Helps a classmate in Fractions (tutoring 1)"
    assert entry.outcomes[0].words == "no session noted so far"
    town.store.execute(
        """INSERT INTO tutoring_sessions (tutoring_id, user_id, minutes, source, noted_day,
           noted_at) VALUES (1, 9, 30, 's', 1, 1)"""
    )
    assert entries(town)[0].outcomes[0].words == "met 1 time, 30 minutes in all"


def test_what_has_ended_says_so_without_the_others_figures(town: Town) -> None:
    """Whether it helped is in the history of the one who was helped."""
    tutoring(town, "ended", ended=True)
    (entry,) = entries(town)
    assert entry.what.startswith("Helped a classmate")
    assert [each.words for each in entry.outcomes] == ["no session noted so far", "ended"]


@pytest.mark.parametrize("status", ["asked", "declined", "expired"])
def test_what_was_only_asked_is_not_there(town: Town, status: str) -> None:
    """A question that nobody agreed to is no part of it."""
    tutoring(town, status, began=False)
    assert entries(town) == []


def test_a_teacher_reads_it_without_the_name(town: Town) -> None:
    """Also where she may see both."""
    tutoring(town, "active")
    told = town.answer(TARA, "history s4")
    assert "Helps a classmate in Fractions (tutoring 1)" in unescape(told)
    assert "Alvarez" not in told.replace("Anabel", "")
