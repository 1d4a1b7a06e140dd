"""The LMS's outbox: a folder an assignment, in the native format, for the LMS to take."""

from __future__ import annotations

import csv
import io
import os
import shutil
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC
from pathlib import Path

from nudgebot.interventions.assignment_rows import TargetedAssignment
from nudgebot.markup import clean

ASSIGNMENT_COLUMNS = (
    "assignment_id",
    "class_id",
    "title",
    "skill_ids",
    "due_at",
    "questions",
    "difficulty",
)
SUBMISSION_COLUMNS = ("assignment_id", "student_id", "submitted_at", "score", "status", "due_at")
_FORMULA = frozenset("=+-@\t\r|%＝＋－＠")


class LmsOutbox:
    """Puts the folders down; each appears whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, assignment: TargetedAssignment, others: Collection[str]) -> None:
        """Write `assignments-<id>/`, unless it is there; raises OSError where that cannot be.

        In the native format an assignment is a whole class's: `others`, the class's students whom
        it is not for, are excused, so that whoever reads it never counts it as missed by them.
        """
        place = self._place(assignment)
        if place.exists():
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        temporary = self._folder / f".{place.name}.part"
        shutil.rmtree(temporary, ignore_errors=True)
        try:
            temporary.mkdir()
            _write(temporary / "assignments.csv", [ASSIGNMENT_COLUMNS, _about(assignment)])
            rows = [SUBMISSION_COLUMNS, *_submissions(assignment, others)]
            _write(temporary / "submissions.csv", rows)
            temporary.rename(place)
        except OSError:
            shutil.rmtree(temporary, ignore_errors=True)
            raise

    def take_away(self, assignment: TargetedAssignment) -> bool:
        """Remove the folder where the LMS has not taken it yet; whether that could be done."""
        place = self._place(assignment)
        temporary = self._folder / f".{place.name}.gone"
        try:
            place.rename(temporary)  # at once: nobody reads half of it
        except OSError:
            return False
        shutil.rmtree(temporary, ignore_errors=True)
        return True

    def _place(self, assignment: TargetedAssignment) -> Path:
        return self._folder / f"assignments-{assignment.id}"


def _about(assignment: TargetedAssignment) -> list[str]:
    return [
        assignment.lms_id,
        id_cell(assignment.class_id),
        _text_cell(assignment.title),
        id_cell(" ".join(assignment.skill_ids)),
        _due(assignment),
        str(assignment.question_count),
        assignment.difficulty,
    ]


def _submissions(assignment: TargetedAssignment, others: Iterable[str]) -> Iterable[Sequence[str]]:
    """The student's open one, and the others' that are none."""
    yield [assignment.lms_id, id_cell(assignment.student_id), "", "", "", _due(assignment)]
    for student_id in sorted(set(others) - {assignment.student_id}):
        yield [assignment.lms_id, id_cell(student_id), "", "", "excused", ""]


def _due(assignment: TargetedAssignment) -> str:
    return assignment.due_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _text_cell(text: str) -> str:
    """Text in one line that no spreadsheet takes for a formula."""
    line = clean(text)
    return f"'{line}" if line[:1] in _FORMULA else line


def id_cell(key: str) -> str:
    """An id; what looks like a formula is wrapped as `="…"`, which readers of exports unwrap.

    Quotation marks in it are doubled there, or what stands behind one would be a formula again.
    """
    if key[:1] not in _FORMULA:
        return key
    return '="' + key.replace('"', '""') + '"'


def _write(path: Path, rows: Iterable[Sequence[str]]) -> None:
    """A CSV that is on the disk when this returns."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    with path.open("xb") as file:
        file.write(text.getvalue().encode())
        file.flush()
        os.fsync(file.fileno())
