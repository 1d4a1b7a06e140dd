"""Dialogues: what people say to the bot, and what comes back."""

from __future__ import annotations

import logging

import pytest

from chat.town import (
    ADMIN,
    ANA,
    CLASS_STREAM,
    OTTO,
    STAFF_STREAM,
    STRANGER,
    TARA,
    Town,
)
from nudgebot.chat.command import Role, Scope
from nudgebot.chat.commands import report
from nudgebot.chat.desk import ELSEWHERE, IN_PRIVATE
from nudgebot.chat.desk import STRANGER as WHO
from nudgebot.nudging.messages import Direct, InStream

STAFF = InStream(STAFF_STREAM, "t")


@pytest.mark.parametrize(
    ("sender", "said", "says"),
    [
        pytest.param(TARA, "help", "report student &lt;", id="help lists the commands"),
        pytest.param(TARA, "help message", "preview first", id="help of one"),
        pytest.param(TARA, "help massage", "Did you mean `help message`?", id="help misspelt"),
        pytest.param(TARA, "@**nudgebot**", "You can say", id="a bare mention"),
        pytest.param(TARA, "reprot student 5", "Did you mean `report", id="a command misspelt"),
        pytest.param(TARA, "what is this", "`help` shows", id="not understood"),
        pytest.param(TARA, "report student", "Name a student", id="an argument is missing"),
        pytest.param(TARA, "Report student Zoe", "no student of yours", id="nobody of that name"),
        pytest.param(TARA, "REPORT STUDENT s1.", "**Ana Alvarez**", id="any case, a stop"),
        pytest.param(TARA, "report “Ana Alvarez”", "**Ana Alvarez**", id="smart quotes"),
        pytest.param(TARA, "report Alvarez", "**Ana Alvarez**", id="a part of the name"),
        pytest.param(TARA, "report @**Ana Alvarez|21**", "Ana Alvarez", id="a mention"),
        pytest.param(TARA, "report @_**Ana Alvarez**", "Ana Alvarez", id="without an id"),
        pytest.param(TARA, "report ana", "Which student do you mean?", id="two of that name"),
        pytest.param(TARA, "report s1 7 days", "13 Nov 2026 to 19 Nov 2026", id="a period"),
        pytest.param(TARA, "report s1 since 2026-13-01", "no day 2026-13-01", id="no such day"),
        pytest.param(TARA, "report @**Chi Chen|23**", "no student of yours", id="not hers"),
        pytest.param(TARA, "risk 8A", "no class of yours", id="not her class"),
        pytest.param(TARA, "report class 9Z", "Yours are 7B.", id="which classes there are"),
        pytest.param(TARA, "message inactive 9Z", "Yours are 7B.", id="for a group too"),
        pytest.param(TARA, "people", "not understand", id="an admin's command"),
        pytest.param(ADMIN, "people", "Everybody is linked", id="an admin's command by one"),
        pytest.param(ADMIN, "report student s3", "Chi Chen", id="an admin sees all"),
        pytest.param(ANA, "report student s2", "That is for teachers", id="a student may not"),
        pytest.param(STRANGER, "report student s1", WHO, id="a stranger"),
        pytest.param(STRANGER, "report student nobody", WHO, id="a stranger learns nothing"),
        pytest.param(ANA, "help", "`stop`", id="a student's help"),
        pytest.param(ANA, "privacy", "What I know", id="privacy"),
        pytest.param(ANA, "progress", "Your progress", id="progress"),
        pytest.param(ANA, "Why?", "not sent you any nudge", id="a student's why"),
    ],
)
def test_a_dialogue(town: Town, sender: int, said: str, says: str) -> None:
    """The answer comes to the asker, in a direct message when it was asked in one."""
    town.figures.rows["s1"] = {"average_score": 55.0, "score_count": 4, "current_streak": 3}
    sent = town.say(sender, said)
    assert says.replace("&lt;", "<") in "\n".join(message.content for message in sent)
    assert {message.recipient for message in sent if message.purpose == "reply"} == {
        Direct((sender,))
    }


def test_names_of_outside_do_nothing(town: Town) -> None:
    """A name with Markdown in it is shown as it is."""
    assert "**Ben &#42;Baker&#42;**" in town.answer(TARA, "report student s2")


def test_the_choice_between_two_is_one_click(town: Town) -> None:
    """The buttons repeat the command with the id, period included, and so do the words."""
    (asked,) = town.say(TARA, "report ana 7 days")
    assert [button.reply for button in asked.buttons] == [
        "report student s1 7 days",
        "report student s4 7 days",
    ]
    assert all(button.reply in asked.content for button in asked.buttons)


def test_in_a_stream_the_bot_must_be_mentioned_first(town: Town) -> None:
    """People talk to each other there, and about the bot."""
    assert town.say(TARA, "report student s1", STAFF) == []
    assert town.say(TARA, "```quote\n@**nudgebot** help\n```\nlike this?", STAFF) == []
    assert town.say(TARA, "say `@**nudgebot** help` to it", STAFF) == []
    assert town.say(TARA, "ask @_**nudgebot** for a report", STAFF) == []
    assert town.say(STRANGER, "who is @**nudgebot**?", STAFF) == []
    assert town.say(TARA, "@**nudgebot** help", STAFF) != []


