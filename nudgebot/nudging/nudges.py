"""The queue: nudges with a part for each recipient, from decided to sent or given up."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from nudgebot.nudging.candidate import Channel
from nudgebot.nudging.rule import Delivery, Urgency
from nudgebot.nudging.stages import LastNudge
from nudgebot.school.days import from_at, to_at
from nudgebot.store import Store

OPEN_STATES = ("waiting", "posted")
# What a rule said, or may have said: the cooldown counts from it, and so do the caps.
_SPOKEN = "('queued', 'sent', 'unclear')"
# What became of a nudge whose parts ended differently: the first of these.
_OUTCOMES = ("sent", "unclear", "refused", "expired", "withdrawn")


@dataclass(frozen=True)
class Part:
    """What one recipient gets of a nudge, and how that stands.

    States: waiting, posted (its message is in the outbox), sent, withdrawn, expired, refused,
    unclear, when nobody will ever know whether it arrived, and skipped, when this recipient could
    not be reached but another one could.
    """

    nudge_key: str
    channel: Channel
    person_id: str
    due_at: datetime
    state: str = "waiting"
    reason: str = ""
    tries: int = 0
    outbox_key: str | None = None


@dataclass(frozen=True)
class Nudge:
    """What a rule has to say about a student; `due_day` is a day of the student's calendar."""

    key: str
    student_id: str
    rule_id: str
    rule_name: str
    episode_at: datetime
    nth: int
    type: str
    urgency: Urgency
    delivery: Delivery
    to_student: bool
    decided_at: datetime
    due_at: datetime
    due_day: int
    expires_at: datetime
    timing: str
    explanation: str
    state: str = "queued"
    reason: str = ""
    template_id: str = ""
    tone: str = ""
    language: str = ""


def nudge_key(student_id: str, rule_id: str, episode_at: datetime, nth: int) -> str:
    """The identity of a nudge: who, what, which episode, the how manyth."""
    return ":".join((quote(student_id, safe=""), rule_id, str(to_at(episode_at)), str(nth)))


@dataclass(frozen=True)
class Past:
    """What was queued and sent to some students before."""

    last: Mapping[tuple[str, str], LastNudge]
    nth: Mapping[tuple[str, str, datetime], int]
    counts: Mapping[tuple[str, int], int]


