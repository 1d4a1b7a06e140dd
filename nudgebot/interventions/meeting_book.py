"""The book of meetings: what is arranged, with whom, and what came of it."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from nudgebot.interventions.means import Actor
from nudgebot.interventions.slots import Busy
from nudgebot.school.days import from_at, to_at
from nudgebot.store import Store

SCHEDULED, HELD, MISSED, CANCELLED = "scheduled", "held", "missed", "cancelled"
_OVERLAPPING_SECONDS = 8 * 3600  # no meeting is longer


@dataclass(frozen=True)
class Meeting:
    """A meeting, under requirement B's names; `sequence` counts its changes."""

    id: int
    teacher_id: str | None
    student_id: str
    student_ids: tuple[str, ...]
    meeting_type: str
    scheduled_at: datetime
    duration_minutes: int
    location: str
    notes: str
    status: str
    created_at: datetime
    user_id: int
    teacher_name: str
    uid: str
    sequence: int
    changed_at: datetime
    moved_from_at: datetime | None
    moved_from_minutes: int | None
    reason: str
    outcome_notes: str

    @property
    def ends_at(self) -> datetime:
        """When it is to be over."""
        return self.scheduled_at + timedelta(minutes=self.duration_minutes)

    @property
    def key(self) -> str:
        """The beginning of the keys of what is sent about this state of it."""
        return f"meeting:{self.id}:{self.sequence}"


@dataclass(frozen=True)
class Plan:
    """What a meeting is to be; the first of the students is the one it is filed under."""

    student_ids: tuple[str, ...]
    meeting_type: str
    scheduled_at: datetime
    duration_minutes: int = 30
    location: str = ""
    notes: str = ""


