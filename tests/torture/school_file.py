"""A school's database with something in every table, and what is asked of such a file."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ready import ready_store
from rights.school import ANA, BEN, CHI, Person, open_school

from nudgebot.settings import read_settings
from nudgebot.store import Store
from nudgebot.store.lock import alone
from nudgebot.store.soundness import ensure_sound
from nudgebot.wiring import SCHEMAS, open_store

NIGHT = datetime(2026, 11, 19, 3, tzinfo=UTC)
LOG = "-wal"
LATE = "INSERT INTO tutor_opt_outs (student_id, opted_out_at) VALUES (?, 1)"
_OWN = ("sqlite_", "_sqlite_")
Rows = Counter[tuple[Any, ...]]


def filled(path: Path, *, students: int) -> Store:
    """A school in which every table holds something of each student; close it."""
    store = ready_store(path, SCHEMAS)
    more = [Person(f"S{2000 + n}", f"Nia{n}q Test", 1000 + n) for n in range(students)]
    with store.transaction():
        open_school(store, ANA, BEN, CHI, *more)
    return store


def rows_in(path: Path) -> Rows:
    """Every row of every table, each with its table's name."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        names = [
            row[0]
            for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        return Counter(
            (name, *row)
            for name in names
            if not name.startswith(_OWN)
            for row in connection.execute(f'SELECT * FROM "{name}"')  # noqa: S608  # own names
        )


def missing(before: Rows, after: Rows) -> int:
    """How many rows are not there any more."""
    return sum((before - after).values())


def start(database: Path, **settings: object) -> None:
    """What a start of the service does with the file before it says a word to anybody."""
    with alone(database):
        ensure_sound(database)
        found = read_settings(environment={}).replaced(database=database, **settings)
        open_store(found, held=True).close()


def held_bytes(database: Path) -> bytes:
    """All bytes of the file and of what SQLite keeps beside it."""
    beside = [database.with_name(database.name + suffix) for suffix in ("", LOG, "-journal")]
    return b"".join(each.read_bytes() for each in beside if each.exists())


@dataclass(frozen=True)
class Original:
    """A file and its log as a killed process leaves them, to begin with again and again."""

    content: bytes
    log: bytes
    rows: Rows

    def lay(self, folder: Path) -> Path:
        """A copy in a folder of its own; the database's path."""
        folder.mkdir(parents=True)
        database = folder / "school.db"
        database.write_bytes(self.content)
        if self.log:
            database.with_name(database.name + LOG).write_bytes(self.log)
        return database


def original(store: Store) -> Original:
    """The store's file as it is at this moment."""
    path = store.path
    log = path.with_name(path.name + LOG).read_bytes()
    return Original(path.read_bytes(), log, rows_in(path))


def names_in(folder: Path, who: Person) -> int:
    """In how many files of a folder, all bytes of them, the name or an address of hers stands."""
    marks = [text.encode().lower() for text in (who.name, who.email, who.guardian, who.student_id)]
    files = [each for each in folder.iterdir() if each.is_file()]
    return sum(any(mark in each.read_bytes().lower() for mark in marks) for each in files)
