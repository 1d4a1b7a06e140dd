"""Who read or did what, whose data it was, when, and where it was shown."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from nudgebot.chat.audit_chain import (
    FORGOTTEN_ACTION,
    STUDENT,
    USER,
    Entry,
    PersonKey,
    append,
    erase,
    hash_of,
    head,
    is_known,
    problems,
    prune,
)
from nudgebot.nudging.messages import Direct, Recipient
from nudgebot.nudging.ports import DIGEST
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
    detail: str = ""


@dataclass(frozen=True)
class Look:
    """One person's looks of one kind at one place on one day (in UTC); `at` is the last one.

    Where the arguments, `detail`, were asked for too, other ones make another look.
    """

    at: datetime
    actor_user_id: int
    action: str
    place: str
    times: int
    detail: str = ""


@dataclass(frozen=True)
class Passed:
    """How often something was done, and the last time."""

    what: str
    times: int
    at: datetime


PASSED_ON = "answer"  # the action of a student's words that were passed on to somebody
PRUNED = "audit pruned"
_NOT_OWN = """student_id = :student AND actor_user_id IS NOT :own
    AND action NOT IN (:passed_on, :digest)"""


NOBODY = 0  # no Zulip user: somebody at the server, whom nothing there names
FORGOTTEN = -1  # somebody who was erased since
MACHINE = "machine"


def place_name(place: Recipient | None) -> str:
    """`dm`, `group`, `stream:19` or `machine`: never a topic, a name or another person's id."""
    if place is None:
        return MACHINE
    if isinstance(place, Direct):
        return "dm" if len(place.user_ids) == 1 else "group"
    return f"stream:{place.stream}"


def verify(store: Store) -> list[str]:
    """What is wrong with the audit log, a sentence each; empty where nothing was tampered with.

    Reads all of it, of one moment, while others may write.
    """
    connection = store.connection
    if connection.in_transaction:
        return problems(connection)
    connection.execute("BEGIN")
    try:
        return problems(connection)
    finally:
        connection.rollback()


@dataclass(frozen=True)
class Head:
    """A row's number and hash: whoever noted them elsewhere can tell a log that was rewritten."""

    number: int
    hash: str

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"


def head_in(text: str) -> Head | None:
    """The head that a text is; None where it is none."""
    number, _, sealed = text.strip().partition(":")
    if not number.isdecimal() or re.fullmatch("[0-9a-f]{64}", sealed) is None:
        return None
    return Head(int(number), sealed)


def compared(store: Store, noted: Head) -> bool | None:
    """Whether the log still has the noted row as it was; None where that has left by age."""
    found = hash_of(store.connection, noted.number)
    if found is None:
        oldest = store.value("SELECT coalesce(max(upto_id), 0) FROM audit_anchors")
        return None if noted.number < oldest else noted.number == 0
    return found == noted.hash


class Audit:
    """Keeps who read or did what; a row is never changed, and leaves only by age."""

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
        detail: str = "",
    ) -> None:
        """Note that somebody saw these students' data; without a place it was at the server.

        `detail` holds arguments that are no texts and name nobody.
        """
        self._append(
            [(STUDENT, each) for each in sorted(student_ids)],
            actor_user_id=actor_user_id,
            action=action,
            place=place,
            as_of=as_of,
            detail=detail,
        )

    def used(
        self,
        *,
        about_student_id: str | None = None,
        actor_user_id: int,
        action: str,
        place: Recipient | None,
        as_of: datetime,
        detail: str = "",
    ) -> None:
        """Note a command that showed no student's data to anybody; a student's is about herself."""
        self._append(
            [(STUDENT, about_student_id) if about_student_id else None],
            actor_user_id=actor_user_id,
            action=action,
            place=place,
            as_of=as_of,
            detail=detail,
        )

    def _append(
        self,
        about: Sequence[PersonKey | None],
        *,
        actor_user_id: int,
        action: str,
        place: Recipient | None,
        as_of: datetime,
        detail: str = "",
    ) -> None:
        actor, where, at = (USER, str(actor_user_id)), place_name(place), to_at(as_of)
        with self._store.transaction() as connection:
            append(connection, [Entry(at, actor, action, e, where, detail) for e in about])

    def forget(
        self, student_id: str, *, own_user_id: int | None, actor_user_id: int, as_of: datetime
    ) -> None:
        """Make the student unfindable in the log; it keeps its rows, and its chain holds.

        `own_user_id` is her Zulip user, who stands in the log for what she asked for herself.
        Whatever is noted about her afterwards is about her again: an answer that says that she is
        forgotten names no students.
        """
        people = [(STUDENT, student_id)]
        if own_user_id is not None:
            people.append((USER, str(own_user_id)))
        with self._store.transaction() as connection:
            known = [each for each in people if is_known(connection, each)]
            self._append(
                known,
                actor_user_id=actor_user_id,
                action=FORGOTTEN_ACTION,
                place=None,
                as_of=as_of,
            )
            for each in known:
                erase(connection, each)

    def prune(self, before: datetime, as_of: datetime) -> int:
        """Drop what is older; returns how many rows. What stays can be verified as before."""
        note = Entry(to_at(as_of), (USER, str(NOBODY)), PRUNED, None, MACHINE)
        with self._store.transaction() as connection:
            return prune(connection, to_at(before), note)

    def head(self) -> Head:
        """The newest row."""
        return Head(*head(self._store.connection))

    def told(
        self, student_ids: Collection[str], *, user_id: int, action: str, as_of: datetime
    ) -> None:
        """Note that somebody got a direct message about these students without having asked."""
        place = Direct((user_id,))
        self.record(student_ids, actor_user_id=user_id, action=action, place=place, as_of=as_of)

    def looks(
        self, student_id: str, *, own_user_id: int | None, limit: int, arguments: bool = False
    ) -> list[Look]:
        """What others looked at, newest first; with the arguments, or all of a kind as one.

        No looks are her own doings, words passed on, and digests: of these nudging's history tells
        which ones arrived.
        """
        rows = self._store.rows(
            f"""SELECT max(at) AS at, actor_user_id, action, place,
                       CASE WHEN :arguments THEN detail ELSE '' END AS said, count(*) AS times
                FROM audit WHERE {_NOT_OWN}
                GROUP BY actor_user_id, action, place, said, at / 86400
                ORDER BY max(at) DESC, max(audit_id) DESC LIMIT :limit""",  # noqa: S608  # a constant of this module
            self._whose(student_id, own_user_id) | {"limit": limit, "arguments": arguments},
        )
        return [
            Look(
                from_at(row["at"]),
                row["actor_user_id"],
                row["action"],
                row["place"],
                row["times"],
                row["said"],
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
        return {
            "student": student_id,
            "own": own_user_id,
            "passed_on": PASSED_ON,
            "digest": DIGEST,
        }

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
                detail=row["detail"],
            )
            for row in rows
        ]
