"""What is too long for one message arrives in parts: each once, in order, whatever happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chat.conftest import Realm
from nudgebot.chat.gateway import Gateway
from nudgebot.nudging.messages import Direct, Outgoing
from nudgebot.nudging.outbox import Outbox
from nudgebot.nudging.tables import SCHEMA as NUDGING
from nudgebot.sandbox.faults import Faults
from nudgebot.store import Store

TEXT = "\n".join(f"line {number} " + "x" * 90 for number in range(250))
Fault = Callable[[Faults], object]


@dataclass
class SecondPartFails:
    """A gateway behind which something goes wrong at the first try of a second part."""

    gateway: Gateway
    plan: Callable[[], object]
    planned: bool = False

    def send(self, message: Outgoing, *, local_id: str) -> int:
        if message.key.endswith(":part2") and not self.planned:
            self.planned = True
            self.plan()
        return self.gateway.send(message, local_id=local_id)

    def find(
        self, message: Outgoing, *, local_id: str, since: datetime, after_id: int
    ) -> int | None:
        return self.gateway.find(message, local_id=local_id, since=since, after_id=after_id)


@pytest.fixture
def claims(tmp_path: Path) -> Iterator[Store]:
    """Where the claims are kept."""
    opened = Store(tmp_path / "claims.db", [NUDGING])
    yield opened
    opened.close()


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(lambda f: f.rate_limit(retry_after_seconds=0.1, path="/messages"), id="429"),
        pytest.param(lambda f: f.drop_after(path="/messages"), id="taken without an answer"),
        pytest.param(lambda f: f.drop_before(path="/messages"), id="lost on its way"),
    ],
)
def test_each_part_arrives_once_and_in_order(
    realm: Realm, gateway: Gateway, claims: Store, fault: Fault
) -> None:
    """The third part waits for the second, and the key stands for all of it."""
    ana, now = realm.school.students[0], datetime.now(UTC)
    assert gateway.me.user_id == realm.school.bot.user_id
    outbox = Outbox(claims, SecondPartFails(gateway, lambda: fault(realm.sandbox.faults)))
    long = Outgoing("k", Direct((ana.user_id,)), TEXT, "test")
    assert outbox.post(long, now).state == "claimed"
    for seconds in range(10, 600, 10):
        outbox.run(now + timedelta(seconds=seconds))
    arrived = realm.sandbox.messages_to(ana)
    assert len(arrived) == 3
    assert "\n".join(each.content for each in arrived) == TEXT
    posted = outbox.post(long, now)
    assert (posted.state, posted.message_id) == ("sent", arrived[-1].message_id)


def test_nothing_follows_a_part_that_is_refused(
    realm: Realm, gateway: Gateway, claims: Store
) -> None:
    """The whole is refused with the reason, and its rest is not sent alone."""
    ana, now = realm.school.students[0], datetime.now(UTC)
    outbox = Outbox(
        claims,
        SecondPartFails(gateway, lambda: realm.sandbox.change_user(ana, is_active=False)),
    )
    outbox.post(Outgoing("k", Direct((ana.user_id,)), TEXT, "test"), now)
    outbox.run(now + timedelta(minutes=5))
    found = outbox.find("k")
    assert found is not None
    assert found.state == "refused"
    assert found.reason.startswith("The part before it: Zulip refused")
    assert len(realm.sandbox.messages_to(ana)) == 1
    assert outbox.unsettled() == []
