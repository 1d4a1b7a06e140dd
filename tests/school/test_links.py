"""Who is linked to whom, and the sentence for everybody who is not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from nudgebot.school.links import SCHEMA, Links, Persons, ZulipUser
from nudgebot.school.tables import SCHEMA as SCHOOL
from nudgebot.store import Store


@pytest.fixture
def links(tmp_path: Path, now: datetime) -> Iterator[Links]:
    store = Store(tmp_path / "links.db", [SCHOOL, SCHEMA])
    people = [("s1", 11), ("s2", None), ("s3", 12), ("s4", 12), ("s5", 13), ("s6", 14), ("s7", 99)]
    for student_id, user_id in people:
        store.execute(
            "INSERT INTO students (student_id, name, email, zulip_user_id) VALUES (?, ?, ?, ?)",
            [student_id, f"Student {student_id}", f"{student_id}@school.example", user_id],
        )
    store.execute("INSERT INTO teachers (teacher_id, name, zulip_user_id) VALUES ('t1', 'T', 11)")
    found = Links(store)
    found.keep_users(
        [
            _user(11, "Ada"),
            _user(12, "Two"),
            _user(13, "Robot", is_bot=True),
            _user(14, "Left", is_active=False),
            _user(15, "Student s2"),
            _user(16, "Other name", email="S7@school.example"),
        ],
        now,
    )
    yield found
    store.close()


def _user(
    user_id: int, name: str, *, email: str = "", is_bot: bool = False, is_active: bool = True
) -> ZulipUser:
    return ZulipUser(user_id, name, email, 400, is_active, is_bot, "")


@pytest.mark.parametrize(
    ("student_id", "why"),
    [
        pytest.param("s1", "", id="one user, one claimant"),
        pytest.param("s2", "No Zulip user is named for this person.", id="none named"),
        pytest.param("s3", "Zulip user 12 is named for 2 people.", id="two claimants"),
        pytest.param("s4", "Zulip user 12 is named for 2 people.", id="the other claimant"),
        pytest.param("s5", "Zulip user 13 is a bot.", id="a bot"),
        pytest.param("s6", "Zulip user 14 is deactivated.", id="deactivated"),
        pytest.param("s7", "Zulip has no user 99.", id="no such user"),
        pytest.param("s8", "No Zulip user is named for this person.", id="no such student"),
    ],
)
def test_only_an_unambiguous_claim_links(links: Links, student_id: str, why: str) -> None:
    """One by one and in the table of all, the answer is the same."""
    assert links.why_not("student", student_id) == why
    assert (links.user_id_of("student", student_id) is None) == bool(why)
    assert links.table("student").reasons.get(student_id, "") == (why if student_id != "s8" else "")
    assert (student_id in links.table("student").user_ids) == (not why)


def test_a_user_can_be_teacher_and_student(links: Links) -> None:
    """Claims collide only within a kind."""
    assert links.persons_of(11) == Persons("s1", "t1")
    assert links.persons_of(12) == Persons(None, None)
    assert links.persons_of(13) == Persons(None, None)


def test_an_admins_word_goes_before_the_export(links: Links, now: datetime) -> None:
    """It frees the user that the export named, too."""
    links.link("student", "s4", 15, now)
    assert links.user_id_of("student", "s4") == 15
    assert links.user_id_of("student", "s3") == 12
    links.unlink("student", "s4")
    assert links.user_id_of("student", "s3") is None


def test_addresses_and_names_only_suggest(links: Links) -> None:
    """A suggestion is shown to admins and links nobody."""
    suggested = {each.person_id: each.suggested for each in links.unlinked()}
    assert suggested["s2"] == (15,)
    assert suggested["s7"] == (16,)
    assert "s1" not in suggested
    assert links.persons_of(15) == Persons(None, None)
