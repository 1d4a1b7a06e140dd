"""The history of one student: what was sent and what was not, and why, then and now."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from nudgebot.insight.table import Value
from nudgebot.nudging.candidate import Channel
from nudgebot.nudging.decisions import Decisions, Recorded
from nudgebot.nudging.firing import metrics_of
from nudgebot.nudging.judge import Why, explain_rule
from nudgebot.nudging.nudges import Nudge, Nudges
from nudgebot.nudging.rule import Rule
from nudgebot.school.days import from_at, to_at
from nudgebot.store import Store

TOLD_LATELY = timedelta(days=1)


@dataclass(frozen=True)
class Fate:
    """What became of one part: `state` as in the queue, or as in the outbox while it is there.

    `sent_at` and `message_id` are known once it is sent.
    """

    channel: Channel
    person_id: str
    due_at: datetime
    state: str
    reason: str
    message_id: int | None
    sent_at: datetime | None


@dataclass(frozen=True)
class Story:
    """A nudge and what became of each of its parts."""

    nudge: Nudge
    fates: tuple[Fate, ...]


@dataclass(frozen=True)
class Alerted:
    """A teacher who was told of a student: how often, and when last."""

    teacher_id: str
    times: int
    last_at: datetime


@dataclass(frozen=True)
class Standing:
    """How a rule stands for a student at this moment."""

    rule: Rule
    why: Why


class History:
    """Reads what was decided and sent."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def stories(self, student_id: str, *, limit: int = 20) -> list[Story]:
        """The student's nudges, the newest first, those that were never sent included."""
        nudges = Nudges(self._store).of_student(student_id, limit=limit)
        return [Story(nudge, tuple(self._fates(nudge.key))) for nudge in nudges]

    def decisions(self, student_id: str) -> list[Recorded]:
        """The latest decision of each kind by rule and stage, the newest first."""
        return Decisions(self._store).of_student(student_id)

    def alerts(self, student_id: str) -> list[Alerted]:
        """The teachers who were told of the student, by id, with how often and when last."""
        rows = self._store.rows(
            """SELECT p.person_id, COUNT(*) AS times, MAX(o.settled_at) AS last_at
               FROM nudges n JOIN nudge_parts p ON p.nudge_key = n.nudge_key
               JOIN outbox o ON o.key = p.outbox_key
               WHERE n.student_id = ? AND p.channel = 'mentor' AND o.state = 'sent'
               GROUP BY p.person_id ORDER BY p.person_id""",
            [student_id],
        )
        return [Alerted(row["person_id"], row["times"], from_at(row["last_at"])) for row in rows]

    def _fates(self, nudge_key: str) -> Iterable[Fate]:
        rows = self._store.rows(
            """SELECT p.*, o.state AS outbox_state, o.reason AS outbox_reason, o.message_id,
               o.settled_at FROM nudge_parts p LEFT JOIN outbox o ON o.key = p.outbox_key
               WHERE p.nudge_key = ? ORDER BY p.channel, p.person_id""",
            [nudge_key],
        )
        return map(_fate, rows)


def written_to(store: Store, student_ids: Collection[str], as_of: datetime) -> set[str]:
    """Those of the students whom the bot wrote to within a day, or is about to write to."""
    rows = store.rows(
        """SELECT DISTINCT n.student_id FROM json_each(?) j
           JOIN nudges n ON n.student_id = j.value
           JOIN nudge_parts p ON p.nudge_key = n.nudge_key AND p.channel = 'student'
           LEFT JOIN outbox o ON o.key = p.outbox_key
           WHERE p.state IN ('waiting', 'posted') OR (p.state = 'sent' AND o.settled_at > ?)""",
        [json.dumps(list(student_ids)), to_at(as_of - TOLD_LATELY)],
    )
    return {row[0] for row in rows}


def standings(rules: Iterable[Rule], figures: Mapping[str, Value]) -> list[Standing]:
    """How each rule stands by these figures, by the same judge that decides."""
    return [
        Standing(rule, explain_rule(rule, {name: figures[name] for name in metrics_of(rule)}))
        for rule in rules
        if metrics_of(rule) <= figures.keys()
    ]


def _fate(row: sqlite3.Row) -> Fate:
    in_outbox = row["state"] == "posted" and row["outbox_state"] is not None
    sent = row["outbox_state"] == "sent" and row["settled_at"] is not None
    return Fate(
        channel=Channel(row["channel"]),
        person_id=row["person_id"],
        due_at=from_at(row["due_at"]),
        state=row["outbox_state"] if in_outbox else row["state"],
        reason=row["outbox_reason"] if in_outbox else row["reason"],
        message_id=row["message_id"],
        sent_at=from_at(row["settled_at"]) if sent else None,
    )
