"""The book of e-mails to guardians: each with what became of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nudgebot.interventions.means import Actor
from nudgebot.interventions.parents_drafts import Draft
from nudgebot.nudging.posted import Posted
from nudgebot.school.days import from_at, to_at
from nudgebot.store import Store

QUEUED, WAITING, SENT, REFUSED, UNSETTLED = "queued", "waiting", "sent", "refused", "unsettled"


@dataclass(frozen=True)
class Notification:
    """One mail to one guardian, under requirement B's names.

    `state` is queued (not tried yet, or being tried), waiting (for the mail server), sent (the
    mail server took it), refused, or unsettled: nobody can tell. `told` is the state that the
    teacher knows of. `again_id` is the fresh copy that took its place.
    """

    id: int
    teacher_id: str | None
    user_id: int
    student_id: str
    guardian_id: str
    guardian_name: str
    address: str
    concern_type: str
    message: str
    subject: str
    content: str
    language: str
    source: str
    key: str
    state: str
    reason: str
    told: str
    created_at: datetime
    sent_at: datetime | None
    answered_at: datetime | None
    answer_note: str | None
    again_id: int | None


class ParentBook:
    """Keeps them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(
        self,
        actor: Actor,
        student_id: str,
        concern: str,
        words: str,
        *,
        drafts: Sequence[Draft],
        source: str,
        as_of: datetime,
    ) -> list[int]:
        """Note mails that are to go out, once per source and guardian; their ids, in order."""
        for draft in drafts:
            self._store.execute(
                """INSERT INTO parent_notifications (teacher_id, user_id, student_id, guardian_id,
                   guardian_name, address, concern_type, message, subject, content, language,
                   source, key, state, created_at)
                   VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?)
                   ON CONFLICT (key) DO NOTHING""",
                [
                    *(actor.teacher_id, actor.user_id, student_id, draft.guardian_id),
                    *(draft.guardian_name, draft.address, concern, words, draft.subject),
                    *(draft.text, draft.language, source, f"parent:{source}:{draft.guardian_id}"),
                    to_at(as_of),
                ],
            )
        return [each.id for each in self.of_source(source)]

    def find(self, notification_id: int) -> Notification | None:
        """The one of that id."""
        rows = self._rows("id = ?", [notification_id])
        return rows[0] if rows else None

    def of_source(self, source: str) -> list[Notification]:
        """Those that one act brought about, by id."""
        return self._rows("source = ? ORDER BY id", [source])

    def of_student(self, student_id: str, *, limit: int = 20) -> list[Notification]:
        """A student's, the newest first."""
        return self._rows("student_id = ? ORDER BY id DESC LIMIT ?", [student_id, limit])

    def of_user(self, user_id: int, *, limit: int = 20) -> list[Notification]:
        """Those that a Zulip user sent, the newest first."""
        return self._rows("user_id = ? ORDER BY id DESC LIMIT ?", [user_id, limit])

    def open(self) -> list[Notification]:
        """Those whose fate is not known, or not told yet, oldest first."""
        return self._rows("state IN ('queued', 'waiting') OR told != state ORDER BY id", [])

    def settle(self, notification_id: int, posted: Posted, as_of: datetime) -> None:
        """What the outbox says of it by now."""
        state = state_of(posted)
        self._store.execute(
            """UPDATE parent_notifications SET state = :state, reason = :reason,
               sent_at = CASE WHEN :state = 'sent' THEN coalesce(sent_at, :at) END
               WHERE id = :id""",
            {"state": state, "reason": posted.reason, "at": to_at(as_of), "id": notification_id},
        )

    def told(self, notification_id: int, state: str) -> None:
        """The teacher knows of this state."""
        self._store.execute(
            "UPDATE parent_notifications SET told = ? WHERE id = ?", [state, notification_id]
        )

    def answered(self, notification_id: int, note: str, as_of: datetime) -> None:
        """A guardian answered, in these words of the teacher's."""
        self._store.execute(
            "UPDATE parent_notifications SET answered_at = ?, answer_note = ? WHERE id = ?",
            [to_at(as_of), note, notification_id],
        )

    def replaced(self, notification_id: int, by_id: int) -> None:
        """A fresh copy took its place."""
        self._store.execute(
            "UPDATE parent_notifications SET again_id = ? WHERE id = ?", [by_id, notification_id]
        )

    def _rows(self, where: str, parameters: Sequence[object]) -> list[Notification]:
        rows = self._store.rows(
            f"SELECT * FROM parent_notifications WHERE {where}",  # noqa: S608  # constants of this class
            list(parameters),
        )
        return [_notification(row) for row in rows]


def state_of(posted: Posted) -> str:
    """The outbox's state in the words of the book."""
    if posted.state == "released" or (posted.state == "unsettled" and not posted.given_up):
        return WAITING
    return QUEUED if posted.state == "claimed" else posted.state


def _notification(row: sqlite3.Row) -> Notification:
    values: dict[str, Any] = {name: row[name] for name in row.keys()}  # noqa: SIM118  # of a row
    for name in ("created_at", "sent_at", "answered_at"):
        values[name] = None if row[name] is None else from_at(row[name])
    return Notification(**values)
