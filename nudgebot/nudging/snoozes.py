"""Snoozes: a teacher's word that a student's nudges rest for a while; each ends by itself."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from nudgebot.errors import InputError
from nudgebot.school.days import from_at, to_at
from nudgebot.store import Store


@dataclass(frozen=True)
class Snooze:
    """A rest until a moment; an empty `rule_id` means every rule."""

    student_id: str
    rule_id: str
    until: datetime
    user_id: int
    why: str


class Snoozes:
    """Keeps the teachers' snoozes."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def snooze(self, snooze: Snooze, as_of: datetime) -> None:
        """Note it; an earlier one for the same student and rule is replaced."""
        if snooze.until <= as_of:
            raise InputError("A snooze must end in the future.")
        self._store.execute(
            "INSERT OR REPLACE INTO snoozes VALUES (?, ?, ?, ?, ?, ?)",
            [
                snooze.student_id,
                snooze.rule_id,
                to_at(snooze.until),
                snooze.user_id,
                snooze.why,
                to_at(as_of),
            ],
        )

    def wake(self, student_id: str, rule_id: str = "") -> bool:
        """End a snooze early; False where there was none."""
        cursor = self._store.execute(
            "DELETE FROM snoozes WHERE student_id = ? AND rule_id = ?", [student_id, rule_id]
        )
        return cursor.rowcount > 0

    def table(self, student_ids: Collection[str], as_of: datetime) -> dict[str, list[Snooze]]:
        """The snoozes in force, by student."""
        rows = self._store.rows(
            """SELECT * FROM snoozes
               WHERE until_at > ? AND student_id IN (SELECT value FROM json_each(?))
               ORDER BY student_id, rule_id""",
            [to_at(as_of), json.dumps(list(student_ids))],
        )
        found: dict[str, list[Snooze]] = {}
        for row in rows:
            found.setdefault(row["student_id"], []).append(
                Snooze(
                    student_id=row["student_id"],
                    rule_id=row["rule_id"],
                    until=from_at(row["until_at"]),
                    user_id=row["user_id"],
                    why=row["why"],
                )
            )
        return found
