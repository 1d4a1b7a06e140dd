"""A teacher of one subject writes of her own subject, also where another one is the worse."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from chat.town import ADMIN, NOW, TARA, Town
from nudgebot.chat.opening import open_office
from nudgebot.interventions.means import Actor
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
    return told(town)


def told(town: Town) -> dict[str, str]:
    """What each student was sent, by id."""
    rows = town.store.rows("SELECT student_id, message FROM teacher_messages")
    return {row[0]: row[1] for row in rows}


def test_a_group_is_chosen_by_the_teachers_own_subject(town: Town) -> None:
    """Whoever has work open in another one alone is not written to, and the list says of what."""
    town.figures.rows["s1"]["overdue_assignments"] = 2
    shown = town.answer(TARA, "message overdue 7B")
    assert "**1 student** in 7B has overdue work in Maths:" in shown
    assert "Ana Alvarez (s1): overdue 1" in shown
    town.say(TARA, "confirm")
    assert list(told(town)) == ["s1"]
    assert "Worksheet 4 was due 3 days ago" in told(town)["s1"]


def test_an_admin_writes_to_all_who_have_overdue_work(town: Town) -> None:
    """Nobody's subject sets bounds to an admin."""
    assert "**2 students** in 7B have overdue work:" in town.answer(ADMIN, "message overdue 7B")


def test_who_has_handed_in_meanwhile_gets_nothing(town: Town) -> None:
    """At the door her own subject counts again, whatever is open in others."""
    town.say(TARA, "message overdue 7B")
    town.store.execute(
        "UPDATE submissions SET submitted_at = ? WHERE assignment_id = 'a2'",
        [to_at(town.clock) - 60],
    )
    assert "1 no longer concerned" in town.answer(TARA, "confirm")
    assert told(town) == {}


def test_nobody_in_her_subject(town: Town) -> None:
    """The answer names the subject that it looked at."""
    town.store.execute("UPDATE assignments SET class_id = 'c7e'")
    answer = town.answer(TARA, "message overdue 7B")
    assert answer == "Nobody in 7B has overdue work in Maths. Nothing to send."


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


def drafted(town: Town, teacher: Actor, concern: str) -> str:
    """The text of the mail to Ana's mother, from somebody."""
    student = town.office.people.student("s1")
    assert student is not None
    (mail,) = town.office.interventions.parents.draft(teacher, student, concern, "", as_of=NOW)
    return mail.text


@pytest.fixture
def mailed(town: Town) -> Town:
    """With a mail server, and Ana's mother, who may be contacted."""
    office = open_office(
        town.store,
        town.office.settings.replaced(smtp_host="127.0.0.1", mail_from="bot@school.example"),
        streams=town.zulip,
        figures=town.figures,
        book=town.office.book,
        outbox=town.office.outbox,
        upload=town.zulip.upload,
        release=lambda _number, _at: "",
    )
    town.office = office
    town.store.execute(
        "INSERT INTO guardians VALUES ('g1', 's1', 'Maria', 'maria@family.example', '', 1, NULL)"
    )
    town.figures.rows["s1"] |= {
        "overdue_assignments": 2,
        "due_assignments": 2,
        "missed_assignments": 2,
    }
    return town


def test_parents_read_of_the_teachers_own_subject(mailed: Town) -> None:
    """Its weakest skill, its work, and that it is of this subject."""
    struggling = drafted(mailed, Actor(TARA, "Tara", "t1"), "struggling")
    assert 'above all the topic "Fractions"' in struggling
    overdue = drafted(mailed, Actor(TARA, "Tara", "t1"), "overdue")
    assert "1 piece of work in Maths that Ana should have handed in is still open" in overdue
    assert "- Work to hand in (Maths): 0 of 1 piece handed in" in overdue
    assert (
        '- Overdue (Maths), and can still be handed in: 1 piece, most recently "Worksheet 4"'
        in overdue
    )
    assert "Essay" not in overdue


def test_a_mail_about_nothing_overdue_in_her_subject_is_doubted(mailed: Town) -> None:
    """The teacher hears it before the parents do; where there is something, no word of it."""
    parents, tara = mailed.office.interventions.parents, Actor(TARA, "Tara", "t1")
    assert parents.doubt(tara, "s1", "overdue", as_of=NOW) == ""
    mailed.store.execute("UPDATE assignments SET class_id = 'c7e'")
    assert "nothing is overdue in Maths" in parents.doubt(tara, "s1", "overdue", as_of=NOW)
    assert parents.doubt(tara, "s1", "struggling", as_of=NOW) == ""
    assert parents.doubt(Actor(ADMIN, "Ada", None), "s1", "overdue", as_of=NOW) == ""


def test_parents_read_of_all_subjects_from_an_admin(mailed: Town) -> None:
    """She teaches none of them, and writes for the school."""
    assert 'above all the topic "Vocabulary"' in drafted(
        mailed, Actor(ADMIN, "Ada", None), "struggling"
    )
    overdue = drafted(mailed, Actor(ADMIN, "Ada", None), "overdue")
    assert "2 pieces of work that Ana should have handed in are still open" in overdue
    assert "(Maths)" not in overdue


def test_another_subjects_skill_is_not_named_to_parents(mailed: Town) -> None:
    """Where she is weak in nothing of the teacher's, the mail names no topic."""
    mailed.store.execute("UPDATE practice SET correct = 20 WHERE skill_id = 'k2'")
    text = drafted(mailed, Actor(TARA, "Tara", "t1"), "struggling")
    assert "Ana finds some of the work hard at the moment. With help" in text
