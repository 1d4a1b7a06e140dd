"""The audit log is only ever added to; whoever changes it behind its back is told of."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nudgebot.chat.audit import FORGOTTEN, Audit, Head, compared, head_in, verify
from nudgebot.chat.audit_chain import TRIGGERS
from nudgebot.chat.tables import SCHEMA
from nudgebot.nudging.messages import Direct, InStream
from nudgebot.service.health import State, worst
from nudgebot.service.health.database import audit_findings
from nudgebot.store import Schema, Store

NOW = datetime(2026, 11, 19, 14, 30, tzinfo=UTC)
TARA, ANA = 9, 21


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A database with the chat's tables."""
    opened = Store(tmp_path / "a.db", [SCHEMA])
    yield opened
    opened.close()


def fill(store: Store, rows: int = 6) -> Audit:
    """Rows one minute apart: Tara's looks at s0, s1 and s2 in turn, the first one oldest."""
    audit = Audit(store)
    for number in range(rows):
        audit.record(
            [f"s{number % 3}"],
            actor_user_id=TARA,
            action="report student",
            place=InStream(71, "t") if number % 2 else Direct((TARA,)),
            as_of=NOW + timedelta(minutes=number),
            detail="4 weeks",
        )
    return audit


def without_triggers(store: Store) -> None:
    """What somebody with the file and a bad conscience does first."""
    for name in TRIGGERS:
        store.execute(f"DROP TRIGGER {name}")


def test_a_log_that_was_only_added_to_holds(store: Store) -> None:
    """An empty one too."""
    assert verify(store) == []
    fill(store)
    assert verify(store) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_log SET action = 'help'",
        "UPDATE audit_log SET about_id = NULL WHERE audit_id = 1",
        "DELETE FROM audit_log WHERE audit_id = 2",
        "DELETE FROM audit_log",
        "DELETE FROM audit_people",
        "UPDATE audit_people SET key = 's9' WHERE key = 's1'",
        "UPDATE audit_people SET key = NULL, salt = NULL",
        "DELETE FROM audit WHERE audit_id = 1",
        "INSERT INTO audit (at) VALUES (1)",
    ],
)
def test_sql_that_changes_the_log_is_refused(store: Store, statement: str) -> None:
    """By the database itself."""
    fill(store)
    before = store.rows("SELECT * FROM audit")
    with pytest.raises(sqlite3.Error):
        store.execute(statement)
    assert [tuple(r) for r in store.rows("SELECT * FROM audit")] == [tuple(r) for r in before]
    assert verify(store) == []


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE audit_log SET action = 'help' WHERE audit_id = 3", "Row 3 of the audit log"),
        ("UPDATE audit_log SET at = at + 1 WHERE audit_id = 3", "Row 3 of the audit log"),
        ("UPDATE audit_log SET place = 'machine' WHERE audit_id = 2", "Row 2 of the audit log"),
        ("UPDATE audit_log SET detail = '' WHERE audit_id = 6", "Row 6 of the audit log"),
        ("UPDATE audit_log SET about_id = NULL WHERE audit_id = 1", "Row 1 of the audit log"),
        ("UPDATE audit_log SET actor_id = 1 WHERE audit_id = 1", "Row 1 of the audit log"),
        ("DELETE FROM audit_log WHERE audit_id = 3", "Between rows 2 and 4"),
        ("DELETE FROM audit_log WHERE audit_id = 1", "Between rows 0 and 2"),
        ("DELETE FROM audit_log WHERE audit_id > 4", "cut off after row 4"),
        ("DELETE FROM audit_log", "cut off after row 0"),
        ("UPDATE audit_people SET key = 's9' WHERE key = 's1'", "is not who it was"),
        ("UPDATE audit_people SET key = NULL, salt = NULL WHERE key = 's1'", "without a note"),
        ("DELETE FROM audit_people WHERE key = 's1'", "Row 2 of the audit log"),
    ],
)
def test_what_was_done_behind_its_back_is_found(store: Store, statement: str, says: str) -> None:
    """With the triggers taken away; they are missed too."""
    fill(store)
    without_triggers(store)
    assert len(verify(store)) == len(TRIGGERS)
    store.execute(statement)
    assert any(says in line for line in verify(store))


