"""The database file in use: a connection a thread, transactions, and tables up to date.

Times are whole numbers throughout: `*_at` columns hold seconds since 1970 in UTC, `*_day` columns
days since 1970-01-01 in the zone of the person they belong to. Engines agree on whole numbers, and
the figures never need an engine's own date functions.
"""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from nudgebot.errors import StoreError
from nudgebot.store.backups import BEFORE_UPDATE, back_up, backups_of, folder_of
from nudgebot.store.lock import InUseError, alone
from nudgebot.store.migrating import Schema, apply, is_new, is_newer, pending
from nudgebot.store.soundness import ensure_not_emptied, ensure_sound, told

log = logging.getLogger(__name__)

Parameters = Sequence[Any] | Mapping[str, Any]
BUSY_TIMEOUT_SECONDS = 30.0
IN_MEMORY = Path(":memory:")
HALF_RESTORED = ".restored"
_ERASED = 1  # as the file's user_version, which changes with the transaction that sets it


class Store:
    """The one database file of a school.

    Each thread gets a connection of its own, in write-ahead mode, so that readers never wait for
    the writer. `synchronous=FULL`: what a claim in the outbox promised survives a power cut too.
    """

    def __init__(
        self,
        path: Path,
        schemas: Iterable[Schema] = (),
        *,
        whole: bool = False,
        held: bool = False,
        backups: Path | None = None,
        writes: bool = True,
    ) -> None:
        """Open the file, make it where it is missing, and bring its tables up to date.

        `whole`: the schemas are all that there are. `held`: the caller holds the file's lock; who
        does not can only bring tables up to date while nobody does. Before that is done to a file
        with something in it, it is backed up into the folder `backups`.

        Raises StoreError when the file is no database, is damaged, is gone while there are backups
        of it, is newer than this program, or cannot be written; then nothing was changed in it.
        """
        self.path = path
        self._local = threading.local()
        self._guard = threading.Lock()
        self._opened: list[sqlite3.Connection] = []
        self._writes = writes
        if not writes:
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if path != IN_MEMORY:
                copies = backups_of(path, folder_of(path, backups))
                ensure_not_emptied(path, has_backups=bool(copies))
                # Made for its owner only; what SQLite keeps beside it gets the same rights.
                os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._bring_up(tuple(schemas), whole=whole, held=held, backups=backups)
            if held:
                sweep(path)
                self._finish_erasing()
        except (sqlite3.Error, OSError) as error:
            self.close()
            raise told(path, error) from error
        except StoreError:
            self.close()
            raise

    @classmethod
    def reading(cls, path: Path) -> Store:
        """The file as it is, to look at only: no table is brought up to date, nothing is written.

        Raises StoreError when it is missing or no database.
        """
        if not path.exists():
            raise StoreError(f"There is no such database: {path}.")
        return cls(path, writes=False)

    def _bring_up(
        self, schemas: Sequence[Schema], *, whole: bool, held: bool, backups: Path | None
    ) -> None:
        if is_newer(self.db, schemas, whole=whole):
            raise StoreError(
                f"{self.path} was written by a newer nudgebot; start that version, or restore the "
                "backup from before the update."
            )
        if not pending(self.db, schemas):
            return
        with ExitStack() as closing:
            if not is_new(self.db):
                if not held:
                    closing.enter_context(self._for_update())
                ensure_sound(self.path)
                folder = folder_of(self.path, backups)
                back_up(self.path, folder, as_of=datetime.now(UTC), label=BEFORE_UPDATE)
            apply(self.db, schemas)

    @contextmanager
    def _for_update(self) -> Iterator[None]:
        try:
            with alone(self.path):
                yield
        except InUseError as error:
            raise InUseError(
                f"{self.path} needs an update of its tables, and an older nudgebot runs on it: "
                "restart that one first."
            ) from error

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
        if not self._writes:
            connection.execute("PRAGMA query_only=ON")
            return Database(connection, execute_plugins=False)
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

    def note_erased(self) -> None:
        """Note, in the transaction that erases, that the old bytes are to be written over."""
        self.execute(f"PRAGMA user_version = {_ERASED}")

    def write_anew(self) -> None:
        """Write the file anew without its free pages, and empty its log.

        What was deleted or changed at any earlier time may have left its old bytes in them. Until
        this is done the file says so, and the next start does it. Raises StoreError.
        """
        try:
            self.execute("VACUUM")
            busy = self.value("PRAGMA wal_checkpoint(TRUNCATE)")
            if not busy:
                self.execute("PRAGMA user_version = 0")
        except sqlite3.Error as error:
            raise StoreError(
                f"{self.path} could not be written anew; make room on its disk and start again."
            ) from error
        if busy:
            raise StoreError(f"Another program reads the log of {self.path}; stop that one first.")

    def _finish_erasing(self) -> None:
        """What somebody was erased from, and not written anew: the process was killed before."""
        if self.value("PRAGMA user_version") == _ERASED:
            try:
                self.write_anew()
            except StoreError as error:
                # What is asked for is gone from the tables; a full disk must not stop the school.
                log.warning("old bytes of somebody erased are still in the file: %s", error)

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._guard:
            opened, self._opened = self._opened, []
        for connection in opened:
            connection.close()
        self._local = threading.local()


def sweep(path: Path) -> None:
    """Remove what a restore left that was killed; the caller holds the file's lock."""
    for half in path.parent.glob(f".{path.name}.*{HALF_RESTORED}*"):
        if half.is_dir():
            shutil.rmtree(half)
        else:
            half.unlink(missing_ok=True)
