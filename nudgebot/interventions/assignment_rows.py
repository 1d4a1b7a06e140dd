"""Targeted assignments as they are kept: requirement B's fields, and how far each one is."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from nudgebot.interventions.assignment_draft import Draft
from nudgebot.interventions.means import Actor
from nudgebot.school.days import from_at, to_at
from nudgebot.store import Parameters, Store


class Status(StrEnum):
    """What has become of an assignment; `said_done` is the student's word alone."""

    ASSIGNED = "assigned"
    SAID_DONE = "said_done"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"  # long overdue, and not followed any more


class News(StrEnum):
    """What a teacher is still to be told of."""

    SAID_DONE = "said_done"
    COMPLETED = "completed"
    OVERDUE = "overdue"


@dataclass(frozen=True)
class TargetedAssignment:
    """One assignment, under requirement B's names.

    `answered` and `correct` are questions in its skills since it was given, as the data have them;
    `completed_by` is `export` or `done`; `score` is in percent.
    """

    id: int
    source: str
    teacher_id: str | None
    teacher_user_id: int
    teacher_name: str
    student_id: str
    class_id: str
    title: str
    description: str
    skill_ids: tuple[str, ...]
    question_count: int
    difficulty: str
    due_at: datetime
    status: Status
    created_at: datetime
    said_done_at: datetime | None
    completed_at: datetime | None
    completed_by: str | None
    score: float | None
    answered: int
    correct: int
    looked_batch: int
    overdue_at: datetime | None
    closed_at: datetime | None
    owed_teacher: str
    owed_student: bool
    lms_written: bool

    @property
    def lms_id(self) -> str:
        """Its id in the native format."""
        return f"nudgebot-{self.id}"

    @property
    def record_source(self) -> str:
        """Its name in the record of interventions."""
        return f"assignment:{self.id}"

    @property
    def waits(self) -> bool:
        """Whether the student has still to do it, or to say that it is done."""
        return self.status is Status.ASSIGNED


class Rows:
    """Reads and writes the table."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def insert(
        self, actor: Actor, draft: Draft, *, source: str, class_id: str, as_of: datetime
    ) -> TargetedAssignment:
        """A new one; what the school knows by now is not looked at for it."""
        self._store.execute(
            """INSERT INTO targeted_assignments (source, teacher_id, teacher_user_id, teacher_name,
               student_id, class_id, title, description, skill_ids, question_count, difficulty,
               due_at, status, created_at, looked_batch)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            [
                source,
                actor.teacher_id,
                actor.user_id,
                actor.name,
                draft.student_id,
                class_id,
                draft.title,
                draft.description,
                json.dumps([skill.skill_id for skill in draft.skills]),
                draft.question_count,
                draft.difficulty,
                to_at(draft.due_at),
                Status.ASSIGNED.value,
                to_at(as_of),
                newest_batch(self._store),
            ],
        )
        (made,) = self._where("source = ?", [source])
        return made

    def by_source(self, source: str) -> TargetedAssignment | None:
        """The one that was asked for under that word."""
        return next(iter(self._where("source = ?", [source])), None)

    def find(self, assignment_id: int) -> TargetedAssignment | None:
        """The one of that number."""
        return next(iter(self._where("id = ?", [assignment_id])), None)

    def of_student(self, student_id: str) -> list[TargetedAssignment]:
        """All of a student's, the newest first."""
        return self._where("student_id = ? ORDER BY created_at DESC, id DESC", [student_id])

    def of_teacher(self, user_id: int) -> list[TargetedAssignment]:
        """All that a Zulip user gave, the newest first."""
        return self._where("teacher_user_id = ? ORDER BY created_at DESC, id DESC", [user_id])

    def to_look_at(
        self, newest: int, as_of: datetime, *, let_go: timedelta
    ) -> list[TargetedAssignment]:
        """Followed ones about which time or a batch brings news, the earliest due first.

        There is a batch that they were not compared with, they are due and not known to be overdue,
        or it is so long since they were due that they are let go.
        """
        return self._where(
            """closed_at IS NULL AND (looked_batch < ? OR (overdue_at IS NULL AND due_at <= ?)
               OR due_at < ?) ORDER BY due_at, id""",
            [newest, to_at(as_of), to_at(as_of - let_go)],
        )

    def owed(self) -> list[TargetedAssignment]:
        """Those about which somebody has still to be told something, by id."""
        return self._where("owed_teacher != '' OR owed_student ORDER BY id", [])

    def without_file(self, tried_before: datetime) -> list[TargetedAssignment]:
        """Followed ones without their file for the LMS, given and last tried before then."""
        return self._where(
            """closed_at IS NULL AND lms_written_at IS NULL AND class_id != ''
               AND COALESCE(lms_tried_at, created_at) <= ? ORDER BY id""",
            [to_at(tried_before)],
        )

    def change(self, assignment: TargetedAssignment, **fields: object) -> None:
        """Write other values; times are seconds, names are columns of this module's own words."""
        columns = ", ".join(f"{name} = :{name}" for name in fields)
        self._store.execute(
            f"UPDATE targeted_assignments SET {columns} WHERE id = :id",  # noqa: S608  # names of columns, given in code
            {**fields, "id": assignment.id},
        )

    def _where(self, condition: str, parameters: Parameters) -> list[TargetedAssignment]:
        rows = self._store.rows(
            f"SELECT * FROM targeted_assignments WHERE {condition}",  # noqa: S608  # constants of this class
            parameters,
        )
        return [_assignment(row) for row in rows]


def newest_batch(store: Store) -> int:
    """The number of the newest batch that was taken; 0 before the first one."""
    found: int = store.value("SELECT COALESCE(MAX(batch_id), 0) FROM batches WHERE state = 'taken'")
    return found


def _moment(at: int | None) -> datetime | None:
    return None if at is None else from_at(at)


def _assignment(row: sqlite3.Row) -> TargetedAssignment:
    return TargetedAssignment(
        id=row["id"],
        source=row["source"],
        teacher_id=row["teacher_id"],
        teacher_user_id=row["teacher_user_id"],
        teacher_name=row["teacher_name"],
        student_id=row["student_id"],
        class_id=row["class_id"],
        title=row["title"],
        description=row["description"],
        skill_ids=tuple(json.loads(row["skill_ids"])),
        question_count=row["question_count"],
        difficulty=row["difficulty"],
        due_at=from_at(row["due_at"]),
        status=Status(row["status"]),
        created_at=from_at(row["created_at"]),
        said_done_at=_moment(row["said_done_at"]),
        completed_at=_moment(row["completed_at"]),
        completed_by=row["completed_by"],
        score=row["score"],
        answered=row["answered"],
        correct=row["correct"],
        looked_batch=row["looked_batch"],
        overdue_at=_moment(row["overdue_at"]),
        closed_at=_moment(row["closed_at"]),
        owed_teacher=row["owed_teacher"],
        owed_student=bool(row["owed_student"]),
        lms_written=row["lms_written_at"] is not None,
    )
