"""One process at a time: a lock on a file beside the database, which ends with its process."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nudgebot.errors import StoreError

# Where Windows locks a byte: behind anything that is written, so that the number can be read.
_FAR = 1 << 30


class InUseError(StoreError):
    """Another process works on the database."""


def lock_file(database: Path) -> Path:
    """The file that is locked; it stays when nobody holds it, and then means nothing."""
    resolved = database.resolve()  # two paths to one file meet at one lock
    return resolved.with_name(f"{resolved.name}.lock")


@contextmanager
def alone(database: Path) -> Iterator[None]:
    """Hold the database for this process until the block ends.

    The system lets go of the lock when the process ends, however it ends. Raises InUseError at
    once where another one holds it, and StoreError where the file cannot be made.
    """
    path = lock_file(database)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreError(f"{path} cannot be written; check the folder's permissions.") from error
    try:
        if not _take(handle):
            raise InUseError(_sentence(database, path))
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode())
        yield
    finally:
        # Closing lets go. The file is never removed: another process may be about to lock it.
        os.close(handle)


def is_held(database: Path) -> bool:
    """Whether a process works on the database at this moment; it may be this one."""
    path = lock_file(database)
    try:
        handle = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        return not _take(handle)
    finally:
        os.close(handle)


def _sentence(database: Path, path: Path) -> str:
    try:
        number = path.read_text("utf-8").strip()
    except OSError:
        number = ""
    process = f" (process {number})" if number.isdecimal() else ""
    return f"nudgebot already runs on {database}{process}; stop that one first."


if sys.platform == "win32":
    import msvcrt

    def _take(handle: int) -> bool:
        os.lseek(handle, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(handle, 0, os.SEEK_SET)
        return True

else:
    import fcntl

    def _take(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