@given(st.integers(1, 8), st.sampled_from(["at", "action", "place", "detail", "hash"]))
@settings(max_examples=40, deadline=None)
def test_any_change_of_any_row_is_found(
    tmp_path_factory: pytest.TempPathFactory, row: int, column: str
) -> None:
    """Whichever row, whichever column."""
    store = Store(tmp_path_factory.mktemp("log") / "a.db", [SCHEMA])
    fill(store, 8)
    without_triggers(store)
    store.execute(f"UPDATE audit_log SET {column} = {column} || '1' WHERE audit_id = ?", [row])  # noqa: S608  # names of a test
    assert len(verify(store)) > len(TRIGGERS)
    store.close()


def test_the_oldest_rows_leave_and_the_rest_still_holds(store: Store) -> None:
    """An anchor says where the chain goes on, and the log says that rows were dropped."""
    audit = fill(store)
    assert audit.prune(NOW + timedelta(minutes=4), NOW + timedelta(days=1)) == 4
    assert verify(store) == []
    actions = [row[0] for row in store.rows("SELECT action FROM audit ORDER BY audit_id")]
    assert actions == ["report student", "report student", "audit pruned"]
    assert audit.prune(NOW + timedelta(minutes=4), NOW + timedelta(days=1)) == 0
    assert audit.prune(NOW + timedelta(days=2), NOW + timedelta(days=3)) == 3
    assert verify(store) == []
    assert store.value("SELECT count(*) FROM audit_people WHERE kind = 'student'") == 0
    fill(store, 2)
    assert verify(store) == []


def test_pruning_opens_no_door(store: Store) -> None:
    """What is younger than the anchor cannot be deleted, and the anchor cannot be moved."""
    fill(store).prune(NOW + timedelta(minutes=4), NOW + timedelta(days=1))
    for statement in (
        "DELETE FROM audit_log WHERE audit_id = 5",
        "DELETE FROM audit_anchors",
        "UPDATE audit_anchors SET upto_id = 6",
    ):
        with pytest.raises(sqlite3.Error, match="only ever added to"):
            store.execute(statement)
    without_triggers(store)
    store.execute("DELETE FROM audit_log WHERE audit_id = 5")
    assert any("Between rows 4 and 6" in line for line in verify(store))


def test_whoever_is_forgotten_is_nowhere_in_the_log_and_it_still_holds(store: Store) -> None:
    """Neither the id, nor the salt that a guess would need; what others did to others stays."""
    audit = fill(store)
    audit.record(["s1"], actor_user_id=ANA, action="progress", place=Direct((ANA,)), as_of=NOW)
    salt = store.value("SELECT salt FROM audit_people WHERE key = 's1'")
    audit.forget("s1", own_user_id=ANA, actor_user_id=8, as_of=NOW)
    assert verify(store) == []
    assert audit.of("s1") == []
    assert len(audit.of("s2")) == 2
    for table in ("audit_log", "audit_people", "audit"):
        values = {str(value) for row in store.rows(f"SELECT * FROM {table}") for value in row}  # noqa: S608  # names of a test
        assert not values & {"s1", str(ANA), f"dm:{ANA}", salt}
    doings = store.rows("SELECT actor_user_id FROM audit WHERE action = 'progress'")
    assert [row[0] for row in doings] == [FORGOTTEN]
    assert store.value("SELECT count(*) FROM audit WHERE actor_user_id = 9") == 6


def test_forgetting_twice_or_somebody_unknown_changes_nothing(store: Store) -> None:
    """And an id that comes again is another person."""
    audit = fill(store)
    audit.forget("s1", own_user_id=None, actor_user_id=8, as_of=NOW)
    rows = store.value("SELECT count(*) FROM audit_log")
    audit.forget("s1", own_user_id=None, actor_user_id=8, as_of=NOW)
    audit.forget("s77", own_user_id=77, actor_user_id=8, as_of=NOW)
    assert store.value("SELECT count(*) FROM audit_log") == rows
    audit.record(["s1"], actor_user_id=TARA, action="why", place=None, as_of=NOW)
    assert [each.action for each in audit.of("s1")] == ["why"]
    assert verify(store) == []


