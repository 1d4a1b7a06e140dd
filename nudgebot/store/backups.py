"""Copies of the database that SQLite makes while it is in use: checked, dated, rotated."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from nudgebot.errors import StoreError
from nudgebot.store.soundness import RESTORE, DamagedError, full_check, is_damage

STAMP = "%Y%m%dT%H%M%SZ"
BEFORE_UPDATE = "before-update"
_PART = ".part"
_ABANDONED = timedelta(hours=1)  # who still copies has written a moment ago
_ROOM = 1.1  # a copy needs a little more than the file, while it is checked


@dataclass(frozen=True)
class Backup:
    """One copy; `label` is empty for a nightly one."""

    path: Path
    taken_at: datetime
    label: str = ""


def folder_of(database: Path, named: Path | None = None) -> Path:
    """Where the copies go: the folder that is named, else `backups` beside the database."""
    return database.parent / "backups" if named is None or named == Path() else named


def back_up(database: Path, folder: Path, *, as_of: datetime, label: str = "") -> Backup:
    """Copy the database as it is at one moment, check the copy, and only then give it its name.

    Nobody who writes meanwhile has to wait. The copy can be read by its owner only. Raises
    DamagedError where what was copied is damaged, and StoreError where it could not be copied;
    either way there is no new copy and every older one stays.
    """
    moment = as_of.astimezone(UTC).replace(microsecond=0)
    name = "-".join(filter(None, [database.stem, moment.strftime(STAMP), label])) + ".db"
    # Of no other process's name: one that was killed in this second has left its own.
    part = folder / f".{name}.{secrets.token_hex(4)}{_PART}"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _sweep(folder, moment)
        _need_room(database, folder)
        copy(database, part)
        if full_check(part):
            raise _unsound(database, folder)
        part.replace(folder / name)
        sync(folder)
    except (OSError, sqlite3.Error) as error:
        if is_damage(error):
            raise DamagedError(f"{database} is damaged; it was not backed up. {RESTORE}") from error
        raise StoreError(
            f"{database} could not be backed up to {folder}; check its permissions and free space."
        ) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return Backup(folder / name, moment, label)


def copy(source: Path, target: Path) -> None:
    """Copy a database into a new file of its owner's only, and onto the disk."""
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    uri = f"{source.resolve().as_uri()}?mode=rw"
    with (
        closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as reading,
        closing(sqlite3.connect(target, isolation_level=None)) as writing,
    ):
        # All pages in one step: one reading of one moment, begun once, whoever writes meanwhile.
        reading.backup(writing, pages=-1)
        # One file, without a log beside it that could be forgotten when it is carried elsewhere.
        writing.execute("PRAGMA journal_mode=DELETE")
    sync(target)


def backups_of(database: Path, folder: Path) -> list[Backup]:
    """The copies that are there, newest first; files of other names are none of ours."""
    pattern = re.compile(rf"{re.escape(database.stem)}-(\d{{8}}T\d{{6}}Z)(?:-([a-z-]+))?\.db")
    found = []
    for path in folder.iterdir() if folder.is_dir() else ():
        named = pattern.fullmatch(path.name)
        if named:
            with suppress(ValueError):
                taken_at = datetime.strptime(named[1], STAMP).replace(tzinfo=UTC)
                found.append(Backup(path, taken_at, named[2] or ""))
    return sorted(found, key=lambda each: each.taken_at, reverse=True)


def rotate(database: Path, folder: Path, *, keep_days: int, as_of: datetime) -> list[Path]:
    """Remove copies that are older than so many days, never the newest; returns what is gone."""
    oldest = as_of - timedelta(days=keep_days)
    gone = [each.path for each in backups_of(database, folder)[1:] if each.taken_at < oldest]
    for path in gone:
        path.unlink(missing_ok=True)
    return gone


def sync(path: Path) -> None:
    """Have the system put a file, or a folder's names, onto the disk."""
    if path.is_dir() and os.name != "posix":
        return  # elsewhere a folder cannot be opened
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _unsound(database: Path, folder: Path) -> StoreError:
    """Whose damage it is: the database's, or that of the disk that it was copied to."""
    if full_check(database):
        return DamagedError(f"{database} is damaged; it was not backed up. {RESTORE}")
    return StoreError(f"A backup in {folder} came out damaged; is that disk in order?")


def _sweep(folder: Path, moment: datetime) -> None:
    """Remove halves that a killed process left, none that another one may be writing."""
    for path in folder.glob(f".*{_PART}"):
        written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        if moment - written > _ABANDONED:
            path.unlink(missing_ok=True)


def _need_room(database: Path, folder: Path) -> None:
    """A full disk would stop the service for the sake of its backup."""
    needed = int(database.stat().st_size * _ROOM)
    if shutil.disk_usage(folder).free < needed:
        raise StoreError(
            f"{folder} has no room for a backup of {needed / 1e6:,.0f} MB; make room or name "
            "another folder (setting backup_folder)."
        )
