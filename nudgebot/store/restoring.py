"""Back from a backup: the damaged file is kept aside, and what it still promises is carried on."""

from __future__ import annotations

import glob
import os
import shutil
import sqlite3
from collections.abc import Callable, Collection, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nudgebot.errors import InputError, StoreError
from nudgebot.store.backups import STAMP, copy, sync
from nudgebot.store.database import HALF_RESTORED, IN_MEMORY, Store, sweep
from nudgebot.store.migrating import Schema
from nudgebot.store.soundness import full_check

_NOT_OURS = ("sqlite_", "_sqlite_")  # what SQLite and the migrations keep for themselves
# The second is what comes of an error of SQLite that quotes what is damaged.
_UNREADABLE = (sqlite3.DatabaseError, UnicodeDecodeError)
# The declared types of columns, and what they can hold; of all others nothing can be said.
_KINDS = {
    "INTEGER": ("integer",),
    "TEXT": ("text",),
    "REAL": ("real", "integer"),
    "BLOB": ("blob",),
}
_ASIDE = ".replaced-"
_LOG, _SHARED = "-wal", "-shm"  # what SQLite keeps beside a file in write-ahead mode


@dataclass(frozen=True)
class Restored:
    """What came of it: where the old file is, how many rows it gave, what could not be read.

    `aside` is None where there was no file. `lost` names tables that are as in the backup although
    they should not be.
    """

    aside: Path | None
    carried_rows: int
    lost: tuple[str, ...]


def restore(
    backup: Path,
    database: Path,
    *,
    as_of: datetime,
    leave: Collection[str] | None,
    settle: Callable[[Path], object] = lambda _: None,
) -> Restored:
    """Put the backup in the database's place; the caller holds the database's lock.

    All tables but those named by `leave` are carried over from the file that is there, each whole
    or not at all: what was sent, said and wished since the backup stays so. With None nothing is.
    `settle` gets the path of the new file when only its name is missing, and leaves one file.
    Killed at any instant, the old file or the restored one is in place, and a copy of the old one
    beside it. Raises InputError where the backup is none, and StoreError where it cannot be done.
    """
    _ensure_backup(backup)
    stamp = as_of.astimezone(UTC).strftime(STAMP)
    fresh = database.with_name(f".{database.name}.{stamp}{HALF_RESTORED}")
    try:
        sweep(database)
        database.parent.mkdir(parents=True, exist_ok=True)
        aside = _set_aside(database, stamp)
        copy(backup, fresh)
        rows, lost = 0, tuple[str, ...]()
        if aside is not None and leave is not None:
            rows, lost = _carry_over(database, fresh, leave)
            sync(fresh)
        settle(fresh)
        if full_check(fresh):
            raise StoreError(f"{fresh} did not come out sound; is the disk in order?")
        _fold_in_log(database)
        # An old log beside the restored file would be played into it.
        for suffix in (_LOG, _SHARED):
            database.with_name(database.name + suffix).unlink(missing_ok=True)
        fresh.replace(database)
        sync(database.parent)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(
            f"{database} could not be restored; check the folder's permissions and free space. "
            "What was there is as it was."
        ) from error
    finally:
        sweep(database)
    return Restored(aside, rows, lost)


def kept_aside(database: Path) -> list[Path]:
    """The files that restores have set aside beside the database, their logs among them."""
    return sorted(database.parent.glob(f"{glob.escape(database.name)}{_ASIDE}*"))


def tables_of(schemas: Sequence[Schema]) -> frozenset[str]:
    """The names of the tables that the schemas make."""
    store = Store(IN_MEMORY, schemas)
    try:
        return _tables(store.connection)
    finally:
        store.close()


def _ensure_backup(backup: Path) -> None:
    if not backup.is_file():
        raise InputError(f"There is no such file: {backup}.")
    try:
        found = full_check(backup)
    except sqlite3.Error as error:
        raise InputError(f"{backup} cannot be read; is another program using it?") from error
    if found:
        raise InputError(f"{backup} is damaged itself, or no database; name an older backup.")
    store = Store.reading(backup)
    try:
        if store.value("SELECT 1 FROM sqlite_master WHERE name = '_sqlite_migrations'") is None:
            raise InputError(f"{backup} is no database of nudgebot.")
    finally:
        store.close()


