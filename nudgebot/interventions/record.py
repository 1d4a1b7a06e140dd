"""The record: each thing that a teacher did for a student is noted once, and tags her alerts."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from nudgebot.errors import CommandError
from nudgebot.interventions.colleagues import note_for
from nudgebot.interventions.means import Actor
from nudgebot.school.days import from_at, to_at
from nudgebot.store import Store


class InterventionType(StrEnum):
    """The quick actions of requirement B, step 7.5, and what else is in the history."""

    MESSAGE = "message"
    ASSIGNMENT = "assignment"
    MEETING = "meeting"
    PARENT = "parent"
    TUTOR = "tutor"
    RESOLUTION = "resolution"
    SNOOZE = "snooze"
    RESUME = "resume"


TAGS = {
    InterventionType.MESSAGE: "message sent",
    InterventionType.ASSIGNMENT: "assignment given",
    InterventionType.MEETING: "meeting arranged",
    InterventionType.PARENT: "parent notified",
    InterventionType.TUTOR: "peer tutor asked",
    InterventionType.SNOOZE: "snoozed",
}


@dataclass(frozen=True)
class Intervention:
    """One row of the record, under requirement B's names."""

    id: int
    teacher_id: str | None
    user_id: int
    student_id: str
    alert_id: int | None
    intervention_type: InterventionType
    action_taken: str
    source: str
    resolution_notes: str | None
    created_at: datetime
    resolved_at: datetime | None
    is_resolved: bool
    effectiveness_rating: int | None


class Record:
    """Keeps what was done."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def note(
        self,
        kind: InterventionType,
        actor: Actor,
        *,
        student_id: str,
        action_taken: str,
        source: str,
        as_of: datetime,
        alert_id: int | None = None,
    ) -> int:
        """Note it once per `source` (as `meeting:3`), and tag the student's open alerts.

        Whoever acts on a student has seen her alerts, so that they are acknowledged; but urgent
        words only by `ack`, for what was done need not be about them. Returns the
        intervention's id. Joins the transaction that it is called in.
        """
        with self._store.transaction():
            before = self.of_source(source)
            if before is not None:
                return before.id
            newest = self._tagged(kind, actor, student_id, as_of)
            self._store.execute(
                """INSERT INTO interventions (teacher_id, user_id, student_id, alert_id,
                   intervention_type, action_taken, source, created_at)
                   VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
                [
                    actor.teacher_id,
                    actor.user_id,
                    student_id,
                    newest if alert_id is None else alert_id,
                    kind.value,
                    action_taken,
                    source,
                    to_at(as_of),
                ],
            )
            found: int = self._store.value(
                "SELECT id FROM interventions WHERE source = ?", [source]
            )
        return found

    def _tagged(
        self, kind: InterventionType, actor: Actor, student_id: str, as_of: datetime
    ) -> int | None:
        """Tag and acknowledge the student's open alerts; the most urgent one's id."""
        rows = self._store.rows(
            """SELECT alert_id FROM alerts
               WHERE student_id = ? AND state IN ('open', 'acknowledged')
               ORDER BY CASE severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1
                   WHEN 'medium' THEN 2 ELSE 3 END, raised_at, alert_id""",
            [student_id],
        )
        tag = TAGS.get(kind)
        for row in rows if tag else ():
            self._store.execute(
                "INSERT OR IGNORE INTO alert_tags VALUES (?, ?, ?, ?)",
                [row["alert_id"], tag, actor.user_id, to_at(as_of)],
            )
            self._store.execute(
                """UPDATE alerts SET state = 'acknowledged', acknowledged_at = ?,
                   acknowledged_by = ?
                   WHERE alert_id = ? AND state = 'open' AND rule_id != 'crisis'""",
                [to_at(as_of), actor.user_id, row["alert_id"]],
            )
        return rows[0]["alert_id"] if rows else None

    def resolve(self, source: str, notes: str, as_of: datetime) -> None:
        """It has come to its end: the work was done, the meeting held."""
        self._store.execute(
            """UPDATE interventions SET is_resolved = 1, resolved_at = ?, resolution_notes = ?
               WHERE source = ?""",
            [to_at(as_of), notes, source],
        )

    def restate(self, source: str, action_taken: str) -> None:
        """Say anew what was done: it has changed since."""
        self._store.execute(
            "UPDATE interventions SET action_taken = ? WHERE source = ?", [action_taken, source]
        )

    def withdraw(self, source: str) -> None:
        """It came to nothing before it reached anybody: no intervention, and no word of one."""
        self._store.execute("DELETE FROM interventions WHERE source = ?", [source])

    def rate(self, intervention_id: int, rating: int, *, actor: Actor, as_of: datetime) -> None:
        """A teacher's word on whether it helped, from 1 to 5; whoever did it is told of another's.

        Raises CommandError for any other number.
        """
        if not 1 <= rating <= 5:
            raise CommandError("A rating is a number from 1 (did not help) to 5 (helped a lot).")
        with self._store.transaction():
            found = self.find(intervention_id)
            if found is None or found.effectiveness_rating == rating:
                return
            self._store.execute(
                "UPDATE interventions SET effectiveness_rating = ? WHERE id = ?",
                [rating, intervention_id],
            )
            note_for(
                self._store,
                [found.user_id],
                actor,
                about=f"rating:{found.id}",
                student_id=found.student_id,
                words=f"has rated what you did (no. {found.id} of the history): {rating} of 5. "
                f"`history {found.student_id}` shows it.",
                as_of=as_of,
            )

    def find(self, intervention_id: int) -> Intervention | None:
        """The intervention of that id."""
        row = self._store.row("SELECT * FROM interventions WHERE id = ?", [intervention_id])
        return None if row is None else _intervention(row)

    def of_source(self, source: str) -> Intervention | None:
        """The intervention that was noted for this, as `meeting:3`."""
        row = self._store.row("SELECT * FROM interventions WHERE source = ?", [source])
        return None if row is None else _intervention(row)

    def of_student(self, student_id: str, *, limit: int = 100) -> list[Intervention]:
        """Everything noted for a student, the newest first."""
        rows = self._store.rows(
            """SELECT * FROM interventions WHERE student_id = ?
               ORDER BY created_at DESC, id DESC LIMIT ?""",
            [student_id, limit],
        )
        return [_intervention(row) for row in rows]


def _intervention(row: sqlite3.Row) -> Intervention:
    return Intervention(
        id=row["id"],
        teacher_id=row["teacher_id"],
        user_id=row["user_id"],
        student_id=row["student_id"],
        alert_id=row["alert_id"],
        intervention_type=InterventionType(row["intervention_type"]),
        action_taken=row["action_taken"],
        source=row["source"],
        resolution_notes=row["resolution_notes"],
        created_at=from_at(row["created_at"]),
        resolved_at=None if row["resolved_at"] is None else from_at(row["resolved_at"]),
        is_resolved=bool(row["is_resolved"]),
        effectiveness_rating=row["effectiveness_rating"],
    )
