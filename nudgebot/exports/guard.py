"""Holds back an export that would take away too many students at once."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

_ACTIVE = "SELECT student_id FROM students WHERE active AND gone_at IS NULL"
_ENROLLED = """SELECT DISTINCT e.person_id FROM enrollments e
    JOIN classes c ON c.class_id = e.class_id AND c.gone_at IS NULL
    JOIN students s ON s.student_id = e.person_id AND s.active AND s.gone_at IS NULL
    WHERE e.role = 'student' AND e.gone_at IS NULL"""


@dataclass(frozen=True)
class Roll:
    """Who is there: active students, and those of them who are in a class."""

    active: frozenset[str]
    enrolled: frozenset[str]


def call_roll(connection: sqlite3.Connection) -> Roll:
    """Who is there now."""
    return Roll(
        frozenset(row[0] for row in connection.execute(_ACTIVE)),
        frozenset(row[0] for row in connection.execute(_ENROLLED)),
    )


def why_hold(before: Roll, after: Roll, *, max_drop_share: float) -> str:
    """The sentence that holds an export back; empty where it may pass.

    An export that leaves a school without any student is held whatever the share; the first one
    has nobody to lose.
    """
    for what, old, new in (
        ("active students", before.active, after.active),
        ("students in a class", before.enrolled, after.enrolled),
    ):
        lost = len(old - new)
        if lost and (lost > max_drop_share * len(old) or not new):
            return (
                f"It would take away {lost} of {len(old)} {what}, more than"
                f" {max_drop_share:.0%}; nothing was taken until an admin releases it."
            )
    return ""
