"""Raw activity and its roll-ups: rows are only ever added or corrected, and never counted twice."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import compress, repeat
from typing import Any

from nudgebot.exports.activity import Activities
from nudgebot.exports.rollups import Rollups, roll_again
from nudgebot.exports.zones import UNKNOWN_HOUR, Walls

_COLUMNS = "student_id, at, day, hour, kind, content_id, subject, events, minutes, progress"
_INSERT = f"INSERT INTO activities (activity_id, {_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?)"  # noqa: S608  # own names
_UPDATE = f"UPDATE activities SET ({_COLUMNS}) = (?,?,?,?,?,?,?,?,?,?) WHERE activity_id = ?"  # noqa: S608  # own names
_BY_ID = f"""SELECT activity_id, activity_key, {_COLUMNS} FROM activities
    WHERE activity_id IN (SELECT value FROM json_each(?))"""  # noqa: S608  # own names
_NAMELESS_OF_DAY = f"SELECT {_COLUMNS} FROM activities WHERE day = ? AND activity_id IS NULL"  # noqa: S608  # own names
_DAYS = """WITH RECURSIVE found(day) AS (
    SELECT min(day) FROM activities
    UNION ALL SELECT (SELECT min(day) FROM activities a WHERE a.day > found.day) FROM found
    WHERE found.day IS NOT NULL)
    SELECT day FROM found WHERE day IS NOT NULL"""

Refusal = tuple[int, str, str]


class ActivityLog:
    """Adds batches of activity within one transaction; call `finish` at the end.

    Rows with an id of the LMS are known again by it, and a changed one is corrected. Rows without
    are compared with what the day already holds, equal ones one for one: what a file repeats of an
    earlier one adds nothing, and what it repeats within itself are events of their own.
    """

    def __init__(
        self, connection: sqlite3.Connection, walls: Walls, subjects: Mapping[str, str]
    ) -> None:
        self._connection = connection
        self._walls = walls
        self._subjects = subjects
        self._rollups = Rollups(connection)
        self._old_days = {row[0] for row in connection.execute(_DAYS)}
        self._left: dict[int, Counter[int]] = {}
        self._first_key = 1 + (
            connection.execute("SELECT max(activity_key) FROM activities").fetchone()[0] or 0
        )
        self._again: set[tuple[str, int]] = set()
        self.touched: set[str] = set()

    def add(self, rows: Activities) -> list[Refusal]:
        """Add a batch; gives the positions of rows that cannot be taken, with column and reason."""
        if not rows.ats:
            return []
        days, hours = self._walls.days_and_hours(rows.students, rows.ats, rows.bare_days)
        if all(rows.ids):
            return self._named(rows, days, hours)
        if not any(rows.ids):
            self._nameless(rows, days, hours)
            return []
        named = [bool(each) for each in rows.ids]
        places = list(compress(range(len(named)), named))
        unnamed = [not each for each in named]
        self._nameless(
            rows.chosen(unnamed), list(compress(days, unnamed)), list(compress(hours, unnamed))
        )
        refused = self._named(
            rows.chosen(named), list(compress(days, named)), list(compress(hours, named))
        )
        return [(places[place], column, reason) for place, column, reason in refused]

    def finish(self) -> None:
        """Write the roll-ups."""
        self._rollups.flush()
        roll_again(self._connection, self._again)
        self._again.clear()

    def _insert(self, rows: Activities, days: Sequence[int], hours: Sequence[int]) -> None:
        ids: Iterable[str | None] = rows.ids if rows.ids[0] else repeat(None)
        self._connection.executemany(
            _INSERT,
            zip(
                ids,
                rows.students,
                rows.ats,
                days,
                hours,
                rows.kinds,
                rows.contents,
                rows.subjects,
                rows.events,
                rows.minutes,
                rows.progress,
                strict=False,
            ),
        )
        subjects = rows.subjects
        if not all(subjects):
            of = self._subjects
            subjects = [
                subject or of.get(content, "")
                for subject, content in zip(subjects, rows.contents, strict=True)
            ]
        self._rollups.add(rows, days=days, hours=hours, subjects=subjects)
        self.touched.update(rows.students)

    def _nameless(self, rows: Activities, days: Sequence[int], hours: Sequence[int]) -> None:
        if self._old_days.isdisjoint(days):
            if days:
                self._insert(rows, days, hours)
            return
        fresh = self._fresh(rows, days, hours)
        if any(fresh):
            self._insert(
                rows.chosen(fresh), list(compress(days, fresh)), list(compress(hours, fresh))
            )

    def _fresh(self, rows: Activities, days: Sequence[int], hours: Sequence[int]) -> list[bool]:
        """Which rows the days do not hold yet."""
        found = []
        for day, key in zip(days, _contents(rows, hours), strict=True):
            if day not in self._old_days:
                found.append(True)
                continue
            left = self._left.get(day)
            if left is None:
                left = self._left[day] = self._held(day)
            seen = left.get(key, 0)
            if seen:
                left[key] = seen - 1
            found.append(not seen)
        return found

    def _held(self, day: int) -> Counter[int]:
        """How often each content is there on a day.

        Hashes of 64 bits stand for the contents: they are made and compared in one process only,
        and take a fifth of the memory.
        """
        return Counter(
            hash((student, at, hour == UNKNOWN_HOUR, kind, content, subject, events, spent, done))
            for student, at, _, hour, kind, content, subject, events, spent, done in (
                self._connection.execute(_NAMELESS_OF_DAY, [day])
            )
        )

    def _named(self, rows: Activities, days: Sequence[int], hours: Sequence[int]) -> list[Refusal]:
        self._connection.execute("SAVEPOINT activities")
        try:
            # It fails at the first id that is there already, before any roll-up is counted.
            self._insert(rows, days, hours)
        except sqlite3.IntegrityError:
            self._connection.execute("ROLLBACK TO activities")
            return self._one_by_one(rows, days, hours)
        finally:
            self._connection.execute("RELEASE activities")
        return []

    def _one_by_one(
        self, rows: Activities, days: Sequence[int], hours: Sequence[int]
    ) -> list[Refusal]:
        found = self._connection.execute(_BY_ID, [json.dumps(list(rows.ids))])
        held = {row[0]: (row[1], tuple(row)[2:]) for row in found}
        refused: list[Refusal] = []
        fresh = [False] * len(rows.ids)
        seen: set[str] = set()
        for place, (activity_id, new) in enumerate(
            zip(rows.ids, _rows(rows, days, hours), strict=True)
        ):
            old_key, old = held.get(activity_id, (0, None))
            if activity_id in seen or old_key >= self._first_key:
                refused.append((place, "activity_id", "is the same as in an earlier row"))
            elif old is None:
                fresh[place] = True
            elif old != new:
                self._correct(activity_id, old, new)
            seen.add(activity_id)
        if any(fresh):
            self._insert(
                rows.chosen(fresh), list(compress(days, fresh)), list(compress(hours, fresh))
            )
        return refused

    def _correct(self, activity_id: str, old: tuple[Any, ...], new: tuple[Any, ...]) -> None:
        self._connection.execute(_UPDATE, (*new, activity_id))
        for row in (old, new):
            student, day = row[0], row[2]
            self._again.add((student, day))
            self.touched.add(student)


def _rows(rows: Activities, days: Sequence[int], hours: Sequence[int]) -> Iterable[tuple[Any, ...]]:
    return zip(
        rows.students,
        rows.ats,
        days,
        hours,
        rows.kinds,
        rows.contents,
        rows.subjects,
        rows.events,
        rows.minutes,
        rows.progress,
        strict=False,
    )


def _contents(rows: Activities, hours: Sequence[int]) -> Iterable[int]:
    return map(
        hash,
        zip(
            rows.students,
            rows.ats,
            [hour == UNKNOWN_HOUR for hour in hours],
            rows.kinds,
            rows.contents,
            rows.subjects,
            rows.events,
            rows.minutes,
            rows.progress,
            strict=False,
        ),
    )
