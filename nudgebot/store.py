"""One SQLite file: a connection a thread, transactions, migrations.

Times are whole numbers throughout: `*_at` columns hold seconds since 1970 in UTC, `*_day` columns
days since 1970-01-01 in the zone of the person they belong to. Engines agree on whole numbers, and
the figures never need an engine's own date functions.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlite_utils import Database, Migrations

from nudgebot.errors import StoreError

Parameters = Sequence[Any] | Mapping[str, Any]
BUSY_TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True)
class Schema:
    """The tables of one part of the house: named steps of DDL, run once each, in this order."""

    part: str
    steps: tuple[tuple[str, str], ...]


class Store:
    """The one database file of a school.

    Each thread gets a connection of its own, in write-ahead mode, so that readers never wait for
    the writer. `synchronous=FULL`: what a claim in the outbox promised survives a power cut too.
    """

    def __init__(self, path: Path, schemas: Iterable[Schema] = ()) -> None:
        """Open the file, make it where it is missing, and bring its tables up to date.

        Raises StoreError when the file is no database, is damaged at its head, is newer than this
        program, or cannot be written.
        """
        self.path = path
        self._local = threading.local()
        self._guard = threading.Lock()
        self._opened: list[sqlite3.Connection] = []
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            for schema in schemas:
                self._bring_up(schema)
        except (sqlite3.Error, OSError) as error:
            self.close()
            raise StoreError(_advice(path, error)) from error

    def _bring_up(self, schema: Schema) -> None:
        migrations = _migrations(schema)
        known = {name for name, _ in schema.steps}
        if not {step.name for step in migrations.applied(self.db)} <= known:
            self.close()
            raise StoreError(
                f"{self.path} was written by a newer nudgebot; start that version, or restore the "
                "backup from before the update."
            )
        migrations.apply(self.db)

    @property
    def db(self) -> Database:
        """This thread's database, as sqlite-utils shows it."""
        found: Database | None = getattr(self._local, "db", None)
        if found is None:
            found = self._connect()
            self._local.db = found
        return found

    def _connect(self) -> Database:
        connection = sqlite3.connect(
            self.path,
            timeout=BUSY_TIMEOUT_SECONDS,
            isolation_level=None,
            # Only its own thread uses a connection; `close` may come from another one at the end.
            check_same_thread=False,
        )
        with self._guard:
            self._opened.append(connection)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        return Database(connection, execute_plugins=False)

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's raw connection, for prepared `executemany` on the bulk path."""
        return self.db.conn

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of the block or nothing of it; inside another transaction it joins that one.

        Takes the write lock at once (`BEGIN IMMEDIATE`), so that a block that reads and then
        writes cannot lose the race in between.
        """
        connection = self.connection
        if connection.in_transaction:
            yield connection
        else:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                # rollback() is silent where the error has already ended the transaction.
                connection.rollback()
                raise

    def execute(self, sql: str, parameters: Parameters = ()) -> sqlite3.Cursor:
        """Run one statement; outside a transaction it is one by itself."""
        return self.connection.execute(sql, parameters)

    def executemany(self, sql: str, rows: Iterable[Parameters]) -> None:
        """Run one prepared statement for many rows, in one transaction."""
        with self.transaction() as connection:
            connection.executemany(sql, rows)

    def rows(self, sql: str, parameters: Parameters = ()) -> list[sqlite3.Row]:
        """All rows of a query; a row answers to column names and to positions."""
        return self.connection.execute(sql, parameters).fetchall()

    def row(self, sql: str, parameters: Parameters = ()) -> sqlite3.Row | None:
        """The first row of a query, or None."""
        found: sqlite3.Row | None = self.connection.execute(sql, parameters).fetchone()
        return found

    def value(self, sql: str, parameters: Parameters = ()) -> Any:
        """The first column of the first row, or None where there is no row."""
        found = self.row(sql, parameters)
        return None if found is None else found[0]

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._guard:
            opened, self._opened = self._opened, []
        for connection in opened:
            connection.close()
        self._local = threading.local()


def _migrations(schema: Schema) -> Migrations:
    migrations = Migrations(schema.part)
    for name, ddl in schema.steps:
        migrations(name=name)(_step(ddl))
    return migrations


def _step(ddl: str) -> Callable[[Database], None]:
    def run(db: Database) -> None:
        # executescript would commit the migration's own transaction first, so: one by one.
        for statement in _statements(ddl):
            db.conn.execute(statement)

    return run


def _statements(ddl: str) -> Iterator[str]:
    pending = ""
    for piece in ddl.split(";"):
        pending += f"{piece};"
        # A semicolon in a comment or in a text ends nothing.
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""


def _advice(path: Path, error: Exception) -> str:
    if isinstance(error, sqlite3.DatabaseError) and "not a database" in str(error):
        return f"{path} is not a SQLite database; name another file or restore it from a backup."
    if "malformed" in str(error):
        return f"{path} is damaged; stop nudgebot and restore the file from a backup."
    if "locked" in str(error):
        return f"{path} is in use by another program; stop that one first."
    return f"{path} cannot be opened or written; check the path, its permissions and free space."
