"""Staff's questions wait apart: no student waits for them, none is lost, and cries come first."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from chat.test_listener import Ears
from chat.town import ANA, ME, NOW, TARA, Town

from nudgebot.chat.connection import close_client, connect
from nudgebot.chat.cursor import Cursor
from nudgebot.chat.incoming import Incoming, Me, Reacted
from nudgebot.chat.lane import Lane
from nudgebot.chat.listener import Listener
from nudgebot.chat.pace import Pace
from nudgebot.chat.tables import SCHEMA as CHAT
from nudgebot.nudging.messages import Direct
from nudgebot.sandbox.server import Sandbox
from nudgebot.school.tables import SCHEMA as SCHOOL
from nudgebot.store import Store


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    made = Town(tmp_path)
    yield made
    made.store.close()


def lane_of(town: Town, later: Callable[[Callable[[], None]], None]) -> Lane:
    return Lane(town.office, town.reception, ME, clock=lambda: town.clock, later=later)


def said(number: int, sender: int, text: str) -> Incoming:
    return Incoming(number, sender, "", text, NOW, Direct((sender,)))


def waiting(town: Town) -> int:
    count: int = town.store.value("SELECT COUNT(*) FROM chat_lane")
    return count


def test_a_student_is_answered_while_staff_wait(town: Town) -> None:
    """What staff say is only kept; a student's words are passed on and acknowledged at once."""
    lane = lane_of(town, lambda _: None)
    lane.message(said(1, TARA, "help"))
    lane.message(said(2, ANA, "I will do it"))
    assert waiting(town) == 1
    assert any("I will do it" in text for text in town.zulip.to(TARA))
    assert len(town.zulip.to(ANA)) == 1


def test_staff_are_answered_in_the_order_in_which_they_asked(town: Town) -> None:
    """One by one; nothing is left in the database when all is answered."""
    jobs: list[Callable[[], None]] = []
    lane = lane_of(town, jobs.append)
    for number, text in enumerate(("report student s1", "help", "no such words"), start=1):
        lane.message(said(number, TARA, text))
    jobs[0]()
    told = [text for text in town.zulip.to(TARA) if "What next" not in text]
    places = [
        next(n for n, text in enumerate(told) if part in text)
        for part in ("Ana Alvarez", "Here is what you can ask", "did not understand")
    ]
    assert places == sorted(places)
    assert waiting(town) == 0


def test_what_a_crash_left_is_answered_once(town: Town) -> None:
    """Kept before the crash, and told of again by the server after it: one answer."""
    lane_of(town, lambda _: None).message(said(1, TARA, "help"))
    jobs: list[Callable[[], None]] = []
    again = lane_of(town, jobs.append)
    again.resume()
    again.message(said(1, TARA, "help"))
    for job in jobs:
        job()
    again.message(said(1, TARA, "help"))
    assert len(town.zulip.to(TARA)) == 1
    assert waiting(town) == 0


def test_a_reaction_of_staff_waits_behind_what_it_is_about(town: Town) -> None:
    """The preview that it answers may still be on its way."""
    jobs: list[Callable[[], None]] = []
    lane = lane_of(town, jobs.append)
    lane.reaction(Reacted(7, TARA, "2705"))
    assert waiting(town) == 1
    jobs[0]()
    assert waiting(town) == 0


def test_what_keeps_failing_is_passed_over(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three tries, and then those behind it have their turn."""
    tries = []

    def stumble(incoming: Incoming) -> None:
        tries.append(incoming.message_id)
        raise RuntimeError

    jobs: list[Callable[[], None]] = []
    lane = lane_of(town, jobs.append)
    lane.message(said(1, TARA, "help"))
    lane.message(said(2, TARA, "help"))
    monkeypatch.setattr(town.reception, "message", stumble)
    jobs[0]()
    assert tries == [1, 1, 1, 2, 2, 2]
    assert waiting(town) == 0


def test_a_cry_for_help_is_heard_before_all_that_was_said_earlier(tmp_path: Path) -> None:
    """Many words wait; the one that must not wait is heard first, and heard once."""
    with Sandbox(rate_limit=None) as sandbox:
        bot, ana = sandbox.add_user("nudgebot", is_bot=True), sandbox.add_user("Ana")
        zuliprc = tmp_path / "zuliprc"
        zuliprc.write_text(sandbox.zuliprc(bot), encoding="utf-8")
        client = connect(zuliprc, {})
        store = Store(tmp_path / "chat.db", [SCHOOL, CHAT])
        Cursor(store).begin(0)
        words = [f"word {number}" for number in range(20)]
        for text in (*words, "help me now"):
            sandbox.say(ana, text, bot)
        ears = Ears(store)
        listener = Listener(
            client,
            store,
            ears,
            me=Me(bot.user_id, bot.full_name),
            clock=lambda: datetime.now(UTC),
            comes_first=lambda incoming: "help me" in incoming.content,
        )
        thread = threading.Thread(target=listener.run)
        thread.start()
        try:
            assert ears.wait_for(lambda: len(ears.gaps) > 0)
        finally:
            listener.stop()
            thread.join()
            close_client(client)
            store.close()
    assert ears.texts() == ["help me now", *words]


def test_the_patient_send_later_but_not_never() -> None:
    """With one turn a second: who is patient gives it up while another waits, for five seconds."""
    now, taken = [0.0], []

    def nobody_else(seconds: float) -> bool:
        now[0] += seconds
        return False

    pace = Pace(60, clock=lambda: now[0], wait=nobody_else)
    for _ in range(10):
        assert pace.take()  # the burst
    alone = now[0]
    assert pace.take(patient=True)
    assert now[0] - alone == pytest.approx(1, abs=0.01)

    def others_take(seconds: float) -> bool:
        """While the patient one sleeps, another waits for its turn, and then one more."""
        now[0] += seconds
        taken.append(now[0])
        return False

    rushed = Pace(60, clock=lambda: now[0], wait=others_take)
    with rushed._guard:
        rushed._impatient += 1
    begun = now[0]
    assert rushed.take(patient=True)
    assert now[0] - begun == pytest.approx(5, abs=0.01)
    assert rushed.take()
    assert now[0] - begun < 6
