"""What is older than the school keeps it is deleted, some rows at a time, at night."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from nudgebot.rights.erasure import ForgetInAudit, erase
from nudgebot.rights.subject import subject_of
from nudgebot.school.days import local_day, to_at
from nudgebot.school.forgotten import ACTIVITY, Forgotten
from nudgebot.store import Store

ROWS_AT_ONCE = 20_000
STUDENTS_AT_ONCE = 20
NIGHT_HOURS = frozenset({1, 2, 3, 4})
KEEP = (
    "keep_activity_days",
    "keep_nudges_days",
    "keep_messages_days",
    "keep_answers_days",
    "keep_interventions_days",
    "keep_audit_days",
    "keep_outbox_days",
    "keep_left_students_days",
)
"""The settings; 0 keeps for ever."""


@dataclass(frozen=True)
class Old:
    """Rows of a table that may go: `key` names a row, `condition` knows `:before`.

    `children` go with them, and `loosened` columns elsewhere name them no more.
    """

    setting: str
    table: str
    key: str
    condition: str
    children: tuple[str, ...] = ()
    child_key: str = ""
    loosened: tuple[tuple[str, str], ...] = ()


_OPEN_PART = """EXISTS (SELECT 1 FROM nudge_parts p WHERE p.nudge_key = nudges.nudge_key
    AND p.state IN ('waiting', 'posted'))"""
_FOLLOWED = "SELECT nudge_key FROM cases WHERE nudge_key IS NOT NULL"
_STILL = """EXISTS (SELECT 1 FROM episodes e WHERE e.student_id = cases.student_id
    AND e.rule_id = cases.rule_id AND e.began_at = cases.episode_at)"""
OLD: tuple[Old, ...] = (
    Old(
        "keep_nudges_days",
        "cases",
        "case_id",
        f"state = 'closed' AND ends_at < :before AND NOT {_STILL}",
    ),
    Old(
        "keep_nudges_days",
        "nudges",
        "nudge_key",
        f"state != 'queued' AND changed_at < :before AND NOT {_OPEN_PART}"
        f" AND nudge_key NOT IN ({_FOLLOWED})",
        children=("responses", "nudge_words", "nudge_parts"),
        child_key="nudge_key",
    ),
    Old(
        "keep_messages_days",
        "teacher_messages",
        "id",
        "state IN ('sent', 'refused', 'unclear') AND sent_at < :before",
    ),
    Old(
        "keep_messages_days",
        "parent_notifications",
        "id",
        "state IN ('sent', 'refused') AND created_at < :before",
        loosened=(("parent_notifications", "again_id"),),
    ),
    Old("keep_answers_days", "answers", "message_id", "at < :before"),
    Old("keep_interventions_days", "interventions", "id", "created_at < :before"),
    Old(
        "keep_interventions_days",
        "alerts",
        "alert_id",
        "state IN ('resolved', 'over') AND coalesce(resolved_at, newest_at) < :before",
        children=("alert_tags",),
        child_key="alert_id",
        loosened=(("interventions", "alert_id"),),
    ),
    Old("keep_interventions_days", "targeted_assignments", "id", "closed_at < :before"),
    Old(
        "keep_interventions_days",
        "meetings",
        "id",
        "status != 'scheduled' AND scheduled_at < :before",
        children=("meeting_students",),
        child_key="meeting_id",
    ),
    Old(
        "keep_interventions_days",
        "tutorings",
        "id",
        "status NOT IN ('asked', 'active') AND coalesce(ended_at, created_at) < :before",
        children=("tutoring_sessions",),
        child_key="tutoring_id",
    ),
)
# The latest decision of a kind has no key of one column.
_DECISIONS = """DELETE FROM decisions WHERE (student_id, rule_id, stage) IN (
    SELECT student_id, rule_id, stage FROM decisions WHERE last_at < ? LIMIT ?)"""
_ACTIVITY = """DELETE FROM activity_rows WHERE activity_key IN (
    SELECT activity_key FROM activity_rows WHERE local_hour < ? LIMIT ?)"""
_HORIZON = """INSERT INTO horizons VALUES (?, ?)
    ON CONFLICT DO UPDATE SET first_day = max(first_day, excluded.first_day)"""


def is_night(as_of: datetime, zone: ZoneInfo) -> bool:
    """Whether it is an hour of the school's night in which nobody minds the work."""
    return as_of.astimezone(zone).hour in NIGHT_HOURS


