"""Where teacher and student talk directly: a conversation of student, teacher and bot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from chat.town import ADMIN, ANA, BEN, OTTO, TARA, Town
from nudgebot.nudging.messages import Direct

SAID = "I hate school and I want to die"
ALL_THREE = Direct((TARA, ANA))  # in the order of ids, as Zulip tells it


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A school that has chosen group conversations."""
    opened = Town(tmp_path, delivery_conversation="group")
    yield opened
    opened.store.close()


def in_group(town: Town, *user_ids: int) -> list[str]:
    return [
        m.content
        for _, m in town.zulip.sent
        if isinstance(m.recipient, Direct) and set(m.recipient.user_ids) == set(user_ids)
    ]


def write(town: Town, sender: int = TARA) -> None:
    town.say(sender, "message s1 Shall we meet?")
    town.say(sender, "confirm")


def test_the_message_goes_to_a_conversation_of_three(town: Town) -> None:
    """As it was previewed; the teacher is told where the answer comes."""
    shown = town.answer(TARA, "message s1 Shall we meet?")
    told = town.answer(TARA, "confirm")
    (arrived,) = in_group(town, ANA, TARA)
    assert arrived in shown
    assert "**Tara Teacher** writes to you:" in arrived
    assert arrived.endswith("Answer here: Tara Teacher reads it.")
    assert town.zulip.to(ANA) == []
    assert "The answer comes in that conversation, where you are too." in told


def test_the_answer_there_is_kept_and_not_passed_on(town: Town) -> None:
    """The teacher has read it; the bot says nothing, whatever the words are."""
    write(town)
    before = len(town.zulip.sent)
    for said in ("Yes, at ten", "stop", "progress"):
        assert town.say(ANA, said, ALL_THREE) == []
    assert town.say(TARA, "report student s2", ALL_THREE) == []
    assert len(town.zulip.sent) == before
    kept = town.office.letters.answers_of("s1")
    assert {(each.text, each.kind, each.passed_to) for each in kept} == {
        ("Yes, at ten", "group", 1),
        ("stop", "group", 1),
        ("progress", "group", 1),
    }
    assert "answered: “Yes, at ten”" in town.answer(TARA, "messages s1")
    assert town.office.letters.waiting_answers() == []


def test_a_command_there_needs_a_mention(town: Town) -> None:
    """The teacher's is answered where the student does not read it."""
    write(town)
    town.say(TARA, "@**nudgebot** report student s1", ALL_THREE)
    assert "Ana Alvarez" in town.zulip.to(TARA)[-1] + town.zulip.to(TARA)[-2]
    assert all("report" not in each.lower() for each in in_group(town, ANA, TARA)[1:2])


def test_urgent_words_there_count(town: Town) -> None:
    """All who must know are told, and the student gets the help where only she reads it."""
    write(town)
    town.store.execute(
        "INSERT INTO enrollments (class_id, person_id, role) VALUES ('c7b', 't2', 'teacher')"
    )
    town.say(ANA, SAID, ALL_THREE)
    assert "Urgent" in town.zulip.to(TARA)[-1]
    assert "Urgent" in town.zulip.to(OTTO)[-1]
    assert town.office.settings["crisis_help"] in town.zulip.to(ANA)[-1]
    assert len(in_group(town, ANA, TARA)) == 1
    assert town.office.consents.state("s1").held


@pytest.mark.parametrize(
    "place",
    [
        pytest.param(Direct((BEN, ANA)), id="with another student"),
        pytest.param(Direct((OTTO, ANA)), id="with a teacher who did not write"),
        pytest.param(Direct((ANA, BEN, TARA)), id="with one more"),
    ],
)
def test_other_conversations_are_not_listened_to(town: Town, place: Direct) -> None:
    """But for urgent words."""
    write(town)
    place = Direct(tuple(sorted(place.user_ids)))
    town.say(ANA, "What did you get in the test?", place)
    assert town.office.letters.answers_of("s1") == []
    town.say(ANA, SAID, place)
    assert town.office.consents.state("s1").held


def test_with_the_bot_alone_all_is_as_ever(town: Town) -> None:
    """What the student writes there is passed on."""
    write(town)
    town.say(ANA, "Yes, at ten")
    assert "answers to your message" in town.zulip.to(TARA)[-1]


def test_an_admin_who_is_no_teacher_is_in_it_as_well(town: Town) -> None:
    """By the Zulip user; nobody has to be a teacher of the LMS for that."""
    write(town, ADMIN)
    assert len(in_group(town, ANA, ADMIN)) == 1
    (kept,) = town.office.letters.messages_to("s1")
    assert (kept.teacher_user_id, kept.teacher_id) == (ADMIN, None)
    town.say(ANA, "Yes!", Direct((ADMIN, ANA)))
    assert [each.kind for each in town.office.letters.answers_of("s1")] == ["group"]
