"""The book of batches: what came, when, and what became of it."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

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

    def with_fingerprint(self, fingerprint: str) -> Entry:
        """The same entry, its content now known."""
        return replace(self, fingerprint=fingerprint)


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
                   data_as_of_at, rows_read, rows_taken, rows_refused, note)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
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
            ),
        )
        return int(cursor.lastrowid or 0)

    def newest_fingerprint(self, format_name: str) -> str | None:
        """The content of the newest batch that was taken."""
        found: str | None = self._store.value(
            """SELECT fingerprint FROM batches WHERE state = 'taken' AND format = ?
               ORDER BY batch_id DESC LIMIT 1""",
            [format_name],
        )
        return found

    def newest_data_as_of(self, format_name: str) -> datetime | None:
        """The newest thing that the newest batch knew."""
        at = self._store.value(
            """SELECT data_as_of_at FROM batches WHERE state = 'taken' AND format = ?
               ORDER BY batch_id DESC LIMIT 1""",
            [format_name],
        )
        return None if at is None else from_at(at)

    def has_seen(self, path: Path, stamp: str) -> bool:
        """Whether the newest batch from a path had files of these very sizes and times."""
        found = self._store.value(
            "SELECT stamp FROM batches WHERE path = ? ORDER BY batch_id DESC LIMIT 1",
            [_stored(path)],
        )
        return bool(found == stamp)

    def held(self, batch_id: int) -> HeldBatch | None:
        """The batch of that number where it waits for an admin."""
        row = self._store.row(
            "SELECT * FROM batches WHERE batch_id = ? AND state = 'held'", [batch_id]
        )
        if row is None:
            return None
        path = Path(os.fsdecode(row["path"]))
        return HeldBatch(row["batch_id"], path, row["format"], row["fingerprint"])

    def release(self, batch_id: int) -> None:
        """Note that an admin has let a batch pass."""
        self._store.execute("UPDATE batches SET state = 'released' WHERE batch_id = ?", [batch_id])


def _stored(path: Path) -> str | bytes:
    """The whole path as the database can hold it: a text, or bytes where it is none."""
    whole = str(path.absolute())
    try:
        whole.encode()
    except UnicodeEncodeError:
        return os.fsencode(whole)
    return whole