def prune(
    store: Store,
    keep_days: Mapping[str, int],
    as_of: datetime,
    *,
    zone: ZoneInfo,
    in_audit: ForgetInAudit,
    rows_at_once: int = ROWS_AT_ONCE,
) -> dict[str, int]:
    """Delete a portion of what is too old; gives how many rows by table, and students forgotten.

    What is open is never too old: a queued nudge, a message on its way, an open alert, a wish of a
    student's. Each table's portion is a transaction; the next run goes on. The audit log and the
    outbox prune themselves.
    """
    store.execute("PRAGMA secure_delete = ON")
    done = {"activity_rows": _prune_activity(store, keep_days, as_of, zone, rows_at_once)}
    for old in OLD:
        before = _before(keep_days[old.setting], as_of)
        if before is not None:
            done[old.table] = _prune(store, old, before, rows_at_once)
    before = _before(keep_days["keep_nudges_days"], as_of)
    if before is not None:
        done["decisions"] = store.execute(_DECISIONS, [before, rows_at_once]).rowcount
    done["students"] = _forget_left(store, keep_days, as_of, in_audit)
    done["students"] += forget_again(store, as_of, in_audit)
    return {table: number for table, number in done.items() if number}


def _before(days: int, as_of: datetime) -> int | None:
    return to_at(as_of - timedelta(days=days)) if days else None


def _prune(store: Store, old: Old, before: int, most: int) -> int:
    with store.transaction():
        store.execute("PRAGMA defer_foreign_keys = ON")
        keys = store.rows(
            f"SELECT {old.key} FROM {old.table} WHERE {old.condition} LIMIT {most:d}",  # noqa: S608  # own names
            {"before": before},
        )
        found = [[row[0]] for row in keys]
        for table in old.children:
            store.executemany(f"DELETE FROM {table} WHERE {old.child_key} = ?", found)  # noqa: S608  # own names
        for table, column in old.loosened:
            store.executemany(f"UPDATE {table} SET {column} = NULL WHERE {column} = ?", found)  # noqa: S608  # own names
        store.executemany(f"DELETE FROM {old.table} WHERE {old.key} = ?", found)  # noqa: S608  # own names
    return len(found)


def _prune_activity(
    store: Store, keep_days: Mapping[str, int], as_of: datetime, zone: ZoneInfo, most: int
) -> int:
    """Single activities; imports leave older ones alone from then on, so none counts twice."""
    days = keep_days["keep_activity_days"]
    if not days:
        return 0
    first = local_day(as_of, zone) - days
    with store.transaction():
        store.execute(_HORIZON, [ACTIVITY, first])
        return store.execute(_ACTIVITY, [32 * first, most]).rowcount


def _forget_left(
    store: Store, keep_days: Mapping[str, int], as_of: datetime, in_audit: ForgetInAudit
) -> int:
    """Students who left long ago; no stub is kept, so that they may come back."""
    before = _before(keep_days["keep_left_students_days"], as_of)
    if before is None:
        return 0
    left = store.rows(
        "SELECT student_id FROM students WHERE gone_at < ? LIMIT ?", [before, STUDENTS_AT_ONCE]
    )
    for row in left:
        with store.transaction():
            subject = subject_of(store, row[0])
            erase(store, subject, as_of, in_audit=in_audit, come_back=True)
    return len(left)


def forget_again(store: Store, as_of: datetime, in_audit: ForgetInAudit) -> int:
    """Whoever was forgotten and is back all the same, as with a restored backup; how many."""
    stubs = Forgotten(store.connection)
    if not stubs:
        return 0
    back = [
        row[0] for row in store.rows("SELECT student_id FROM students") if stubs.student(row[0])
    ]
    for student_id in back:
        with store.transaction():
            subject = subject_of(store, student_id)
            erase(store, subject, as_of, in_audit=in_audit, come_back=False)
    return len(back)
