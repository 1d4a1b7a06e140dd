"""Restore: the old file is kept, what it promises is carried on, a bad backup is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nudgebot.errors import InputError
from nudgebot.store import Schema, Store
from nudgebot.store.backups import Backup, back_up
from nudgebot.store.restoring import restore, tables_of
from nudgebot.store.soundness import quick_check

NIGHT = datetime(2026, 11, 20, 3, tzinfo=UTC)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
FACTS = Schema("facts", (("one", "CREATE TABLE facts (n INTEGER PRIMARY KEY, t TEXT);"),))
PROMISES = Schema(
    "promises",
    (
        (
            "one",
            """CREATE TABLE sent (k TEXT PRIMARY KEY, t TEXT) WITHOUT ROWID;
               CREATE TABLE wishes (n INTEGER PRIMARY KEY);
               CREATE TABLE marks (n INTEGER PRIMARY KEY, mark BLOB);
               CREATE TABLE log (n INTEGER PRIMARY KEY, t TEXT);
               CREATE TRIGGER log_stays BEFORE DELETE ON log
               BEGIN SELECT RAISE(ABORT, 'no'); END;""",
        ),
    ),
)
SCHEMAS = [FACTS, PROMISES]
PAGE = 4096


@pytest.fixture
def noon(tmp_path: Path) -> Iterator[tuple[Store, Backup]]:
    """A backup of the night, and what happened until noon."""
    store = Store(tmp_path / "school.db", SCHEMAS)
    store.executemany("INSERT INTO facts VALUES (?, ?)", [(n, "fact " * 20) for n in range(2000)])
    store.execute("INSERT INTO wishes VALUES (1)")
    store.execute("INSERT INTO log VALUES (1, 'night')")
    backup = back_up(store.path, tmp_path / "b", as_of=NIGHT)
    store.executemany("INSERT INTO sent VALUES (?, 'x')", [(f"key {n}",) for n in range(500)])
    store.execute("DELETE FROM wishes")
    store.execute("INSERT INTO log VALUES (2, 'noon')")
    store.execute("UPDATE facts SET t = 'changed'")
    yield store, backup
    store.close()


def _ruin(store: Store, table: str) -> None:
    """Put the file on the disk, and overwrite the first page of a table."""
    page = store.value("SELECT rootpage FROM sqlite_master WHERE name = ?", [table])
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    with store.path.open("r+b") as file:
        file.seek((page - 1) * PAGE)
        file.write(b"\xff" * 200)


def test_promises_are_carried_on_and_facts_are_the_backups(noon: tuple[Store, Backup]) -> None:
    """What was sent since stays sent, a wish taken back stays so, a log only grows."""
    store, backup = noon
    _ruin(store, "facts")
    ruined = store.path.read_bytes()
    found = restore(backup.path, store.path, as_of=NOON, leave=tables_of([FACTS]))
    assert (found.lost, found.carried_rows) == ((), 501)
    assert found.aside is not None
    assert found.aside.read_bytes() == ruined
    assert found.aside.stat().st_mode & 0o077 == 0
    assert quick_check(store.path) == []
    again = Store(store.path, SCHEMAS, whole=True)
    assert again.value("SELECT count(*) FROM sent") == 500
    assert again.value("SELECT count(*) FROM wishes") == 0
    assert [row["t"] for row in again.rows("SELECT t FROM log")] == ["night", "noon"]
    assert again.value("SELECT t FROM facts LIMIT 1") == "fact " * 20
    again.close()


def test_a_damaged_table_is_the_backups_and_is_named(noon: tuple[Store, Backup]) -> None:
    """Whole or not at all: no half of a table is taken over."""
    store, backup = noon
    _ruin(store, "sent")
    found = restore(backup.path, store.path, as_of=NOON, leave=tables_of([FACTS]))
    assert found.lost == ("sent",)
    again = Store(store.path, SCHEMAS)
    assert again.value("SELECT count(*) FROM sent") == 0
    assert again.value("SELECT count(*) FROM log") == 2
    again.close()


def test_a_file_that_is_beyond_reading_gives_nothing(noon: tuple[Store, Backup]) -> None:
    """It is kept aside all the same."""
    store, backup = noon
    store.close()
    store.path.write_bytes(b"\xff" * 9000)
    found = restore(backup.path, store.path, as_of=NOON, leave=tables_of([FACTS]))
    assert found.lost == ("log", "marks", "sent", "wishes")
    assert found.aside is not None
    assert found.aside.stat().st_size == 9000
    again = Store(store.path, SCHEMAS)
    assert again.value("SELECT count(*) FROM wishes") == 1
    again.close()


def test_a_log_of_the_old_file_is_not_played_into_the_restored_one(
    noon: tuple[Store, Backup],
) -> None:
    """Killed in the middle of the day, the old file has a log beside it; both are kept aside."""
    store, backup = noon
    log = store.path.with_name("school.db-wal")
    assert log.stat().st_size > 0
    kept, size = store.path.read_bytes(), log.read_bytes()
    store.close()
    store.path.write_bytes(kept)
    log.write_bytes(size)
    found = restore(backup.path, store.path, as_of=NOON, leave=None)
    assert found.aside is not None
    assert found.aside.with_name(found.aside.name + "-wal").read_bytes() == size
    again = Store(store.path, SCHEMAS)
    assert again.value("SELECT count(*) FROM sent") == 0, "nothing was to be carried over"
    assert again.value("SELECT count(*) FROM facts WHERE t = 'changed'") == 0
    again.close()


def test_a_bad_backup_is_refused_and_changes_nothing(
    noon: tuple[Store, Backup], tmp_path: Path
) -> None:
    """Missing, damaged, or somebody else's: one sentence each."""
    store, backup = noon
    store.close()
    before = store.path.read_bytes()
    damaged, other = tmp_path / "damaged.db", tmp_path / "other.db"
    content = bytearray(backup.path.read_bytes())
    content[PAGE : PAGE + 200] = b"\xff" * 200
    damaged.write_bytes(content)
    Store(other).execute("CREATE TABLE x (n)")
    for path, says in (
        (tmp_path / "missing.db", "no such file"),
        (damaged, "is damaged itself"),
        (other, "no database of nudgebot"),
    ):
        with pytest.raises(InputError, match=says):
            restore(path, store.path, as_of=NOON, leave=None)
    assert store.path.read_bytes() == before
    assert not list(tmp_path.glob("*replaced*"))


def test_a_page_of_another_table_is_not_taken_for_ones_own(noon: tuple[Store, Backup]) -> None:
    """Sound as a page, and of the same shape: what it holds tells that it is not this table's."""
    store, backup = noon
    roots = [
        store.value("SELECT rootpage FROM sqlite_master WHERE name = ?", [name])
        for name in ("marks", "log")
    ]
    store.execute("INSERT INTO marks VALUES (7, x'00ff')")
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    content = bytearray(store.path.read_bytes())
    marks, log = (slice((root - 1) * PAGE, root * PAGE) for root in roots)
    content[marks], content[log] = content[log], content[marks]
    store.path.write_bytes(content)
    found = restore(backup.path, store.path, as_of=NOON, leave=tables_of([FACTS]))
    assert found.lost == ("log", "marks")
    again = Store(store.path, SCHEMAS)
    assert [row["t"] for row in again.rows("SELECT t FROM log")] == ["night"]
    again.close()
