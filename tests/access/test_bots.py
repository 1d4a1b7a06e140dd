"""Bots that are not this one: what they read their owners read, and nobody talks with them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chat.town import ADMIN, STAFF_STREAM, TARA, Town
from torture.hall import Hall, hall
from torture.ledger import name_of

from nudgebot.chat.desk import ELSEWHERE
from nudgebot.chat.directory import Directory
from nudgebot.nudging.messages import Direct, InStream
from nudgebot.sandbox.records import SandboxMessage
from nudgebot.school.links import Links, ZulipUser

OTHER_BOT, UNKNOWN_BOT, ME, OWNER = 61, 62, 5, 2
CRY = "I want to die"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A small school, with a bot of somebody's in its Zulip."""
    town = Town(tmp_path)
    links = Links(town.store)
    bot = ZulipUser(OTHER_BOT, "Report Helper", "", 400, True, True, "")
    links.keep_users([*links.users(), bot], town.clock)
    yield town
    town.store.close()


@pytest.mark.parametrize("bot", [OTHER_BOT, UNKNOWN_BOT])
def test_what_a_bot_in_a_conversation_would_read_is_said_in_private(town: Town, bot: int) -> None:
    """Any student can make a bot, and let it begin a conversation with a teacher and this one."""
    group = Direct(tuple(sorted((TARA, bot))))
    sent = town.say(TARA, "@**nudgebot** why s1", group)
    assert {each.recipient for each in sent if "Ana" in each.content} == {Direct((TARA,))}
    assert [each.content for each in sent if each.recipient == group] == [ELSEWHERE]


def members(more: dict[str, Any]) -> Directory:
    """A private stream of a teacher, this bot and another one of which more is said."""

    def read(url: str, _: dict[str, Any]) -> dict[str, Any]:
        if url == "users":
            bots: list[dict[str, Any]] = [
                {"user_id": ME, "bot_owner_id": OWNER},
                {"user_id": OTHER_BOT} | more,
            ]
            people = [{"user_id": 1}, {"user_id": OWNER}, *({"is_bot": True} | b for b in bots)]
            return {"members": [{"full_name": "X"} | each for each in people]}
        if url.endswith("/members"):
            return {"subscribers": [1, ME, OTHER_BOT]}
        return {"stream": {"invite_only": True, "is_web_public": False}}

    return Directory(read, lambda: 0.0, read, me=lambda: ME)


@pytest.mark.parametrize(
    ("more", "readers"),
    [
        pytest.param({"bot_type": 1, "bot_owner_id": OWNER}, {1, OWNER}, id="its owner reads"),
        pytest.param({"bot_type": 3, "bot_owner_id": OWNER}, {1, OWNER}, id="an outgoing webhook"),
        pytest.param({"bot_type": 1, "bot_owner_id": None}, {1, OTHER_BOT}, id="nobody's"),
        pytest.param({}, {1, OTHER_BOT}, id="nothing is said of it"),
        pytest.param({"bot_type": 2, "bot_owner_id": OWNER}, {1}, id="one that only writes"),
    ],
)
def test_a_bot_in_a_stream_stands_for_its_owner(more: dict[str, Any], readers: set[int]) -> None:
    """This bot itself does not: it says what is said."""
    assert members(more).humans_reading(7) == readers


@pytest.mark.parametrize("said", ["hello", "help", "report student s1", "I did not understand"])
def test_a_bot_is_not_talked_with(town: Town, said: str) -> None:
    """Two bots that answer each other would never end."""
    assert town.say(OTHER_BOT, said) == []
    assert town.say(OTHER_BOT, f"@**nudgebot** {said}", InStream(STAFF_STREAM, "t")) == []


def test_urgent_words_that_come_by_a_bot_are_passed_on(town: Town) -> None:
    """It may carry what people write elsewhere; the bot itself needs no help."""
    sent = town.say(OTHER_BOT, CRY)
    assert [each.recipient for each in sent] == [Direct((ADMIN,))]
    assert "may be in danger" in sent[0].content


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """One service, whose nudges are out."""
    with hall(tmp_path_factory.mktemp("bots"), 2) as opened:
        opened.start()
        opened.until(opened.listening, "listening")
        opened.deliver()
        opened.known()
        opened.nudged(2)
        yield opened


@pytest.mark.parametrize("place", ["in a stream", "in a conversation"])
def test_over_the_wire_a_students_bot_reads_nothing_of_others(school: Hall, place: str) -> None:
    """What the teacher asked for reaches her alone, wherever the student has put her bot."""
    sandbox, people = school.sandbox, school.people
    spy = sandbox.add_user(f"helper {place}", is_bot=True, owner=people.students[1])
    before, said = len(sandbox.messages()), f"@**{people.bot.full_name}** why s0"
    if place == "in a stream":
        staff = [people.teacher, people.owner, people.bot, spy]
        stream = sandbox.add_stream("with a bot", staff, private=True)
        sandbox.post(people.teacher, said, stream=stream, topic="today")
    else:
        sandbox.say(spy, "Ask for reports here!", people.teacher, people.bot)
        sandbox.say(people.teacher, said, spy, people.bot)

    def answers() -> list[SandboxMessage]:
        bot = people.bot.user_id
        told = [m for m in sandbox.messages()[before:] if m.sender_id == bot]
        return [m for m in told if name_of(0) in m.content]

    found = school.until(answers, "an answer")
    alone = {people.teacher.user_id, people.bot.user_id}
    assert {(m.stream_id, frozenset(m.participants)) for m in found} == {(None, frozenset(alone))}
