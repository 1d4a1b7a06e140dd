"""How much of an export is read at most, and the readers that keep to it."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from nudgebot.errors import ExportError

MAX_BYTES = 8 * 2**30
# Tables of text shrink to a tenth, logs to a thirtieth.
MAX_SWELLING = 250
SWELLING_COUNTS_FROM = 64 * 2**20
MAX_FILES = 1000
MAX_DIRECTORY_BYTES = 2 * 2**20  # of a zip; its reader takes all of it into memory
SHOWN_NAME = 80
BROKEN = (
    zipfile.BadZipFile,
    gzip.BadGzipFile,
    zlib.error,
    struct.error,
    EOFError,
    IndexError,  # a name in a zip that is empty
    NotImplementedError,
    RuntimeError,  # a member that is locked, though the list of files does not say so
    ValueError,  # a size below zero; a name in a zip that says it is UTF-8
)


def check_swelling(shown: str, unpacked: int, packed: int) -> None:
    """Raise ExportError where an export says that it holds more than any school's does."""
    if unpacked > at_most(packed):
        raise ExportError(
            f"{shown} would unpack to {unpacked / 2**20:,.0f} MB, which no export of a"
            " school does; nothing of it was read."
        )


def check_count(shown: str, files: int) -> None:
    """Raise ExportError where an export has more files than any school's has."""
    if files > MAX_FILES:
        raise ExportError(
            f"{shown} holds more than {MAX_FILES} files, which no export of a school does;"
            " nothing of it was read."
        )


def at_most(packed: int) -> int:
    """How many bytes may come of so many packed ones."""
    return min(MAX_BYTES, max(SWELLING_COUNTS_FROM, MAX_SWELLING * max(1, packed)))


def name_for_people(text: str) -> str:
    """A file's name in one short line; what cannot be shown is replaced."""
    shown = "".join(mark if mark.isprintable() else "\ufffd" for mark in text)
    return shown if len(shown) <= SHOWN_NAME else f"{shown[:SHOWN_NAME]}…"


@contextmanager
def saying(shown: str) -> Iterator[None]:
    """Make an ExportError of what goes wrong while a file is opened or read."""
    try:
        yield
    except BROKEN as error:
        raise ExportError(f"{shown} is damaged or not whole; deliver the export again.") from error
    except OSError as error:
        raise ExportError(
            f"{shown} cannot be read ({error.strerror or 'the file is not whole'})."
        ) from error


class Readable(Protocol):
    """What bytes come from."""

    def read(self, size: int, /) -> bytes:
        """Up to so many bytes; none at the end."""


class Bounded:
    """A stream that ends in an ExportError instead of going on for ever.

    What a file says of its own size is not to be believed: a gzip may have several parts and tells
    the size of the last one only, and a file may grow while it is read.
    """

    def __init__(self, file: Readable, *, at_most_bytes: int, shown: str) -> None:
        self._file = file
        self._left = at_most_bytes
        self._shown = shown

    def read(self, size: int) -> bytes:
        """Up to `size` bytes; none at the end. Raises ExportError where they are damaged."""
        with saying(self._shown):
            block = self._file.read(size)
        self._left -= len(block)
        if self._left < 0:
            raise ExportError(
                f"{self._shown} unpacks to far more than an export of a school holds; nothing of"
                " the export was taken."
            )
        return block


class ZipFileReader(io.BufferedReader):
    """A zip's bytes; a list of its files that would fill the memory is refused unread."""

    def __init__(self, path: Path, shown: str) -> None:
        super().__init__(io.FileIO(path))
        self._shown = shown

    def read(self, size: int | None = -1) -> bytes:
        """Like any file's; raises ExportError for more at once than a list of files needs."""
        if size is not None and size > MAX_DIRECTORY_BYTES:
            check_count(self._shown, MAX_FILES + 1)
        return super().read(size)
