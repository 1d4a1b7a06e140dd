"""How each message of teachers to a student stands: sent, read, answered."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from nudgebot.interventions.history_entry import Ending, Outcome
from nudgebot.interventions.messages import shortened
from nudgebot.school.days import from_at, to_at
from nudgebot.store import Store

ANSWER_DAYS = 3  # after so many days without an answer none is expected
_MOST_SHOWN = 120
_STANDS = {
    "refused": "it did not arrive",
    "unclear": "nobody can tell whether it arrived",
    "sent": "no answer so far",
}


@dataclass(frozen=True)
class Written:
    """A teacher's message with what is known of it."""

    key: str
    at: datetime
    user_id: int
    teacher_id: str | None
    text: str
    template_id: str
    state: str
    ending: Ending

    @property
    def went_out(self) -> bool:
        """Whether it may have reached the student."""
        return self.state != "refused"


def written_to(store: Store, student_id: str, as_of: datetime, *, limit: int) -> list[Written]:
    """The newest messages to a student until then, the newest first."""
    rows = store.rows(
        """SELECT m.*, (SELECT text FROM answers a WHERE a.follows_key = m.key AND a.at <= :at
               ORDER BY a.at, a.message_id LIMIT 1) AS answer,
           (SELECT MIN(at) FROM answers a WHERE a.follows_key = m.key AND a.at <= :at)
               AS answered_at
           FROM teacher_messages m WHERE m.student_id = :student AND m.sent_at <= :at
           ORDER BY m.sent_at DESC, m.key LIMIT :limit""",
        {"student": student_id, "at": to_at(as_of), "limit": limit},
    )
    return [
        Written(
            key=row["key"],
            at=from_at(row["sent_at"]),
            user_id=row["teacher_user_id"],
            teacher_id=row["teacher_id"],
            text=row["message"],
            template_id=row["template_id"],
            state=row["state"],
            ending=_ending(row, as_of),
        )
        for row in rows
    ]


def _ending(row: sqlite3.Row, as_of: datetime) -> Ending:
    read = [Outcome("read", from_at(row["read_at"]))] if row["read_at"] is not None else []
    sent_at = from_at(row["sent_at"])
    if row["answered_at"] is not None:
        answered = Outcome(
            f"answered: “{shortened(row['answer'], _MOST_SHOWN)}”", from_at(row["answered_at"])
        )
        hours = (row["answered_at"] - row["sent_at"]) / 3600
        return Ending((*read, answered), went_well=True, hours=hours)
    stands = Outcome(_STANDS.get(row["state"], "on its way"))
    late = row["state"] == "sent" and as_of - sent_at > timedelta(days=ANSWER_DAYS)
    return Ending((*read, stands), went_well=False if late else None)
