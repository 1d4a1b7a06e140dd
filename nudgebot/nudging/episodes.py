"""Episodes: since when a rule holds for a student; it ends when the rule no longer holds."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from nudgebot.school.days import from_at, to_at
from nudgebot.store import Store

Pair = tuple[str, str]
"""A student's id and a rule's id."""


@dataclass(frozen=True)
class Turn:
    """What an evaluation changed: every pair that holds, since when, and which ended."""

    since: Mapping[Pair, datetime]
    begun: Collection[Pair]
    ended: Collection[Pair]


def turn(open_since: Mapping[Pair, datetime], holding: Collection[Pair], as_of: datetime) -> Turn:
    """The episodes after an evaluation that looked at all of `open_since`.

    A rule that is new begins its episodes now, never in the past.
    """
    held = set(holding)
    begun = [pair for pair in held if pair not in open_since]
    ended = [pair for pair in open_since if pair not in held]
    since = {pair: open_since.get(pair, from_at(to_at(as_of))) for pair in held}
    return Turn(since, begun, ended)


class Episodes:
    """Keeps the open episodes."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def open_since(
        self, rule_ids: Collection[str], student_ids: Collection[str] | None
    ) -> dict[Pair, datetime]:
        """The open episodes of these rules, of these students or of all."""
        chosen = "AND student_id IN (SELECT value FROM json_each(:students))"
        rows = self._store.rows(
            f"""SELECT student_id, rule_id, began_at FROM episodes
                WHERE rule_id IN (SELECT value FROM json_each(:rules))
                {"" if student_ids is None else chosen}""",  # noqa: S608  # a constant of this function
            {"rules": json.dumps(list(rule_ids)), "students": json.dumps(list(student_ids or ()))},
        )
        return {(row[0], row[1]): from_at(row[2]) for row in rows}

    def keep(self, changed: Turn) -> None:
        """Write what an evaluation changed."""
        self._store.executemany(
            "DELETE FROM episodes WHERE student_id = ? AND rule_id = ?", changed.ended
        )
        self._store.executemany(
            "INSERT OR IGNORE INTO episodes VALUES (?, ?, ?)",
            [(*pair, to_at(changed.since[pair])) for pair in changed.begun],
        )
