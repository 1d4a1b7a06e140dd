"""Who read which student's data, when, and where it was shown."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from nudgebot.nudging.messages import Direct, Recipient
from nudgebot.school.days import from_at, to_at
from nudgebot.store import Store


@dataclass(frozen=True)
class Reading:
    """One read of one student's data; `action` is the command's name."""

    at: datetime
    actor_user_id: int
    action: str
    student_id: str
    place: str


def place_name(place: Recipient) -> str:
    """`dm:7`, `group:7,8` or `stream:19`: ids only, never a topic or a name."""
    if isinstance(place, Direct):
        kind = "dm" if len(place.user_ids) == 1 else "group"
        return f"{kind}:{','.join(map(str, place.user_ids))}"
    return f"stream:{place.stream}"


class Audit:
    """Keeps the readings; nothing here is ever changed or taken back."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def record(
        self,
        student_ids: Collection[str],
        *,
        actor_user_id: int,
        action: str,
        place: Recipient,
        as_of: datetime,
    ) -> None:
        """Note that somebody saw these students' data."""
        where = place_name(place)
        self._store.executemany(
            """INSERT INTO audit (at, actor_user_id, action, student_id, place)
               VALUES (?, ?, ?, ?, ?)""",
            [(to_at(as_of), actor_user_id, action, each, where) for each in sorted(student_ids)],
        )

    def of(self, student_id: str, *, limit: int = 50) -> list[Reading]:
        """The newest readings of a student's data, newest first."""
        rows = self._store.rows(
            "SELECT * FROM audit WHERE student_id = ? ORDER BY audit_id DESC LIMIT ?",
            [student_id, limit],
        )
        return [
            Reading(
                at=from_at(row["at"]),
                actor_user_id=row["actor_user_id"],
                action=row["action"],
                student_id=row["student_id"],
                place=row["place"],
            )
            for row in rows
        ]
