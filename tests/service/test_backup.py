"""Backups: whole while others write, checked, dated, rotated, and never in the way."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from nudgebot.errors import StoreError
from nudgebot.store import Schema, Store
from nudgebot.store.backups import back_up, backups_of, folder_of, rotate
from nudgebot.store.soundness import DamagedError, ensure_sound, quick_check

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
FIRST = Schema(
    "part",
    (("one", "CREATE TABLE a (n INTEGER PRIMARY KEY, t TEXT); CREATE INDEX a_by_t ON a (t);"),),
)
SECOND = Schema("part", (*FIRST.steps, ("two", "ALTER TABLE a ADD COLUMN m TEXT;")))
PAGE = 4096


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "school.db", [FIRST])
    store.executemany("INSERT INTO a VALUES (?, ?)", [(n, f"row {n} " * 9) for n in range(3000)])
    yield store
    store.close()


def damage(path: Path, *, page: int) -> None:
    """Overwrite the head of a page (from 1), as a failing disk does."""
    with path.open("r+b") as file:
        file.seek((page - 1) * PAGE)
        file.write(b"\xff" * 200)


def _count(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        found: int = connection.execute("SELECT count(*) FROM a").fetchone()[0]
    return found


def test_a_backup_is_one_file_of_one_moment_for_its_owner_only(
    filled: Store, tmp_path: Path
) -> None:
    """What is not committed is not in it; no log lies beside it; nobody else reads it."""
    folder = tmp_path / "b"
    with filled.transaction():
        filled.execute("INSERT INTO a VALUES (9999, 'not yet')")
        made = back_up(filled.path, folder, as_of=NOW)
    assert made.path.name == "school-20261120T030000Z.db"
    assert [path.name for path in folder.iterdir()] == [made.path.name]
    assert _count(made.path) == 3000
    assert made.path.stat().st_mode & 0o077 == 0
    assert quick_check(made.path) == []


def test_a_writer_never_waits_for_a_backup(filled: Store, tmp_path: Path) -> None:
    """Rows that are written while it is copied go in, and the copy is still whole."""
    stopping, written = threading.Event(), threading.Event()

    def write() -> None:
        number = 10_000
        while not stopping.is_set():
            filled.execute("INSERT INTO a VALUES (?, 'more')", [number])
            number += 1
            written.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert written.wait(10)
        made = back_up(filled.path, tmp_path / "b", as_of=NOW)
    finally:
        stopping.set()
        writer.join()
    assert quick_check(made.path) == []
    assert 3000 < _count(made.path) <= filled.value("SELECT count(*) FROM a")


def test_a_damaged_database_is_no_backup_and_pushes_none_out(filled: Store, tmp_path: Path) -> None:
    """The older, sound ones stay, and the sentence says how to go back to one."""
    folder = tmp_path / "b"
    made = back_up(filled.path, folder, as_of=NOW)
    filled.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    filled.close()
    damage(filled.path, page=3)
    with pytest.raises(DamagedError, match="nudgebot restore"):
        back_up(filled.path, folder, as_of=NOW + timedelta(days=1))
    assert list(folder.iterdir()) == [made.path]
    with pytest.raises(DamagedError, match="nudgebot restore"):
        ensure_sound(filled.path)


def test_rotation_keeps_so_many_days_and_always_the_newest(filled: Store, tmp_path: Path) -> None:
    """A service that stood still for a year does not lose its last backup when it starts."""
    folder = tmp_path / "b"
    folder.mkdir()
    for days in (40, 20, 10, 0):
        back_up(filled.path, folder, as_of=NOW - timedelta(days=days))
    (folder / "school-notes.db").touch()
    (folder / "other-20200101T000000Z.db").touch()
    gone = rotate(filled.path, folder, keep_days=14, as_of=NOW)
    assert len(gone) == 2
    assert [each.taken_at for each in backups_of(filled.path, folder)] == [
        NOW,
        NOW - timedelta(days=10),
    ]
    rotate(filled.path, folder, keep_days=14, as_of=NOW + timedelta(days=400))
    assert [each.taken_at for each in backups_of(filled.path, folder)] == [NOW]
    assert {"school-notes.db", "other-20200101T000000Z.db"} <= {p.name for p in folder.iterdir()}


def test_what_goes_wrong_leaves_no_half(
    filled: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No room, no such folder: one sentence, and nothing in the folder."""
    folder = tmp_path / "b"
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=0))
    with pytest.raises(StoreError, match="has no room for a backup"):
        back_up(filled.path, folder, as_of=NOW)
    assert list(folder.iterdir()) == []
    monkeypatch.undo()
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="could not be backed up"):
        back_up(filled.path, tmp_path / "file" / "b", as_of=NOW)


def test_an_update_of_the_tables_makes_a_backup_first(filled: Store, tmp_path: Path) -> None:
    """The copy is as it was before; what is up to date, or new, needs none."""
    filled.close()
    folder = folder_of(filled.path)
    Store(filled.path, [FIRST]).close()
    assert not folder.exists()
    Store(filled.path, [SECOND]).close()
    (made,) = backups_of(filled.path, folder)
    assert made.label == "before-update"
    older = Store(made.path, [FIRST])
    assert older.value("SELECT count(*) FROM a") == 3000
    older.close()
    Store(tmp_path / "new" / "school.db", [SECOND]).close()
    assert not (tmp_path / "new" / "backups").exists()


def test_an_update_that_fails_leaves_the_file_as_it_was(filled: Store) -> None:
    """Steps of several parts go in together or not at all."""
    filled.close()
    broken = Schema("other", (("one", "CREATE TABLE c (n INTEGER); CREATE TABLE c (n INTEGER);"),))
    with pytest.raises(StoreError):
        Store(filled.path, [SECOND, broken])
    again = Store(filled.path, [FIRST])
    assert [row["name"] for row in again.rows("PRAGMA table_info(a)")] == ["n", "t"]
    again.close()


def test_an_update_of_a_damaged_file_is_refused(filled: Store) -> None:
    """No step runs on top of damage."""
    filled.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    filled.close()
    damage(filled.path, page=3)
    with pytest.raises(DamagedError):
        Store(filled.path, [SECOND])


def test_a_part_that_nobody_knows_is_newer(filled: Store) -> None:
    """A whole program refuses a file with a part that it has never heard of."""
    filled.close()
    Store(filled.path, [Schema("later", (("one", "CREATE TABLE l (n INTEGER);"),))]).close()
    Store(filled.path, [FIRST]).close()
    with pytest.raises(StoreError, match="newer nudgebot"):
        Store(filled.path, [FIRST], whole=True)


def test_who_only_looks_changes_nothing(filled: Store, tmp_path: Path) -> None:
    """No table, no row and no file comes of it."""
    looking = Store.reading(filled.path)
    assert looking.value("SELECT count(*) FROM a") == 3000
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        looking.execute("DELETE FROM a")
    looking.close()
    with pytest.raises(StoreError, match="no such database"):
        Store.reading(tmp_path / "missing.db")
