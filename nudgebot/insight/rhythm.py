"""When students are usually active: by hour, by weekday, in their own zone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from nudgebot.insight.computation import Computation, chunks, snapshot
from nudgebot.insight.definitions.statement import sql
from nudgebot.store import Store

UTC_ZONE = ZoneInfo("UTC")

_SEEN = """
SELECT s.student_id, a.day, a.hour, SUM(a.events) AS events
FROM scope s CROSS JOIN activity_days a
WHERE a.student_id = s.student_id AND a.day > s.day - $days
    AND (a.day < s.day OR (a.day = s.day AND a.hour <= s.hour))
GROUP BY s.student_id, a.day, a.hour
ORDER BY s.student_id, a.day, a.hour
"""


@dataclass(frozen=True)
class Rhythm:
    """How often each hour (0 to 23) and weekday (Monday first) had activity, counted in days.

    Days, not clicks: one busy evening is one evening. An export without hours leaves all hours 0.
    `average_daily_activity` is the number of events on a day that has any.
    """

    hour_counts: tuple[int, ...]
    weekday_counts: tuple[int, ...]
    average_daily_activity: float

    @property
    def most_active_hours(self) -> tuple[tuple[int, int], ...]:
        """Up to three hours with their counts, the busiest first, the earlier of equals first."""
        return _top(self.hour_counts)

    @property
    def most_active_days(self) -> tuple[tuple[int, int], ...]:
        """Up to three weekdays (0 is Monday) with their counts, the busiest first."""
        return _top(self.weekday_counts)


def rhythm(
    store: Store,
    student_ids: Collection[str],
    as_of: datetime,
    days: int = 30,
    *,
    zone: ZoneInfo = UTC_ZONE,
) -> dict[str, Rhythm]:
    """The rhythm of each of these students who is active, over the last days, today included.

    `zone` is the school's, for students without one of their own.
    """
    found: dict[str, Rhythm] = {}
    with snapshot(store):
        computation = Computation(store, zone, as_of)
        for portion in chunks(set(student_ids)):
            computation.aim(portion)
            found |= rhythms(computation, days)
    return found


def rhythms(computation: Computation, days: int) -> dict[str, Rhythm]:
    """The rhythm of each student at whom the computation is aimed."""
    seen: dict[str, list[tuple[int, int, int]]] = {
        row[0]: [] for row in computation.rows("SELECT student_id FROM scope")
    }
    for student_id, day, hour, events in computation.rows(sql(_SEEN, days=str(int(days)))):
        seen[student_id].append((day, hour, events))
    return {student_id: _counted(rows) for student_id, rows in seen.items()}


def _counted(rows: list[tuple[int, int, int]]) -> Rhythm:
    hours, weekdays = [0] * 24, [0] * 7
    days = {day for day, _, _ in rows}
    for _, hour, _ in rows:
        if hour >= 0:
            hours[hour] += 1
    for day in days:
        weekdays[(day + 3) % 7] += 1  # day 0, 1970-01-01, was a Thursday
    events = sum(each for _, _, each in rows)
    return Rhythm(tuple(hours), tuple(weekdays), round(events / max(len(days), 1), 4))


def _top(counts: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    ordered = sorted(enumerate(counts), key=lambda pair: (-pair[1], pair[0]))
    return tuple(pair for pair in ordered[:3] if pair[1])
