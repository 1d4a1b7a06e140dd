"""The database file: sound, up to date, backed up, for its owner only, with room to grow."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from nudgebot.chat.audit import Audit, Head, compared, verify
from nudgebot.service.health.finding import Finding, State
from nudgebot.store import Store
from nudgebot.store.backups import backups_of
from nudgebot.store.lock import is_held
from nudgebot.store.soundness import RESTORE, quick_check

OLD_BACKUP = timedelta(hours=30)
LITTLE_BYTES = 500_000_000
MOST_TOLD = 3
TAMPERED = "Somebody changed the file by other means: ask who had access, keep a copy."


def file_findings(database: Path) -> Iterator[Finding]:
    """Whether the file is there and sound, who may read it, and whether a service works on it."""
    if not database.exists():
        sentence = f"{database} is not there yet."
        yield Finding("database", State.WARN, sentence, "`nudgebot run` makes it.")
        return
    found = quick_check(database)
    if found:
        sentence = f"{database} is damaged ({len(found)} findings)."
        yield Finding("database", State.FAIL, sentence, RESTORE)
    else:
        size = database.stat().st_size / 1e6
        yield Finding("database", State.OK, f"{database} is sound, {size:,.1f} MB.")
    if open_to_others(database):
        sentence = f"{database} can be read by other accounts of this machine."
        yield Finding("permissions", State.FAIL, sentence, f"chmod 600 {database}")
    running = is_held(database)
    sentence = "nudgebot runs on it." if running else "nudgebot does not run on it now."
    yield Finding("service", State.OK if running else State.WARN, sentence)


def open_to_others(path: Path) -> bool:
    """Whether other accounts of this machine may read a file."""
    return os.name == "posix" and path.exists() and bool(path.stat().st_mode & 0o077)


def table_findings(steps: Sequence[str]) -> Iterator[Finding]:
    """Whether the tables are of today."""
    if steps:
        sentence = f"{len(steps)} updates of the tables are due."
        advice = "They are made when nudgebot is started the next time, after a backup."
        yield Finding("tables", State.WARN, sentence, advice)
    else:
        yield Finding("tables", State.OK, "up to date.")


def backup_findings(database: Path, folder: Path, as_of: datetime) -> Iterator[Finding]:
    """How old the newest backup is."""
    backups = backups_of(database, folder)
    if not backups:
        sentence = f"there is none in {folder}."
        yield Finding("backup", State.WARN, sentence, "`nudgebot backup` makes one now.")
        return
    age = as_of - backups[0].taken_at
    sentence = f"the newest of {len(backups)} is {age / timedelta(hours=1):.0f} hours old."
    if age > OLD_BACKUP:
        advice = "Look for `backup` in the log; `nudgebot backup` tries it now."
        yield Finding("backup", State.WARN, sentence, advice)
    else:
        yield Finding("backup", State.OK, sentence)


def disk_findings(database: Path, folder: Path) -> Iterator[Finding]:
    """Whether there is room for the database to grow and for the next backup."""
    size = database.stat().st_size if database.exists() else 0
    for name, place in (("database", database.parent), ("backups", folder)):
        there = next(each for each in (place, *place.absolute().parents) if each.exists())
        free = shutil.disk_usage(there).free
        sentence = f"{free / 1e9:,.1f} GB free for the {name}."
        if free < 2 * size or free < LITTLE_BYTES:
            low = State.FAIL if free < size or free < LITTLE_BYTES / 10 else State.WARN
            yield Finding("disk", low, sentence, "Make room: a full disk stops nudgebot.")
        else:
            yield Finding("disk", State.OK, sentence)


def audit_findings(store: Store, noted: Head | None = None) -> Iterator[Finding]:
    """Whether the audit log is as it was written, and goes on from the head that was noted."""
    wrong = verify(store)
    if not wrong:
        sentence = (
            f"the log of who saw what is whole; its head is {Audit(store).head()} (note it "
            "elsewhere: `nudgebot doctor --audit-head` compares it later)."
        )
        yield Finding("audit", State.OK, sentence)
    for sentence in wrong[:MOST_TOLD]:
        yield Finding("audit", State.FAIL, sentence, TAMPERED)
    if noted is not None:
        yield _compared(store, noted)


def _compared(store: Store, noted: Head) -> Finding:
    same = compared(store, noted)
    if same is None:
        sentence = f"row {noted.number}, which was noted, has left by age: nothing to compare."
        return Finding("audit", State.WARN, sentence, "Note a newer head.")
    if same:
        return Finding("audit", State.OK, f"row {noted.number} is the one that was noted.")
    sentence = f"row {noted.number} is not the one that was noted: the log was cut or rewritten."
    return Finding("audit", State.FAIL, sentence, TAMPERED)
