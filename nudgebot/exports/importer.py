"""Takes one export into the school's tables: all of it in one transaction, or nothing."""

from __future__ import annotations

import gc
import hashlib
import logging
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from nudgebot.errors import ExportError, StoreError
from nudgebot.exports import guard
from nudgebot.exports.batch import Batch
from nudgebot.exports.bundle import Bundle, Stamp, check_zip, name_of, open_bundle, stamp
from nudgebot.exports.ledger import Entry, Ledger
from nudgebot.exports.native import open_native
from nudgebot.exports.oulad import open_oulad
from nudgebot.exports.report import ImportReport
from nudgebot.exports.touched import mark
from nudgebot.school.days import from_at, to_at
from nudgebot.store import Store

log = logging.getLogger(__name__)

Progress = Callable[[str, int], None]
CACHE_KIBIBYTES = 256 * 1024


class Export(Protocol):
    """An export whose files and headers have been found in order."""

    notices: list[str]

    @property
    def size(self) -> int:
        """How many bytes there are to be read."""

    @property
    def tables(self) -> frozenset[str]:
        """The tables of which there are files."""

    def people(self, batch: Batch) -> None:
        """Hand over who is in the school."""

    def facts(self, batch: Batch) -> None:
        """Hand over the rest."""


FORMATS: Mapping[str, Callable[[Bundle], Export]] = {"native": open_native, "oulad": open_oulad}


class _HeldError(Exception):
    """Ends a transaction whose export must wait."""


