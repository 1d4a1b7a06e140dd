"""Who is in which class on a day, as it was known at an instant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from nudgebot.errors import InputError
from nudgebot.insight.definitions.statement import in_force, sql
from nudgebot.school.days import to_at, zone_named
from nudgebot.school.people import SchoolClass
from nudgebot.store import Store

STUDENTS = sql(
    """
SELECT s.student_id, s.timezone
FROM enrollments n CROSS JOIN students s LEFT JOIN classes k ON k.class_id = n.class_id
WHERE n.class_id = :class_id AND n.role = 'student' AND s.student_id = n.person_id
    AND s.active AND (s.gone_at IS NULL OR s.gone_at > :at) AND $now
ORDER BY s.student_id
""",
    now=in_force(":day"),
)
CLASSES = sql(
    """
SELECT k.class_id, k.name, k.subject, k.stream, k.term_start_day, k.term_end_day
FROM enrollments n CROSS JOIN classes k
WHERE n.person_id = :student_id AND n.role = 'student' AND k.class_id = n.class_id AND $now
ORDER BY k.class_id
""",
    now=in_force(":day"),
)
CLASS = """
SELECT class_id, name, subject, stream, term_start_day, term_end_day
FROM classes WHERE class_id = :class_id AND (gone_at IS NULL OR gone_at > :at)
"""
STATEMENTS: Mapping[str, str] = MappingProxyType(
    {"class students": STUDENTS, "student classes": CLASSES, "class": CLASS}
)


class Roster:
    """Reads classes and who is in them, by what was known at `as_of`."""

    def __init__(self, store: Store, zone: ZoneInfo, as_of: datetime) -> None:
        self._store = store
        self._zone = zone
        self._at = to_at(as_of)

    def school_class(self, class_id: str) -> SchoolClass:
        """The class; raises InputError where there is none of that id."""
        row = self._store.row(CLASS, {"class_id": class_id, "at": self._at})
        if row is None:
            raise InputError("There is no class of this id; the id is the one in the export.")
        return SchoolClass(*row)

    def students(self, class_id: str, day: int) -> dict[str, ZoneInfo]:
        """The active students in the class on a day, by id, each with her zone."""
        rows = self._store.rows(STUDENTS, {"class_id": class_id, "day": day, "at": self._at})
        return {row[0]: zone_named(row[1], self._zone) for row in rows}

    def classes(self, student_id: str, day: int) -> list[SchoolClass]:
        """The classes that a student is in on a day, by id."""
        rows = self._store.rows(CLASSES, {"student_id": student_id, "day": day, "at": self._at})
        return [SchoolClass(*row) for row in rows]

    def zone_of(self, student_id: str) -> ZoneInfo:
        """The zone of an active student; raises InputError where there is none of that id."""
        row = self._store.row(
            """SELECT timezone FROM students
               WHERE student_id = ? AND active AND (gone_at IS NULL OR gone_at > ?)""",
            [student_id, self._at],
        )
        if row is None:
            raise InputError(
                "There is no active student of this id; the id is the one in the export."
            )
        return zone_named(row[0], self._zone)
