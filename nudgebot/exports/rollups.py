"""The roll-ups of activity: what figures read instead of raw rows, always equal to them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Sequence
from itertools import chain, compress
from typing import Any

from nudgebot.exports import bulk
from nudgebot.exports.cells import MINUTE_PARTS
from nudgebot.exports.numbers import NO_VIDEO, VIDEO, Matters, Students

FLUSH_FROM = 2_000_000
_MINUTE_BITS = 64
_TOPIC_BITS = 32
_HOUR_BITS = 27

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


class Rollups:
    """Sums up new rows in memory and adds them to the tables in the order of their keys.

    A key is one whole number made of student, local hour and topic; events and minutes are another
    one, the minutes as parts of a minute that sum up exactly.
    """

    def __init__(
        self, connection: sqlite3.Connection, students: Students, matters: Matters
    ) -> None:
        self._connection = connection
        self._students = students
        self._matters = matters
        self._sums: dict[int, int] = {}
        self._videos: dict[tuple[int, int, int], list[float]] = {}
        self._packed: dict[tuple[int, float | None], int] = {}

    def add(
        self,
        numbers: tuple[Sequence[int], Sequence[int], Sequence[int]],
        events: Sequence[int],
        minutes: Sequence[float | None],
        progress: Sequence[float | None],
    ) -> None:
        """Count rows; `numbers` are the columns student, local hour and matter."""
        sums, packed = self._sums, self._packed
        get = sums.get
        topics = map(self._matters.topics.__getitem__, numbers[2])
        for student, hour, topic, amount in zip(
            numbers[0], numbers[1], topics, zip(events, minutes, strict=True), strict=True
        ):
            if amount not in packed:
                packed[amount] = _pack(*amount)
            key = (student << _HOUR_BITS | hour) << _TOPIC_BITS | topic
            sums[key] = get(key, 0) + packed[amount]
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
                held[0] = max(held[0], done or 0.0)
                held[1] += spent or 0.0

    def flush(self) -> None:
        """Add what was counted to the tables."""
        ids, topics = self._students.ids, self._matters.topic_names
        flat: list[Any] = []
        for key in sorted(self._sums):
            hours = key >> _TOPIC_BITS
            hour = hours & (1 << _HOUR_BITS) - 1
            amount = self._sums[key]
            kind, subject = topics[key & (1 << _TOPIC_BITS) - 1]
            flat += (
                ids[hours >> _HOUR_BITS],
                hour >> 5,
                kind,
                subject,
                (hour & 31) - 1,
                amount >> _MINUTE_BITS,
                (amount & (1 << _MINUTE_BITS) - 1) / MINUTE_PARTS,
            )
        bulk.insert_flat(self._connection, "activity_days", _DAYS, flat, conflict=_ADD_DAYS)
        names = self._matters.video_names
        watched = sorted(
            (ids[student], names[video], day, *amounts)
            for (student, video, day), amounts in self._videos.items()
        )
        flat = list(chain.from_iterable(watched))
        bulk.insert_flat(self._connection, "video_days", _VIDEOS, flat, conflict=_ADD_VIDEOS)
        self._sums.clear()
        self._videos.clear()
        self._packed.clear()


def _pack(events: int, minutes: float | None) -> int:
    return (events << _MINUTE_BITS) + int((minutes or 0.0) * MINUTE_PARTS)


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
