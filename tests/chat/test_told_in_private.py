"""What is told of a student goes only to people who may see her, refusals included."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from chat.test_tutor import practise
from chat.town import ANA, BEN, OTTO, STAFF_STREAM, TARA, Town
from nudgebot.nudging.messages import InStream
from nudgebot.school.days import to_at

PLACE = InStream(STAFF_STREAM, "today")
ELSEWHERE = "That is about students, so I have answered you in a direct message."


def opts_out(town: Town) -> None:
    town.store.execute("INSERT INTO tutor_opt_outs VALUES ('s2', 1)")


def is_asked(town: Town) -> None:
    town.say(TARA, "tutor s1 with s2 in frac")
    town.say(TARA, "confirm")


def nothing(_: Town) -> None:
    """As it is."""


CASES: dict[str, tuple[str, Callable[[Town], None], str]] = {
    "opted out": ("tutor s1 with s2 in frac", opts_out, "Ben does not want to be asked"),
    "own tutor": ("tutor s1 with s1", nothing, "cannot be Ana's own tutor"),
    "asked already": ("tutor s1 with s4 in frac", is_asked, "Ana has a tutor in Fractions already"),
    "no tutoring": ("tutoring s1", nothing, "Ana has had no tutoring so far"),
    "none goes on": ("tutored s1 30 minutes", nothing, "No tutoring of Ana goes on"),
    "no meetings": ("meetings s1", nothing, "no meetings with Ana ahead"),
    "unknown skill": ("assign s1 xyzzy plugh", nothing, "xyzzy plugh"),
}


@pytest.fixture
def school(tmp_path: Path) -> Iterator[Town]:
    town = Town(tmp_path, lms_outbox=tmp_path / "outbox")
    town.store.execute(
        "INSERT INTO skills (skill_id, name, subject) VALUES ('frac', 'Fractions', 'Maths')"
    )
    practise(town, "s1", "frac", 7)
    for student_id in ("s2", "s4"):
        practise(town, student_id, "frac", 19)
    town.zulip.readers[STAFF_STREAM] = frozenset({TARA, OTTO})
    yield town
    town.store.close()


@pytest.mark.parametrize("case", CASES)
def test_a_refusal_names_nobody_where_others_read(school: Town, case: str) -> None:
    """Otto teaches none of them: the stream gets one line, Tara the words, and the audit a note."""
    command, prepare, words = CASES[case]
    prepare(school)
    before = len(school.zulip.to(TARA))
    school.say(TARA, f"@**nudgebot** {command}", PLACE)
    assert school.zulip.in_stream(STAFF_STREAM) == [ELSEWHERE]
    assert words in "\n".join(school.zulip.to(TARA)[before:])
    assert "s1" in {
        each.student_id for each in school.office.audit.of("s1") if each.actor_user_id == TARA
    }


def test_what_stands_against_it_by_now_names_nobody_either(school: Town) -> None:
    """Confirmed in the stream after the tutor has opted out."""
    school.zulip.readers[STAFF_STREAM] = frozenset({TARA})
    school.say(TARA, "@**nudgebot** tutor s1 with s2 in frac", PLACE)
    token = school.token()
    opts_out(school)
    school.zulip.readers[STAFF_STREAM] = frozenset({TARA, OTTO})
    before = len(school.zulip.in_stream(STAFF_STREAM))
    school.say(TARA, f"@**nudgebot** confirm {token}", PLACE)
    assert school.zulip.in_stream(STAFF_STREAM)[before:] == [ELSEWHERE]
    assert "Ben does not want to be asked" in school.zulip.to(TARA)[-1]


def test_a_meeting_in_the_way_names_its_students_to_nobody_else(school: Town) -> None:
    """Otto teaches Ana too, but not Ben: what stands against the time is not for him."""
    school.store.executemany(
        "INSERT INTO enrollments (class_id, person_id, role) VALUES ('c9', ?, ?)",
        [("s1", "student"), ("t2", "teacher")],
    )
    school.store.execute("INSERT INTO classes (class_id, name) VALUES ('c9', '9')")
    school.say(TARA, "meet s2 tomorrow 15:00")
    school.say(TARA, "confirm")
    school.say(TARA, "@**nudgebot** meet s1 tomorrow 15:00", PLACE)
    assert school.zulip.in_stream(STAFF_STREAM) == [ELSEWHERE]
    assert "You have meeting 1 with" in "\n".join(school.zulip.to(TARA)[-2:])
    school.say(TARA, "@**nudgebot** meet s1 tomorrow 12:00", PLACE)
    assert "Ana Alvarez" in school.zulip.in_stream(STAFF_STREAM)[1]


def test_in_a_stream_of_those_who_may_see_it_is_said_there(school: Town) -> None:
    """Nothing moves without need."""
    school.zulip.readers[STAFF_STREAM] = frozenset({TARA})
    school.say(TARA, "@**nudgebot** tutoring s1", PLACE)
    assert "Ana has had no tutoring" in school.zulip.in_stream(STAFF_STREAM)[0]


def waits_for_days(town: Town) -> None:
    at = to_at(town.clock - timedelta(days=2))
    town.store.execute("INSERT INTO episodes VALUES ('s1', 'r', ?)", [at])
    town.store.execute(
        """INSERT INTO alerts (student_id, rule_id, title, severity, reasons, episode_at, raised_at,
           newest_at, state) VALUES ('s1', 'r', 'Streak', 'high', '[]', ?, ?, ?, 'open')""",
        [at, at, at],
    )


def says_done(town: Town) -> None:
    town.say(TARA, "assign s1 Fractions")
    town.say(TARA, "confirm")
    town.say(ANA, "done")


def says_no(town: Town) -> None:
    is_asked(town)
    town.say(BEN, "tutoring no 1")


def meets(town: Town) -> None:
    town.say(TARA, "meet s1 tomorrow 15:00")
    town.say(TARA, "confirm")
    town.clock += timedelta(days=1)


def met(town: Town) -> None:
    meets(town)
    town.clock += timedelta(hours=2)


TOLD: dict[str, tuple[Callable[[Town], None], str]] = {
    "an urgent alert is told again": (waits_for_days, "alert reminder"),
    "an assignment is done": (says_done, "assignment news"),
    "a tutor says no": (says_no, "tutoring news"),
    "a meeting is soon": (meets, "meeting reminder"),
    "a meeting is over": (met, "meeting question"),
}


@pytest.mark.parametrize("case", TOLD)
def test_what_a_teacher_is_told_unasked_is_in_the_audit_log(school: Town, case: str) -> None:
    """Once, with the message; another tick adds nothing."""
    prepare, action = TOLD[case]
    prepare(school)
    for _ in range(2):
        school.office.interventions.tick(school.clock)
    found = [each for each in school.office.audit.of("s1") if each.action == action]
    assert [(each.actor_user_id, each.place) for each in found] == [(TARA, f"dm:{TARA}")]


@pytest.mark.parametrize(
    ("said", "is_free"),
    [
        ("snooze s1 2 family trouble", True),
        ("snooze s1 2", False),
        ("message s1 Is it your parents?", True),
        ("message s1 inactive_check_in", False),
        ("tutored s1 30 minutes", False),
        ("tutoring s1", False),
    ],
)
def test_own_words_where_others_read_them_are_pointed_at(
    school: Town, said: str, is_free: bool
) -> None:
    """The answer goes elsewhere, and what was written stays unless its writer deletes it."""
    school.say(TARA, f"@**nudgebot** {said}", PLACE)
    (told,) = school.zulip.in_stream(STAFF_STREAM)
    assert told.endswith("delete it there if it is private.") == is_free