class Importer:
    """Imports exports into one store; `zone` is the zone of times that name none."""

    def __init__(
        self,
        store: Store,
        *,
        zone: ZoneInfo,
        max_drop_share: float,
        formats: Mapping[str, Callable[[Bundle], Export]] = FORMATS,
    ) -> None:
        self._formats = formats
        self._store = store
        self._zone = zone
        self._max_drop_share = max_drop_share
        self.ledger = Ledger(store)

    def ingest(
        self,
        path: Path,
        *,
        format_name: str,
        as_of: datetime,
        allow_drop: bool = False,
        progress: Progress | None = None,
    ) -> ImportReport:
        """Take what lies at a path; raises ExportError when nothing of it could be taken.

        `progress` is called with a file's name and how many percent of the whole export have been
        read. An export that was refused, held or taken leaves a row in `batches`.
        """
        if format_name not in self._formats:
            raise ExportError(
                f"{format_name}: no such format; use {', '.join(sorted(self._formats))}."
            )
        seen = stamp(path)
        entry = Entry(path, format_name, "", digest(seen), to_at(as_of))
        try:
            bundle = open_bundle(path)
            entry = entry.with_fingerprint(bundle.fingerprint())
            newest = self.ledger.newest(format_name)
            if newest is not None and newest.fingerprint == entry.fingerprint:
                return self._unchanged(entry.with_tables(newest.tables), newest.data_as_of)
            check_zip(bundle)
            export = self._opened(bundle, format_name)
            entry = entry.with_tables(export.tables)
            return self._take(entry, export, seen, allow_drop=allow_drop, progress=progress)
        except sqlite3.Error as error:
            raise StoreError(
                "The export could not be written to the database; is the disk full, or another"
                " program at work in the file? Nothing of it was taken."
            ) from error
        except ExportError as error:
            if stamp(path) != seen:
                raise ExportError(
                    f"{name_of(path)} changed while it was being read; it is read again when it is"
                    " complete."
                ) from error
            if seen:
                self.ledger.write(entry, "refused", note=str(error))
            raise

    def _opened(self, bundle: Bundle, format_name: str) -> Export:
        """The export, its headers checked; raises ExportError, which names a format that fits."""
        try:
            return self._formats[format_name](bundle)
        except ExportError as error:
            for other in sorted(self._formats.keys() - {format_name}):
                if self._fits(bundle, other):
                    text = str(error).removesuffix(".")
                    raise ExportError(
                        f"{text}; it looks like {other}: add --format {other}, or set inbox_format"
                        f" to {other} for the inbox."
                    ) from error
            raise

    def _fits(self, bundle: Bundle, format_name: str) -> bool:
        try:
            self._formats[format_name](bundle)
        except ExportError:
            return False
        return True

    def _take(
        self,
        entry: Entry,
        export: Export,
        seen: Stamp,
        *,
        allow_drop: bool,
        progress: Progress | None,
    ) -> ImportReport:
        connection = self._store.connection
        try:
            with _at_full_speed(connection), self._store.transaction():
                batch = Batch(
                    connection,
                    zone=self._zone,
                    as_of_at=entry.started_at,
                    progress=_percent(export.size, progress),
                )
                batch.notices += export.notices
                before = guard.call_roll(connection)
                export.people(batch)
                self._check(before, batch, allow_drop=allow_drop)
                export.facts(batch)
                why = self._check(before, batch, allow_drop=allow_drop)
                batch.finish()
                if stamp(entry.path) != seen:
                    raise ExportError(f"{name_of(entry.path)} changed while it was being read.")
                return self._settle(connection, entry, batch, why)
        except _HeldError as held:
            return self._report(entry, batch, "held", str(held))

    def _check(self, before: guard.Roll, batch: Batch, *, allow_drop: bool) -> str:
        """Why the export would be held; raises _HeldError unless it is allowed to pass."""
        gone = before.losses(guard.call_roll(self._store.connection))
        why = guard.why_hold([*gone, *batch.losses], max_drop_share=self._max_drop_share)
        if why and not allow_drop:
            raise _HeldError(why)
        return why

    def _settle(
        self, connection: sqlite3.Connection, entry: Entry, batch: Batch, why: str
    ) -> ImportReport:
        note = why and "An admin has let it pass."
        report = self._report(entry, batch, "taken", note or _note(batch))
        mark(connection, batch.touched, batch_id=report.batch_id)
        log.info("batch %s taken, %s students touched", report.batch_id, report.touched)
        return report

    def _report(self, entry: Entry, batch: Batch, state: str, note: str) -> ImportReport:
        held = state == "held"
        report = ImportReport(
            batch_id=0,
            source=name_of(entry.path),
            state=state,
            tables=batch.counts,
            problems=tuple(batch.problems),
            notices=tuple(batch.notices),
            touched=0 if held else len(batch.touched),
            data_as_of=None
            if batch.data_as_of_at is None or held
            else from_at(batch.data_as_of_at),
            note=note,
        )
        return self.ledger.record(entry, report)

    def _unchanged(self, entry: Entry, data_as_of: datetime | None) -> ImportReport:
        report = ImportReport(
            batch_id=0,
            source=name_of(entry.path),
            state="unchanged",
            tables=(),
            problems=(),
            notices=(),
            touched=0,
            data_as_of=data_as_of,
            note="It is the same as the newest one.",
        )
        return self.ledger.record(entry, report)


@contextmanager
def _at_full_speed(connection: sqlite3.Connection) -> Iterator[None]:
    """A large page cache and no garbage collection while millions of values are made.

    None of them are in cycles, and the collector would look at all that are alive again and again.
    """
    cache = connection.execute("PRAGMA cache_size").fetchone()[0]
    collects = gc.isenabled()
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIBIBYTES}")
    gc.disable()
    try:
        yield
    finally:
        connection.execute(f"PRAGMA cache_size = {cache}")
        if collects:
            gc.enable()


def digest(seen: Stamp) -> str:
    """A stamp as one short text."""
    return hashlib.sha256(repr(seen).encode()).hexdigest()


def _note(batch: Batch) -> str:
    return "" if batch.changed else "Nothing in it is new."


def _percent(size: int, progress: Progress | None) -> Progress:
    """Turns bytes read of one file after the other into percent of them all."""
    done: dict[str, int] = {}

    def tell(shown: str, bytes_read: int) -> None:
        if progress is not None:
            done[shown] = bytes_read
            progress(shown, min(100, 100 * sum(done.values()) // max(1, size)))

    return tell
