"""The alerts as nudging asks for them: their numbers, and whether the teachers were told enough."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from nudgebot.nudging.episodes import Pair
from nudgebot.nudging.ports import AlertMark, RulesInForce
from nudgebot.nudging.rule import Urgency
from nudgebot.school.days import from_at
from nudgebot.store import Store

NO_COOLDOWN = timedelta()


class AlertsInForce:
    """Answers for many students and rules at once; nudging's port of that name."""

    def __init__(self, store: Store, rules: RulesInForce) -> None:
        self._store = store
        self._rules = rules

    def __call__(self, pairs: Collection[Pair]) -> Mapping[Pair, AlertMark]:
        """The alerts whose cause holds without a break since they were raised."""
        if not pairs:
            return {}
        cooldowns = cooldowns_of(self._rules)
        rows = self._store.rows(
            """SELECT a.*, u.full_name FROM json_each(?) j
               JOIN alerts a ON a.student_id = json_extract(j.value, '$[0]')
                   AND a.rule_id = json_extract(j.value, '$[1]') AND a.state != 'over'
               JOIN episodes e ON e.student_id = a.student_id AND e.rule_id = a.rule_id
                   AND e.began_at = a.episode_at
               LEFT JOIN zulip_users u ON u.user_id = COALESCE(a.resolved_by, a.acknowledged_by)""",
            [json.dumps(sorted(pairs))],
        )
        return {(row["student_id"], row["rule_id"]): _mark(row, cooldowns) for row in rows}


def cooldowns_of(rules: RulesInForce) -> dict[str, timedelta]:
    """By rule id, how long a rule lets a resolution work before it may open the alert again."""
    return {rule.id: timedelta(hours=rule.cooldown_hours) for rule in rules().rules}


def _mark(row: sqlite3.Row, cooldowns: Mapping[str, timedelta]) -> AlertMark:
    return AlertMark(
        number=row["alert_id"],
        severity=Urgency(row["severity"]),
        rests=_rests(row),
        until=_until(row, cooldowns),
        tried=row["tried"],
    )


def _rests(row: sqlite3.Row) -> str:
    by = f" by {row['full_name']}" if row["full_name"] else ""
    match row["state"]:
        case "acknowledged":
            return f"Alert {row['alert_id']} is acknowledged{by}."
        case "resolved" if row["reopened_at"] is not None:
            return f"Alert {row['alert_id']} was opened again once, and is resolved{by}."
        case "resolved":
            return f"Alert {row['alert_id']} is resolved{by}."
    return ""


def _until(row: sqlite3.Row, cooldowns: Mapping[str, timedelta]) -> datetime | None:
    if row["state"] != "resolved" or row["reopened_at"] is not None:
        return None
    return from_at(row["resolved_at"]) + cooldowns.get(row["rule_id"], NO_COOLDOWN)
