"""The same words may be meant twice: one copy never stands for two messages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from nudgebot.chat.connection import connect
from nudgebot.chat.cursor import Memory
from nudgebot.chat.gateway import Gateway
from nudgebot.chat.tables import SCHEMA as CHAT
from nudgebot.nudging.letter import local_id_of
from nudgebot.nudging.messages import Direct, Outgoing
from nudgebot.nudging.outbox import Outbox
from nudgebot.nudging.tables import SCHEMA as NUDGING
from nudgebot.sandbox.server import Sandbox
from nudgebot.school.tables import SCHEMA as SCHOOL
from nudgebot.store import Store

NOW = datetime(2026, 11, 19, 14, 30, tzinfo=UTC)
GRACE = timedelta(seconds=121)


def test_a_thanks_in_doubt_is_not_held_up_by_an_equal_one(tmp_path: Path) -> None:
    """One arrived unanswered, an equal one was sent since, and a third never arrived: three."""
    with Sandbox(rate_limit=None, clock=NOW.timestamp) as sandbox:
        bot, ana = sandbox.add_user("nudgebot", is_bot=True), sandbox.add_user("Ana")
        zuliprc = tmp_path / "zuliprc"
        zuliprc.write_text(sandbox.zuliprc(bot), encoding="utf-8")
        store = Store(tmp_path / "school.db", [SCHOOL, NUDGING, CHAT])
        gateway = Gateway(
            partial(connect, zuliprc),
            sends_per_minute=6000,
            is_anothers=Memory(store).is_anothers,
        )
        outbox = Outbox(store, gateway)
        assert gateway.me.user_id == bot.user_id
        sandbox.faults.drop_after(method="POST", path="/messages")
        sandbox.faults.drop_before(method="POST", path="/messages")
        first, second, third = (
            outbox.post(Outgoing(key, Direct((ana.user_id,)), "Thank you!", "reply"), NOW)
            for key in ("a", "b", "c")
        )
        states = [first.state, second.state, third.state]
        outbox.run(NOW + GRACE)
        outbox.run(NOW + 2 * GRACE)
        arrived = len(sandbox.messages_to(ana, sender=bot))
        found = {key: outbox.find(key) for key in "abc"}
        gateway.close()
        store.close()
    assert states == ["unsettled", "unsettled", "sent"]
    assert {posted.state for posted in found.values() if posted} == {"sent"}
    assert len({posted.message_id for posted in found.values() if posted}) == 3
    assert arrived == 3


def test_two_equal_thanks_in_doubt_each_find_their_own(tmp_path: Path) -> None:
    """Both arrived unanswered; the echo of the first comes late, and neither is sent again."""
    with Sandbox(rate_limit=None, clock=NOW.timestamp) as sandbox:
        bot, ana = sandbox.add_user("nudgebot", is_bot=True), sandbox.add_user("Ana")
        zuliprc = tmp_path / "zuliprc"
        zuliprc.write_text(sandbox.zuliprc(bot), encoding="utf-8")
        store = Store(tmp_path / "school.db", [SCHOOL, NUDGING, CHAT])
        memory = Memory(store)
        gateway = Gateway(
            partial(connect, zuliprc),
            sends_per_minute=6000,
            echo=memory.echo,
            is_anothers=memory.is_anothers,
        )
        outbox = Outbox(store, gateway)
        assert gateway.me.user_id == bot.user_id
        sandbox.faults.drop_after(2, method="POST", path="/messages")
        for key in ("a", "b"):
            outbox.post(Outgoing(key, Direct((ana.user_id,)), "Thank you!", "reply"), NOW)
        ids = [message.message_id for message in sandbox.messages_to(ana, sender=bot)]
        outbox.run(NOW)  # looks for one, and for the other
        memory.keep_echo(local_id_of("a"), ids[0], NOW)
        outbox.run(NOW + GRACE)
        outbox.run(NOW + 2 * GRACE)
        found = [outbox.find(key) for key in "ab"]
        arrived = len(sandbox.messages_to(ana, sender=bot))
        gateway.close()
        store.close()
    assert [posted.message_id for posted in found if posted] == ids
    assert arrived == 2


class HalfWay:
    """Takes a message, and before it says so another thread has a look around."""

    def __init__(self) -> None:
        self.taken: list[int] = []
        self.meanwhile: list[Callable[[], object]] = []

    def send(self, message: Outgoing, *, local_id: str) -> int:
        del message, local_id
        self.taken.append(len(self.taken) + 1)
        while self.meanwhile:
            self.meanwhile.pop()()
        return len(self.taken)

    def find(
        self, message: Outgoing, *, local_id: str, since: datetime, after_id: int
    ) -> int | None:
        del message, local_id, since, after_id
        return self.taken[0] if self.taken else None


def test_a_message_in_doubt_does_not_take_an_equal_one_that_is_being_sent(tmp_path: Path) -> None:
    """What was claimed before a crash and never sent is sent, though an equal one is on its way."""
    store = Store(tmp_path / "school.db", [SCHOOL, NUDGING, CHAT])
    messenger = HalfWay()
    outbox = Outbox(store, messenger)
    old, new = (Outgoing(key, Direct((7,)), "Thank you!", "reply") for key in ("a", "b"))
    assert outbox.claim(old, NOW)
    messenger.meanwhile.append(lambda: outbox.run(NOW + GRACE))
    outbox.post(new, NOW + GRACE)
    found = [outbox.find(key) for key in "ab"]
    store.close()
    assert [(posted.state, posted.message_id) for posted in found if posted] == [
        ("unsettled", None),
        ("sent", 1),
    ]
