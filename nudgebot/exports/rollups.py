"""The roll-ups of activity: what figures read instead of raw rows, always equal to them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Sequence
from itertools import compress
from operator import add

from nudgebot.exports import bulk
from nudgebot.exports.cells import MINUTE_PARTS
from nudgebot.exports.memory import Memory
from nudgebot.exports.numbers import NO_VIDEO, VIDEO, Matters, Students
from nudgebot.exports.parsing import turned

FLUSH_FROM = 2_000_000
_MINUTE_BITS = 48  # of a sum; enough for thousands of rows of the longest minutes there are
_MINUTE_MASK = (1 << _MINUTE_BITS) - 1

_DAYS = ("student_id", "day", "kind", "subject", "hour", "events", "minutes")
_ADD_DAYS = """ON CONFLICT DO UPDATE SET
    events = events + excluded.events, minutes = minutes + excluded.minutes"""
_VIDEOS = ("student_id", "content_id", "day", "progress", "minutes")
_ADD_VIDEOS = """ON CONFLICT DO UPDATE SET
    progress = max(progress, excluded.progress), minutes = minutes + excluded.minutes"""
_PAIRS = """CREATE TEMP TABLE pairs (student_no INTEGER, day INTEGER,
    PRIMARY KEY (student_no, day)) WITHOUT ROWID"""
_FORGET = """DELETE FROM {table} WHERE (student_id, day) IN (
    SELECT s.student_id, p.day
    FROM pairs p JOIN activity_people s ON s.student_no = p.student_no)"""
_DAYS_AGAIN = """INSERT INTO activity_days
    (student_id, day, kind, subject, hour, events, minutes)
    SELECT s.student_id, r.local_hour / 32, m.kind,
        CASE WHEN m.subject <> '' THEN m.subject ELSE coalesce(c.subject, '') END AS topic,
        r.local_hour % 32 - 1, sum(r.events), total(r.minutes)
    FROM activity_rows r
    CROSS JOIN pairs p ON p.student_no = r.student_no AND p.day = r.local_hour / 32
    JOIN activity_people s ON s.student_no = r.student_no
    JOIN activity_matters m ON m.matter_no = r.matter_no
    LEFT JOIN content c ON c.content_id = m.content_id
    GROUP BY r.student_no, r.local_hour, m.kind, topic"""
_VIDEOS_AGAIN = f"""INSERT INTO video_days (student_id, content_id, day, progress, minutes)
    SELECT s.student_id, m.content_id, p.day, max(coalesce(r.progress, 0)), total(r.minutes)
    FROM activity_rows r
    CROSS JOIN pairs p ON p.student_no = r.student_no AND p.day = r.local_hour / 32
    JOIN activity_people s ON s.student_no = r.student_no
    JOIN activity_matters m ON m.matter_no = r.matter_no
    WHERE m.kind = '{VIDEO}' AND m.content_id <> ''
    GROUP BY r.student_no, p.day, m.content_id"""  # noqa: S608  # a constant


Key = tuple[int, int, int]


class Rollups:
    """Sums up new rows in memory and adds them to the tables in the order of their keys.

    Events and minutes travel in one whole number, the minutes as parts of a minute that sum up
    exactly, so that a row takes one look into one dictionary.
    """

    def __init__(
        self, connection: sqlite3.Connection, students: Students, matters: Matters
    ) -> None:
        self._connection = connection
        self._students = students
        self._matters = matters
        self._sums: dict[Key, int] = {}
        self._videos: dict[Key, list[float]] = {}
        self._event_parts = Memory[int, int](lambda events: events << _MINUTE_BITS)
        self._minute_parts = Memory[float | None, int](
            lambda minutes: int((minutes or 0.0) * MINUTE_PARTS)
        )

    def add(
        self,
        numbers: tuple[Sequence[int], Sequence[int], Sequence[int]],
        events: Sequence[int],
        minutes: Sequence[float | None],
        progress: Sequence[float | None],
    ) -> None:
        """Count rows; `numbers` are the columns student, local hour and matter."""
        students, hours, matters = numbers
        keys = zip(students, hours, map(self._matters.topics.__getitem__, matters), strict=True)
        amounts = map(add, self._event_parts.each(events), self._minute_parts.each(minutes))
        sums = self._sums
        get = sums.get
        for key, amount in zip(keys, amounts, strict=True):
            sums[key] = get(key, 0) + amount
        self._add_videos(numbers, minutes, progress)
        if len(sums) > FLUSH_FROM:
            self.flush()

    def _add_videos(
        self,
        numbers: tuple[Sequence[int], Sequence[int], Sequence[int]],
        minutes: Sequence[float | None],
        progress: Sequence[float | None],
    ) -> None:
        numbered = list(map(self._matters.videos.__getitem__, numbers[2]))
        chosen = [each != NO_VIDEO for each in numbered]
        if not any(chosen):
            return
        videos = self._videos
        columns = (numbers[0], numbered, numbers[1], minutes, progress)
        for student, video, hour, spent, done in zip(
            *(compress(column, chosen) for column in columns), strict=True
        ):
            key = (student, video, hour >> 5)
            held = videos.get(key)
            if held is None:
                videos[key] = [done or 0.0, spent or 0.0]
            else:
                held[1] += spent or 0.0
                if done is not None and done > held[0]:
                    held[0] = done

    def flush(self) -> None:
        """Add what was counted to the tables, in the order of their keys."""
        self._flush_days()
        self._flush_videos()
        self._sums.clear()
        self._videos.clear()

    def _flush_days(self) -> None:
        ids, topics = self._students.ids, self._matters.topic_names
        # Keys alone are sorted in a third of the time that pairs take.
        keys = sorted(self._sums)
        amounts = list(map(self._sums.__getitem__, keys))
        students, hours, places = turned(keys, 3)
        columns = (
            [ids[student] for student in students],
            [hour >> 5 for hour in hours],
            [topics[place][0] for place in places],
            [topics[place][1] for place in places],
            [(hour & 31) - 1 for hour in hours],
            [amount >> _MINUTE_BITS for amount in amounts],
            [(amount & _MINUTE_MASK) / MINUTE_PARTS for amount in amounts],
        )
        bulk.insert(self._connection, "activity_days", _DAYS, columns, conflict=_ADD_DAYS)

    def _flush_videos(self) -> None:
        ids, names = self._students.ids, self._matters.video_names
        keys = sorted(self._videos)
        students, videos, days = turned(keys, 3)
        done, spent = turned(list(map(self._videos.__getitem__, keys)), 2)
        columns = (
            [ids[student] for student in students],
            [names[video] for video in videos],
            days,
            done,
            spent,
        )
        bulk.insert(self._connection, "video_days", _VIDEOS, columns, conflict=_ADD_VIDEOS)


def roll_again(connection: sqlite3.Connection, pairs: Collection[tuple[int, int]]) -> None:
    """Work out the roll-ups of some (student_no, day)s anew from the raw rows."""
    if not pairs:
        return
    connection.execute(_PAIRS)
    try:
        connection.executemany("INSERT INTO pairs VALUES (?, ?)", sorted(pairs))
        for table in ("activity_days", "video_days"):
            connection.execute(_FORGET.format(table=table))
        connection.execute(_DAYS_AGAIN)
        connection.execute(_VIDEOS_AGAIN)
    finally:
        connection.execute("DROP TABLE pairs")


def pairs_of_content(
    connection: sqlite3.Connection, content_ids: Collection[str]
) -> dict[tuple[int, int], str]:
    """The (student_no, day)s with rows whose subject is that of one of these contents.

    Each with the id of its student.
    """
    found = connection.execute(
        """SELECT DISTINCT r.student_no, r.local_hour / 32, s.student_id
           FROM activity_rows r
           JOIN activity_people s ON s.student_no = r.student_no
           JOIN activity_matters m ON m.matter_no = r.matter_no
           WHERE m.subject = '' AND m.content_id IN (SELECT value FROM json_each(?))""",
        [json.dumps(sorted(content_ids))],
    )
    return {(row[0], row[1]): row[2] for row in found}