def _set_aside(database: Path, stamp: str) -> Path | None:
    """A copy of the file and its log, as they are, for its owner only."""
    if not database.exists():
        return None
    aside = _free_name(database.with_name(f"{database.name}{_ASIDE}{stamp}"))
    for suffix in (_LOG, ""):  # the one that counts comes last
        source = database.with_name(database.name + suffix)
        half = database.with_name(f".{database.name}.{stamp}{HALF_RESTORED}{suffix}")
        if source.exists():
            os.close(os.open(half, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            shutil.copyfile(source, half)
            sync(half)
            half.rename(aside.with_name(aside.name + suffix))
    return aside


def _free_name(path: Path) -> Path:
    """The path, or one beside it: a restore that was killed in this second has left its own."""
    number, found = 1, path
    while found.exists():
        number += 1
        found = path.with_name(f"{path.name}-{number}")
    return found


def _fold_in_log(database: Path) -> None:
    """Let a sound file be whole without its log, should the end come before it is replaced."""
    if database.exists():
        with (
            suppress(sqlite3.Error, UnicodeDecodeError),
            closing(sqlite3.connect(database, isolation_level=None)) as connection,
        ):
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _carry_over(old: Path, fresh: Path, leave: Collection[str]) -> tuple[int, tuple[str, ...]]:
    """Replace tables by what the old file has; returns the rows and the tables that were lost."""
    rows, lost = 0, []
    with (
        closing(sqlite3.connect(fresh, isolation_level=None)) as writing,
        closing(sqlite3.connect(old, isolation_level=None)) as reading,
    ):
        writing.execute("PRAGMA foreign_keys=OFF")
        writing.execute("PRAGMA synchronous=OFF")  # nobody has it before it is put onto the disk
        wanted = _tables(writing) - frozenset(leave)
        try:
            there = _tables(reading)
        except _UNREADABLE:
            return 0, tuple(sorted(wanted))  # not even its list of tables can be read
        for table in sorted(wanted & there):
            found = _carry(reading, writing, table)
            if found is None:
                lost.append(table)
            rows += found or 0
    return rows, tuple(lost)


def _carry(reading: sqlite3.Connection, writing: sqlite3.Connection, table: str) -> int | None:
    """Replace one table; None where the old one is damaged or of another shape."""
    name = f'"{table}"'
    shapes = [each.execute(f"PRAGMA table_info({name})").fetchall() for each in (reading, writing)]
    if shapes[0] != shapes[1]:
        return None
    marks = ", ".join("?" * len(shapes[0]))
    writing.execute("BEGIN IMMEDIATE")
    try:
        if [row[0] for row in reading.execute(f"PRAGMA integrity_check({name})")] != ["ok"]:
            raise sqlite3.DatabaseError
        if _holds_anothers(reading, name, shapes[0]):
            raise sqlite3.DatabaseError
        how = "INSERT"
        try:
            writing.execute(f"DELETE FROM {name}")  # noqa: S608  # the file's own name
        except sqlite3.IntegrityError:
            how = "INSERT OR IGNORE"  # a log that is only ever added to
        rows = reading.execute(f"SELECT * FROM {name}")  # noqa: S608  # the same
        cursor = writing.executemany(f"{how} INTO {name} VALUES ({marks})", rows)
        writing.execute("COMMIT")
    except _UNREADABLE:
        writing.rollback()
        return None
    return max(cursor.rowcount, 0)


def _holds_anothers(reading: sqlite3.Connection, name: str, shape: Sequence[Sequence[Any]]) -> bool:
    """Whether a value is of another kind than its column: a page that belongs to another table."""
    tests = [
        f'typeof("{column[1]}") NOT IN ({", ".join(map(repr, (*kinds, "null")))})'
        for column in shape
        if (kinds := _KINDS.get(column[2].upper()))
    ]
    found = f"SELECT 1 FROM {name} WHERE {' OR '.join(tests)} LIMIT 1"  # noqa: S608  # the same
    return bool(tests) and reading.execute(found).fetchone() is not None


def _tables(connection: sqlite3.Connection) -> frozenset[str]:
    found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    return frozenset(row[0] for row in found if not row[0].startswith(_NOT_OURS))
