"""The record: each thing once, alerts tagged, ratings from 1 to 5."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ready import ready_store

from nudgebot.chat.tables import SCHEMA as CHAT
from nudgebot.errors import CommandError
from nudgebot.interventions.means import Actor
from nudgebot.interventions.record import InterventionType, Record
from nudgebot.interventions.tables import SCHEMA
from nudgebot.store import Store

NOW = datetime(2026, 11, 19, 14, 30, tzinfo=UTC)
TARA = Actor(9, "Tara Teacher", "t1")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = ready_store(tmp_path / "record.db", [CHAT, SCHEMA])
    yield opened
    opened.close()


def raise_alert(store: Store, rule: str, severity: str) -> int:
    cursor = store.execute(
        """INSERT INTO alerts (student_id, rule_id, title, severity, reasons, episode_at, raised_at,
           newest_at, state) VALUES ('s1', ?, 'Title', ?, '[]', 1, 1, 1, 'open')""",
        [rule, severity],
    )
    return int(cursor.lastrowid or 0)


def note(record: Record, source: str = "meeting:3") -> int:
    return record.note(
        InterventionType.MEETING,
        TARA,
        student_id="s1",
        action_taken="Meeting tomorrow at 15:00",
        source=source,
        as_of=NOW,
    )


def test_it_is_noted_once_and_tags_the_alerts(store: Store) -> None:
    """The most urgent open alert is what it was about; all open ones are tagged and seen."""
    record = Record(store)
    raise_alert(store, "inactivity", "medium")
    high = raise_alert(store, "low_marks", "high")
    first = note(record)
    assert note(record) == first
    found = record.find(first)
    assert found is not None
    assert (found.alert_id, found.teacher_id, found.created_at) == (high, "t1", NOW)
    assert {row["state"] for row in store.rows("SELECT state FROM alerts")} == {"acknowledged"}
    assert [row["tag"] for row in store.rows("SELECT tag FROM alert_tags")] == [
        "meeting arranged",
        "meeting arranged",
    ]


def test_the_same_again_tags_no_newer_alert(store: Store) -> None:
    """What is carried out again after a crash says nothing of an alert that came in between."""
    record = Record(store)
    note(record)
    raise_alert(store, "inactivity", "high")
    note(record)
    assert store.value("SELECT state FROM alerts") == "open"


def test_it_comes_to_its_end_and_is_rated(store: Store) -> None:
    """What came of it is told with its moment; a rating is a number from 1 to 5."""
    record = Record(store)
    number = note(record)
    record.resolve("meeting:3", "held", NOW)
    record.rate(number, 4, actor=TARA, as_of=NOW)
    found = record.of_source("meeting:3")
    assert found is not None
    assert (found.is_resolved, found.resolved_at, found.resolution_notes) == (True, NOW, "held")
    assert found.effectiveness_rating == 4
    for rating in (0, 6):
        with pytest.raises(CommandError, match="from 1"):
            record.rate(number, rating, actor=TARA, as_of=NOW)


def test_what_reached_nobody_is_taken_back(store: Store) -> None:
    """A refused message is no intervention."""
    record = Record(store)
    note(record)
    record.withdraw("meeting:3")
    assert record.of_student("s1") == []
