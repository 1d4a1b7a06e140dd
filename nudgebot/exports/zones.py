"""Hours on the students' own walls, many at once; and anew when a student moves.

A local hour is one whole number, 32 * day + 1 + hour, and the hour is -1 where only the day is
known.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from nudgebot.school.days import to_day, zone_named

QUARTER_SECONDS = 900


def day_of(local_hour: int) -> int:
    """The day of a local hour."""
    return local_hour >> 5


def of_day(local_hour: int) -> int:
    """The same day, without an hour."""
    return local_hour & ~31


class Clock(dict[int, int]):
    """Local hours on the walls of a zone, by the quarter of an hour since 1970.

    The offsets of all zones are multiples of a quarter of an hour since 1972.
    """

    def __init__(self, zone: ZoneInfo) -> None:
        super().__init__()
        self._zone = zone

    def __missing__(self, quarter: int) -> int:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=QUARTER_SECONDS * quarter)
        wall = moment.astimezone(self._zone)
        found = self[quarter] = (to_day(wall.date()) << 5) + 1 + wall.hour
        return found


class Walls:
    """The walls of all students: who has which zone; the feed's zone for the others."""

    def __init__(self, zone_names: Mapping[str, str], zone: ZoneInfo) -> None:
        self._feed = Clock(zone)
        self._zone = zone
        self._clocks: dict[str, Clock] = {"": self._feed, zone.key: self._feed}
        self._own = {
            student: clock
            for student, name in zone_names.items()
            if (clock := self._clock(name)) is not self._feed
        }

    def _clock(self, name: str) -> Clock:
        if name not in self._clocks:
            found = zone_named(name, self._zone)
            self._clocks[name] = self._feed if found.key == self._zone.key else Clock(found)
        return self._clocks[name]

    def local_hours(
        self, students: Sequence[str], ats: Sequence[int], bare_days: Sequence[bool] | None = None
    ) -> list[int]:
        """Local hours of some moments; a bare day is the feed's day, its hour unknown."""
        feed, get = self._feed, self._own.get
        if self._own:
            found = [
                get(student, feed)[at // QUARTER_SECONDS]
                for student, at in zip(students, ats, strict=True)
            ]
        else:
            found = [feed[at // QUARTER_SECONDS] for at in ats]
        if bare_days is not None:
            found = [
                of_day(feed[at // QUARTER_SECONDS]) if bare else hour
                for hour, at, bare in zip(found, ats, bare_days, strict=True)
            ]
        return found

    def days(self, students: Sequence[str], ats: Sequence[int]) -> list[int]:
        """Days on the students' walls."""
        return [day_of(hour) for hour in self.local_hours(students, ats)]


def move(
    connection: sqlite3.Connection, student_ids: Collection[str], walls: Walls
) -> set[tuple[int, int]]:
    """Put the stored rows of students whose zone has changed on the days of their new one.

    Gives the (student_no, day)s whose roll-ups are old by that: days left and days arrived at.
    """
    ids = json.dumps(sorted(student_ids))
    rows = connection.execute(
        """SELECT r.activity_key, r.student_no, p.student_id, r.at, r.local_hour
           FROM activity_rows r JOIN activity_people p ON p.student_no = r.student_no
           WHERE r.local_hour % 32 > 0 AND p.student_id IN (SELECT value FROM json_each(?))""",
        [ids],
    ).fetchall()
    hours = walls.local_hours([row[2] for row in rows], [row[3] for row in rows])
    connection.executemany(
        "UPDATE activity_rows SET local_hour = ? WHERE activity_key = ?",
        zip(hours, [row[0] for row in rows], strict=True),
    )
    sessions = connection.execute(
        """SELECT session_id, student_id, started_at FROM practice
           WHERE student_id IN (SELECT value FROM json_each(?))""",
        [ids],
    ).fetchall()
    days = walls.days([row[1] for row in sessions], [row[2] for row in sessions])
    connection.executemany(
        "UPDATE practice SET day = ? WHERE session_id = ?",
        zip(days, [row[0] for row in sessions], strict=True),
    )
    return {
        (row[1], day_of(hour))
        for row, new in zip(rows, hours, strict=True)
        for hour in (row[4], new)
    }
