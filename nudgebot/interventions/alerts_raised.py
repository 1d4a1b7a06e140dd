"""Alerts follow nudging's decisions: raised, made newer, opened again once, and over by themselves.

All of it is a few statements, however many students there are, and doing it twice changes nothing.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from nudgebot.interventions.alerts_in_force import NO_COOLDOWN, cooldowns_of
from nudgebot.interventions.alerts_kept import read_tags, tried
from nudgebot.interventions.means import Means
from nudgebot.nudging.figure_words import RATINGS, held, told
from nudgebot.nudging.rule import Urgency
from nudgebot.school.days import from_at, to_at

LOOK_BACK = timedelta(hours=1)  # what was sent before anybody looked, as after a crash
_ENDED = """
    a.state IN ('open', 'acknowledged') AND a.rule_id != 'crisis' AND NOT EXISTS (
        SELECT 1 FROM episodes e WHERE e.student_id = a.student_id AND e.rule_id = a.rule_id
        AND e.began_at = a.episode_at)
"""
# What asks for a teacher and is not yet on the alert; one that waits over the end of an episode
# speaks for the next. Which nudges can be meant is asked first, of the indexes alone.
_FIRINGS = """
    SELECT n.student_id, n.rule_id, n.rule_name, n.urgency, n.explanation, e.began_at,
        MAX(n.decided_at) AS decided_at, a.alert_id, a.state, a.resolved_at, a.resolution_notes,
        a.reopened_at
    FROM nudges n
    JOIN episodes e ON e.student_id = n.student_id AND e.rule_id = n.rule_id
    LEFT JOIN alerts a ON a.student_id = n.student_id AND a.rule_id = n.rule_id
        AND a.episode_at = e.began_at
    WHERE n.nudge_key IN (SELECT nudge_key FROM nudges WHERE state = 'queued'
            UNION SELECT nudge_key FROM nudges WHERE decided_at >= :since)
        AND (n.state = 'queued' OR (n.decided_at >= :since AND n.episode_at = e.began_at))
        AND EXISTS (SELECT 1 FROM nudge_parts p
                    WHERE p.nudge_key = n.nudge_key AND p.channel = 'mentor')
        AND (a.alert_id IS NULL OR (a.newest_at < n.decided_at AND (
            a.state IN ('open', 'acknowledged')
            OR (a.state = 'resolved' AND a.reopened_at IS NULL))))
    GROUP BY n.student_id, n.rule_id
"""


def sync(means: Means, as_of: datetime) -> int:
    """Bring the alerts up to what nudging has decided; returns how many changed."""
    ended = means.store.value(f"SELECT 1 FROM alerts a WHERE {_ENDED} LIMIT 1")  # noqa: S608  # a constant
    found = _firings(means, as_of)
    if ended is None and not found:
        return 0
    levels = _risk_levels(means, {row["student_id"] for row in found})
    with means.store.transaction():
        over = means.store.execute(
            f"UPDATE alerts AS a SET state = 'over', resolved_at = ? WHERE {_ENDED}",  # noqa: S608  # a constant
            [to_at(as_of)],
        )
        # Somebody may have dealt with one meanwhile.
        return over.rowcount + _take(means, _firings(means, as_of), levels, as_of)


def _firings(means: Means, as_of: datetime) -> list[sqlite3.Row]:
    """What there is to do; a resolution is given the rule's own cooldown to work."""
    cooldowns = cooldowns_of(lambda: means.book.rules)
    rows = means.store.rows(_FIRINGS, {"since": to_at(as_of - LOOK_BACK)})
    return [row for row in rows if row["state"] != "resolved" or _has_had_time(row, cooldowns)]


def _take(
    means: Means, firings: Sequence[sqlite3.Row], levels: Mapping[str, object], as_of: datetime
) -> int:
    _raise(means, [row for row in firings if row["alert_id"] is None], levels)
    _renew(means, [row for row in firings if row["alert_id"] is not None], levels)
    _open_again(means, [row for row in firings if row["state"] == "resolved"], as_of)
    return len(firings)


def _has_had_time(row: sqlite3.Row, cooldowns: Mapping[str, timedelta]) -> bool:
    rests_until = from_at(row["resolved_at"]) + cooldowns.get(row["rule_id"], NO_COOLDOWN)
    return from_at(row["decided_at"]) >= rests_until


def _raise(means: Means, rows: Sequence[sqlite3.Row], levels: Mapping[str, object]) -> None:
    means.store.executemany(
        """INSERT INTO alerts (student_id, rule_id, episode_at, title, severity, reasons,
           raised_at, newest_at, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'open')""",
        [
            (
                row["student_id"],
                row["rule_id"],
                row["began_at"],
                *_words(row, levels),
                row["decided_at"],
                row["decided_at"],
            )
            for row in rows
        ],
    )


def _renew(means: Means, rows: Sequence[sqlite3.Row], levels: Mapping[str, object]) -> None:
    means.store.executemany(
        """UPDATE alerts SET title = ?, severity = ?, reasons = ?, newest_at = ?
           WHERE alert_id = ?""",
        [(*_words(row, levels), row["decided_at"], row["alert_id"]) for row in rows],
    )


def _open_again(means: Means, rows: Sequence[sqlite3.Row], as_of: datetime) -> None:
    tags = read_tags(means.store, [row["alert_id"] for row in rows])
    means.store.executemany(
        """UPDATE alerts SET state = 'open', reopened_at = ?, tried = ?, acknowledged_at = NULL,
           acknowledged_by = NULL, resolved_at = NULL, resolved_by = NULL, resolution_notes = '',
           repeated_at = NULL
           WHERE alert_id = ?""",
        [
            (
                to_at(as_of),
                tried(tags.get(row["alert_id"], ()), row["resolution_notes"]),
                row["alert_id"],
            )
            for row in rows
        ],
    )
    means.store.executemany(
        "DELETE FROM alert_tags WHERE alert_id = ?", [(row["alert_id"],) for row in rows]
    )


def _words(row: sqlite3.Row, levels: Mapping[str, object]) -> tuple[str, str, str]:
    """Title, severity and reasons; what the student's risk says goes into the severity."""
    severity = Urgency(row["urgency"])
    if levels.get(row["student_id"]) == Urgency.CRITICAL.value:
        severity = Urgency.CRITICAL
    seen = held(row["explanation"])
    reasons = told([each for each in seen if each.metric not in RATINGS]) or told(seen)
    return row["rule_name"], severity.value, json.dumps(reasons, ensure_ascii=False)


def _risk_levels(means: Means, student_ids: Collection[str]) -> dict[str, object]:
    if not student_ids:
        return {}
    table = means.figures.table(student_ids)
    return dict(zip(table.student_ids, table.columns.get("risk_level", ()), strict=False))
