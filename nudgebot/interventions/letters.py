"""What teachers write to students through the bot, and what students write in their own words."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from nudgebot.school.days import from_at, to_at
from nudgebot.store import Store

UNCLEAR = "unclear"
ANSWER_FOLLOWS = timedelta(days=14)  # after a teacher's message, an answer is taken to be to it
# What an answer is, beside an ordinary one: a correction of the data, words said with a teacher
# in the conversation.
WRONG, GROUP = "wrong", "group"
_FOR_EVER = 2**62
# All that a student gets from a teacher, each with its moment and what it is.
_GOT = """
WITH got AS (
SELECT key, teacher_user_id, teacher_id, message, template_id, sent_at AS at, state, read_at,
    '' AS about, NULL AS begins_at
    FROM teacher_messages WHERE student_id = :student AND state != 'refused'
UNION ALL
SELECT 'meeting:' || m.id, m.user_id, m.teacher_id, '', '', m.changed_at, 'sent', NULL,
    'meeting ' || m.id, m.scheduled_at
    FROM meetings m JOIN meeting_students s ON s.meeting_id = m.id WHERE s.student_id = :student
UNION ALL
SELECT 'assignment:' || id, teacher_user_id, teacher_id, title, '', created_at, 'sent', NULL,
    'assignment ' || id, NULL
    FROM targeted_assignments WHERE student_id = :student
)
SELECT * FROM got WHERE at BETWEEN :since AND :at AND (:key IS NULL OR key = :key)
ORDER BY at DESC, about, key LIMIT 1
"""


@dataclass(frozen=True)
class TeacherMessage:
    """A teacher's words to a student; `state` is the outbox's.

    `UNCLEAR` is what the outbox has given up to look for. Where it is no message, `about` says
    what it is, as `meeting 3` or `assignment 5`, and `begins_at` when a meeting is.
    """

    key: str
    teacher_user_id: int
    student_id: str
    message: str
    template_id: str
    sent_at: datetime
    state: str
    teacher_id: str | None = None
    read_at: datetime | None = None
    about: str = ""
    begins_at: datetime | None = None


@dataclass(frozen=True)
class StudentAnswer:
    """A student's own words; `follows` is what of a teacher's they seem to answer.

    `kind` is `WRONG`, `GROUP` or empty; `passed_to` counts the people that they were passed on to.
    """

    message_id: int
    student_id: str
    text: str
    at: datetime
    follows: TeacherMessage | None
    kind: str = ""
    passed_to: int = 0


@dataclass(frozen=True)
class SentMessage:
    """A message that arrived, by its id in Zulip."""

    key: str
    student_id: str
    message_id: int


class Letters:
    """Keeps both; a message heard twice is kept once."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def keep_message(self, message: TeacherMessage) -> None:
        """A teacher's message, or a newer state of it."""
        self._store.execute(
            """INSERT INTO teacher_messages (key, teacher_id, teacher_user_id, student_id, message,
               template_id, sent_at, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
               ON CONFLICT (key) DO UPDATE SET state = excluded.state""",
            [
                message.key,
                message.teacher_id,
                message.teacher_user_id,
                message.student_id,
                message.message,
                message.template_id,
                to_at(message.sent_at),
                message.state,
            ],
        )

    def open_messages(self) -> list[TeacherMessage]:
        """Those whose fate was not known when they were last looked at, oldest first."""
        rows = self._store.rows(
            """SELECT * FROM teacher_messages WHERE state NOT IN ('sent', 'refused', 'unclear')
               ORDER BY sent_at, key"""
        )
        return [_message(row) for row in rows]

    def unread(self, since: datetime, *, limit: int) -> list[SentMessage]:
        """The newest messages that arrived since then and were not seen to be read."""
        rows = self._store.rows(
            """SELECT m.key, m.student_id, o.message_id FROM teacher_messages m
               JOIN outbox o ON o.key = m.key
               WHERE m.sent_at >= ? AND m.is_read = 0 AND o.state = 'sent'
               AND o.message_id IS NOT NULL ORDER BY m.sent_at DESC, m.key LIMIT ?""",
            [to_at(since), limit],
        )
        return [SentMessage(row["key"], row["student_id"], row["message_id"]) for row in rows]

    def mark_read(self, key: str, as_of: datetime) -> None:
        """It was seen to be read."""
        self._store.execute(
            "UPDATE teacher_messages SET is_read = 1, read_at = ? WHERE key = ? AND is_read = 0",
            [to_at(as_of), key],
        )

    def messages_to(self, student_id: str, *, limit: int = 10) -> list[TeacherMessage]:
        """The newest messages to a student, newest first."""
        rows = self._store.rows(
            """SELECT * FROM teacher_messages WHERE student_id = ?
               ORDER BY sent_at DESC, key LIMIT ?""",
            [student_id, limit],
        )
        return [_message(row) for row in rows]

    def followed_by(self, student_id: str, at: datetime) -> TeacherMessage | None:
        """What an answer at this moment comes after, if it is recent: the newest of a teacher's
        message, an invitation to a meeting or a change of it, and an assignment."""
        return self._got(student_id, since=to_at(at - ANSWER_FOLLOWS), at=to_at(at))

    def newest_to(self, student_id: str) -> TeacherMessage | None:
        """The newest of all that a student got from a teacher."""
        return self._got(student_id)

    def _got(
        self, student_id: str, *, since: int = 0, at: int = _FOR_EVER, key: str | None = None
    ) -> TeacherMessage | None:
        row = self._store.row(_GOT, {"student": student_id, "since": since, "at": at, "key": key})
        return None if row is None else _got(row, student_id)

    def message_before(self, student_id: str, at: datetime) -> TeacherMessage | None:
        """The teacher's message in words that an answer at this moment comes after."""
        row = self._store.row(
            """SELECT * FROM teacher_messages WHERE student_id = ? AND state != 'refused'
               AND sent_at BETWEEN ? AND ? ORDER BY sent_at DESC, key LIMIT 1""",
            [student_id, to_at(at - ANSWER_FOLLOWS), to_at(at)],
        )
        return None if row is None else _message(row)

    def keep_answer(self, said: StudentAnswer, *, passed_to: int) -> None:
        """What a student wrote, and how many teachers it went to."""
        follows = said.follows and said.follows.key
        self._store.execute(
            """INSERT OR REPLACE INTO answers
               (message_id, student_id, text, at, follows_key, passed_to, kind)
               VALUES (?, ?, ?, ?, ?, ?, ?)""",
            [
                said.message_id,
                said.student_id,
                said.text,
                to_at(said.at),
                follows,
                passed_to,
                said.kind,
            ],
        )

    def answer(self, message_id: int) -> StudentAnswer | None:
        """What a student wrote in that message, if it was kept."""
        row = self._store.row("SELECT * FROM answers WHERE message_id = ?", [message_id])
        return None if row is None else self._answer(row)

    def answers_of(self, student_id: str, *, limit: int = 20) -> list[StudentAnswer]:
        """The newest of a student's own words, newest first."""
        rows = self._store.rows(
            "SELECT * FROM answers WHERE student_id = ? ORDER BY at DESC, message_id DESC LIMIT ?",
            [student_id, limit],
        )
        return [self._answer(row) for row in rows]

    def waiting_answers(self) -> list[StudentAnswer]:
        """The answers that could be passed on to nobody, oldest first."""
        rows = self._store.rows("SELECT * FROM answers WHERE passed_to = 0 ORDER BY message_id")
        return [self._answer(row) for row in rows]

    def _answer(self, row: sqlite3.Row) -> StudentAnswer:
        student_id, key = row["student_id"], row["follows_key"]
        return StudentAnswer(
            row["message_id"],
            row["student_id"],
            row["text"],
            at=from_at(row["at"]),
            follows=self._got(student_id, key=key) if key else None,
            kind=row["kind"],
            passed_to=row["passed_to"],
        )


def _message(row: sqlite3.Row) -> TeacherMessage:
    return TeacherMessage(
        key=row["key"],
        teacher_user_id=row["teacher_user_id"],
        student_id=row["student_id"],
        message=row["message"],
        template_id=row["template_id"],
        sent_at=from_at(row["sent_at"]),
        state=row["state"],
        teacher_id=row["teacher_id"],
        read_at=None if row["read_at"] is None else from_at(row["read_at"]),
    )


def _got(row: sqlite3.Row, student_id: str) -> TeacherMessage:
    return TeacherMessage(
        key=row["key"],
        teacher_user_id=row["teacher_user_id"],
        student_id=student_id,
        message=row["message"],
        template_id=row["template_id"],
        sent_at=from_at(row["at"]),
        state=row["state"],
        teacher_id=row["teacher_id"],
        read_at=None if row["read_at"] is None else from_at(row["read_at"]),
        about=row["about"],
        begins_at=None if row["begins_at"] is None else from_at(row["begins_at"]),
    )
