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


@dataclass(frozen=True)
class Look:
    """One person's looks of one kind at one place on one day (in UTC); `at` is the last one."""

    at: datetime
    actor_user_id: int
    action: str
    place: str
    times: int


@dataclass(frozen=True)
class Passed:
    """How often something was done, and the last time."""

    what: str
    times: int
    at: datetime


PASSED_ON = "answer"  # the action of a student's words that were passed on to somebody
_NOT_OWN = "student_id = :student AND actor_user_id IS NOT :own AND action != :passed_on"


NOBODY = 0  # no Zulip user: somebody at the server, whom nothing there names
MACHINE = "machine"


def place_name(place: Recipient | None) -> str:
    """`dm:7`, `group:7,8`, `stream:19` or `machine`: ids only, never a topic or a name."""
    if place is None:
        return MACHINE
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
        place: Recipient | None,
        as_of: datetime,
    ) -> None:
        """Note that somebody saw these students' data; without a place it was at the server."""
        where = place_name(place)
        self._store.executemany(
            """INSERT INTO audit (at, actor_user_id, action, student_id, place)
               VALUES (?, ?, ?, ?, ?)""",
            [(to_at(as_of), actor_user_id, action, each, where) for each in sorted(student_ids)],
        )

    def told(
        self, student_ids: Collection[str], *, user_id: int, action: str, as_of: datetime
    ) -> None:
        """Note that somebody got a direct message about these students without having asked."""
        place = Direct((user_id,))
        self.record(student_ids, actor_user_id=user_id, action=action, place=place, as_of=as_of)

    def looks(self, student_id: str, *, own_user_id: int | None, limit: int) -> list[Look]:
        """What others looked at, newest first; her own doings and words passed on are no looks."""
        rows = self._store.rows(
            f"""SELECT max(at) AS at, actor_user_id, action, place, count(*) AS times FROM audit
                WHERE {_NOT_OWN} GROUP BY actor_user_id, action, place, at / 86400
                ORDER BY max(at) DESC, max(audit_id) DESC LIMIT :limit""",  # noqa: S608  # a constant of this module
            self._whose(student_id, own_user_id) | {"limit": limit},
        )
        return [
            Look(
                from_at(row["at"]),
                row["actor_user_id"],
                row["action"],
                row["place"],
                row["times"],
            )
            for row in rows
        ]

    def look_count(self, student_id: str, *, own_user_id: int | None) -> int:
        """How many single looks of others there are."""
        found: int = self._store.value(
            f"SELECT count(*) FROM audit WHERE {_NOT_OWN}",  # noqa: S608  # a constant of this module
            self._whose(student_id, own_user_id),
        )
        return found

    def own_doings(self, student_id: str, *, own_user_id: int | None) -> list[Passed]:
        """What the student herself asked for, and how often; the newest first."""
        rows = self._store.rows(
            """SELECT action, count(*) AS times, max(at) AS at FROM audit
               WHERE student_id = :student AND actor_user_id = :own AND action != :passed_on
               GROUP BY action ORDER BY max(at) DESC, action""",
            self._whose(student_id, own_user_id),
        )
        return [Passed(row["action"], row["times"], from_at(row["at"])) for row in rows]

    def passed_on(self, student_id: str) -> dict[int, Passed]:
        """By reader, how often the student's own words were passed on to her."""
        rows = self._store.rows(
            """SELECT actor_user_id, count(*) AS times, max(at) AS at FROM audit
               WHERE student_id = :student AND action = :passed_on
               GROUP BY actor_user_id ORDER BY max(at) DESC, actor_user_id""",
            self._whose(student_id, None),
        )
        return {
            row["actor_user_id"]: Passed(PASSED_ON, row["times"], from_at(row["at"]))
            for row in rows
        }

    @staticmethod
    def _whose(student_id: str, own_user_id: int | None) -> dict[str, object]:
        return {"student": student_id, "own": own_user_id, "passed_on": PASSED_ON}

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
