"""Decisions: what became of each candidate, and why; of each kind only the latest is kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from nudgebot.school.days import from_at, to_at
from nudgebot.store import Store

QUEUED = "queued"


@dataclass(frozen=True)
class Decision:
    """What became of one candidate.

    `outcome` is queued or dropped, `stage` the stage that dropped it (or queued), `why_text` the
    judge's explanation: plain text that may carry outside words. `routed` says that it goes to a
    person instead of to the student.
    """

    student_id: str
    rule_id: str
    outcome: str
    stage: str
    reason: str
    why_text: str
    due_at: datetime | None = None
    routed: bool = False


@dataclass(frozen=True)
class Recorded:
    """The latest decision of one kind, since when and how often it was the same kind."""

    rule_id: str
    stage: str
    reason: str
    why_text: str
    explained_at: datetime
    first_at: datetime
    last_at: datetime
    times: int


class Decisions:
    """Keeps the latest decision by student, rule and stage, so that they never grow."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def record(self, decisions: Iterable[Decision], as_of: datetime) -> None:
        """Note the decisions of one evaluation."""
        at = to_at(as_of)
        self._store.executemany(
            """INSERT INTO decisions VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)
               ON CONFLICT (student_id, rule_id, stage) DO UPDATE SET
               reason = excluded.reason, explanation = excluded.explanation,
               explained_at = excluded.explained_at, last_at = excluded.last_at,
               times = times + 1""",
            (
                (each.student_id, each.rule_id, each.stage, each.reason, each.why_text, at, at, at)
                for each in decisions
            ),
        )

    def of_student(self, student_id: str) -> list[Recorded]:
        """A student's latest decisions, the newest first."""
        rows = self._store.rows(
            "SELECT * FROM decisions WHERE student_id = ? ORDER BY last_at DESC, rule_id, stage",
            [student_id],
        )
        return [_recorded(row) for row in rows]

    def prune(self, before: datetime) -> int:
        """Forget the kinds that did not occur since then; returns how many."""
        cursor = self._store.execute("DELETE FROM decisions WHERE last_at < ?", [to_at(before)])
        return cursor.rowcount


def _recorded(row: sqlite3.Row) -> Recorded:
    return Recorded(
        rule_id=row["rule_id"],
        stage=row["stage"],
        reason=row["reason"],
        why_text=row["explanation"],
        explained_at=from_at(row["explained_at"]),
        first_at=from_at(row["first_at"]),
        last_at=from_at(row["last_at"]),
        times=row["times"],
    )
