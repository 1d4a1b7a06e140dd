"""The same words may be meant twice: one copy never stands for two messages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from nudgebot.chat.connection import connect
from nudgebot.chat.cursor import Memory
from nudgebot.chat.gateway import Gateway
from nudgebot.chat.tables import SCHEMA as CHAT
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
