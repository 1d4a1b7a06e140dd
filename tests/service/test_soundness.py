"""What a start looks at: every page, every index, a file that is gone; and it changes nothing."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nudgebot.store import Schema, Store
from nudgebot.store.backups import back_up
from nudgebot.store.database import HALF_RESTORED
from nudgebot.store.restoring import restore
from nudgebot.store.soundness import DamagedError, ensure_sound, full_check, quick_check

PAGE = 4096
NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
SENT = Schema("sent", (("one", "CREATE TABLE sent (k TEXT PRIMARY KEY, t TEXT);"),))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A sound file, closed."""
    found = tmp_path / "school.db"
    with closing(Store(found, [SENT])) as store:
        store.executemany("INSERT INTO sent VALUES (?, 'x')", [(f"key {n}",) for n in range(500)])
    return found


def _spoil_index(path: Path) -> None:
    """A key in the index is another than in the table: nothing would be found by it."""
    content = path.read_bytes()
    place = content.rindex(b"key 77")
    path.write_bytes(content[:place] + b"kex 77" + content[place + 6 :])


def test_an_index_that_does_not_agree_with_its_table_is_found(path: Path) -> None:
    """A claim that is looked for by it would be made a second time."""
    _spoil_index(path)
    assert quick_check(path) == []
    assert full_check(path) != []
    with pytest.raises(DamagedError, match="nudgebot restore"):
        ensure_sound(path)


def test_a_backup_of_such_a_file_is_none(path: Path) -> None:
    """Nor is such a file taken for a backup that could be brought back."""
    _spoil_index(path)
    with pytest.raises(DamagedError, match="it was not backed up"):
        back_up(path, path.parent / "backups", as_of=NOW)


@pytest.mark.parametrize("damaged", [False, True], ids=["sound", "damaged"])
def test_the_look_changes_neither_the_file_nor_its_log(tmp_path: Path, *, damaged: bool) -> None:
    """A killed process left a log; it is read and not folded in, least of all where all is lost."""
    with closing(Store(tmp_path / "first.db", [SENT])) as store:
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        store.executemany("INSERT INTO sent VALUES (?, 'x')", [(f"key {n}",) for n in range(500)])
        for suffix in ("", "-wal"):
            shutil.copy(tmp_path / f"first.db{suffix}", tmp_path / f"school.db{suffix}")
    path, log = tmp_path / "school.db", tmp_path / "school.db-wal"
    if damaged:
        content = path.read_bytes()
        path.write_bytes(content[:PAGE] + b"\xff" * (len(content) - PAGE))
    before = path.read_bytes(), log.read_bytes()
    assert bool(full_check(path)) is damaged
    assert (path.read_bytes(), log.read_bytes()) == before


def test_an_unfinished_transaction_is_taken_back_first(path: Path) -> None:
    """What a program in another mode left half done needs a look that may write."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("BEGIN")
        rows = [(f"more {n}", "y" * 500) for n in range(500)]
        connection.executemany("INSERT INTO sent VALUES (?, ?)", rows)
        other = path.with_name("other.db")
        shutil.copy(path, other)
        shutil.copy(f"{path}-journal", f"{other}-journal")
        connection.execute("ROLLBACK")
    assert full_check(other) == []
    with closing(Store.reading(other)) as store:
        assert store.value("SELECT count(*) FROM sent") == 500


@pytest.mark.parametrize("left", ["nothing", "an empty file", "an empty file and its log"])
def test_a_file_that_is_gone_is_not_begun_anew(path: Path, left: str) -> None:
    """With an empty one nobody's stop would be known, and all would be sent again."""
    back_up(path, path.parent / "backups", as_of=NOW)
    path.unlink()
    if left != "nothing":
        path.touch()
    if left.endswith("log"):
        shutil.rmtree(path.parent / "backups")
        path.with_name("school.db-wal").write_bytes(b"log")
    before = sorted(path.parent.rglob("*"))
    with pytest.raises(DamagedError, match="nudgebot restore"):
        Store(path, [SENT])
    assert sorted(path.parent.rglob("*")) == before


def test_a_file_that_is_gone_comes_back(path: Path) -> None:
    """`nudgebot restore` needs none to be there."""
    backup = back_up(path, path.parent / "backups", as_of=NOW)
    path.unlink()
    restore(backup.path, path, as_of=NOW, leave=frozenset())
    with closing(Store(path, [SENT])) as store:
        assert store.value("SELECT count(*) FROM sent") == 500


def test_what_killed_processes_left_is_in_nobodys_way(path: Path) -> None:
    """A backup and a restore of the same second are done; a start clears halves of a restore."""
    backup = back_up(path, path.parent / "backups", as_of=NOW)
    (path.parent / "backups" / f".{backup.path.name}.part").touch()
    back_up(path, path.parent / "backups", as_of=NOW)
    kept = path.with_name("school.db.replaced-20261120T030000Z")
    kept.write_bytes(b"the first one")
    half = path.with_name(f".school.db.20261120T030000Z{HALF_RESTORED}")
    half.touch()
    found = restore(backup.path, path, as_of=NOW, leave=frozenset())
    assert found.aside == kept.with_name(f"{kept.name}-2")
    assert kept.read_bytes() == b"the first one"
    half.touch()
    Store(path, [SENT], held=True).close()
    assert not half.exists()


def test_who_settles_a_restore_sees_it_before_anybody_else(path: Path) -> None:
    """What has to be done to it is done when the old file is still in its place."""
    backup = back_up(path, path.parent / "backups", as_of=NOW)
    seen = []

    def settle(fresh: Path) -> None:
        seen.append(path.exists() and fresh != path)
        with closing(sqlite3.connect(fresh)) as connection, connection:
            connection.execute("DELETE FROM sent WHERE k = 'key 7'")

    restore(backup.path, path, as_of=NOW, leave=frozenset(), settle=settle)
    assert seen == [True]
    with closing(Store.reading(path)) as store:
        assert store.value("SELECT count(*) FROM sent") == 499


def test_a_list_of_tables_that_is_no_text_is_damage(path: Path) -> None:
    """SQLite's own error quotes it, and cannot be read: it is one sentence all the same."""
    backup = back_up(path, path.parent / "backups", as_of=NOW)
    content = path.read_bytes()
    assert content.count(b"CREATE TABLE sent (k") == 1
    path.write_bytes(
        content.replace(b"tablesentsent", b"tables\xb5nts\xb5nt").replace(
            b"CREATE TABLE sent (k", b"CREATE TABLE s\xb5nt ,k"
        )
    )
    with pytest.raises(DamagedError, match="nudgebot restore"):
        ensure_sound(path)
    restore(backup.path, path, as_of=NOW, leave=frozenset())
    with closing(Store(path, [SENT])) as store:
        assert store.value("SELECT count(*) FROM sent") == 500
