"""Who is in the school: students, teachers, classes, and who is in which class on a day."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass

from nudgebot.school.enrollment import IN_FORCE, IN_TERM
from nudgebot.store import Store

_NOW = f"{IN_FORCE} AND {IN_TERM}"


@dataclass(frozen=True)
class Student:
    """A student as the newest export has her; `zulip_user_id` is what the export claims."""

    student_id: str
    name: str
    given_name: str
    email: str
    zulip_user_id: int | None
    timezone: str
    language: str
    active: bool

    @property
    def first_name(self) -> str:
        """The given name where the export has one, else the whole name; never empty."""
        return self.given_name or self.name or self.student_id


@dataclass(frozen=True)
class Teacher:
    """A teacher as the newest export has her."""

    teacher_id: str
    name: str
    email: str
    zulip_user_id: int | None


@dataclass(frozen=True)
class SchoolClass:
    """A class; its term's days are inclusive, None where the export leaves them open."""

    class_id: str
    name: str
    subject: str
    stream: str
    term_start_day: int | None
    term_end_day: int | None


class People:
    """Reads people and classes; a person who is gone is not found."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def student(self, student_id: str) -> Student | None:
        """The student of that id, also one who is not active."""
        row = self._store.row(
            "SELECT * FROM students WHERE student_id = ? AND gone_at IS NULL", [student_id]
        )
        return None if row is None else student_of(row)

    def students(self) -> list[Student]:
        """All students, by id."""
        return [
            student_of(row)
            for row in self._store.rows(
                "SELECT * FROM students WHERE gone_at IS NULL ORDER BY student_id"
            )
        ]

    def teacher(self, teacher_id: str) -> Teacher | None:
        """The teacher of that id."""
        row = self._store.row(
            "SELECT * FROM teachers WHERE teacher_id = ? AND gone_at IS NULL", [teacher_id]
        )
        return None if row is None else _teacher(row)

    def teachers(self) -> list[Teacher]:
        """All teachers, by id."""
        return [
            _teacher(row)
            for row in self._store.rows(
                "SELECT * FROM teachers WHERE gone_at IS NULL ORDER BY teacher_id"
            )
        ]

    def school_class(self, class_id: str) -> SchoolClass | None:
        """The class of that id."""
        row = self._store.row(
            "SELECT * FROM classes WHERE class_id = ? AND gone_at IS NULL", [class_id]
        )
        return None if row is None else _class(row)

    def classes(self) -> list[SchoolClass]:
        """All classes, by id."""
        return [
            _class(row)
            for row in self._store.rows(
                "SELECT * FROM classes WHERE gone_at IS NULL ORDER BY class_id"
            )
        ]

    def classes_of(self, person_id: str, *, role: str, day: int) -> list[SchoolClass]:
        """The classes in term that a student or teacher is in on a day, by id."""
        rows = self._store.rows(
            f"""SELECT c.* FROM classes c JOIN enrollments e ON e.class_id = c.class_id
                WHERE e.person_id = :person AND e.role = :role AND {_NOW}
                ORDER BY c.class_id""",  # noqa: S608  # a constant of this module
            {"person": person_id, "role": role, "day": day},
        )
        return [_class(row) for row in rows]

    def students_in(self, class_ids: Collection[str], *, day: int) -> list[Student]:
        """The active students of these classes on a day of their term, each once, by id."""
        marks = ", ".join(f":c{number}" for number in range(len(class_ids)))
        rows = self._store.rows(
            f"""SELECT DISTINCT s.* FROM students s
                JOIN enrollments e ON e.person_id = s.student_id AND e.role = 'student'
                JOIN classes c ON c.class_id = e.class_id
                WHERE s.gone_at IS NULL AND s.active AND e.class_id IN ({marks}) AND {_NOW}
                ORDER BY s.student_id""",  # noqa: S608  # constants and parameter marks
            {"day": day} | {f"c{number}": each for number, each in enumerate(class_ids)},
        )
        return [student_of(row) for row in rows]

    def teachers_of(self, student_id: str, *, day: int) -> list[Teacher]:
        """The teachers of the classes in term that the student is in, each once, by id."""
        rows = self._store.rows(
            f"""SELECT DISTINCT t.* FROM teachers t
                JOIN enrollments e ON e.person_id = t.teacher_id AND e.role = 'teacher'
                JOIN classes c ON c.class_id = e.class_id
                WHERE t.gone_at IS NULL AND {_NOW} AND e.class_id IN (
                    SELECT e.class_id FROM enrollments e JOIN classes c ON c.class_id = e.class_id
                    WHERE e.person_id = :student AND e.role = 'student' AND {_NOW})
                ORDER BY t.teacher_id""",  # noqa: S608  # a constant of this module
            {"student": student_id, "day": day},
        )
        return [_teacher(row) for row in rows]


def student_of(row: sqlite3.Row) -> Student:
    """A row of `students` as a value."""
    return Student(
        student_id=row["student_id"],
        name=row["name"],
        given_name=row["given_name"],
        email=row["email"],
        zulip_user_id=row["zulip_user_id"],
        timezone=row["timezone"],
        language=row["language"],
        active=bool(row["active"]),
    )


def _teacher(row: sqlite3.Row) -> Teacher:
    return Teacher(row["teacher_id"], row["name"], row["email"], row["zulip_user_id"])


def _class(row: sqlite3.Row) -> SchoolClass:
    return SchoolClass(
        class_id=row["class_id"],
        name=row["name"],
        subject=row["subject"],
        stream=row["stream"],
        term_start_day=row["term_start_day"],
        term_end_day=row["term_end_day"],
    )
