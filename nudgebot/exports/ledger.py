"""The book of batches: what came, when, and what became of it."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from nudgebot.errors import ExportError
from nudgebot.exports.bundle import name_of
from nudgebot.exports.report import ImportReport
from nudgebot.school.days import from_at, to_at
from nudgebot.store import Store


@dataclass(frozen=True)
class Entry:
    """An export as it came in; `stamp` digests the sizes and times of its files."""

    path: Path
    format_name: str
    fingerprint: str
    stamp: str
    started_at: int
    tables: frozenset[str] = frozenset()

    def with_fingerprint(self, fingerprint: str) -> Entry:
        """The same entry, its content now known."""
        return replace(self, fingerprint=fingerprint)

    def with_tables(self, tables: frozenset[str]) -> Entry:
        """The same entry, its files now known."""
        return replace(self, tables=tables)


@dataclass(frozen=True)
class NewestBatch:
    """The batch of a format that was taken last."""

    fingerprint: str
    data_as_of: datetime | None
    tables: frozenset[str]


@dataclass(frozen=True)
class HeldBatch:
    """A batch that waits for an admin's word."""

    batch_id: int
    path: Path
    format_name: str
    fingerprint: str


class Ledger:
    """Reads and writes the table `batches`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def record(self, entry: Entry, report: ImportReport) -> ImportReport:
        """Write a report down; gives it with the number of its batch.

        An export without anything new counts as taken: it says that the data are fresh.
        """
        as_of = None if report.data_as_of is None else to_at(report.data_as_of)
        state = "taken" if report.state == "unchanged" else report.state
        counts = (report.rows_read, report.rows_taken, report.rows_refused)
        batch_id = self.write(entry, state, data_as_of_at=as_of, counts=counts, note=report.note)
        if state == "taken":
            self._supersede(entry)
        return replace(report, batch_id=batch_id)

    def write(
        self,
        entry: Entry,
        state: str,
        *,
        data_as_of_at: int | None = None,
        counts: tuple[int, int, int] = (0, 0, 0),
        note: str = "",
    ) -> int:
        """Write one row; gives its number."""
        cursor = self._store.execute(
            """INSERT INTO batches (source, format, fingerprint, path, stamp, state, started_at,
                   data_as_of_at, rows_read, rows_taken, rows_refused, note, tables)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (
                name_of(entry.path),
                entry.format_name,
                entry.fingerprint,
                _stored(entry.path),
                entry.stamp,
                state,
                entry.started_at,
                data_as_of_at,
                *counts,
                note,
                " ".join(sorted(entry.tables)),
            ),
        )
        return int(cursor.lastrowid or 0)

    def _supersede(self, entry: Entry) -> None:
        """Let no held batch be released any more that would undo what this one brought."""
        held = self._store.rows(
            "SELECT batch_id, tables FROM batches WHERE state = 'held' AND format = ?",
            [entry.format_name],
        )
        for batch_id, tables in map(tuple, held):
            if not tables or not entry.tables or not entry.tables.isdisjoint(tables.split()):
                self._settle(batch_id, "superseded")

    def newest(self, format_name: str) -> NewestBatch | None:
        """The batch that was taken last."""
        row = self._store.row(
            """SELECT fingerprint, data_as_of_at, tables FROM batches
               WHERE state = 'taken' AND format = ? ORDER BY batch_id DESC LIMIT 1""",
            [format_name],
        )
        if row is None:
            return None
        at = row["data_as_of_at"]
        as_of = None if at is None else from_at(at)
        return NewestBatch(row["fingerprint"], as_of, frozenset(row["tables"].split()))

    def has_seen(self, path: Path, stamp: str) -> bool:
        """Whether the newest batch from a path had files of these very sizes and times."""
        found = self._store.value(
            "SELECT stamp FROM batches WHERE path = ? ORDER BY batch_id DESC LIMIT 1",
            [_stored(path)],
        )
        return bool(found == stamp)

    def held(self, batch_id: int) -> HeldBatch:
        """The batch of that number; raises ExportError where it does not wait for an admin."""
        row = self._store.row("SELECT * FROM batches WHERE batch_id = ?", [batch_id])
        if row is not None and row["state"] == "superseded":
            raise ExportError(
                f"Batch {batch_id} is out of date: a later export was taken since. If it is right"
                " nevertheless, deliver it again."
            )
        if row is None or row["state"] != "held":
            raise ExportError(f"Batch {batch_id} is not held back.")
        path = Path(os.fsdecode(row["path"]))
        return HeldBatch(row["batch_id"], path, row["format"], row["fingerprint"])

    def release(self, batch_id: int) -> None:
        """Note that an admin has let a batch pass."""
        self._settle(batch_id, "released")

    def _settle(self, batch_id: int, state: str) -> None:
        self._store.execute("UPDATE batches SET state = ? WHERE batch_id = ?", [state, batch_id])


def _stored(path: Path) -> str | bytes:
    """The whole path as the database can hold it: a text, or bytes where it is none."""
    whole = str(path.absolute())
    try:
        whole.encode()
    except UnicodeEncodeError:
        return os.fsencode(whole)
    return whole
