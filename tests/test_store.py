"""The database file: migrations run once, transactions are whole, threads do not mix."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from nudgebot.errors import StoreError
from nudgebot.store import Schema, Store

FIRST = Schema("part", (("one", "CREATE TABLE a (n INTEGER); CREATE TABLE b (n INTEGER);"),))
SECOND = Schema("part", (*FIRST.steps, ("two", "ALTER TABLE a ADD COLUMN m TEXT;")))


def test_a_migration_runs_once_and_the_next_one_follows(tmp_path: Path) -> None:
    """An older file is brought up to date, and its rows stay."""
    path = tmp_path / "a.db"
    older = Store(path, [FIRST])
    older.execute("INSERT INTO a VALUES (1)")
    older.close()
    for _ in range(2):
        newer = Store(path, [SECOND])
        assert [tuple(row) for row in newer.rows("SELECT n, m FROM a")] == [(1, None)]
        newer.close()


def test_a_file_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    """An old program would write what the new one no longer means."""
    path = tmp_path / "a.db"
    Store(path, [SECOND]).close()
    with pytest.raises(StoreError, match="newer nudgebot"):
        Store(path, [FIRST])


def test_a_broken_migration_leaves_nothing(tmp_path: Path) -> None:
    """All statements of a step go in, or none."""
    path = tmp_path / "a.db"
    broken = Schema("part", (("one", "CREATE TABLE a (n INTEGER); CREATE TABLE a (n INTEGER);"),))
    with pytest.raises(StoreError):
        Store(path, [broken])
    sound = Store(path, [FIRST])
    assert sound.value("SELECT count(*) FROM a") == 0
    sound.close()


def test_a_transaction_is_whole_and_a_nested_one_joins_it(tmp_path: Path) -> None:
    """What fails inside takes everything of the outer block back."""
    store = Store(tmp_path / "a.db", [FIRST])

    def both() -> None:
        with store.transaction():
            store.execute("INSERT INTO a VALUES (1)")
            with store.transaction():
                store.execute("INSERT INTO b VALUES (1)")
            raise KeyError

    with pytest.raises(KeyError):
        both()
    assert store.value("SELECT count(*) FROM a") == 0
    assert store.value("SELECT count(*) FROM b") == 0
    store.close()


def test_each_thread_has_its_own_connection(tmp_path: Path) -> None:
    """A reader does not see what another thread has not committed."""
    store = Store(tmp_path / "a.db", [FIRST])
    seen: list[int] = []
    with store.transaction():
        store.execute("INSERT INTO a VALUES (1)")
        reader = threading.Thread(target=lambda: seen.append(store.value("SELECT count(*) FROM a")))
        reader.start()
        reader.join()
    assert seen == [0]
    assert store.value("SELECT count(*) FROM a") == 1
    store.close()


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    """The sentence says what to do, and the file keeps its content."""
    path = tmp_path / "letter.txt"
    path.write_text("Dear school, " * 100, "utf-8")
    with pytest.raises(StoreError, match="is not a SQLite database"):
        Store(path, [FIRST])
    assert path.read_text("utf-8").startswith("Dear school")


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    """A file where a folder should be is told, without a traceback."""
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(StoreError, match="cannot be opened or written"):
        Store(tmp_path / "file" / "a.db", [FIRST])
