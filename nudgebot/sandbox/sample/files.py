"""Writes the sample's files beside their place and moves them there when all are complete."""

from __future__ import annotations

import csv
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from nudgebot.errors import InputError
from nudgebot.sandbox.sample.layout import COLUMNS, Row

if TYPE_CHECKING:
    from _csv import Writer

_REQUIRED = "students.csv"


class Files:
    """One open CSV for each file of the format; rows go straight to the disk's buffers."""

    def __init__(self, writers: dict[str, Writer]) -> None:
        self._writers = writers
        self.counts = Counter(dict.fromkeys(writers, 0))

    def add(self, name: str, rows: list[Row]) -> None:
        """Append rows to one file."""
        self._writers[name].writerows(rows)
        self.counts[name] += len(rows)

    def add_all(self, rows: Iterable[tuple[str, Row]]) -> None:
        """Append rows that come with the names of their files."""
        for name, row in rows:
            self._writers[name].writerow(row)
            self.counts[name] += 1


@contextmanager
def new_files(directory: Path) -> Iterator[Files]:
    """Open all files; they appear in the directory only when the block ends without an error.

    They grow in a folder `.partial-…` inside the directory, where nobody looks for exports. Then
    the old students.csv is taken away, the others are moved into place, and students.csv, without
    which a folder is no export, comes last: who polls never reads old and new files together.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=".partial-", dir=directory))
        try:
            with ExitStack() as stack:
                yield Files({name: _open(stack, partial / name) for name in COLUMNS})
            _move(partial, directory)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    except OSError as error:
        raise InputError(
            "The sample school could not be written"
            f" ({error.strerror or type(error).__name__});"
            " name a folder that can be written to and has enough room."
        ) from error


def _open(stack: ExitStack, path: Path) -> Writer:
    opened = stack.enter_context(path.open("w", encoding="utf-8", newline="", buffering=1 << 18))
    writer = csv.writer(opened, lineterminator="\n")
    writer.writerow(COLUMNS[path.name])
    return writer


def _move(partial: Path, directory: Path) -> None:
    (directory / _REQUIRED).unlink(missing_ok=True)
    for name in sorted(COLUMNS, key=lambda name: name == _REQUIRED):
        (partial / name).replace(directory / name)
