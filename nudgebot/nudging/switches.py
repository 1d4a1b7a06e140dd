"""Switches: an admin's word that a rule is on or off, whatever its file says."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from nudgebot.nudging.rule import Rule
from nudgebot.school.days import to_at
from nudgebot.store import Store


class Switches:
    """Keeps the admins' word on rules."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def set(self, rule_id: str, *, enabled: bool, user_id: int, as_of: datetime) -> None:
        """Switch a rule on or off until somebody says otherwise."""
        self._store.execute(
            "INSERT OR REPLACE INTO rule_switches VALUES (?, ?, ?, ?)",
            [rule_id, enabled, user_id, to_at(as_of)],
        )

    def table(self) -> dict[str, bool]:
        """The rules that somebody switched, and how."""
        rows = self._store.rows("SELECT rule_id, enabled FROM rule_switches")
        return {row["rule_id"]: bool(row["enabled"]) for row in rows}

    def on(self, rules: Iterable[Rule]) -> list[Rule]:
        """Those of the rules that are on."""
        switched = self.table()
        return [rule for rule in rules if switched.get(rule.id, rule.enabled)]
