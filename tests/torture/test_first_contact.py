"""A thread's first call to Zulip meets a fault: nothing was sent, and it says so."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from nudgebot.chat.connection import connect
from nudgebot.chat.gateway import Gateway
from nudgebot.errors import DeliveryError
from nudgebot.nudging.messages import Direct, Outgoing
from nudgebot.nudging.outbox import Outbox
from nudgebot.nudging.tables import SCHEMA
from nudgebot.sandbox.server import Sandbox
from nudgebot.store import Store

NOW = datetime(2026, 11, 19, 14, 30, tzinfo=UTC)


@pytest.mark.parametrize("fault", ["away", "429", "another key"])
def test_what_a_new_thread_cannot_send_waits_and_is_not_in_doubt(
    tmp_path: Path, fault: str
) -> None:
    """Before the first contact nothing can have been accepted: released, never unsettled."""
    with Sandbox(rate_limit=None) as sandbox:
        bot, ana = sandbox.add_user("nudgebot", is_bot=True), sandbox.add_user("Ana")
        zuliprc = tmp_path / "zuliprc"
        zuliprc.write_text(sandbox.zuliprc(bot), encoding="utf-8")
        gateway = Gateway(partial(connect, zuliprc), sends_per_minute=6000)
        store = Store(tmp_path / "school.db", [SCHEMA])
        if fault == "away":
            sandbox.faults.go_away()
        elif fault == "429":
            sandbox.faults.rate_limit()
        else:
            sandbox.change_user(bot, api_key="another")
        message = Outgoing("a", Direct((ana.user_id,)), "Hello", "test")
        with pytest.raises(DeliveryError) as caught:
            gateway.send(message, local_id="a")
        posted = Outbox(store, gateway).post(message, NOW) if fault != "429" else None
        gateway.close()
        store.close()
    assert caught.value.accepted is False
    assert caught.value.retry_after_seconds
    assert posted is None or posted.state == "released"
