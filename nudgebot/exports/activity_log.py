"""Raw activity: rows are only ever added or corrected, and never counted twice."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import compress
from typing import Any

from nudgebot.exports import bulk
from nudgebot.exports.activity import Activities
from nudgebot.exports.numbers import Matters, Students
from nudgebot.exports.rollups import Rollups, roll_again
from nudgebot.exports.zones import Walls, day_of
from nudgebot.school.forgotten import first_kept_day

_NAMES = ("student_no", "matter_no", "at", "local_hour", "events", "minutes", "progress")
_COLUMNS = ", ".join(_NAMES)
_CORRECT = f"UPDATE activity_rows SET ({_COLUMNS}) = (?,?,?,?,?,?,?) WHERE activity_id = ?"  # noqa: S608  # own names
_BY_ID = f"""SELECT activity_id, activity_key, {_COLUMNS} FROM activity_rows
    WHERE activity_id IN (SELECT value FROM json_each(?))"""  # noqa: S608  # own names
_NAMELESS_OF_DAY = f"""SELECT {_COLUMNS} FROM activity_rows
    WHERE activity_id IS NULL AND local_hour >= ? AND local_hour < ?"""  # noqa: S608  # own names
# Steps from day to day along the index, however many rows a day has.
_DAYS = """WITH RECURSIVE found(day) AS (
    SELECT min(local_hour) / 32 FROM activity_rows WHERE activity_id IS NULL
    UNION ALL
    SELECT (SELECT min(local_hour) / 32 FROM activity_rows
            WHERE activity_id IS NULL AND local_hour >= 32 * found.day + 32)
    FROM found WHERE found.day IS NOT NULL)
    SELECT day FROM found WHERE day IS NOT NULL"""

Refusal = tuple[int, str, str]


class ActivityLog:
    """Adds batches of activity within one transaction; call `finish` at the end.

    Rows with an id of the LMS are known again by it, and a changed one is corrected. Rows without
    are compared with what the day already holds, equal ones one for one: what a file repeats of an
    earlier one adds nothing, and what it repeats within itself are events of their own.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        walls: Walls,
        *,
        students: Collection[str],
        subjects: Mapping[str, str],
    ) -> None:
        self._connection = connection
        self._walls = walls
        self._students = Students(connection, students)
        self._matters = Matters(connection, subjects)
        self._rollups = Rollups(connection, self._students, self._matters)
        self._old_days = {row[0] for row in connection.execute(_DAYS)}
        # Of older days only the roll-ups are kept: nobody can tell what was counted there before.
        self._first_hour = 32 * (first_kept_day(connection) or 0)
        self.too_old = 0
        self._left: dict[int, Counter[int]] = {}
        self._first_key = 1 + (
            connection.execute("SELECT max(activity_key) FROM activity_rows").fetchone()[0] or 0
        )
        self._again: set[tuple[int, int]] = set()
        self._touched: set[int] = set()

    @property
    def touched(self) -> set[str]:
        """The students with new or corrected rows."""
        return {self._students.ids[number] for number in self._touched}

    def add(self, rows: Activities) -> list[Refusal]:
        """Add a batch; gives the positions of rows that cannot be taken, with column and reason."""
        if not rows.ats:
            return []
        columns: list[Sequence[Any]] = [
            list(map(self._students.__getitem__, rows.students)),
            self._matters.numbers(rows.kinds, rows.contents, rows.subjects),
            rows.ats,
            self._walls.local_hours(rows.students, rows.ats, rows.bare_days),
            rows.events,
            rows.minutes,
            rows.progress,
        ]
        if self._first_hour and min(columns[3]) < self._first_hour:
            return self._younger(rows.ids, columns)
        return self._kept(rows.ids, columns)

    def _younger(self, ids: Sequence[str | None], columns: list[Sequence[Any]]) -> list[Refusal]:
        """Add the rows of days of which single rows are still kept."""
        young = [hour >= self._first_hour for hour in columns[3]]
        self.too_old += young.count(False)
        if not any(young):
            return []
        places = list(compress(range(len(young)), young))
        refused = self._kept(list(compress(ids, young)), _chosen(columns, young))
        return [(places[place], column, reason) for place, column, reason in refused]

    def _kept(self, ids: Sequence[str | None], columns: list[Sequence[Any]]) -> list[Refusal]:
        if all(ids):
            return self._named(list(filter(None, ids)), columns)
        if not any(ids):
            self._nameless(columns)
            return []
        named = [bool(each) for each in ids]
        self._nameless(_chosen(columns, [not each for each in named]))
        places = list(compress(range(len(named)), named))
        refused = self._named(list(filter(None, ids)), _chosen(columns, named))
        return [(places[place], column, reason) for place, column, reason in refused]

    def finish(self) -> None:
        """Write the matters and the roll-ups."""
        self._matters.store()
        self._rollups.flush()
        roll_again(self._connection, self._again)
        self._again.clear()

    def _insert(self, columns: Sequence[Sequence[Any]], ids: Sequence[str] | None = None) -> None:
        names: tuple[str, ...] = _NAMES
        stored = columns
        if ids is not None:
            names, stored = ("activity_id", *names), (ids, *stored)
        bulk.insert(self._connection, "activity_rows", names, stored)
        students, matters, _, hours, events, minutes, progress = columns
        self._rollups.add((students, hours, matters), events, minutes, progress)
        self._touched.update(students)

    def _nameless(self, columns: Sequence[Sequence[Any]]) -> None:
        if not self._old_days.isdisjoint(map(day_of, columns[3])):
            columns = _chosen(columns, self._fresh(columns))
        if columns[0]:
            self._insert(columns)

    def _fresh(self, columns: Sequence[Sequence[Any]]) -> list[bool]:
        """Which rows the days do not hold yet."""
        found = []
        for hour, row in zip(columns[3], zip(*columns, strict=True), strict=True):
            day = day_of(hour)
            if day not in self._old_days:
                found.append(True)
                continue
            left = self._left.get(day)
            if left is None:
                left = self._left[day] = self._held(day)
            key = hash(row)
            seen = left.get(key, 0)
            if seen:
                left[key] = seen - 1
            found.append(not seen)
        return found

    def _held(self, day: int) -> Counter[int]:
        """How often each row is there on a day.

        Hashes of 64 bits stand for the rows: they are made and compared in one process only, and
        take a fifth of the memory.
        """
        rows = self._connection.execute(_NAMELESS_OF_DAY, [32 * day, 32 * day + 32])
        return Counter(hash(tuple(row)) for row in rows)

    def _named(self, ids: Sequence[str], columns: Sequence[Sequence[Any]]) -> list[Refusal]:
        self._connection.execute("SAVEPOINT activities")
        try:
            # It fails at the first id that is there already, before any roll-up is counted.
            self._insert(columns, ids)
        except sqlite3.IntegrityError:
            self._connection.execute("ROLLBACK TO activities")
            return self._one_by_one(ids, columns)
        finally:
            self._connection.execute("RELEASE activities")
        return []

    def _one_by_one(self, ids: Sequence[str], columns: Sequence[Sequence[Any]]) -> list[Refusal]:
        found = self._connection.execute(_BY_ID, [json.dumps(list(ids))])
        held = {row[0]: (row[1], tuple(row)[2:]) for row in found}
        refused: list[Refusal] = []
        fresh = [False] * len(ids)
        seen: set[str] = set()
        for place, (activity_id, new) in enumerate(
            zip(ids, zip(*columns, strict=True), strict=True)
        ):
            key, old = held.get(activity_id, (0, None))
            if activity_id in seen or key >= self._first_key:
                refused.append((place, "activity_id", "is the same as in an earlier row"))
            elif old is None:
                fresh[place] = True
            elif old != new:
                self._correct(activity_id, old, new)
            seen.add(activity_id)
        if any(fresh):
            self._insert(_chosen(columns, fresh), list(compress(ids, fresh)))
        return refused

    def _correct(self, activity_id: str, old: tuple[Any, ...], new: tuple[Any, ...]) -> None:
        self._connection.execute(_CORRECT, (*new, activity_id))
        for student, _, _, hour, *_rest in (old, new):
            self._again.add((student, day_of(hour)))
            self._touched.add(student)


def _chosen(columns: Sequence[Sequence[Any]], choice: Iterable[bool]) -> list[Sequence[Any]]:
    """The rows for which the choice is true."""
    kept = list(choice)
    return [tuple(compress(column, kept)) for column in columns]
