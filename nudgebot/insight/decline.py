"""The four early signs of decline (requirement A, Engagement Patterns), made precise.

streak_break                a streak of 3 days or more ended 2 to 7 days ago
declining_video_engagement  minutes of video fell to half or less of the 14 days before, which had
                            20 minutes or more; without minutes: from 3 or more videos to half
missed_assignments          an assignment that fell due in the last 28 days is not handed in
irregular_study_pattern     of the last 4 weeks, the best has 4 active days more than the poorest
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from nudgebot.insight.table import Value

STREAK_DAYS = 3
RECENT_DAYS = 7
VIDEO_MINUTES = 20
VIDEOS = 3
WEEKS_APART_DAYS = 4

Row = Mapping[str, Value]


def number(value: Value) -> float | None:
    """A figure as a number; None where it is not known or a word."""
    return value if isinstance(value, int | float) else None


def _streak_break(row: Row) -> bool | None:
    streak, gap = number(row["last_streak"]), number(row["days_since_last_activity"])
    if streak is None or gap is None:
        return None
    return streak >= STREAK_DAYS and 2 <= gap <= RECENT_DAYS


def _declining_videos(row: Row) -> bool | None:
    minutes, before = number(row["video_minutes_14"]), number(row["video_minutes_14_before"])
    videos, videos_before = (
        number(row["videos_watched_14"]),
        number(row["videos_watched_14_before"]),
    )
    if minutes is None or before is None or videos is None or videos_before is None:
        return None
    if minutes or before:
        return before >= VIDEO_MINUTES and minutes <= before / 2
    return videos_before >= VIDEOS and videos <= videos_before / 2


def _missed_assignments(row: Row) -> bool | None:
    missed, due = number(row["missed_assignments"]), number(row["due_assignments"])
    return None if missed is None or not due else missed > 0


def _irregular(row: Row) -> bool | None:
    best, poorest = number(row["busiest_week_days"]), number(row["quietest_week_days"])
    return None if best is None or poorest is None else best - poorest >= WEEKS_APART_DAYS


INDICATORS: Mapping[str, Callable[[Row], bool | None]] = {
    "streak_break": _streak_break,
    "declining_video_engagement": _declining_videos,
    "missed_assignments": _missed_assignments,
    "irregular_study_pattern": _irregular,
}

NEEDS = (
    "last_streak",
    "days_since_last_activity",
    "video_minutes_14",
    "video_minutes_14_before",
    "videos_watched_14",
    "videos_watched_14_before",
    "due_assignments",
    "missed_assignments",
    "busiest_week_days",
    "quietest_week_days",
)


def signs(row: Row) -> tuple[str, ...] | None:
    """The indicators that show, in the catalogue's order; None where none could be looked at."""
    found = {name: shows(row) for name, shows in INDICATORS.items()}
    if all(each is None for each in found.values()):
        return None
    return tuple(name for name, each in found.items() if each)


def decline_indicators(columns: Mapping[str, Sequence[Value]], rows: int) -> list[Value]:
    """The column of the metric `decline_indicators`."""
    return [signs({name: columns[name][index] for name in NEEDS}) for index in range(rows)]
