"""Holds back an export that would take away too much at once, or that is mostly unreadable."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from nudgebot.exports.truth import Changes

_ACTIVE = "SELECT student_id FROM students WHERE active AND gone_at IS NULL"
_ENROLLED = """SELECT DISTINCT e.person_id FROM enrollments e
    JOIN classes c ON c.class_id = e.class_id AND c.gone_at IS NULL
    JOIN students s ON s.student_id = e.person_id AND s.active AND s.gone_at IS NULL
    WHERE e.role = 'student' AND e.gone_at IS NULL"""
# Fewer rows than these come and go in any small school.
LEAST_ROWS = 5
# Tables whose missing rows change what is decided about students, with the columns of which the
# same is true. Students themselves are counted by the roll.
_DECISIVE: Mapping[str, tuple[str, ...]] = {
    "teachers": ("zulip_user_id",),
    "classes": (),
    "enrollments": (),
    "guardians": (),
    "calendar": (),
    "exams": ("released_at",),
    "exam_results": ("score", "status"),
    "assignments": (),
    "submissions": ("submitted_at", "score", "status", "due_at"),
}
_OF_STUDENTS = ("zulip_user_id", "timezone")


@dataclass(frozen=True)
class Loss:
    """How many of what an export would take away or leaves unsaid; `least` of them count."""

    verb: str
    what: str
    lost: int
    total: int
    least: int = LEAST_ROWS

    def __str__(self) -> str:
        return f"{self.verb} {self.lost} of {self.total} {self.what}"

    def is_more_than(self, share: float) -> bool:
        """Whether so great a part is lost; all of it is more than any share."""
        enough = self.lost >= self.least
        return enough and (self.lost > share * self.total or self.lost == self.total)


@dataclass(frozen=True)
class Roll:
    """Who is there: active students, and those of them who are in a class."""

    active: frozenset[str]
    enrolled: frozenset[str]

    def losses(self, after: Roll) -> list[Loss]:
        """Who is there no more; the first export has nobody to lose."""
        return [
            Loss("would take away", what, len(old - new), len(old), least=1)
            for what, old, new in (
                ("active students", self.active, after.active),
                ("students in a class", self.enrolled, after.enrolled),
            )
        ]


def call_roll(connection: sqlite3.Connection) -> Roll:
    """Who is there now."""
    return Roll(
        frozenset(row[0] for row in connection.execute(_ACTIVE)),
        frozenset(row[0] for row in connection.execute(_ENROLLED)),
    )


def losses(changes: Changes) -> Iterator[Loss]:
    """What a table loses: rows, and what stood in the columns that decide."""
    table, names = changes.layout.table, changes.layout.names
    if table in _DECISIVE:
        rows = f"rows of {table}"
        yield Loss("would take away", rows, len(changes.gone), len(changes.before))
    for column in _OF_STUDENTS if table == "students" else _DECISIVE.get(table, ()):
        if column in names:
            emptied, filled = _emptied(changes, names.index(column))
            yield Loss(f"would empty {column} in", f"rows of {table}", emptied, filled)


def _emptied(changes: Changes, place: int) -> tuple[int, int]:
    """In how many rows a cell was filled and is empty now, and in how many it was filled."""
    nothing = (None, "")
    filled = [key for key, row in changes.before.items() if row[place] not in nothing]
    written = changes.written
    emptied = sum(key in written and written[key][place] in nothing for key in filled)
    return emptied, len(filled)


def unread(table: str, refused: int, read: int) -> Loss:
    """The rows of a file that could not be taken; a file without any student left is not small."""
    least = 1 if table == "students" and refused == read else LEAST_ROWS
    return Loss("cannot be read in", f"rows of {table}", refused, read, least=least)


def why_hold(found: Iterable[Loss], *, max_drop_share: float) -> str:
    """The sentence that holds an export back; empty where it may pass."""
    reasons = [str(loss) for loss in found if loss.is_more_than(max_drop_share)]
    if not reasons:
        return ""
    return (
        f"It {' and '.join(reasons)}, more than {max_drop_share:.0%};"
        " nothing was taken until an admin releases it."
    )
