"""What people say is heard once each, in order, whatever happens to the queue or the process."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ready import ready_store

from chat.conftest import Realm
from nudgebot.chat.cursor import Cursor, Memory
from nudgebot.chat.incoming import Incoming, Me, Reacted
from nudgebot.chat.listener import Listener
from nudgebot.chat.tables import SCHEMA
from nudgebot.errors import NudgebotError
from nudgebot.nudging.messages import Direct, InStream
from nudgebot.school.tables import SCHEMA as SCHOOL
from nudgebot.store import Store


class Ears:
    """Remembers what it heard, by source, as whoever listens has to."""

    def __init__(self, store: Store) -> None:
        self.memory = Memory(store)
        self.heard: list[Incoming] = []
        self.reactions: list[Reacted] = []
        self.gaps: list[bool] = []
        self.stumble: Callable[[Incoming], None] = lambda _: None
        self.news = threading.Condition()

    def message(self, incoming: Incoming) -> None:
        if self.memory.is_handled(incoming.source):
            return
        self.stumble(incoming)
        self.memory.handle(incoming.source, datetime.now(UTC))
        with self.news:
            self.heard.append(incoming)
            self.news.notify_all()

    def reaction(self, reacted: Reacted) -> None:
        with self.news:
            self.reactions.append(reacted)
            self.news.notify_all()

    def settled(self, *, after_gap: bool) -> None:
        with self.news:
            self.gaps.append(after_gap)
            self.news.notify_all()

    def texts(self) -> list[str]:
        return [incoming.content for incoming in self.heard]

    def wait_for(self, true: Callable[[], bool]) -> bool:
        with self.news:
            return self.news.wait_for(true, 10)


class Bench:
    """A store, ears, and listeners that come and go."""

    def __init__(self, realm: Realm, path: Path) -> None:
        self.realm = realm
        self.store = ready_store(path / "chat.db", [SCHOOL, SCHEMA])
        self.ears = Ears(self.store)
        self.listener: Listener | None = None
        self.thread = threading.Thread()
        self.error: BaseException | None = None

    def start(self) -> None:
        client = self.realm.connect()
        bot = self.realm.school.bot
        listener = Listener(
            client,
            self.store,
            self.ears,
            me=Me(bot.user_id, bot.full_name),
            clock=lambda: datetime.now(UTC),
            chance=lambda: -0.99,  # waits are a hundredth of what they are
        )

        def run() -> None:
            try:
                listener.run()
            except NudgebotError as error:
                self.error = error
            finally:
                assert client.session is not None
                client.session.close()

        self.listener = listener
        self.thread = threading.Thread(target=run)
        self.thread.start()

    def listening(self) -> bool:
        sandbox = self.realm.sandbox
        return sandbox.wait_for(lambda: sandbox.polling(self.realm.school.bot), 10)

    def stop(self) -> None:
        if self.listener is not None:
            self.listener.stop()
        self.thread.join(10)
        assert not self.thread.is_alive()

    def say(self, text: str) -> None:
        self.realm.sandbox.say(self.realm.school.students[0], text, self.realm.school.bot)


@pytest.fixture
def bench(realm: Realm, tmp_path: Path) -> Iterator[Bench]:
    made = Bench(realm, tmp_path)
    yield made
    if made.thread.is_alive():
        made.stop()
    made.store.close()


def test_a_direct_message_and_a_mention_are_heard(bench: Bench) -> None:
    """With who said it, and where it is to be answered."""
    bench.start()
    assert bench.listening()
    school, sandbox = bench.realm.school, bench.realm.sandbox
    ana, ben, bot = school.students[0], school.students[1], school.bot
    sandbox.say(ana, "hello", bot)
    sandbox.say(ana, "all three", bot, ben)
    sandbox.post(ana, "@**nudgebot** risk", stream=school.class_stream, topic="t")
    assert bench.ears.wait_for(lambda: len(bench.ears.heard) == 3)
    places = [incoming.place for incoming in bench.ears.heard]
    assert places == [
        Direct((ana.user_id,)),
        Direct(tuple(sorted((ana.user_id, ben.user_id)))),
        InStream(school.class_stream.stream_id, "t"),
    ]
    assert [incoming.is_private for incoming in bench.ears.heard] == [True, False, False]
    assert {incoming.sender_id for incoming in bench.ears.heard} == {ana.user_id}


def test_own_messages_are_not_heard_but_remembered(bench: Bench) -> None:
    """They come back in the bot's own queue, and prove that they arrived."""
    bench.start()
    assert bench.listening()
    client = bench.realm.connect()
    queue_id = Cursor(bench.store).queue_id()
    answer = client.send_message(
        {
            "type": "private",
            "to": [bench.realm.school.students[0].user_id],
            "content": "from the bot",
            "local_id": "key-1",
            "queue_id": queue_id,
        }
    )
    bench.say("after it")
    assert bench.ears.wait_for(lambda: bool(bench.ears.heard))
    assert bench.ears.texts() == ["after it"]
    bench.stop()  # what has passed is kept by then
    assert Memory(bench.store).echo("key-1") == answer["id"]
    assert client.session is not None
    client.session.close()