@pytest.mark.parametrize(
    ("sender", "said", "says"),
    [
        pytest.param(
            TARA, "Hello @**nudgebot**, could you please report student s1?", "Ana", id="polite"
        ),
        pytest.param(TARA, "@**nudgebot** please report student s1", "Ana", id="behind a please"),
        pytest.param(TARA, "So, @**nudgebot** risk", "Risk", id="a command"),
        pytest.param(ANA, "Hey @**nudgebot** stop", "Done: no more nudges", id="a student's"),
        pytest.param(TARA, "thanks @**nudgebot** for that", "Begin your message", id="in passing"),
        pytest.param(ANA, "is @**nudgebot** a person?", "Begin your message", id="a student's"),
    ],
)
def test_a_mention_inside_of_a_message(town: Town, sender: int, said: str, says: str) -> None:
    """Before a command it is as good as at the start; else a line says how it is done."""
    sent = town.say(sender, said, STAFF)
    assert says in "\n".join(message.content for message in sent)
    if "Begin" in says:
        assert [message.recipient for message in sent] == [Direct((sender,))]


def test_where_all_may_see_it_the_answer_is_in_the_stream(town: Town) -> None:
    """Every reader teaches the student or is an admin."""
    sent = town.say(TARA, "@**nudgebot** report student s1", STAFF)
    assert {message.recipient for message in sent} == {STAFF}
    assert "Ana Alvarez" in sent[0].content


@pytest.mark.parametrize("newcomer", [ANA, OTTO, STRANGER, 999])
def test_where_one_may_not_see_it_the_answer_is_a_direct_message(town: Town, newcomer: int) -> None:
    """The readers are those of this very moment, and the stream gets one line without data."""
    town.zulip.readers[STAFF_STREAM] |= {newcomer}
    town.say(TARA, "@**nudgebot** report student s1", STAFF)
    assert "Ana Alvarez" in "\n".join(town.zulip.to(TARA))
    assert town.zulip.in_stream(STAFF_STREAM) == [ELSEWHERE]


def test_a_stream_that_cannot_be_read_counts_as_open_to_all(town: Town) -> None:
    """Where the bot cannot tell who reads it, nothing about students appears."""
    del town.zulip.readers[STAFF_STREAM]
    town.say(TARA, "@**nudgebot** risk", STAFF)
    assert town.zulip.in_stream(STAFF_STREAM) == [ELSEWHERE]


@pytest.mark.parametrize(("others", "together"), [((ADMIN,), True), ((OTTO,), False)])
def test_a_group_conversation_is_a_place_with_readers(
    town: Town, others: tuple[int, ...], *, together: bool
) -> None:
    """All people in it have to be allowed."""
    group = Direct(tuple(sorted((TARA, *others))))
    sent = town.say(TARA, "@**nudgebot** why s1", group)
    assert (sent[0].recipient == group) is together


def test_every_reading_is_written_down(town: Town) -> None:
    """Who, what, whose and where; also in the group of a whole class."""
    town.say(TARA, "report student s1")
    town.say(TARA, "@**nudgebot** risk", STAFF)
    town.say(ANA, "progress")
    found = [(each.actor_user_id, each.action, each.place) for each in town.office.audit.of("s1")]
    assert found == [
        (ANA, "progress", f"dm:{ANA}"),
        (TARA, "risk", f"stream:{STAFF_STREAM}"),
        (TARA, "report student", f"dm:{TARA}"),
    ]
    assert "report student" in town.answer(ADMIN, "audit s1")


def test_what_is_asked_of_others_is_not_seen_in_passing(town: Town) -> None:
    """A refusal leaves no trace of having seen anything."""
    town.say(TARA, "report student s3")
    assert town.office.audit.of("s3") == []


def test_a_class_changed_today_counts_today(town: Town) -> None:
    """Who taught the student yesterday does not see her now."""
    town.store.execute("UPDATE enrollments SET end_day = 20000 WHERE person_id = 't1'")
    text = town.answer(TARA, "report student s1")
    assert "no student of yours" in text
    assert "Ana" not in text


def test_a_surprise_is_a_number_for_the_asker_and_a_trace_for_the_log(
    town: Town, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log names the command and never its arguments."""

    def broken(*_: object) -> None:
        raise ValueError("Ana Alvarez is secret")

    monkeypatch.setattr(report, "analytics", broken)
    with caplog.at_level(logging.ERROR):
        text = town.answer(TARA, "report student s1")
    assert "ref " in text
    ref = text.split("ref ")[1][:6]
    record = caplog.records[0].getMessage()
    assert ref in record
    assert "command=report student" in record
    assert "s1" not in record


def test_the_table_of_commands_is_whole(town: Town) -> None:
    """Each command has its words, a sentence about it, and somebody who may give it."""
    commands = town.office.registry.commands
    assert all(c.usage.startswith(c.name) for c in commands)
    assert all(c.summary.endswith(".") and "\n" not in c.summary for c in commands)
    assert all(c.roles for c in commands)
    for role in Role:
        names = [name for c in town.office.registry.allowed([role]) for name in c.names]
        assert len(names) == len(set(names)), f"two commands of one name for {role}"
    own = [c for c in commands if c.scope is Scope.OWN]
    assert all(c.roles == frozenset({Role.STUDENT}) for c in own)


@pytest.mark.parametrize("sender", [TARA, ADMIN, ANA])
def test_every_command_can_be_asked_about(town: Town, sender: int) -> None:
    """`help <command>` knows each command that the asker may give."""
    roles = town.office.access.asker(sender, town.clock).roles
    for command in town.office.registry.allowed(roles):
        assert command.summary in town.answer(sender, f"help {command.name}")


def test_a_students_stream_question_is_answered_privately(town: Town) -> None:
    """Her figures are not for the class."""
    town.figures.rows["s1"] = {"current_streak": 3}
    town.say(ANA, "@**nudgebot** progress", InStream(CLASS_STREAM, "t"))
    assert "Your progress" in town.zulip.to(ANA)[0]
    assert town.zulip.in_stream(CLASS_STREAM) == [IN_PRIVATE]