def test_rows_from_before_the_chain_are_chained(tmp_path: Path) -> None:
    """With their people, places and times, in their order."""
    path = tmp_path / "old.db"
    names = [name for name, _ in SCHEMA.steps]
    older = Store(path, [Schema("chat", SCHEMA.steps[: names.index("audit chain")])])
    older.executemany(
        "INSERT INTO audit (at, actor_user_id, action, student_id, place) VALUES (?, ?, ?, ?, ?)",
        [(1, TARA, "why", "s1", f"dm:{TARA}"), (2, ANA, "progress", "s2", "group:9,21"),
         (3, 0, "report student", "s1", "machine"), (4, TARA, "risk", "s1", "stream:71")],
    )  # fmt: skip
    older.close()
    store = Store(path, [SCHEMA])
    rows = store.rows("SELECT at, actor_user_id, action, student_id, place FROM audit")
    assert [tuple(row) for row in rows] == [
        (1, TARA, "why", "s1", f"dm:{TARA}"),
        (2, ANA, "progress", "s2", "group"),
        (3, 0, "report student", "s1", "machine"),
        (4, TARA, "risk", "s1", "stream:71"),
    ]
    assert verify(store) == []
    store.close()


def test_a_row_that_is_rolled_back_leaves_no_gap(store: Store) -> None:
    """The chain is part of the transaction that it notes."""
    audit = fill(store)

    def broken() -> None:
        with store.transaction():
            audit.record(["s1"], actor_user_id=TARA, action="why", place=None, as_of=NOW)
            raise KeyError

    with pytest.raises(KeyError):
        broken()
    fill(store)
    assert verify(store) == []
    assert audit.head().number == 12


def test_the_head_tells_a_log_that_was_written_anew(store: Store, tmp_path: Path) -> None:
    """Each chain holds, but whoever kept the newest hash sees that it is another one."""
    assert Audit(store).head() == Head(0, "0" * 64)
    fill(store)
    other = Store(tmp_path / "b.db", [SCHEMA])
    fill(other)
    assert verify(store) == verify(other) == []
    assert Audit(store).head().number == Audit(other).head().number == 6
    assert Audit(store).head() != Audit(other).head()
    other.close()


def said_by_doctor(store: Store, noted: Head | None = None) -> tuple[State, str]:
    """How the audit log stands, and in which words."""
    found = list(audit_findings(store, noted))
    return worst(found), "\n".join(map(str, found))


@pytest.mark.parametrize("where", ["= 6", "> 3", "> 0"])
def test_an_end_that_was_cut_off_is_told(store: Store, where: str) -> None:
    """Even where whoever did it put back the triggers, and the count of the rows too."""
    audit = fill(store)
    noted = audit.head()
    triggers = [r[0] for r in store.rows("SELECT sql FROM sqlite_master WHERE type = 'trigger'")]
    without_triggers(store)
    store.execute(f"DELETE FROM audit_log WHERE audit_id {where}")  # noqa: S608  # names of a test
    for sql in triggers:
        store.execute(sql)
    state, told = said_by_doctor(store)
    assert (state, "cut off after row" in told) == (State.FAIL, True)
    store.execute("UPDATE sqlite_sequence SET seq = (SELECT max(audit_id) FROM audit_log)")
    store.execute("DELETE FROM sqlite_sequence WHERE seq IS NULL")
    assert verify(store) == []  # nothing inside of the file can tell that
    state, told = said_by_doctor(store, noted)
    assert (state, "cut or rewritten" in told) == (State.FAIL, True)
    while audit.head().number < 9:  # nor does it help to go on writing
        fill(store, 1)
    assert said_by_doctor(store, noted)[0] is State.FAIL


def test_the_doctor_prints_the_head_and_compares_it_later(store: Store) -> None:
    """The log may have grown, or have lost what was too old, since it was noted."""
    audit = fill(store)
    state, told = said_by_doctor(store)
    assert (state, str(audit.head()) in told) == (State.OK, True)
    noted = head_in(str(audit.head()))
    assert noted == audit.head()
    fill(store)
    assert said_by_doctor(store, noted)[0] is State.OK
    assert compared(store, Head(6, "0" * 64)) is False
    audit.prune(NOW + timedelta(days=1), NOW + timedelta(days=2))
    assert said_by_doctor(store, noted)[0] is State.WARN
    assert verify(store) == []


@pytest.mark.parametrize("text", ["", "6", "6:", "6:abc", "x:" + "0" * 64, "6:" + "G" * 64])
def test_what_is_no_head_is_not_compared(text: str) -> None:
    """The command line says how to give it."""
    assert head_in(text) is None