class Nudges:
    """Keeps the queue."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def past(self, student_ids: Collection[str], *, since_day: int) -> Past:
        """By student and rule the last nudge, by episode the last number, by day the count."""
        ids = json.dumps(list(student_ids))
        last: dict[tuple[str, str], LastNudge] = {}
        nth: dict[tuple[str, str, datetime], int] = {}
        for row in self._store.rows(
            f"""SELECT student_id, rule_id, episode_at, MAX(nth) AS nth,
                MAX(state = 'queued') AS waiting,
                MAX(CASE WHEN state IN {_SPOKEN} THEN due_at END) AS due_at
                FROM nudges WHERE student_id IN (SELECT value FROM json_each(?))
                GROUP BY student_id, rule_id, episode_at ORDER BY due_at""",  # noqa: S608  # a constant of this module
            [ids],
        ):
            pair = (row["student_id"], row["rule_id"])
            nth[(*pair, from_at(row["episode_at"]))] = row["nth"]
            if row["due_at"] is not None:
                waiting = bool(row["waiting"]) or (pair in last and last[pair].waiting)
                last[pair] = LastNudge(from_at(row["due_at"]), waiting)
        rows = self._store.rows(
            f"""SELECT student_id, due_day, COUNT(*) FROM nudges
                WHERE to_student AND due_day >= ? AND state IN {_SPOKEN}
                AND student_id IN (SELECT value FROM json_each(?)) GROUP BY 1, 2""",  # noqa: S608  # a constant of this module
            [since_day, ids],
        )
        return Past(last, nth, {(row[0], row[1]): row[2] for row in rows})

    def told(self, student_ids: Collection[str], *, since_day: int) -> dict[tuple[str, int], int]:
        """How many nudges went out to students, by student and day, or may have."""
        rows = self._store.rows(
            """SELECT n.student_id, n.due_day, COUNT(*)
               FROM nudges n JOIN nudge_parts p ON p.nudge_key = n.nudge_key
               WHERE p.channel = 'student' AND p.state IN ('posted', 'sent', 'unclear')
               AND n.due_day >= ? AND n.student_id IN (SELECT value FROM json_each(?))
               GROUP BY 1, 2""",
            [since_day, json.dumps(list(student_ids))],
        )
        return {(row[0], row[1]): row[2] for row in rows}

    def count_for(self, days: Collection[tuple[str, int]]) -> None:
        """Let nudges, by their keys, count for these days of their students' calendars."""
        self._store.executemany(
            "UPDATE nudges SET due_day = ? WHERE nudge_key = ?", [(day, key) for key, day in days]
        )

    def queue(self, nudges: Sequence[tuple[Nudge, Sequence[Part]]]) -> None:
        """Queue nudges with their parts; what is there already, or waits already, stays as it is.

        Of a rule only one nudge waits for a student, whoever else evaluates at the same time. A
        refused one of the same episode makes room: what is refused again and again is one row.
        """
        parts = [part for _, own in nudges for part in own]
        with self._store.transaction() as connection:
            for nudge, _ in nudges:
                if nudge.nth > 1:
                    _make_room(connection, nudge)
            connection.executemany(
                """INSERT OR IGNORE INTO nudges VALUES
                   (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                [_nudge_row(nudge) for nudge, _ in nudges],
            )
            connection.executemany(
                """INSERT OR IGNORE INTO nudge_parts SELECT ?, ?, ?, ?, ?, ?, ?, ?
                   WHERE EXISTS (SELECT 1 FROM nudges WHERE nudge_key = ?)""",
                [(*_part_row(part), part.nudge_key) for part in parts],
            )

    def due(self, as_of: datetime) -> list[tuple[Nudge, Part]]:
        """What waits and is due, most urgent first."""
        return self._waiting("p.due_at <= ?", [to_at(as_of)])

    def for_teachers(self, ids: Collection[str], before: datetime) -> list[tuple[Nudge, Part]]:
        """What waits for these teachers and is due before then, most urgent first."""
        mine = "p.channel = 'mentor' AND p.person_id IN (SELECT value FROM json_each(?))"
        return self._waiting(f"p.due_at < ? AND {mine}", [to_at(before), json.dumps(list(ids))])

    def _waiting(self, where: str, values: Sequence[int | str]) -> list[tuple[Nudge, Part]]:
        rows = self._store.rows(
            f"""SELECT n.*, p.channel, p.person_id, p.due_at AS part_due_at, p.state AS part_state,
                p.reason AS part_reason, p.tries, p.outbox_key
                FROM nudge_parts p JOIN nudges n ON n.nudge_key = p.nudge_key
                WHERE p.state = 'waiting' AND n.state = 'queued' AND {where}""",  # noqa: S608  # constants of this class
            values,
        )
        found = [(_nudge(row), _joined_part(row)) for row in rows]
        return sorted(found, key=lambda pair: (-pair[0].urgency.rank, pair[0].due_at, pair[0].key))

    def parts(self, nudge_key: str) -> list[Part]:
        """The parts of one nudge."""
        rows = self._store.rows(
            "SELECT * FROM nudge_parts WHERE nudge_key = ? ORDER BY channel, person_id",
            [nudge_key],
        )
        return [_part(row) for row in rows]

    def posted(self) -> list[Part]:
        """The parts whose message is in the outbox and not known to be settled."""
        rows = self._store.rows("SELECT * FROM nudge_parts WHERE state = 'posted'")
        return [_part(row) for row in rows]

    def enclosed(self, outbox_key: str) -> list[Part]:
        """The parts that one message carries."""
        rows = self._store.rows("SELECT * FROM nudge_parts WHERE outbox_key = ?", [outbox_key])
        return [_part(row) for row in rows]

    def of_student(self, student_id: str, *, limit: int) -> list[Nudge]:
        """A student's nudges, the newest first."""
        rows = self._store.rows(
            """SELECT * FROM nudges WHERE student_id = ?
               ORDER BY decided_at DESC, nudge_key LIMIT ?""",
            [student_id, limit],
        )
        return [_nudge(row) for row in rows]

    def mark(self, part: Part, state: str, as_of: datetime, *, reason: str = "") -> None:
        """Move a part on, and with it the nudge once no part of it is open."""
        with self._store.transaction() as connection:
            connection.execute(
                """UPDATE nudge_parts SET state = ?, reason = ?
                   WHERE nudge_key = ? AND channel = ? AND person_id = ?""",
                [state, reason, *_identity(part)],
            )
            self._conclude(part.nudge_key, as_of)

    def enclose(self, part: Part, outbox_key: str) -> None:
        """Note which message carries a part."""
        self._store.execute(
            """UPDATE nudge_parts SET state = 'posted', outbox_key = ?, tries = tries + 1
               WHERE nudge_key = ? AND channel = ? AND person_id = ?""",
            [outbox_key, *_identity(part)],
        )

    def retry(self, part: Part, due_at: datetime, *, reason: str) -> None:
        """Let a part whose message was surely not accepted wait for another try."""
        self._store.execute(
            """UPDATE nudge_parts SET state = 'waiting', outbox_key = NULL, due_at = ?, reason = ?
               WHERE nudge_key = ? AND channel = ? AND person_id = ?""",
            [to_at(due_at), reason, *_identity(part)],
        )

    def postpone(
        self,
        part: Part,
        due_at: datetime,
        *,
        reason: str,
        due_day: int,
        expires_at: datetime | None = None,
    ) -> None:
        """Let a part wait until then; the nudge counts for the day on which the student gets it.

        With `expires_at` the nudge expires then, if that is later than it would.
        """
        with self._store.transaction() as connection:
            self.retry(part, due_at, reason=reason)
            if part.channel is Channel.STUDENT:
                connection.execute(
                    "UPDATE nudges SET due_day = ? WHERE nudge_key = ?", [due_day, part.nudge_key]
                )
            if expires_at is not None:
                connection.execute(
                    "UPDATE nudges SET expires_at = MAX(expires_at, ?) WHERE nudge_key = ?",
                    [to_at(expires_at), part.nudge_key],
                )

    def worded(
        self, nudge_key: str, *, template_id: str, tone: str, language: str, words: str = ""
    ) -> None:
        """Note the words that a nudge was given; `words` is whose, where a model is in use."""
        with self._store.transaction() as connection:
            connection.execute(
                "UPDATE nudges SET template_id = ?, tone = ?, language = ? WHERE nudge_key = ?",
                [template_id, tone, language, nudge_key],
            )
            connection.execute("DELETE FROM nudge_words WHERE nudge_key = ?", [nudge_key])
            if words:
                connection.execute("INSERT INTO nudge_words VALUES (?, ?)", [nudge_key, words])

    def words_of(self, nudge_key: str) -> str:
        """Whose words the student's message is in: `model`, or why they are the template's.

        Empty: no model was in use, or there is no message yet.
        """
        found = self._store.value("SELECT words FROM nudge_words WHERE nudge_key = ?", [nudge_key])
        return str(found or "")

    def _conclude(self, nudge_key: str, as_of: datetime) -> None:
        parts = self.parts(nudge_key)
        if any(part.state in OPEN_STATES for part in parts):
            return
        states = [part.state for part in parts]
        state = next(each for each in _OUTCOMES if each in states)
        reasons = dict.fromkeys(part.reason for part in parts if part.state == state)
        self._store.execute(
            "UPDATE nudges SET state = ?, reason = ?, changed_at = ? WHERE nudge_key = ?",
            [state, " ".join(filter(None, reasons)), to_at(as_of), nudge_key],
        )


def _make_room(connection: sqlite3.Connection, nudge: Nudge) -> None:
    refused = """SELECT nudge_key FROM nudges WHERE student_id = ? AND rule_id = ?
                 AND episode_at = ? AND nth < ? AND state = 'refused'"""
    for table in ("nudge_parts", "nudges"):
        connection.execute(
            f"DELETE FROM {table} WHERE nudge_key IN ({refused})",  # noqa: S608  # constants of this function
            [nudge.student_id, nudge.rule_id, to_at(nudge.episode_at), nudge.nth],
        )


def expiry(due_at: datetime, hours: int) -> datetime:
    """When a nudge is too late; counted from when it was due, so that a weekend costs nothing."""
    return due_at + timedelta(hours=hours)


def _identity(part: Part) -> tuple[str, str, str]:
    return part.nudge_key, part.channel.value, part.person_id


def _nudge_row(nudge: Nudge) -> tuple[str | int, ...]:
    return (
        nudge.key,
        nudge.student_id,
        nudge.rule_id,
        nudge.rule_name,
        to_at(nudge.episode_at),
        nudge.nth,
        nudge.type,
        nudge.urgency.value,
        nudge.delivery.value,
        nudge.to_student,
        to_at(nudge.decided_at),
        to_at(nudge.due_at),
        nudge.due_day,
        to_at(nudge.expires_at),
        nudge.timing,
        nudge.explanation,
        nudge.state,
        nudge.reason,
        to_at(nudge.decided_at),
        nudge.template_id,
        nudge.tone,
        nudge.language,
    )


def _nudge(row: sqlite3.Row) -> Nudge:
    return Nudge(
        key=row["nudge_key"],
        student_id=row["student_id"],
        rule_id=row["rule_id"],
        rule_name=row["rule_name"],
        episode_at=from_at(row["episode_at"]),
        nth=row["nth"],
        type=row["type"],
        urgency=Urgency(row["urgency"]),
        delivery=Delivery(row["delivery"]),
        to_student=bool(row["to_student"]),
        decided_at=from_at(row["decided_at"]),
        due_at=from_at(row["due_at"]),
        due_day=row["due_day"],
        expires_at=from_at(row["expires_at"]),
        timing=row["timing"],
        explanation=row["explanation"],
        state=row["state"],
        reason=row["reason"],
        template_id=row["template_id"],
        tone=row["tone"],
        language=row["language"],
    )


def _part_row(part: Part) -> tuple[str | int | None, ...]:
    return (
        *_identity(part),
        to_at(part.due_at),
        part.state,
        part.reason,
        part.tries,
        part.outbox_key,
    )


def _part(row: sqlite3.Row) -> Part:
    return Part(
        nudge_key=row["nudge_key"],
        channel=Channel(row["channel"]),
        person_id=row["person_id"],
        due_at=from_at(row["due_at"]),
        state=row["state"],
        reason=row["reason"],
        tries=row["tries"],
        outbox_key=row["outbox_key"],
    )


def _joined_part(row: sqlite3.Row) -> Part:
    return Part(
        nudge_key=row["nudge_key"],
        channel=Channel(row["channel"]),
        person_id=row["person_id"],
        due_at=from_at(row["part_due_at"]),
        state=row["part_state"],
        reason=row["part_reason"],
        tries=row["tries"],
        outbox_key=row["outbox_key"],
    )
