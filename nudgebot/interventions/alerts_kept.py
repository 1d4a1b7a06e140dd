"""An alert as a value, how it is read, and in which order teachers see alerts."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from nudgebot.nudging.rule import Urgency
from nudgebot.school.days import from_at
from nudgebot.store import Parameters, Store

OPEN, ACKNOWLEDGED, RESOLVED, OVER = "open", "acknowledged", "resolved", "over"
# Of one student and cause at most one alert is in these states.
STANDING = (OPEN, ACKNOWLEDGED)
CRISIS = "crisis"  # the cause that no rule finds: urgent words of the student's own


@dataclass(frozen=True)
class Tag:
    """What was done for the student while the alert stood: "message sent"."""

    tag: str
    user_id: int | None
    tagged_at: datetime


@dataclass(frozen=True)
class Alert:
    """Why a student needs a teacher; `reasons` are plain text with their numbers.

    `title` is the rule's name, `episode_at` since when its cause holds without a break, and
    `newest_at` when the rule last asked for a teacher. `tried` is what had been tried when it was
    opened again, and `repeated_at` when other teachers were told, for nobody had looked.
    """

    alert_id: int
    student_id: str
    rule_id: str
    title: str
    severity: Urgency
    reasons: tuple[str, ...]
    episode_at: datetime
    raised_at: datetime
    newest_at: datetime
    state: str
    acknowledged_at: datetime | None = None
    acknowledged_by: int | None = None
    resolved_at: datetime | None = None
    resolved_by: int | None = None
    resolution_notes: str = ""
    reopened_at: datetime | None = None
    tried: str = ""
    repeated_at: datetime | None = None
    tags: tuple[Tag, ...] = ()

    @property
    def stands(self) -> bool:
        """Whether it still is to be dealt with."""
        return self.state in STANDING

    @property
    def since(self) -> datetime:
        """Since when it waits for a teacher."""
        return self.reopened_at or self.raised_at

    @property
    def headline(self) -> str:
        """The figures that say it best: `no activity for 10 days`; else the rule's name."""
        return ", ".join(self.reasons[:2]) or self.title

    @property
    def is_crisis(self) -> bool:
        """Whether the student herself wrote words at which a person must look at once."""
        return self.rule_id == CRISIS

    @property
    def order(self) -> tuple[bool, int, bool, datetime, int]:
        """Urgent words, the most urgent, what nobody has looked at, then what waits longest."""
        rank = -self.severity.rank
        return not self.is_crisis, rank, self.state != OPEN, self.since, self.alert_id


def read_alerts(store: Store, where: str, values: Parameters) -> list[Alert]:
    """The alerts (`a`) that a condition selects, with their tags, in the order of `Alert.order`.

    `where` is a constant of the caller's.
    """
    rows = store.rows(f"SELECT a.* FROM alerts a WHERE {where}", values)  # noqa: S608  # see above
    tags = read_tags(store, [row["alert_id"] for row in rows])
    return sorted(
        (_alert(row, tags.get(row["alert_id"], ())) for row in rows), key=lambda each: each.order
    )


def read_tags(store: Store, alert_ids: Collection[int]) -> dict[int, tuple[Tag, ...]]:
    """The tags of these alerts, the oldest first."""
    found: dict[int, list[Tag]] = {}
    for row in store.rows(
        """SELECT t.* FROM json_each(?) j JOIN alert_tags t ON t.alert_id = j.value
           ORDER BY t.tagged_at, t.tag""",
        [json.dumps(list(alert_ids))],
    ):
        tag = Tag(row["tag"], row["user_id"], from_at(row["tagged_at"]))
        found.setdefault(row["alert_id"], []).append(tag)
    return {alert_id: tuple(tags) for alert_id, tags in found.items()}


def tried(tags: Sequence[Tag], notes: str) -> str:
    """What was tried, in words: `message sent, parent notified; notes: talked with her`."""
    done = ", ".join(each.tag for each in tags)
    said = f"notes: {notes}" if notes else ""
    return "; ".join(part for part in (done, said) if part) or "nothing that was noted"


def _moment(at: int | None) -> datetime | None:
    return None if at is None else from_at(at)


def _alert(row: sqlite3.Row, tags: Sequence[Tag]) -> Alert:
    return Alert(
        alert_id=row["alert_id"],
        student_id=row["student_id"],
        rule_id=row["rule_id"],
        title=row["title"],
        severity=Urgency(row["severity"]),
        reasons=tuple(json.loads(row["reasons"])),
        episode_at=from_at(row["episode_at"]),
        raised_at=from_at(row["raised_at"]),
        newest_at=from_at(row["newest_at"]),
        state=row["state"],
        acknowledged_at=_moment(row["acknowledged_at"]),
        acknowledged_by=row["acknowledged_by"],
        resolved_at=_moment(row["resolved_at"]),
        resolved_by=row["resolved_by"],
        resolution_notes=row["resolution_notes"],
        reopened_at=_moment(row["reopened_at"]),
        tried=row["tried"],
        repeated_at=_moment(row["repeated_at"]),
        tags=tuple(tags),
    )
