"""Whether a database file is sound, and what to do where it is not."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from nudgebot.errors import StoreError

RESTORE = (
    "Stop nudgebot and bring the newest sound backup back with `nudgebot restore`; the damaged "
    "file is kept aside."
)
_WORDS = (
    "malformed",
    "not a database",
    "disk image",
    "corrupt",
    "file is encrypted",
    "unsupported file",
)
# An unfinished transaction has to be taken back first, or the folder is another account's.
_NOT_READ_ONLY = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)


class DamagedError(StoreError):
    """The file is damaged; nothing was changed in it."""


def is_damage(error: BaseException) -> bool:
    """Whether an error of SQLite says that the file is damaged, not only busy or full."""
    return isinstance(error, sqlite3.DatabaseError) and any(word in str(error) for word in _WORDS)


def quick_check(path: Path) -> list[str]:
    """What is wrong with the file's structure, at most ten findings; empty means sound.

    SQLite's quick_check reads every page once; it leaves out whether each index agrees with its
    table. It tells of no flipped bit inside a value. Neither the file nor its log is changed.
    Raises OSError and sqlite3.OperationalError where the file cannot be looked at (it may be
    locked).
    """
    return _checked(path, "quick_check")


def full_check(path: Path) -> list[str]:
    """The same and whether each index agrees with its table, in twice the time (6 s for 1 GB)."""
    return _checked(path, "integrity_check")


def _checked(path: Path, how: str) -> list[str]:
    try:
        found = _findings(path, how, "ro")
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _NOT_READ_ONLY:
            raise
        found = _findings(path, how, "rw")
    return [] if found == ["ok"] else found


def _findings(path: Path, how: str, mode: str) -> list[str]:
    # Read-only: to close a connection that may write folds the log into a file that is damaged.
    uri = f"{path.resolve().as_uri()}?mode={mode}"  # in neither mode a missing file is made
    try:
        with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
            connection.execute("PRAGMA query_only=ON")
            return [str(row[0]) for row in connection.execute(f"PRAGMA {how}(10)")]
    except UnicodeDecodeError:
        return ["the list of tables is no text"]  # the error quotes it, and cannot be read itself
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            return [str(error)]
        raise


def ensure_sound(path: Path) -> None:
    """Raise DamagedError where a file that is there is damaged; a missing one is no damage."""
    if not path.exists() or path.stat().st_size == 0:
        return
    try:
        found = full_check(path)
    except (sqlite3.Error, OSError) as error:
        raise told(path, error) from error
    if found:
        raise DamagedError(f"{path} is damaged. {RESTORE}")


def ensure_not_emptied(path: Path, *, has_backups: bool) -> None:
    """Raise DamagedError where there is nothing at a path although there has been something."""
    if path.exists() and path.stat().st_size > 0:
        return
    log = path.with_name(f"{path.name}-wal")
    if log.exists() and log.stat().st_size > 0:
        # SQLite would throw the log away, with all that it holds.
        raise DamagedError(f"{path} is empty or gone, and its log is there. {RESTORE}")
    if has_backups:
        raise DamagedError(
            f"{path} is empty or gone, and there are backups of it: bring the newest back with "
            "`nudgebot restore`, or move them elsewhere to begin anew."
        )


def told(path: Path, error: Exception) -> StoreError:
    """What to say of an error of the database: safe to show, and what to do about it."""
    if is_damage(error):
        if "not a database" in str(error):
            return DamagedError(
                f"{path} is not a SQLite database; name another file, or bring a backup back with "
                "`nudgebot restore`."
            )
        return DamagedError(f"{path} is damaged. {RESTORE}")
    if "locked" in str(error):
        return StoreError(f"{path} is in use by another program; stop that one first.")
    if "full" in str(error):
        return StoreError(f"The disk of {path} is full; make room and start again.")
    return StoreError(
        f"{path} cannot be opened or written; check the path, its permissions and free space, and "
        "where they are in order, bring a backup back with `nudgebot restore`."
    )
