"""What was sent is kept for long, and the few that are open are found at once all the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from nudgebot.nudging.messages import Direct, Outgoing
from nudgebot.nudging.nudges import Nudges
from nudgebot.nudging.outbox import Outbox
from nudgebot.service.health.school import outbox_findings
from nudgebot.store import Store
from nudging.fakes import FakeMessenger, failing

NOW = datetime(2026, 11, 19, 14, 30, tzinfo=UTC)
HELLO = Outgoing("answer:1", Direct((7,)), "Hello", "answer")


def _scans(store: Store, work: Callable[[], object], *, table: str = "outbox") -> list[str]:
    """The statements of the work that read all of a table."""
    said: list[str] = []
    store.connection.set_trace_callback(said.append)
    work()
    store.connection.set_trace_callback(None)
    asked = [each for each in said if table in each and each.lstrip().startswith("SELECT")]
    assert asked
    return [each for each in asked if any(map(_reads_all, _plan(store, each)))]


def _plan(store: Store, statement: str) -> list[str]:
    return [row["detail"] for row in store.rows(f"EXPLAIN QUERY PLAN {statement}")]


def _reads_all(step: str) -> bool:
    return step.startswith("SCAN") or step.endswith("USING PRIMARY KEY")  # by no value of it


@pytest.mark.parametrize(
    "messenger",
    [
        pytest.param(FakeMessenger(), id="nothing waits"),
        pytest.param(FakeMessenger(before=failing(False, retry_after_seconds=1)), id="waits"),
        pytest.param(FakeMessenger(after=failing(None)), id="in doubt"),
    ],
)
def test_what_is_open_is_found_without_reading_all_that_was_sent(
    store: Store, messenger: FakeMessenger
) -> None:
    """Every few seconds, and after years of messages: by an index, whatever stands open."""
    outbox = Outbox(store, messenger)

    def work() -> None:
        outbox.post(HELLO, NOW)
        outbox.run(NOW + timedelta(minutes=10))
        outbox.unsettled()

    assert _scans(store, work) == []


def test_the_doctor_reads_only_what_is_open(store: Store) -> None:
    """Its sentence on the outbox needs no more."""
    assert _scans(store, lambda: list(outbox_findings(store, NOW))) == []


def test_parts_whose_message_is_on_its_way_are_found_without_reading_all(store: Store) -> None:
    """Each delivery asks for them first."""
    assert _scans(store, Nudges(store).posted, table="nudge_parts") == []
