"""Days and hours on the students' own walls, many at once; and anew when a student moves."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from nudgebot.school.days import to_day, zone_named

UNKNOWN_HOUR = -1
QUARTER_SECONDS = 900


class Clock(dict[int, tuple[int, int]]):
    """(day, hour) on the wall of a zone, by the quarter of an hour since 1970.

    The offsets of all zones are multiples of a quarter of an hour since 1972.
    """

    def __init__(self, zone: ZoneInfo) -> None:
        super().__init__()
        self._zone = zone

    def __missing__(self, quarter: int) -> tuple[int, int]:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=QUARTER_SECONDS * quarter)
        wall = moment.astimezone(self._zone)
        found = self[quarter] = (to_day(wall.date()), wall.hour)
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

    def days_and_hours(
        self, students: Sequence[str], ats: Sequence[int], bare_days: Sequence[bool] | None = None
    ) -> tuple[Sequence[int], Sequence[int]]:
        """Days and hours of some moments; a bare day is the feed's day, its hour unknown."""
        feed, own = self._feed, self._own
        if own:
            get = own.get
            found = [
                get(student, feed)[at // QUARTER_SECONDS]
                for student, at in zip(students, ats, strict=True)
            ]
        else:
            found = [feed[at // QUARTER_SECONDS] for at in ats]
        if bare_days is not None:
            found = [
                (feed[at // QUARTER_SECONDS][0], UNKNOWN_HOUR) if bare else wall
                for wall, at, bare in zip(found, ats, bare_days, strict=True)
            ]
        if not found:
            return (), ()
        days, hours = zip(*found, strict=True)
        return days, hours


def move(
    connection: sqlite3.Connection, student_ids: Collection[str], walls: Walls
) -> set[tuple[str, int]]:
    """Put the stored rows of students whose zone has changed on the days of their new one.

    Gives the (student, day)s whose roll-ups are old by that: days left and days arrived at.
    """
    ids = json.dumps(sorted(student_ids))
    rows = connection.execute(
        """SELECT activity_key, student_id, at, day FROM activities
           WHERE hour >= 0 AND student_id IN (SELECT value FROM json_each(?))""",
        [ids],
    ).fetchall()
    days, hours = walls.days_and_hours([row[1] for row in rows], [row[2] for row in rows])
    connection.executemany(
        "UPDATE activities SET day = ?, hour = ? WHERE activity_key = ?",
        zip(days, hours, [row[0] for row in rows], strict=True),
    )
    sessions = connection.execute(
        """SELECT session_id, student_id, started_at FROM practice
           WHERE student_id IN (SELECT value FROM json_each(?))""",
        [ids],
    ).fetchall()
    session_days, _ = walls.days_and_hours(
        [row[1] for row in sessions], [row[2] for row in sessions]
    )
    connection.executemany(
        "UPDATE practice SET day = ? WHERE session_id = ?",
        zip(session_days, [row[0] for row in sessions], strict=True),
    )
    students = [row[1] for row in rows]
    return set(zip(students, [row[3] for row in rows], strict=True)) | set(
        zip(students, days, strict=True)
    )
