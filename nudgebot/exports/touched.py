"""Whose figures an import has made old: the students behind the rows that changed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Mapping

from nudgebot.exports.truth import Changes

_OF_CLASSES = """SELECT DISTINCT person_id FROM enrollments
    WHERE role = 'student' AND class_id IN (SELECT value FROM json_each(:ids))"""
# Results count for their students, also for those who never were in the class or have left it.
_OF_EXAMS = """SELECT DISTINCT student_id FROM exam_results
    WHERE exam_id IN (SELECT value FROM json_each(:ids))"""
_OF_ASSIGNMENTS = """SELECT DISTINCT student_id FROM submissions
    WHERE assignment_id IN (SELECT value FROM json_each(:ids))"""
_WITH_RESULTS = """SELECT student_id FROM exam_results
    WHERE exam_id IN (SELECT e.exam_id FROM exams e, json_each(:ids) c WHERE e.class_id = c.value)
    UNION SELECT student_id FROM submissions WHERE assignment_id IN (
        SELECT a.assignment_id FROM assignments a, json_each(:ids) c WHERE a.class_id = c.value)"""
_OF_SKILLS = """SELECT DISTINCT student_id FROM practice
    WHERE skill_id IN (SELECT value FROM json_each(:ids))"""
_OF_CONTENT = """SELECT DISTINCT student_id FROM video_days
    WHERE content_id IN (SELECT value FROM json_each(:ids))"""
_EVERYBODY = "SELECT student_id FROM students WHERE gone_at IS NULL"


def students_behind(connection: sqlite3.Connection, changes: Changes) -> set[str]:
    """The ids of the students whose facts these changes of one table are.

    Asked after the changes are written, so that the members of a class are its new ones; those
    who left it are among the changes of the enrolments themselves.
    """
    find = _FINDERS.get(changes.layout.table)
    return find(connection, changes) if find is not None and changes else set()


def mark(connection: sqlite3.Connection, student_ids: Collection[str], *, batch_id: int) -> None:
    """Note the students for the next refresh of the figures."""
    connection.executemany(
        "INSERT INTO touched (student_id, batch_id) VALUES (?, ?)"
        " ON CONFLICT DO UPDATE SET batch_id = excluded.batch_id",
        [(student_id, batch_id) for student_id in sorted(student_ids)],
    )


Finder = Callable[[sqlite3.Connection, Changes], set[str]]


def _by_student(_: sqlite3.Connection, changes: Changes) -> set[str]:
    return changes.values("student_id")


def _enrolled(_: sqlite3.Connection, changes: Changes) -> set[str]:
    person, role = (changes.layout.names.index(name) for name in ("person_id", "role"))
    rows = [*changes.written.values(), *(changes.before[key] for key in changes.gone)]
    return {row[person] for row in rows if row[role] == "student"}


def _everybody(connection: sqlite3.Connection, _: Changes) -> set[str]:
    return {row[0] for row in connection.execute(_EVERYBODY)}


def _through(sql: str, *columns: str) -> Finder:
    def find(connection: sqlite3.Connection, changes: Changes) -> set[str]:
        ids: set[str] = set().union(*(changes.values(column) for column in columns))
        return {row[0] for row in connection.execute(sql, {"ids": json.dumps(sorted(ids))})}

    return find


def _any_of(*finders: Finder) -> Finder:
    return lambda connection, changes: set().union(*(find(connection, changes) for find in finders))


_FINDERS: Mapping[str, Finder] = {
    "students": _by_student,
    "enrollments": _enrolled,
    "classes": _any_of(_through(_OF_CLASSES, "class_id"), _through(_WITH_RESULTS, "class_id")),
    "exams": _any_of(_through(_OF_CLASSES, "class_id"), _through(_OF_EXAMS, "exam_id")),
    "assignments": _any_of(
        _through(_OF_CLASSES, "class_id"), _through(_OF_ASSIGNMENTS, "assignment_id")
    ),
    "exam_results": _by_student,
    "submissions": _by_student,
    "achievements": _by_student,
    "skills": _through(_OF_SKILLS, "skill_id"),
    "skill_prerequisites": _through(_OF_SKILLS, "skill_id", "requires_skill_id"),
    "content": _through(_OF_CONTENT, "content_id"),
    "calendar": _everybody,
}
