"""The book of tutorings: what is asked, what goes on, who met when, and who wants no questions."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from nudgebot.errors import CommandError
from nudgebot.interventions.means import Actor
from nudgebot.school.days import from_at, to_at
from nudgebot.school.enrollment import IN_FORCE, IN_TERM
from nudgebot.store import Store

OPEN = "status IN ('asked', 'active')"


class Status(StrEnum):
    """Where a tutoring is in its life."""

    ASKED = "asked"
    ACTIVE = "active"
    DECLINED = "declined"
    EXPIRED = "expired"
    ENDED = "ended"


@dataclass(frozen=True)
class TutoringRecord:
    """A tutoring; `student_said` and `tutor_said` are "yes", "no" or empty."""

    id: int
    teacher_id: str | None
    user_id: int
    student_id: str
    tutor_id: str
    skill_id: str
    skill_name: str
    status: Status
    student_said: str
    tutor_said: str
    accuracy_before_percent: float | None
    answers_before: int
    state_before: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    outcome: str

    @property
    def source(self) -> str:
        """Its name in the record of interventions and in the keys of its messages."""
        return f"tutoring:{self.id}"

    @property
    def is_open(self) -> bool:
        """Whether it is asked about or goes on."""
        return self.status in (Status.ASKED, Status.ACTIVE)

    def other(self, student_id: str) -> str:
        """The one of the two who is not this one."""
        return self.tutor_id if student_id == self.student_id else self.student_id

    def said_by(self, student_id: str) -> str:
        """What one of the two has said."""
        return self.student_said if student_id == self.student_id else self.tutor_said


@dataclass(frozen=True)
class Session:
    """They met; `user_id` is who noted it."""

    id: int
    tutoring_id: int
    user_id: int
    minutes: int
    note: str
    noted_day: int
    noted_at: datetime


class Book:
    """Reads and writes the tables of tutoring; decides nothing."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def open(
        self,
        actor: Actor,
        *,
        student_id: str,
        tutor_id: str,
        skill: tuple[str, str],
        source: str,
        as_of: datetime,
    ) -> TutoringRecord:
        """A new tutoring that both are asked about; `skill` is its id and name."""
        cursor = self._store.execute(
            """INSERT INTO tutorings (source, teacher_id, user_id, student_id, tutor_id, skill_id,
               skill_name, status, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, 'asked', ?)""",
            [
                source,
                actor.teacher_id,
                actor.user_id,
                student_id,
                tutor_id,
                *skill,
                to_at(as_of),
            ],
        )
        return self.get(int(cursor.lastrowid or 0))

    def by_source(self, source: str) -> TutoringRecord | None:
        """The tutoring that this has made."""
        row = self._store.row("SELECT * FROM tutorings WHERE source = ?", [source])
        return None if row is None else _record(row)

    def find(self, tutoring_id: int) -> TutoringRecord | None:
        """The tutoring of that number."""
        row = self._store.row("SELECT * FROM tutorings WHERE id = ?", [tutoring_id])
        return None if row is None else _record(row)

    def get(self, tutoring_id: int) -> TutoringRecord:
        """The same; raises CommandError where there is none."""
        found = self.find(tutoring_id)
        if found is None:
            raise CommandError(f"There is no tutoring {tutoring_id}; `tutoring` lists them.")
        return found

    def of_student(self, student_id: str, *, limit: int = 100) -> list[TutoringRecord]:
        """All in which she is helped or helps, the newest first."""
        rows = self._store.rows(
            """SELECT * FROM tutorings WHERE student_id = :who OR tutor_id = :who
               ORDER BY created_at DESC, id DESC LIMIT :limit""",
            {"who": student_id, "limit": limit},
        )
        return [_record(row) for row in rows]

    def all_open(self) -> list[TutoringRecord]:
        """All that are asked about or go on, oldest first."""
        rows = self._store.rows(f"SELECT * FROM tutorings WHERE {OPEN} ORDER BY created_at, id")  # noqa: S608  # a constant
        return [_record(row) for row in rows]

    def unanswered(self, before: datetime) -> list[TutoringRecord]:
        """Those that were asked about before then and still wait for an answer."""
        rows = self._store.rows(
            "SELECT * FROM tutorings WHERE status = 'asked' AND created_at <= ? ORDER BY id",
            [to_at(before)],
        )
        return [_record(row) for row in rows]

    def parted(self, day: int) -> list[TutoringRecord]:
        """The open ones whose two are in no common class in term on that day any more."""
        together = f"""SELECT 1 FROM enrollments e JOIN classes c ON c.class_id = e.class_id
            JOIN students s ON s.student_id = e.person_id
            JOIN enrollments o ON o.class_id = e.class_id AND o.role = 'student'
                AND o.person_id = t.tutor_id AND o.gone_at IS NULL
                AND (o.begin_day IS NULL OR o.begin_day <= :day)
                AND (o.end_day IS NULL OR o.end_day >= :day)
            JOIN students p ON p.student_id = o.person_id
            WHERE e.person_id = t.student_id AND e.role = 'student' AND {IN_FORCE} AND {IN_TERM}
                AND s.active AND s.gone_at IS NULL AND p.active AND p.gone_at IS NULL"""  # noqa: S608  # constants
        rows = self._store.rows(
            f"SELECT * FROM tutorings t WHERE {OPEN} AND NOT EXISTS ({together}) ORDER BY id",  # noqa: S608  # constants
            {"day": day},
        )
        return [_record(row) for row in rows]

    def say(self, record: TutoringRecord, student_id: str, word: str) -> TutoringRecord:
        """Keep what one of the two said."""
        column = "student_said" if student_id == record.student_id else "tutor_said"
        self._store.execute(
            f"UPDATE tutorings SET {column} = ? WHERE id = ?",  # noqa: S608  # one of two names
            [word, record.id],
        )
        return self.get(record.id)

    def begin(
        self,
        record: TutoringRecord,
        *,
        accuracy_percent: float | None,
        answers: int,
        state: str,
        as_of: datetime,
    ) -> TutoringRecord:
        """Both have said yes; the figures are those of the 28 days before."""
        self._store.execute(
            """UPDATE tutorings SET status = 'active', started_at = ?, accuracy_before_percent = ?,
               answers_before = ?, state_before = ? WHERE id = ?""",
            [to_at(as_of), accuracy_percent, answers, state, record.id],
        )
        return self.get(record.id)

    def close(
        self, record: TutoringRecord, status: Status, outcome: str, as_of: datetime
    ) -> TutoringRecord:
        """It is over."""
        self._store.execute(
            "UPDATE tutorings SET status = ?, ended_at = ?, outcome = ? WHERE id = ?",
            [status.value, to_at(as_of), outcome, record.id],
        )
        return self.get(record.id)

    def loads(self, tutor_ids: Collection[str]) -> Counter[str]:
        """How many others each of them helps, or is asked to help, now."""
        return self._counts(tutor_ids, OPEN)

    def helped(self, tutor_ids: Collection[str]) -> Counter[str]:
        """How many others each of them has helped or helps."""
        return self._counts(tutor_ids, "started_at IS NOT NULL")

    def _counts(self, tutor_ids: Collection[str], condition: str) -> Counter[str]:
        rows = self._store.rows(
            f"""SELECT tutor_id, COUNT(*) FROM tutorings WHERE {condition}
                AND tutor_id IN (SELECT value FROM json_each(?)) GROUP BY tutor_id""",  # noqa: S608  # constants
            [json.dumps(sorted(tutor_ids))],
        )
        return Counter({row[0]: row[1] for row in rows})

    def declined_by(self, student_id: str, since: datetime) -> frozenset[str]:
        """The tutors who said no to this student since then."""
        rows = self._store.rows(
            """SELECT DISTINCT tutor_id FROM tutorings
               WHERE student_id = ? AND tutor_said = 'no' AND ended_at >= ?""",
            [student_id, to_at(since)],
        )
        return frozenset(row[0] for row in rows)

    def unwanted(self, student_id: str, since: datetime) -> frozenset[str]:
        """The skills in which the student said no to help since then."""
        rows = self._store.rows(
            """SELECT DISTINCT skill_id FROM tutorings
               WHERE student_id = ? AND student_said = 'no' AND ended_at >= ?""",
            [student_id, to_at(since)],
        )
        return frozenset(row[0] for row in rows)

    def open_in(self, student_id: str, skill_id: str) -> TutoringRecord | None:
        """The tutoring in which she is helped in the skill now, or asked about it."""
        row = self._store.row(
            f"SELECT * FROM tutorings WHERE student_id = ? AND skill_id = ? AND {OPEN}",  # noqa: S608  # a constant
            [student_id, skill_id],
        )
        return None if row is None else _record(row)

    def opt_out(self, student_id: str, as_of: datetime) -> None:
        """She does not want to be asked to tutor."""
        self._store.execute(
            "INSERT OR IGNORE INTO tutor_opt_outs VALUES (?, ?)", [student_id, to_at(as_of)]
        )

    def opt_in(self, student_id: str) -> None:
        """She may be asked again."""
        self._store.execute("DELETE FROM tutor_opt_outs WHERE student_id = ?", [student_id])

    def opted_out(self, student_ids: Collection[str]) -> frozenset[str]:
        """Those of them who do not want to be asked."""
        rows = self._store.rows(
            """SELECT student_id FROM tutor_opt_outs
               WHERE student_id IN (SELECT value FROM json_each(?))""",
            [json.dumps(sorted(student_ids))],
        )
        return frozenset(row[0] for row in rows)

    def add_session(
        self,
        record: TutoringRecord,
        *,
        user_id: int,
        minutes: int,
        note: str,
        source: str,
        day: int,
        as_of: datetime,
    ) -> Session:
        """They met; the `source` is new."""
        self._store.execute(
            """INSERT INTO tutoring_sessions
               (tutoring_id, user_id, minutes, note, source, noted_day, noted_at)
               VALUES (?, ?, ?, ?, ?, ?, ?)""",
            [record.id, user_id, minutes, note, source, day, to_at(as_of)],
        )
        return self.sessions(record.id)[-1]

    def add_note(self, session: Session, note: str) -> Session:
        """More words to a session that is noted already."""
        if not note or note in session.note:  # also where a word is heard twice
            return session
        both = f"{session.note} {note}".strip()
        self._store.execute(
            "UPDATE tutoring_sessions SET note = ? WHERE id = ?", [both, session.id]
        )
        return replace(session, note=both)

    def sessions(self, tutoring_id: int) -> list[Session]:
        """When they met, oldest first."""
        rows = self._store.rows(
            "SELECT * FROM tutoring_sessions WHERE tutoring_id = ? ORDER BY noted_at, id",
            [tutoring_id],
        )
        return [_session(row) for row in rows]

    def session_of(self, source: str) -> Session | None:
        """The session that this has noted."""
        row = self._store.row("SELECT * FROM tutoring_sessions WHERE source = ?", [source])
        return None if row is None else _session(row)


def _session(row: sqlite3.Row) -> Session:
    return Session(
        id=row["id"],
        tutoring_id=row["tutoring_id"],
        user_id=row["user_id"],
        minutes=row["minutes"],
        note=row["note"],
        noted_day=row["noted_day"],
        noted_at=from_at(row["noted_at"]),
    )


def _record(row: sqlite3.Row) -> TutoringRecord:
    return TutoringRecord(
        id=row["id"],
        teacher_id=row["teacher_id"],
        user_id=row["user_id"],
        student_id=row["student_id"],
        tutor_id=row["tutor_id"],
        skill_id=row["skill_id"],
        skill_name=row["skill_name"],
        status=Status(row["status"]),
        student_said=row["student_said"],
        tutor_said=row["tutor_said"],
        accuracy_before_percent=row["accuracy_before_percent"],
        answers_before=row["answers_before"],
        state_before=row["state_before"],
        created_at=from_at(row["created_at"]),
        started_at=None if row["started_at"] is None else from_at(row["started_at"]),
        ended_at=None if row["ended_at"] is None else from_at(row["ended_at"]),
        outcome=row["outcome"],
    )
