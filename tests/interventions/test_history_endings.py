"""How assignments, meetings, mails and tutoring are said to stand, and which ones went well."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from chat.town import NOW, TARA, Town

from nudgebot.interventions.history_entry import Ending
from nudgebot.interventions.means import Actor
from nudgebot.school.days import to_at

ACTOR = Actor(TARA, "Tara Teacher", "t1")


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    opened = Town(tmp_path)
    yield opened
    opened.store.close()


def ending(town: Town, source: str, as_of: datetime) -> Ending:
    histories = town.office.interventions.histories
    return histories._endings("s1", as_of)[source]


def assignment(town: Town, status: str, **columns: object) -> None:
    row = {
        "source": "x",
        "teacher_user_id": TARA,
        "teacher_name": "Tara",
        "student_id": "s1",
        "title": "Fractions",
        "skill_ids": "[]",
        "question_count": 15,
        "difficulty": "easy",
        "due_at": to_at(NOW),
        "status": status,
        "created_at": to_at(NOW - timedelta(days=3)),
    } | columns
    marks = ", ".join("?" * len(row))
    town.store.execute(
        f"INSERT INTO targeted_assignments ({', '.join(row)}) VALUES ({marks})",  # noqa: S608  # names of this test
        list(row.values()),
    )


@pytest.mark.parametrize(
    ("status", "columns", "words", "went_well"),
    [
        ("completed", {"completed_at": to_at(NOW), "score": 80}, ["done with 80 %"], True),
        (
            "said_done",
            {"said_done_at": to_at(NOW)},
            ["the student says it is done", "the data do not show it yet"],
            None,
        ),
        ("withdrawn", {}, ["withdrawn"], None),
        ("lapsed", {}, ["not done"], False),
        ("assigned", {}, ["not done, was due"], False),
        ("assigned", {"due_at": to_at(NOW + timedelta(days=5))}, ["due"], None),
    ],
)
def test_an_assignment(
    town: Town, status: str, columns: dict[str, object], words: list[str], went_well: bool | None
) -> None:
    """Open is neither good nor bad; due and not done is not good."""
    assignment(town, status, **columns)
    found = ending(town, "assignment:1", NOW + timedelta(hours=1))
    assert [each.words for each in found.outcomes] == words
    assert found.went_well is went_well


def test_a_meeting_that_was_moved_and_held(town: Town) -> None:
    """Nobody's word is a state of its own; where it was moved to is told."""
    meetings = town.office.interventions.meetings
    made = meetings.schedule(
        ACTOR,
        ["s1"],
        meeting_type="one-on-one",
        scheduled_at=NOW + timedelta(days=1),
        as_of=NOW,
        source="x",
    )
    at = NOW + timedelta(days=2)
    meetings.move(ACTOR, made.id, at, as_of=NOW, source="y")
    later = NOW + timedelta(days=3)
    waiting = ending(town, f"meeting:{made.id}", later)
    assert [each.words for each in waiting.outcomes] == ["moved to", "nobody has said how it went"]
    assert waiting.went_well is None
    meetings.outcome(ACTOR, made.id, "held", "", later)
    held = ending(town, f"meeting:{made.id}", later)
    assert [(each.words, each.at) for each in held.outcomes] == [("moved to", at), ("held", None)]
    assert held.went_well
    assert held.began_at == at


def test_a_meeting_that_was_called_off(town: Town) -> None:
    """It says nothing of the student."""
    meetings = town.office.interventions.meetings
    made = meetings.schedule(
        ACTOR,
        ["s1"],
        meeting_type="parent",
        scheduled_at=NOW + timedelta(days=1),
        as_of=NOW,
        source="x",
    )
    meetings.cancel(ACTOR, made.id, "I am ill", as_of=NOW, source="y")
    found = ending(town, f"meeting:{made.id}", NOW)
    assert [each.words for each in found.outcomes] == ["cancelled: I am ill"]
    assert found.went_well is None
    (entry,) = town.office.interventions.histories.of_student("s1", NOW).entries
    assert entry.effect is None


@pytest.mark.parametrize(
    ("states", "days", "words", "went_well"),
    [
        (["sent"], 1, "no answer noted so far", None),
        (["sent", "refused"], 8, "no answer noted so far", False),
        (["refused"], 8, "not sent: No such mailbox.", None),
        (["unsettled"], 8, "nobody can tell whether it arrived", None),
        (["waiting", "queued"], 8, "on its way", None),
    ],
)
def test_mails_to_guardians(
    town: Town, states: list[str], days: int, words: str, went_well: bool | None
) -> None:
    """One act is one entry, however many guardians; an answer is waited for a week."""
    town.store.executemany(
        """INSERT INTO parent_notifications (user_id, student_id, guardian_id, guardian_name,
           address, concern_type, message, subject, content, language, source, key, state, reason,
           created_at)
           VALUES (9, 's1', ?, 'G', 'g@x', 'inactive', '', '', '', 'en', 'x', ?, ?,
           'No such mailbox.', ?)""",
        [(f"g{n}", f"k{n}", state, to_at(NOW)) for n, state in enumerate(states)],
    )
    found = ending(town, "parent:1", NOW + timedelta(days=days))
    assert [each.words for each in found.outcomes] == [words]
    assert found.went_well is went_well


@pytest.mark.parametrize(
    ("status", "minutes", "words", "went_well"),
    [
        ("asked", [], "neither has answered yet", None),
        ("active", [], "both said yes", None),
        ("active", [30, 20], "met 2 times, 50 minutes in all", True),
        ("declined", [], "What came of it.", False),
        ("expired", [], "What came of it.", False),
        ("ended", [30], "What came of it.", True),
    ],
)
def test_tutoring(
    town: Town, status: str, minutes: list[int], words: str, went_well: bool | None
) -> None:
    """It went well where they met."""
    town.store.execute(
        """INSERT INTO tutorings (source, user_id, student_id, tutor_id, skill_id, skill_name,
           status, created_at, outcome)
           VALUES ('x', 9, 's1', 's4', 'k', 'K', ?, 1, 'What came of it.')""",
        [status],
    )
    town.store.executemany(
        """INSERT INTO tutoring_sessions (tutoring_id, user_id, minutes, source, noted_day,
           noted_at) VALUES (1, 9, ?, ?, 1, 1)""",
        [(each, f"s{n}") for n, each in enumerate(minutes)],
    )
    found = ending(town, "tutoring:1", NOW)
    assert [each.words for each in found.outcomes] == [words]
    assert found.went_well is went_well
