"""Over the wire: between question and answer people join, topics move and streams are renamed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

import pytest
from torture.hall import Hall, hall
from torture.ledger import name_of

from nudgebot.sandbox.records import SandboxMessage, SandboxStream, SandboxUser

SLOW_SECONDS = 1.0
PRIVATE = "I have answered you in a direct message."
_NUMBERS = count(1)


@dataclass
class Room:
    """A private stream of the teacher, the owner and the bot, and what is said because of it."""

    school: Hall
    stream: SandboxStream
    before: int = field(init=False)

    def __post_init__(self) -> None:
        self.before = len(self.school.sandbox.messages())

    def ask(self, said: str = "why s0", topic: str = "today") -> SandboxMessage:
        """The teacher asks about a student."""
        people = self.school.people
        text = f"@**{people.bot.full_name}** {said}"
        return self.school.sandbox.post(people.teacher, text, stream=self.stream, topic=topic)

    def answers(self) -> list[SandboxMessage]:
        """What the bot has said since then."""
        bot = self.school.people.bot.user_id
        return [m for m in self.school.sandbox.messages()[self.before :] if m.sender_id == bot]

    def about(self, number: int = 0) -> list[SandboxMessage]:
        """Of these, what names the student."""
        return [m for m in self.answers() if name_of(number) in m.content]

    def done(self) -> list[SandboxMessage]:
        """All of the answer: about the student, buttons too; nothing waits."""
        self.school.until(lambda: len(self.about()) >= 1, "an answer")
        self.school.until(self._is_quiet, "the end of it")
        return self.answers()

    def _is_quiet(self) -> bool:
        waits = "SELECT 1 FROM outbox WHERE state NOT IN ('sent', 'refused')"
        return not any(map(self.school.rows, (waits, "SELECT 1 FROM pending_lines",
                                              "SELECT 1 FROM chat_lane")))  # fmt: skip

    def asked_and_held_up(self) -> SandboxMessage:
        """Ask, and wait until the bot has looked who reads along, and is to be told it slowly."""
        faults, path = self.school.sandbox.faults, f"/streams/{self.stream.stream_id}/members"
        before = faults.counts["delay"]
        faults.delay(seconds=SLOW_SECONDS, processed=True, method="GET", path=path)
        asked = self.ask()
        self.school.until(lambda: faults.counts["delay"] > before, "the bot's question")
        return asked

    def theirs(self) -> SandboxStream:
        """A private stream with a student in it."""
        people = self.school.people
        return self.school.sandbox.add_stream(
            f"{self.stream.name} open",
            [people.teacher, people.bot, people.students[1]],
            private=True,
        )

    def move(
        self, asked: SandboxMessage, *, topic: str | None = None, to: str | None = None
    ) -> None:
        """The whole topic gets another name, or goes to another stream."""
        sandbox, teacher = self.school.sandbox, self.school.people.teacher
        with sandbox.realm.lock:
            sandbox.api.changes.move(teacher, asked.message_id, topic, how="change_all", stream=to)


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """One service for all of these; its nudges are out before anybody asks."""
    with hall(tmp_path_factory.mktemp("meanwhile"), 2) as opened:
        opened.start()
        opened.until(opened.listening, "listening")
        opened.deliver()
        opened.known()
        opened.nudged(2)
        yield opened


@pytest.fixture
def room(school: Hall) -> Room:
    """A new one for each test."""
    people = school.people
    staff = [people.teacher, people.owner, people.bot]
    stream = school.sandbox.add_stream(f"staff-{next(_NUMBERS)}", staff, private=True)
    return Room(school, stream)


def to_teacher(room: Room, message: SandboxMessage) -> bool:
    people = room.school.people
    return set(message.participants) == {people.bot.user_id, people.teacher.user_id}


def own(room: Room) -> SandboxUser:
    return room.school.people.students[1]


def test_where_all_readers_may_see_it_the_answer_is_in_the_stream(room: Room) -> None:
    """And follows its question into a topic that was renamed, or marked as resolved."""
    asked = room.asked_and_held_up()
    room.move(asked, topic="✔ today")
    found = room.done()
    assert {(m.stream_id, m.topic) for m in found} == {(room.stream.stream_id, "✔ today")}


def test_a_topic_moved_to_another_stream_is_answered_in_private(room: Room) -> None:
    """Neither where it was asked nor where students read it by now."""
    theirs = room.theirs()
    asked = room.asked_and_held_up()
    room.move(asked, to=str(theirs.stream_id))
    found = room.done()
    assert all(to_teacher(room, message) for message in found)


def test_a_topic_that_was_moved_while_the_bot_was_away_counts_where_it_is(room: Room) -> None:
    """The queue is lost, and the question is read where students read along."""
    sandbox, theirs = room.school.sandbox, room.theirs()
    sandbox.faults.go_away()
    sandbox.faults.lose_queues()
    asked = room.ask()
    room.move(asked, to=str(theirs.stream_id))
    sandbox.faults.come_back()
    found = room.done()
    assert all(to_teacher(room, m) for m in room.about())
    pointers = [m for m in found if m.stream_id is not None]
    assert {m.stream_id for m in pointers} <= {theirs.stream_id}
    assert all(PRIVATE[2:] in m.content for m in pointers)


def test_who_joins_between_question_and_answer_keeps_it_out_of_the_stream(room: Room) -> None:
    """The list of readers was fine when it was asked for first."""
    sandbox = room.school.sandbox
    room.asked_and_held_up()
    sandbox.subscribe(room.stream, own(room))
    room.done()
    assert all(to_teacher(room, message) for message in room.about())


def test_who_joins_while_the_answer_waits_for_the_server_keeps_it_out_too(room: Room) -> None:
    """Zulip takes no messages for a while; when it does again, other people read there."""
    sandbox, people = room.school.sandbox, room.school.people
    sandbox.faults.rate_limit(3, method="POST", path="/messages", user=people.bot)
    asks = "SELECT 1 FROM outbox WHERE state = 'released' AND purpose = 'reply'"
    room.ask()
    room.school.until(lambda: room.school.rows(asks), "an answer that waits")
    assert not room.answers()
    sandbox.subscribe(room.stream, own(room))
    sandbox.faults.clear()
    room.school.clock.move(600)
    room.done()
    assert all(to_teacher(room, message) for message in room.about())


def test_a_renamed_stream_is_the_same_and_its_old_name_another(room: Room) -> None:
    """The answer follows the id; a public stream of the old name hears nothing of it."""
    sandbox, people = room.school.sandbox, room.school.people
    name = room.stream.name
    room.asked_and_held_up()
    sandbox.rename_stream(room.stream, f"{name} (old)")
    trap = sandbox.add_stream(name, [people.bot, own(room)])
    found = room.done()
    assert {m.stream_id for m in found} == {room.stream.stream_id}
    assert not sandbox.messages_in(trap)


@pytest.mark.parametrize("private", [False, True], ids=["public", "private"])
def test_mentioned_in_a_stream_that_it_is_not_in(room: Room, private: bool) -> None:  # a parameter
    """Who reads there it cannot tell: the teacher reads the answer in private."""
    sandbox, people = room.school.sandbox, room.school.people
    foreign = sandbox.add_stream(
        f"{room.stream.name} foreign", [people.teacher, people.owner], private=private
    )
    there = Room(room.school, foreign)
    there.ask()
    there.done()
    assert all(to_teacher(there, message) for message in there.about())
