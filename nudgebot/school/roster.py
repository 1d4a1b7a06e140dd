"""Looks people up by what somebody says of them, without reading the whole school."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

from nudgebot.school.enrollment import IN_FORCE, IN_TERM
from nudgebot.school.people import Student, student_of
from nudgebot.spelling import folded
from nudgebot.store import Store

MOST_WORDS = 10  # of a name that the database looks for; it builds one test of all of them


class Roster:
    """Answers for the whole school with one query each."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def enrolled(
        self, student_ids: Collection[str], class_ids: Collection[str], *, day: int
    ) -> frozenset[str]:
        """Those of the students who are active and in one of these classes on that day."""
        rows = self._store.rows(
            f"""SELECT DISTINCT e.person_id
                FROM json_each(:students) j CROSS JOIN enrollments e CROSS JOIN classes c
                CROSS JOIN students s
                WHERE e.person_id = j.value AND e.role = 'student' AND c.class_id = e.class_id
                    AND e.class_id IN (SELECT value FROM json_each(:classes))
                    AND s.student_id = e.person_id AND s.gone_at IS NULL AND s.active
                    AND {IN_FORCE} AND {IN_TERM}""",  # noqa: S608  # constants of this project
            {
                "students": json.dumps(sorted(student_ids)),
                "classes": json.dumps(sorted(class_ids)),
                "day": day,
            },
        )
        return frozenset(row[0] for row in rows)

    def of_class(self, *class_ids: str) -> frozenset[str]:
        """The ids of all students who are or were in one of these classes."""
        rows = self._store.rows(
            """SELECT DISTINCT person_id FROM enrollments WHERE role = 'student'
               AND class_id IN (SELECT value FROM json_each(?))""",
            [json.dumps(class_ids)],
        )
        return frozenset(row[0] for row in rows)

    def like(self, words: Sequence[str]) -> list[Student]:
        """Students whose id is the text, or whose name holds all of the words, by id.

        The words are given as `folded` makes them. SQLite folds that of ASCII letters only, so
        names with other letters in them are looked at one by one.
        """
        plain = [word for word in words if word.isascii()]
        tests = ["student_id = ? COLLATE NOCASE", "name GLOB '*[^ -~]*'"]
        if plain and len(plain) == len(words):
            plain = plain[:MOST_WORDS]
            tests.append("(" + " AND ".join(["name LIKE ? ESCAPE '\\'"] * len(plain)) + ")")
        else:
            plain = []
        rows = self._store.rows(
            f"""SELECT student_id, name FROM students
                WHERE gone_at IS NULL AND ({" OR ".join(tests)})""",  # noqa: S608  # constants and parameter marks
            [" ".join(words), *(f"%{_literal(word)}%" for word in plain)],
        )
        wanted = " ".join(words)
        ids = [
            student_id
            for student_id, name in rows
            if student_id.casefold() == wanted or all(word in folded(name) for word in words)
        ]
        found = self._store.rows(
            """SELECT s.* FROM json_each(?) j CROSS JOIN students s
               WHERE s.student_id = j.value ORDER BY s.student_id""",
            [json.dumps(ids)],
        )
        return [student_of(row) for row in found]

    def term(self, class_ids: Collection[str] | None = None) -> tuple[int | None, int | None]:
        """The first and the last day of the terms of these classes, or of all; None is open."""
        some = "" if class_ids is None else "AND class_id IN (SELECT value FROM json_each(?))"
        row = self._store.row(
            f"""SELECT MIN(term_start_day), MAX(term_end_day) FROM classes
                WHERE gone_at IS NULL {some}""",  # noqa: S608  # a constant
            [] if class_ids is None else [json.dumps(sorted(class_ids))],
        )
        return (None, None) if row is None else (row[0], row[1])


def _literal(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
