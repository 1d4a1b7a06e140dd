"""Cases: one episode of one rule for one student, nudged or held out, and what followed."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from nudgebot.school.days import from_at, to_at
from nudgebot.store import Store


class Arm(StrEnum):
    """What was drawn; `exempt` cases are followed, and never compared."""

    NUDGED = "nudged"
    HELD_OUT = "held_out"
    EXEMPT = "exempt"


@dataclass(frozen=True)
class Measures:
    """Requirement A's three measures over a window; None: there is nothing to measure."""

    activity: float | None = None  # events a day (`daily_activity`)
    performance: float | None = None  # mean of what was scored, in percent (`average_score`)
    engagement: float | None = None  # share of days with activity (`engagement_rate`)


@dataclass(frozen=True)
class Case:
    """A case; both arms are followed in the same way from `starts_at` until `ends_at`.

    `starts_at` is when the nudge was due, or would have been. `channel` is the delivery as routed,
    `hour` the student's local hour then, `share` the share of candidates that was held out when it
    was drawn. `adapted` says what adaptation chose, and empty is the usual.
    """

    student_id: str
    rule_id: str
    episode_at: datetime
    arm: Arm
    share: float
    type: str
    urgency: str
    channel: str
    tone: str
    hour: int
    target: str
    decided_at: datetime
    starts_at: datetime
    start_day: int
    ends_at: datetime
    nudge_key: str | None = None
    adapted: str = ""
    before: Measures = field(default_factory=Measures)
    after: Measures = field(default_factory=Measures)
    target_met_at: datetime | None = None
    closed: bool = False
    case_id: int = 0


class Cases:
    """Keeps the cases."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def open(self, cases: Sequence[Case]) -> None:
        """Begin to follow; a pair's episode is drawn once, and stays what it was drawn to be.

        Where an episode's first nudge was refused and gave its row up, the case goes by the next.
        """
        self._store.executemany(
            """INSERT INTO cases (student_id, rule_id, episode_at, nudge_key, type, urgency,
               channel, tone, hour, arm, share, target, decided_at, starts_at, start_day, ends_at,
               adapted) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
               ON CONFLICT (student_id, rule_id, episode_at)
               DO UPDATE SET nudge_key = excluded.nudge_key
               WHERE cases.nudge_key IS NOT NULL AND excluded.nudge_key IS NOT NULL AND NOT EXISTS
               (SELECT 1 FROM nudges WHERE nudges.nudge_key = cases.nudge_key)""",
            [
                (
                    each.student_id,
                    each.rule_id,
                    to_at(each.episode_at),
                    each.nudge_key,
                    each.type,
                    each.urgency,
                    each.channel,
                    each.tone,
                    each.hour,
                    each.arm.value,
                    each.share,
                    each.target,
                    to_at(each.decided_at),
                    to_at(each.starts_at),
                    each.start_day,
                    to_at(each.ends_at),
                    each.adapted,
                )
                for each in cases
            ],
        )

    def between(self, begin: datetime, end: datetime, *, closed_only: bool = False) -> list[Case]:
        """The cases that start in the period, oldest first."""
        rows = self._store.rows(
            """SELECT * FROM cases WHERE starts_at >= ? AND starts_at < ?
               AND (state = 'closed' OR NOT ?) ORDER BY starts_at, case_id""",
            [to_at(begin), to_at(end), closed_only],
        )
        return [_case(row) for row in rows]

    def of_students(self, student_ids: Collection[str]) -> list[Case]:
        """All cases of these students, oldest first."""
        marks = ", ".join("?" * len(student_ids))
        rows = self._store.rows(
            f"SELECT * FROM cases WHERE student_id IN ({marks}) ORDER BY starts_at, case_id",  # noqa: S608  # parameter marks
            list(student_ids),
        )
        return [_case(row) for row in rows]


def _case(row: sqlite3.Row) -> Case:
    def moment(name: str) -> datetime | None:
        return None if row[name] is None else from_at(row[name])

    def measures(when: str) -> Measures:
        return Measures(
            row[f"activity_{when}"], row[f"performance_{when}"], row[f"engagement_{when}"]
        )

    return Case(
        student_id=row["student_id"],
        rule_id=row["rule_id"],
        episode_at=from_at(row["episode_at"]),
        arm=Arm(row["arm"]),
        share=row["share"],
        type=row["type"],
        urgency=row["urgency"],
        channel=row["channel"],
        tone=row["tone"],
        hour=row["hour"],
        target=row["target"],
        decided_at=from_at(row["decided_at"]),
        starts_at=from_at(row["starts_at"]),
        start_day=row["start_day"],
        ends_at=from_at(row["ends_at"]),
        nudge_key=row["nudge_key"],
        adapted=row["adapted"],
        before=measures("before"),
        after=measures("after"),
        target_met_at=moment("target_met_at"),
        closed=row["state"] == "closed",
        case_id=row["case_id"],
    )
