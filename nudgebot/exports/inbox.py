"""The folder into which exports are delivered: finds what is new and complete, and imports it."""

from __future__ import annotations

import logging
import traceback
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from nudgebot.errors import ExportError, StoreError
from nudgebot.exports.bundle import Stamp, is_partial, is_unfinished, name_of, open_bundle, stamp
from nudgebot.exports.importer import Importer, digest
from nudgebot.exports.report import ImportReport
from nudgebot.exports.web_source import WebSources

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Refused:
    """An export of which nothing could be taken, and why."""

    source: str
    text: str
    state: str = "refused"


Outcome = ImportReport | Refused


class Inbox:
    """Looks for exports: zips, sub-folders with CSVs, or CSVs right in the folder.

    A delivery is read once its files have kept their sizes and times for `settle_seconds`, as far
    as the polls' own times tell, and once only: what became of it stands in the database, so that
    a restart does not read or report it again. Files that are named as hidden or partial wait.
    """

    def __init__(
        self,
        folder: Path,
        importer: Importer,
        *,
        format_name: str,
        settle_seconds: int,
        web: WebSources | None = None,
    ) -> None:
        self._folder = folder
        self._web = web
        self._importer = importer
        self._format_name = format_name
        self._settle = timedelta(seconds=settle_seconds)
        self._since: dict[Path, tuple[Stamp, datetime]] = {}
        self._done: dict[Path, Stamp] = {}
        self._told: dict[Path, str] = {}

    def poll(self, as_of: datetime) -> list[Outcome]:
        """Import what is complete and new, the oldest first; one bad export stops no other.

        What is fetched from the web comes into the folder meanwhile, for one of the next polls.
        """
        failed = self._web.poll() if self._web is not None else []
        outcomes: list[Outcome] = [Refused(each.source, each.text) for each in failed]
        for path in self._ready(as_of):
            outcome = self._import(path, as_of)
            if outcome is not None:
                outcomes.append(outcome)
        return outcomes

    def release(self, batch_id: int, as_of: datetime) -> ImportReport:
        """Import a batch that was held back, by an admin's word.

        Raises ExportError where the batch does not wait, or no longer, or its files have changed.
        """
        ledger = self._importer.ledger
        held = ledger.held(batch_id)
        if not stamp(held.path) or open_bundle(held.path).fingerprint() != held.fingerprint:
            raise ExportError(
                f"The files of batch {batch_id} have changed or are gone; deliver the export again."
            )
        report = self._importer.ingest(
            held.path, format_name=held.format_name, as_of=as_of, allow_drop=True
        )
        ledger.release(batch_id)
        return report

    def _ready(self, as_of: datetime) -> list[Path]:
        ready = []
        seen: dict[Path, tuple[Stamp, datetime]] = {}
        for path in self._deliveries():
            state = stamp(path)
            if not state or self._done.get(path) == state:
                continue
            before = self._since.get(path)
            since = before[1] if before is not None and before[0] == state else as_of
            seen[path] = (state, since)
            if as_of - since >= self._settle and not is_unfinished(path):
                ready.append((max(time for _, _, time in state), path))
        self._since = seen
        return [path for _, path in sorted(ready)]

    def _deliveries(self) -> list[Path]:
        try:
            named = [
                each
                for each in sorted(self._folder.iterdir())
                if not each.name.startswith((".", "~")) and each.name != "__MACOSX"
            ]
            paths = [
                each
                for each in named
                if each.is_dir() or (each.suffix.lower() == ".zip" and not is_partial(each.name))
            ]
            if any(each.is_file() and each not in paths for each in named):
                paths.append(self._folder)
            return [each for each in paths if not each.is_symlink() or each == self._folder]
        except OSError:
            return []

    def _import(self, path: Path, as_of: datetime) -> Outcome | None:
        state = stamp(path)
        try:
            outcome = self._taken(path, state, as_of)
        except StoreError as error:
            return self._later(path, str(error))
        except Exception as error:  # noqa: BLE001  # a mistake here must not keep others out
            # Its text may hold what was read, so that only its kind and its place are logged.
            place = "".join(traceback.format_tb(error.__traceback__))
            log.error("an export could not be read: %s\n%s", type(error).__name__, place)
            name = name_of(path)
            outcome = Refused(name, f"{name} met an error in nudgebot; see its log.")
        if stamp(path) != state:
            return outcome if isinstance(outcome, ImportReport) else None
        self._done[path] = state
        self._told.pop(path, None)
        return outcome

    def _taken(self, path: Path, state: Stamp, as_of: datetime) -> Outcome | None:
        """What became of an export; None where that stands in the book already."""
        if self._importer.ledger.has_seen(path, digest(state)):
            return None
        try:
            return self._importer.ingest(path, format_name=self._format_name, as_of=as_of)
        except ExportError as error:
            return Refused(name_of(path), str(error))

    def _later(self, path: Path, text: str) -> Outcome | None:
        """The database cannot take it now: say so once, and try again at the next poll."""
        if self._told.get(path) == text:
            return None
        self._told[path] = text
        return Refused(name_of(path), text)
