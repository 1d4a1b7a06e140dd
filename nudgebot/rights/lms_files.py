"""What the LMS's outbox holds of a student: her own folders, and her rows in those of others."""

from __future__ import annotations

import csv
import io
import os
import shutil
from collections.abc import Collection
from pathlib import Path

from nudgebot.errors import InputError
from nudgebot.interventions.lms_outbox import id_cell

_SUBMISSIONS = "submissions.csv"


def clear_lms_files(folder: Path, student_id: str, assignment_ids: Collection[int]) -> int:
    """Remove them; returns in how many folders. What the LMS has taken already is not there.

    Raises InputError where a file cannot be written; what was done until then stays done, and can
    be done again.
    """
    if folder == Path() or not folder.is_dir():
        return 0
    own = {f"assignments-{each}" for each in assignment_ids}
    try:
        return sum(
            _clear(place, student_id, whole=place.name in own)
            for place in sorted(folder.iterdir())
            if place.is_dir() and place.name.lstrip(".").startswith("assignments-")
        )
    except OSError as error:
        raise InputError(
            f"{folder} cannot be cleared ({error.strerror}); check its permissions and try again."
        ) from error


def _clear(place: Path, student_id: str, *, whole: bool) -> bool:
    if whole or place.name.startswith("."):
        gone = place.with_name(f".{place.name.lstrip('.')}.gone")
        if place != gone:
            place.rename(gone)  # at once: nobody reads half of it
        shutil.rmtree(gone)
        return True
    file = place / _SUBMISSIONS
    if not file.is_file():
        return False
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.reader(opened))
    kept = [row for row in rows if not _is_hers(row, student_id)]
    if len(kept) == len(rows):
        return False
    _write(file, kept)
    return True


def _is_hers(row: list[str], student_id: str) -> bool:
    return len(row) > 1 and row[1] in (student_id, id_cell(student_id))


def _write(file: Path, rows: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    beside = file.with_name(f".{file.name}.part")
    beside.unlink(missing_ok=True)  # of a run that was killed, or a link that leads elsewhere
    with beside.open("xb") as opened:
        opened.write(text.getvalue().encode())
        opened.flush()
        os.fsync(opened.fileno())
    beside.replace(file)
