"""Practice sessions: added once, corrected by their id, never gone."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from nudgebot.exports.parsing import Parsed
from nudgebot.exports.zones import Walls

_COLUMNS = "session_id, student_id, skill_id, started_at, questions, correct, minutes, xp, day"
_HELD = f"SELECT {_COLUMNS} FROM practice WHERE session_id IN (SELECT value FROM json_each(?))"  # noqa: S608  # own names
_PUT = f"INSERT OR REPLACE INTO practice ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?)"  # noqa: S608  # own names

Refusal = tuple[int, str, str]


class PracticeLog:
    """Adds batches of sessions within one transaction; `touched` are those whose practice it is."""

    def __init__(self, connection: sqlite3.Connection, walls: Walls) -> None:
        self._connection = connection
        self._walls = walls
        self._seen: set[str] = set()
        self.touched: set[str] = set()

    def add(self, parsed: Parsed) -> list[Refusal]:
        """Add sessions; gives the positions of rows that repeat an id of their file."""
        sessions, students, started = (parsed.columns[place] for place in (0, 1, 3))
        days = self._walls.days(students, started)
        held = self._held(sessions)
        refused: list[Refusal] = []
        changed = []
        for place, row in enumerate(zip(*parsed.columns, days, strict=True)):
            old = held.get(row[0])
            if row[0] in self._seen:
                refused.append((place, "session_id", "is the same as in an earlier row"))
            elif old != row:
                changed.append(row)
                self.touched.add(row[1])
                if old is not None:
                    self.touched.add(old[1])
            self._seen.add(row[0])
        self._connection.executemany(_PUT, sorted(changed))
        return refused

    def _held(self, sessions: Any) -> dict[str, tuple[Any, ...]]:
        found = self._connection.execute(_HELD, [json.dumps(list(sessions))])
        return {row[0]: tuple(row) for row in found}
