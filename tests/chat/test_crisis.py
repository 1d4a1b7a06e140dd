"""A student writes that she may be in danger: people are told first, and nothing cheerful."""

from __future__ import annotations

import pytest

from chat.town import ADMIN, ANA, CLASS_STREAM, OTTO, STRANGER, TARA, Town
from nudgebot.chat.freetext import NOBODY_NOW, pass_on_waiting
from nudgebot.nudging.messages import Direct, InStream

SAID = "I hate school and I want to die"


def test_the_teachers_are_told_first_and_at_once(town: Town) -> None:
    """All of them, whoever wrote last; the words are quoted and nothing in them acts."""
    town.store.execute(
        "INSERT INTO enrollments (class_id, person_id, role) VALUES ('c7b', 't2', 'teacher')"
    )
    town.say(TARA, "message s1 Is everything okay?")
    town.say(TARA, "confirm")
    sent = town.say(ANA, f"{SAID} @**all**")
    assert [message.recipient for message in sent] == [
        Direct((each,)) for each in (TARA, OTTO, ANA)
    ]
    urgent = sent[0].content
    assert urgent.startswith("🚨 **Urgent, please read now: Ana Alvarez may be in danger.**")
    assert "want to die &#64;&#42;&#42;all" in urgent
    assert "before writing `start`" in urgent
    assert [each.action for each in town.office.audit.of("s1")][:2] == ["answer", "answer"]


def test_the_student_gets_the_schools_help_and_no_thanks(town: Town) -> None:
    """Who is told, too, and that nudges rest."""
    told = town.answer(ANA, SAID).split("\n", 1)[1]
    assert town.office.settings["crisis_help"] in told
    assert "passed that on to Tara Teacher" in told
    assert "Thank you!" not in told


def test_nudges_rest_until_she_says_start(town: Town) -> None:
    """A teacher sees why; a message of her own still arrives, and one to a group does not."""
    town.figures.rows["s1"] = {"days_since_last_activity": 10}
    town.say(ANA, SAID)
    assert "something that needs one" in town.office.consents.state("s1").silence(town.clock)
    assert "something that needs one" in town.answer(TARA, "why s1")
    assert "still arrives" in town.answer(TARA, "message s1 I am here for you.")
    assert "left out" in town.answer(TARA, "message inactive")
    town.say(ANA, "start")
    assert town.office.consents.state("s1").silence(town.clock) == ""


def test_in_a_stream_it_counts_as_well(town: Town) -> None:
    """The help comes in a direct message."""
    place = InStream(CLASS_STREAM, "t")
    town.say(ANA, f"@**nudgebot** {SAID}", place)
    assert "Urgent" in town.zulip.to(TARA)[0]
    assert town.office.settings["crisis_help"] in town.zulip.to(ANA)[0]
    assert town.zulip.in_stream(CLASS_STREAM) == ["I have answered you in a direct message."]


def test_where_no_teacher_can_be_reached_the_admins_are_told(town: Town) -> None:
    """Somebody reads it in any case, or the student is not left waiting."""
    town.store.execute("UPDATE teachers SET zulip_user_id = NULL")
    told = town.answer(ANA, SAID)
    assert "Urgent" in town.zulip.to(ADMIN)[0]
    assert "passed that on to Ada Admin" in told


def test_where_nobody_can_be_reached_she_is_not_left_waiting(town: Town) -> None:
    """It is said that nobody reads it now; who is linked later still gets it, as urgent."""
    town.store.execute("UPDATE teachers SET zulip_user_id = NULL")
    town.store.execute("UPDATE zulip_users SET role = 400")
    assert NOBODY_NOW in town.answer(ANA, SAID)
    town.store.execute("UPDATE teachers SET zulip_user_id = ? WHERE teacher_id = 't1'", [TARA])
    assert pass_on_waiting(town.office, town.clock) == 1
    assert "Urgent" in town.zulip.to(TARA)[0]


def test_somebody_unknown_gets_the_help_text_too(town: Town) -> None:
    """Not only the sentence that she is not known."""
    assert town.office.settings["crisis_help"] in town.answer(STRANGER, SAID)


@pytest.mark.parametrize("said", ["I hate school", "That test killed me", "I stopped"])
def test_an_ordinary_answer_is_thanked_for(town: Town, said: str) -> None:
    """Nothing is urgent about it."""
    assert "Thank you!" in town.answer(ANA, said)
    assert "Urgent" not in town.zulip.to(TARA)[0]