class MeetingBook:
    """Reads and writes the tables of meetings."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def find(self, meeting_id: int) -> Meeting | None:
        """The meeting of that number."""
        found = self._read("WHERE id = ?", [meeting_id])
        return found[0] if found else None

    def arranged_by(self, source: str) -> Meeting | None:
        """The meeting that this source has arranged already."""
        found = self._read("WHERE source = ?", [source])
        return found[0] if found else None

    def add(self, plan: Plan, actor: Actor, *, source: str, as_of: datetime) -> Meeting:
        """Write it down; joins the transaction that it is called in."""
        at = to_at(as_of)
        with self._store.transaction():
            meeting_id = self._store.execute(
                """INSERT INTO meetings (teacher_id, student_id, meeting_type, scheduled_at,
                   duration_minutes, location, notes, created_at, user_id, teacher_name, source,
                   uid, changed_at, change_source)
                   VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                [
                    actor.teacher_id,
                    plan.student_ids[0],
                    plan.meeting_type,
                    to_at(plan.scheduled_at),
                    plan.duration_minutes,
                    plan.location,
                    plan.notes,
                    at,
                    actor.user_id,
                    actor.name,
                    source,
                    f"meeting-{secrets.token_hex(12)}@nudgebot",
                    at,
                    source,
                ],
            ).lastrowid
            self._store.executemany(
                "INSERT INTO meeting_students VALUES (?, ?, ?)",
                [(meeting_id, each, place) for place, each in enumerate(plan.student_ids)],
            )
        found = self.arranged_by(source)
        if found is None:
            raise LookupError(source)  # it was written a moment ago
        return found

    def move(
        self,
        meeting: Meeting,
        at: datetime,
        *,
        minutes: int,
        location: str,
        source: str,
        as_of: datetime,
    ) -> bool:
        """Give it another time; False where this source has moved it already."""
        cursor = self._store.execute(
            """UPDATE meetings SET scheduled_at = ?, duration_minutes = ?, location = ?,
               moved_from_at = scheduled_at, moved_from_minutes = duration_minutes,
               sequence = sequence + 1, changed_at = ?,
               change_source = ?
               WHERE id = ? AND status = 'scheduled' AND change_source != ?""",
            [to_at(at), minutes, location, to_at(as_of), source, meeting.id, source],
        )
        return cursor.rowcount == 1

    def cancel(self, meeting_id: int, reason: str, *, source: str, as_of: datetime) -> bool:
        """Call it off; False where that was done already."""
        cursor = self._store.execute(
            """UPDATE meetings SET status = 'cancelled', reason = ?, sequence = sequence + 1,
               changed_at = ?, change_source = ? WHERE id = ? AND status = 'scheduled'""",
            [reason, to_at(as_of), source, meeting_id],
        )
        return cursor.rowcount == 1

    def note_outcome(self, meeting_id: int, status: str, notes: str, as_of: datetime) -> None:
        """How it went."""
        self._store.execute(
            "UPDATE meetings SET status = ?, outcome_notes = ?, outcome_at = ? WHERE id = ?",
            [status, notes, to_at(as_of), meeting_id],
        )

    def mark(self, meeting: Meeting, column: str) -> bool:
        """Note that this state of it was told, reminded of, or asked about; once.

        `column` is `told`, `reminded` or `asked`. False where it was, or where it has changed.
        """
        assert column in ("told", "reminded", "asked")  # noqa: S101  # it goes into the SQL
        cursor = self._store.execute(
            f"""UPDATE meetings SET {column}_sequence = sequence
                WHERE id = ? AND sequence = ? AND status = ? AND {column}_sequence < sequence""",  # noqa: S608  # one of three words
            [meeting.id, meeting.sequence, meeting.status],
        )
        return cursor.rowcount == 1

    def untold(self, before: datetime) -> list[Meeting]:
        """Those whose newest state was told to nobody, and that came to it before then."""
        return self._read(
            "WHERE told_sequence < sequence AND changed_at <= ? ORDER BY id", [to_at(before)]
        )

    def to_remind(self, minutes: int, as_of: datetime) -> list[Meeting]:
        """Those that begin within so many minutes, and were arranged before that."""
        return self._read(
            """WHERE status = 'scheduled' AND scheduled_at > :at
               AND scheduled_at <= :at + :ahead AND changed_at <= scheduled_at - :ahead
               AND reminded_sequence < sequence ORDER BY scheduled_at, id""",
            {"at": to_at(as_of), "ahead": minutes * 60},
        )

    def to_ask(self, as_of: datetime) -> list[Meeting]:
        """Those that are over, and about which nobody was asked yet."""
        return self._read(
            """WHERE status = 'scheduled' AND asked_sequence < sequence
               AND scheduled_at + duration_minutes * 60 <= ? ORDER BY scheduled_at, id""",
            [to_at(as_of)],
        )

    def open_of(self, user_id: int) -> list[Meeting]:
        """A teacher's meetings that are to come or wait for a word on how they went."""
        return self._read(
            "WHERE status = 'scheduled' AND user_id = ? ORDER BY scheduled_at, id", [user_id]
        )

    def of_student(self, student_id: str) -> list[Meeting]:
        """All meetings with a student, the newest first."""
        return self._read(
            """WHERE id IN (SELECT meeting_id FROM meeting_students WHERE student_id = ?)
               ORDER BY scheduled_at DESC, id DESC""",
            [student_id],
        )

    def around(
        self, user_id: int, student_ids: Collection[str], begin: datetime, end: datetime
    ) -> list[Meeting]:
        """The teacher's and the students' meetings that meet the span, the soonest first."""
        marks = ", ".join(f":s{number}" for number in range(len(student_ids)))
        return self._read(
            f"""WHERE status = 'scheduled' AND scheduled_at < :end
                AND scheduled_at > :begin - {_OVERLAPPING_SECONDS}
                AND scheduled_at + duration_minutes * 60 > :begin
                AND (user_id = :user OR id IN (SELECT meeting_id FROM meeting_students
                                               WHERE student_id IN ({marks})))
                ORDER BY scheduled_at, id""",  # noqa: S608  # constants and parameter marks
            {"user": user_id, "begin": to_at(begin), "end": to_at(end)}
            | {f"s{number}": each for number, each in enumerate(student_ids)},
        )

    def _read(self, where: str, parameters: Sequence[object] | dict[str, object]) -> list[Meeting]:
        rows = self._store.rows(f"SELECT * FROM meetings {where}", parameters)  # noqa: S608  # clauses of this module
        return [self._meeting(row) for row in rows]

    def _meeting(self, row: sqlite3.Row) -> Meeting:
        students = self._store.rows(
            "SELECT student_id FROM meeting_students WHERE meeting_id = ? ORDER BY position",
            [row["id"]],
        )
        return Meeting(
            id=row["id"],
            teacher_id=row["teacher_id"],
            student_id=row["student_id"],
            student_ids=tuple(each[0] for each in students),
            meeting_type=row["meeting_type"],
            scheduled_at=from_at(row["scheduled_at"]),
            duration_minutes=row["duration_minutes"],
            location=row["location"],
            notes=row["notes"],
            status=row["status"],
            created_at=from_at(row["created_at"]),
            user_id=row["user_id"],
            teacher_name=row["teacher_name"],
            uid=row["uid"],
            sequence=row["sequence"],
            changed_at=from_at(row["changed_at"]),
            moved_from_at=None if row["moved_from_at"] is None else from_at(row["moved_from_at"]),
            moved_from_minutes=row["moved_from_minutes"],
            reason=row["reason"],
            outcome_notes=row["outcome_notes"],
        )


def busy(meetings: Collection[Meeting]) -> list[Busy]:
    """The spans that meetings take."""
    return [Busy(to_at(each.scheduled_at), to_at(each.ends_at)) for each in meetings]
