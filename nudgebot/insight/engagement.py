"""How a student takes part (requirement A, Engagement Patterns), every entry made precise.

daily_activity_pattern   days with activity by hour and weekday in the student's zone
content_engagement       events, minutes and days by kind of activity
streak_behavior          the running, longest and newest streak, days since the last activity
video_completion_rate    as the metric of that name: the last 28 days
exam_participation_rate  as the metric of that name: the last 180 days
decline_indicators       as the metric of that name; `decline.py` says when each one shows
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from nudgebot.insight.computation import Computation, snapshot
from nudgebot.insight.decline import number
from nudgebot.insight.definitions.statement import sql
from nudgebot.insight.rhythm import UTC_ZONE, Rhythm, rhythms
from nudgebot.insight.table import Value
from nudgebot.store import Store

_BY_KIND = """
SELECT a.kind, SUM(a.events) AS events, SUM(a.minutes) AS minutes, COUNT(DISTINCT a.day) AS days
FROM scope s CROSS JOIN activity_days a
WHERE a.student_id = s.student_id AND a.day > s.day - $days
    AND (a.day < s.day OR (a.day = s.day AND a.hour <= s.hour))
GROUP BY a.kind ORDER BY a.kind
"""


@dataclass(frozen=True)
class ContentKind:
    """What was done of one kind (video, reading, practice, forum, login, …)."""

    kind: str
    events: int
    minutes: float
    days: int


@dataclass(frozen=True)
class StreakBehavior:
    """Streaks in days; all None where there never was any activity."""

    current_streak: int | None
    highest_streak: int | None
    last_streak: int | None
    days_since_last_activity: int | None


@dataclass(frozen=True)
class Engagement:
    """Requirement A's analysis; None is "not measured"."""

    student_id: str
    days: int
    daily_activity_pattern: Rhythm
    content_engagement: tuple[ContentKind, ...]
    streak_behavior: StreakBehavior
    video_completion_rate: float | None
    exam_participation_rate: float | None
    decline_indicators: tuple[str, ...] | None


def engagement(
    store: Store, student_id: str, as_of: datetime, days: int = 30, *, zone: ZoneInfo = UTC_ZONE
) -> Engagement | None:
    """The analysis over the last days, today included; None for nobody active.

    `zone` is the school's, for a student without one of her own.
    """
    with snapshot(store):
        computation = Computation(store, zone, as_of)
        columns = computation.figures([student_id]).columns
        row = {name: column[0] for name, column in columns.items() if column}
        return engagement_of(computation, student_id, row, days) if row else None


def engagement_of(
    computation: Computation, student_id: str, row: Mapping[str, Value], days: int
) -> Engagement:
    """The analysis of the one student at whom the computation is aimed, with her figures."""
    signs = row["decline_indicators"]
    return Engagement(
        student_id=student_id,
        days=days,
        daily_activity_pattern=rhythms(computation, days)[student_id],
        content_engagement=tuple(
            ContentKind(*kind) for kind in computation.rows(sql(_BY_KIND, days=str(int(days))))
        ),
        streak_behavior=StreakBehavior(
            current_streak=_whole(row["current_streak"]),
            highest_streak=_whole(row["highest_streak"]),
            last_streak=_whole(row["last_streak"]),
            days_since_last_activity=_whole(row["days_since_last_activity"]),
        ),
        video_completion_rate=number(row["video_completion_rate"]),
        exam_participation_rate=number(row["exam_participation_rate"]),
        decline_indicators=signs if isinstance(signs, tuple) else None,
    )


def _whole(value: Value) -> int | None:
    return value if isinstance(value, int) else None
