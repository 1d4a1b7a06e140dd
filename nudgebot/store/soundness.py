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
_WORDS = ("malformed", "not a database", "disk image", "corrupt", "file is encrypted")


class DamagedError(StoreError):
    """The file is damaged; nothing was changed in it."""


def is_damage(error: BaseException) -> bool:
    """Whether an error of SQLite says that the file is damaged, not only busy or full."""
    return isinstance(error, sqlite3.DatabaseError) and any(word in str(error) for word in _WORDS)


def quick_check(path: Path) -> list[str]:
    """What is wrong with the file's structure, at most ten findings; empty means sound.

    SQLite's quick_check reads every page once; it leaves out whether each index agrees with its
    table, which takes several times as long. It tells of no flipped bit inside a value. Raises
    OSError and sqlite3.OperationalError where the file cannot be looked at (it may be locked).
    """
    uri = f"{path.resolve().as_uri()}?mode=rw"  # a missing file is not made
    try:
        with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
            connection.execute("PRAGMA query_only=ON")
            found = [str(row[0]) for row in connection.execute("PRAGMA quick_check(10)")]
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            return [str(error)]
        raise
    return [] if found == ["ok"] else found


def ensure_sound(path: Path) -> None:
    """Raise DamagedError where a file that is there is damaged; a missing one is no damage."""
    if not path.exists() or path.stat().st_size == 0:
        return
    try:
        found = quick_check(path)
    except (sqlite3.Error, OSError) as error:
        raise told(path, error) from error
    if found:
        raise DamagedError(f"{path} is damaged. {RESTORE}")


def told(path: Path, error: Exception) -> StoreError:
    """What to say of an error of the database: safe to show, and what to do about it."""
    if is_damage(error):
        if "not a database" in str(error):
            return DamagedError(
                f"{path} is not a SQLite database; name another file or restore it from a backup."
            )
        return DamagedError(f"{path} is damaged. {RESTORE}")
    if "locked" in str(error):
        return StoreError(f"{path} is in use by another program; stop that one first.")
    if "full" in str(error):
        return StoreError(f"The disk of {path} is full; make room and start again.")
    return StoreError(
        f"{path} cannot be opened or written; check the path, its permissions and free space."
    )
