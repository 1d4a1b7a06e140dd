"""The roll-ups of activity: what figures read instead of raw rows, always equal to them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Sequence

from nudgebot.exports.activity import Activities
from nudgebot.exports.cells import MINUTE_PARTS

VIDEO = "video"
FLUSH_FROM = 2_000_000

_ADD_DAYS = """INSERT INTO activity_days
    (student_id, day, kind, subject, hour, events, minutes) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET
        events = events + excluded.events, minutes = minutes + excluded.minutes"""
_ADD_VIDEOS = """INSERT INTO video_days
    (student_id, content_id, day, progress, minutes) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET
        progress = max(progress, excluded.progress), minutes = minutes + excluded.minutes"""
_PAIRS = """CREATE TEMP TABLE pairs (student_id TEXT, day INTEGER, PRIMARY KEY (student_id, day))
    WITHOUT ROWID"""
_PAIRED = """a.day IN (SELECT DISTINCT day FROM pairs) AND EXISTS (
    SELECT 1 FROM pairs p WHERE p.student_id = a.student_id AND p.day = a.day)"""
_FORGET = "DELETE FROM {table} WHERE (student_id, day) IN (SELECT student_id, day FROM pairs)"
_DAYS_AGAIN = f"""INSERT INTO activity_days
    (student_id, day, kind, subject, hour, events, minutes)
    SELECT a.student_id, a.day, a.kind,
        CASE WHEN a.subject <> '' THEN a.subject ELSE coalesce(c.subject, '') END AS its_subject,
        a.hour, sum(a.events), total(a.minutes)
    FROM activities a LEFT JOIN content c ON c.content_id = a.content_id
    WHERE {_PAIRED} GROUP BY a.student_id, a.day, a.kind, its_subject, a.hour"""  # noqa: S608  # constants
_VIDEOS_AGAIN = f"""INSERT INTO video_days (student_id, content_id, day, progress, minutes)
    SELECT a.student_id, a.content_id, a.day, max(coalesce(a.progress, 0)), total(a.minutes)
    FROM activities a WHERE a.kind = '{VIDEO}' AND a.content_id <> '' AND {_PAIRED}
    GROUP BY a.student_id, a.content_id, a.day"""  # noqa: S608  # constants


class Rollups:
    """Sums up new rows in memory and adds them to the tables in the order of their keys.

    Events and minutes travel in one whole number, the minutes as parts of a minute that sum up
    exactly.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._days: dict[tuple[str, int, str, str, int], int] = {}
        self._videos: dict[tuple[str, str, int], list[float]] = {}
        self._packed: dict[tuple[int, float | None], int] = {}

    def add(
        self,
        rows: Activities,
        *,
        days: Sequence[int],
        hours: Sequence[int],
        subjects: Sequence[str],
    ) -> None:
        """Count rows, on their local days and hours and with the subjects that they count for."""
        sums, packed = self._days, self._packed
        get = sums.get
        keys = zip(rows.students, days, rows.kinds, subjects, hours, strict=False)
        amounts = zip(rows.events, rows.minutes, strict=False)
        for key, amount in zip(keys, amounts, strict=False):
            if amount not in packed:
                packed[amount] = _pack(*amount)
            sums[key] = get(key, 0) + packed[amount]
        if VIDEO in rows.kinds:
            self._add_videos(rows, days)
        if len(sums) > FLUSH_FROM:
            self.flush()

    def _add_videos(self, rows: Activities, days: Sequence[int]) -> None:
        videos = self._videos
        for student, day, kind, content, spent, done in zip(
            rows.students,
            days,
            rows.kinds,
            rows.contents,
            rows.minutes,
            rows.progress,
            strict=False,
        ):
            if kind != VIDEO or not content:
                continue
            key = (student, content, day)
            held = videos.get(key)
            if held is None:
                videos[key] = [done or 0.0, spent or 0.0]
            else:
                held[1] += spent or 0.0
                if done is not None and done > held[0]:
                    held[0] = done

    def flush(self) -> None:
        """Add what was counted to the tables."""
        sums, videos = self._days, self._videos
        self._connection.executemany(
            _ADD_DAYS, ((*key, *_unpack(sums[key])) for key in sorted(sums))
        )
        self._connection.executemany(_ADD_VIDEOS, ((*key, *videos[key]) for key in sorted(videos)))
        sums.clear()
        videos.clear()
        self._packed.clear()


def _pack(events: int, minutes: float | None) -> int:
    return (events << 48) + int((minutes or 0.0) * MINUTE_PARTS)


def _unpack(packed: int) -> tuple[int, float]:
    return packed >> 48, (packed & (2**48 - 1)) / MINUTE_PARTS


def roll_again(connection: sqlite3.Connection, pairs: Collection[tuple[str, int]]) -> None:
    """Work out the roll-ups of some (student, day)s anew from the raw rows."""
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
) -> set[tuple[str, int]]:
    """The (student, day)s with rows that take their subject from one of these contents."""
    found = connection.execute(
        """SELECT DISTINCT student_id, day FROM activities
           WHERE subject = '' AND content_id IN (SELECT value FROM json_each(?))""",
        [json.dumps(sorted(content_ids))],
    )
    return {(row[0], row[1]) for row in found}