def test_a_restart_goes_on_with_the_queue(bench: Bench) -> None:
    """What was said meanwhile is heard, reactions too, and nothing twice."""
    bench.start()
    assert bench.listening()
    bench.say("one")
    assert bench.ears.wait_for(lambda: bench.ears.texts() == ["one"])
    assert bench.listening()
    bench.stop()
    bench.say("two")
    ana, sandbox = bench.realm.school.students[0], bench.realm.sandbox
    sandbox.react(ana, sandbox.messages()[-1], "check")
    bench.start()
    assert bench.ears.wait_for(lambda: len(bench.ears.reactions) == 1)
    assert bench.ears.texts() == ["one", "two"]
    assert bench.realm.sandbox.requests["POST /register"] == 1
    assert bench.ears.reactions[0].emoji_code == "2705"


@pytest.mark.parametrize("while_running", [True, False])
def test_a_lost_queue_is_caught_up_by_message_id(bench: Bench, *, while_running: bool) -> None:
    """What was said in the gap is heard once each, in order; then listening goes on."""
    bench.start()
    assert bench.listening()
    bench.say("one")
    assert bench.ears.wait_for(lambda: bench.ears.texts() == ["one"])
    assert bench.listening()
    if not while_running:
        bench.stop()
    with bench.realm.sandbox.realm.lock:  # nobody polls between the loss and what is said
        bench.realm.sandbox.faults.lose_queues()
        bench.say("two")
        school, sandbox = bench.realm.school, bench.realm.sandbox
        sandbox.post(school.teacher, "@**nudgebot** three", stream=school.staff_stream, topic="t")
        sandbox.post(school.teacher, "not for the bot", stream=school.staff_stream, topic="t")
        bench.say("four")
    if not while_running:
        bench.start()
    assert bench.ears.wait_for(lambda: len(bench.ears.heard) == 4)
    assert bench.listening()
    bench.say("five")
    assert bench.ears.wait_for(lambda: len(bench.ears.heard) == 5)
    assert bench.ears.texts() == ["one", "two", "@**nudgebot** three", "four", "five"]
    assert True in bench.ears.gaps


def test_the_first_run_ever_replays_nothing(bench: Bench) -> None:
    """What was said before the bot was there is not for it."""
    bench.say("before")
    bench.start()
    assert bench.listening()
    bench.realm.sandbox.faults.lose_queues()
    bench.say("after")
    assert bench.ears.wait_for(lambda: bool(bench.ears.heard))
    assert bench.ears.texts() == ["after"]


def test_an_id_that_the_queue_has_pruned_is_a_lost_queue(bench: Bench) -> None:
    """A backup of the database may be older than the queue."""
    bench.start()
    assert bench.listening()
    bench.say("one")
    assert bench.ears.wait_for(lambda: bench.ears.texts() == ["one"])
    assert bench.listening()
    bench.stop()
    bench.store.execute("UPDATE chat_cursor SET last_event_id = -1")
    bench.say("two")
    bench.start()
    assert bench.ears.wait_for(lambda: len(bench.ears.heard) == 2)
    assert bench.ears.texts() == ["one", "two"]


def test_one_bad_message_does_not_end_the_listening(bench: Bench) -> None:
    """It is tried again a few times and then passed over; the next one is heard."""
    tried = []

    def stumble(incoming: Incoming) -> None:
        if incoming.content == "bad":
            tried.append(incoming)
            raise ValueError("a surprise")

    bench.ears.stumble = stumble
    bench.start()
    assert bench.listening()
    bench.say("bad")
    bench.say("good")
    assert bench.ears.wait_for(lambda: bench.ears.texts() == ["good"])
    assert len(tried) == 3


def test_a_passing_trouble_loses_nothing(bench: Bench) -> None:
    """What could not be handled once comes again."""
    tried = []

    def stumble(incoming: Incoming) -> None:
        tried.append(incoming)
        if len(tried) == 1:
            raise ValueError("a surprise")

    bench.ears.stumble = stumble
    bench.start()
    assert bench.listening()
    bench.say("one")
    assert bench.ears.wait_for(lambda: bench.ears.texts() == ["one"])


def test_a_server_that_goes_away_is_waited_for(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    """The listening goes on by itself, what was said is heard, and the log tells both."""
    caplog.set_level(logging.INFO, "nudgebot")
    bench.start()
    assert bench.listening()
    bench.realm.sandbox.faults.go_away()
    bench.say("meanwhile")
    bench.realm.sandbox.faults.come_back()
    bench.realm.sandbox.faults.answer(status=502, n=2, path="/events")
    assert bench.ears.wait_for(lambda: bench.ears.texts() == ["meanwhile"])
    bench.stop()
    assert "trying again" in caplog.text
    assert "listening again" in caplog.text


@pytest.mark.parametrize("how", ["key", "deactivated"])
def test_a_bot_that_is_locked_out_says_so(bench: Bench, how: str) -> None:
    """It does not loop for ever, looking healthy."""
    bench.start()
    assert bench.listening()
    changes = {"api_key": "new"} if how == "key" else {"is_active": False}
    bench.realm.sandbox.change_user(bench.realm.school.bot, **changes)
    bench.realm.sandbox.faults.drop_before(path="/events")
    bench.realm.sandbox.faults.lose_queues()
    bench.thread.join(10)
    assert not bench.thread.is_alive()
    assert bench.error is not None
    assert "check zuliprc" in str(bench.error)


def test_stop_ends_at_once_and_keeps_the_queue(bench: Bench) -> None:
    """The poll that waits for a minute holds nobody up."""
    bench.start()
    assert bench.listening()
    queue_id = Cursor(bench.store).queue_id()
    begun = datetime.now(UTC)
    bench.stop()
    assert (datetime.now(UTC) - begun).total_seconds() < 2
    assert Cursor(bench.store).queue_id() == queue_id
