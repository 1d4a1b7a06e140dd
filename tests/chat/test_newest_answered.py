"""A student's words are taken to be about the newest thing that came from a teacher."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chat.town import ADMIN, ANA, OTTO, TARA, Town
from nudgebot.chat.copies import names_of
from nudgebot.interventions.letters import StudentAnswer


@pytest.fixture
def taught_by_two(town: Town) -> Town:
    """Tara and Otto both teach Ana; Otto has written to her."""
    town.store.execute(
        "INSERT INTO enrollments (class_id, person_id, role) VALUES ('c8a', 's1', 'student')"
    )
    town.say(OTTO, "message s1 How are things?")
    town.say(OTTO, "confirm")
    town.clock += timedelta(hours=1)
    return town


def test_words_after_an_invitation_go_to_whoever_sent_it(taught_by_two: Town) -> None:
    """Only to her, with the meeting's number."""
    town = taught_by_two
    town.say(TARA, "meet s1 tomorrow 12:00")
    town.say(TARA, "confirm")
    town.clock += timedelta(minutes=5)
    before = len(town.zulip.to(OTTO))
    town.say(ANA, "I can't come then, dentist")
    told = town.zulip.to(TARA)[-1]
    assert "**Ana Alvarez** answers, after word of meeting 1 on <time:" in told
    assert "dentist" in told
    assert len(town.zulip.to(OTTO)) == before
    (kept,) = town.office.letters.answers_of("s1")
    assert kept.follows is not None
    assert (kept.follows.about, kept.follows.teacher_user_id) == ("meeting 1", TARA)


def test_words_after_a_newer_message_are_an_answer_to_it(taught_by_two: Town) -> None:
    """Whatever was arranged before."""
    town = taught_by_two
    town.say(TARA, "meet s1 tomorrow 12:00")
    town.say(TARA, "confirm")
    town.clock += timedelta(minutes=5)
    town.say(OTTO, "message s1 And today?")
    town.say(OTTO, "confirm")
    town.clock += timedelta(minutes=5)
    town.say(ANA, "Quite well")
    assert "answers to your message of" in town.zulip.to(OTTO)[-1]


def test_an_assignment_is_named_with_its_title(town: Town) -> None:
    """Its words are somebody's, and escaped."""
    town.store.execute(
        """INSERT INTO targeted_assignments (source, teacher_user_id, teacher_name, student_id,
           title, skill_ids, question_count, difficulty, due_at, status, created_at)
           VALUES ('x', ?, 'Tara', 's1', 'Half *and* half', '[]', 5, 'easy', ?, 'assigned', ?)""",
        [TARA, int(town.clock.timestamp()) + 9000, int(town.clock.timestamp()) - 60],
    )
    town.say(ANA, "Question three makes no sense")
    assert "answers, after assignment 1, “Half" in town.zulip.to(TARA)[-1]
    assert "*and*" not in town.zulip.to(TARA)[-1]


def test_one_more_person_is_one(town: Town) -> None:
    """And two are people."""
    assert names_of(town.office, [TARA, OTTO, ADMIN, ANA]).endswith(
        "and 1 more person of your school"
    )
    assert names_of(town.office, [TARA, OTTO, ADMIN, ANA, 22]).endswith(
        "2 more people of your school"
    )


def test_answers_to_others_are_counted_in_one_line(town: Town) -> None:
    """Eleven times the same line says nothing more."""
    for number in range(3):
        at = town.clock - timedelta(hours=number)
        town.office.letters.keep_answer(
            StudentAnswer(900 + number, "s1", f"Words {number}", at, None), passed_to=1
        )
    told = town.answer(TARA, "messages s1")
    assert told.count("answered somebody else") == 1
    assert "3 times" in told
