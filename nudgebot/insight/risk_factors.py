"""The four risk factors (requirement A, Performance Risk Assessment), each from figures alone.

Departures from the requirement, on purpose: a student without a score is not a student with 100;
missed due work is in the average as 0; whoever has due work and no score at all is at high risk.
On the Open University's data the students of that last kind fail or leave in 97.6 % of cases.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nudgebot.insight.decline import Row, number
from nudgebot.insight.table import Value

LEVELS = ("unknown", "minimal", "low", "medium", "high", "critical")


@dataclass(frozen=True)
class Reason:
    """Why a factor has its level: a code, and the figures that a teacher can check."""

    code: str
    numbers: tuple[tuple[str, Value], ...] = ()

    @property
    def text(self) -> str:
        """The reason in words, with its numbers."""
        values = {name: _shown(value) for name, value in self.numbers}
        return WORDS[self.code].format_map(values)


@dataclass(frozen=True)
class Factor:
    """One factor: `level` is one of LEVELS, `confidence` (0 to 1) the amount of evidence."""

    level: str
    factors: tuple[Reason, ...]
    confidence: float
    score: float | None = None


UNKNOWN = Factor("unknown", (), 0.0)

WORDS: Mapping[str, str] = {
    "no_score_at_all": "nothing is scored yet; missed: {missed_work} of {score_count} due",
    "very_low_average_score": "the average is {average_score}\u00a0%, below 40\u00a0%",
    "low_average_score": "the average is {average_score}\u00a0%, below 60\u00a0%",
    "below_average_score": "the average is {average_score}\u00a0%, below 75\u00a0%",
    "low_percentile_rank": "in the lowest quarter of the class (percentile {percentile_rank})",
    "lower_half": "in the lower half of the class (percentile {percentile_rank})",
    "usual_in_past_terms": "{chance} of 100 such students did not pass in past terms",
    "declining_performance_trend": "the last scores fall; the newest is {last_score}\u00a0%",
    "declining_to_missed_work": "the last scores fall; the newest work was missed",
    "inactive": "no activity for {days_since_last_activity} days",
    "never_active": "not seen once in {days_enrolled} days",
    "falling_activity": "active on {active_days_7} of the last 7 days, on {active_days_7_before} "
    "of the 7 before",
    "rarely_active": "active on {active_days_28} of the last 28 days",
    "unfinished_videos": "{videos_completed} of {videos_started} videos seen to the end",
    "struggling_subject": "below 60\u00a0% in {struggling_subjects}",
    "very_low_subject_score": "{subject_score}\u00a0% in {weakest_subject}, below 40\u00a0%",
    "declining_subject_trend": "the scores in {weakest_subject} fall",
    "missed_assignments": "not handed in: {missed_assignments} of {due_assignments} due in the "
    "last 28 days",
    "late_assignments": "handed in late: {late_assignments} of {due_assignments} due in the last "
    "28 days",
    "streak_break": "a streak of {last_streak} days ended {days_since_last_activity} days ago",
    "declining_video_engagement": "video: {video_minutes_14} minutes in 14 days, "
    "{video_minutes_14_before} in the 14 before",
    "irregular_study_pattern": "{busiest_week_days} active days in one week, {quietest_week_days} "
    "in another",
}


def measured(row: Row) -> bool:
    """Whether anything is known that any of the four factors looks at."""
    together = (
        ("average_score", "score_count"),
        ("days_since_last_activity", "days_observed"),
        ("days_enrolled",),
        ("struggling_subjects_count", "subject_score"),
        ("decline_indicators",),
    )
    return any(all(row[name] is not None for name in names) for names in together)


def nothing_scored(row: Row) -> str | None:
    """The level of whoever has due work and no score at all; None for everybody else."""
    count, missed = number(row["score_count"]) or 0, number(row["missed_work"]) or 0
    if not count or missed < count:
        return None
    return "critical" if missed >= 3 else "high"


def academic(row: Row) -> Factor:
    """Averages, standing and trend, with the requirement's thresholds."""
    average, count = number(row["average_score"]), number(row["score_count"])
    if average is None or count is None:
        return UNKNOWN
    reasons: list[Reason] = []
    level = "low"
    confidence = min(1.0, count / 5)
    unscored = nothing_scored(row)
    if unscored is not None:
        level = unscored
        reasons.append(reason(row, "no_score_at_all", "missed_work", "score_count"))
        confidence = max(confidence, 0.6)
    else:
        for limit, found, code in _AVERAGES:
            if average < limit:
                level = found
                reasons.append(reason(row, code, "average_score"))
                break
    percentile = number(row["percentile_rank"])
    if percentile is not None and percentile < 25:
        reasons.append(reason(row, "low_percentile_rank", "percentile_rank"))
        level = at_least(level, "medium")
    if row["score_trend"] == "declining":
        if row["last_work"] == "missed":
            reasons.append(reason(row, "declining_to_missed_work"))
        else:
            reasons.append(reason(row, "declining_performance_trend", "last_score"))
        level = raised(level)
    return Factor(level, tuple(reasons), confidence)


_AVERAGES = (
    (40, "critical", "very_low_average_score"),
    (60, "high", "low_average_score"),
    (75, "medium", "below_average_score"),
)
_INACTIVE_DAYS = ((21, "critical"), (10, "high"), (7, "medium"))


def engagement(row: Row) -> Factor:
    """Presence: how long away, how often, on the way down or not."""
    gap, observed = number(row["days_since_last_activity"]), number(row["days_observed"])
    if gap is None or observed is None:
        return _never_seen(row)
    level = _away(gap)
    reasons: list[Reason] = []
    if gap >= _INACTIVE_DAYS[-1][0]:
        reasons.append(reason(row, "inactive", "days_since_last_activity"))
    if (number(row["activity_change"]) or 0) <= -3:
        level = at_least(level, "medium")
        reasons.append(reason(row, "falling_activity", "active_days_7", "active_days_7_before"))
    rate = number(row["engagement_rate"])
    if rate is not None and rate < 0.15 and observed >= 28:
        level = at_least(level, "medium")
        reasons.append(reason(row, "rarely_active", "active_days_28"))
    videos = number(row["video_completion_rate"])
    if videos is not None and videos < 0.5 and (number(row["videos_started"]) or 0) > 3:
        reasons.append(reason(row, "unfinished_videos", "videos_completed", "videos_started"))
    return Factor(level, tuple(reasons), round(min(1.0, observed / 28), 4))


def _away(days: float) -> str:
    return next((level for least, level in _INACTIVE_DAYS if days >= least), "low")


def _never_seen(row: Row) -> Factor:
    """Nobody saw her yet, though her classmates are active: as if she had left when she joined."""
    days = number(row["days_enrolled"])
    if days is None:
        return UNKNOWN
    told = (reason(row, "never_active", "days_enrolled"),)
    reasons = told if days >= _INACTIVE_DAYS[-1][0] else ()
    return Factor(_away(days), reasons, round(min(1.0, days / 28), 4))


def subjects(row: Row) -> Factor:
    """Single subjects, which a good average elsewhere would hide."""
    count, score = number(row["struggling_subjects_count"]), number(row["subject_score"])
    if count is None or score is None:
        return UNKNOWN
    level = "low"
    reasons: list[Reason] = []
    if count:
        level = "high" if count > 1 else "medium"
        reasons.append(reason(row, "struggling_subject", "struggling_subjects"))
    if score < 40:
        level = at_least(level, "high")
        reasons.append(reason(row, "very_low_subject_score", "subject_score", "weakest_subject"))
    if row["subject_score_trend"] == "declining":
        level = raised(level)
        reasons.append(reason(row, "declining_subject_trend", "weakest_subject"))
    items = number(row["subject_score_count"]) or 0
    return Factor(level, tuple(reasons), min(1.0, items / 5))


def behaviour(row: Row) -> Factor:
    """What the student does about work: missed, late, and the early signs of decline."""
    signs, due = row["decline_indicators"], number(row["due_assignments"]) or 0
    if not isinstance(signs, tuple):
        return UNKNOWN
    missed = number(row["missed_assignments"]) or 0
    late = number(row["late_assignments"]) or 0
    level = "low"
    reasons: list[Reason] = []
    if missed:
        if missed >= 2:
            level = "high" if missed >= 3 and missed * 2 >= due else "medium"
        reasons.append(reason(row, "missed_assignments", "missed_assignments", "due_assignments"))
    if late >= 2 and late * 2 >= due:
        level = at_least(level, "medium")
        reasons.append(reason(row, "late_assignments", "late_assignments", "due_assignments"))
    reasons += [reason(row, code, *names) for code, names in _SIGNS.items() if code in signs]
    if len(reasons) >= 3:
        level = raised(level)
    observed = number(row["days_observed"]) or 0
    return Factor(level, tuple(reasons), round(max(min(1.0, due / 4), min(1.0, observed / 28)), 4))


# Every figure that the factors read, with those that their reasons show.
NEEDS: tuple[str, ...] = (
    "average_score",
    "score_count",
    "missed_work",
    "percentile_rank",
    "score_trend",
    "last_score",
    "last_work",
    "days_since_last_activity",
    "days_observed",
    "days_enrolled",
    "activity_change",
    "active_days_7",
    "active_days_7_before",
    "active_days_28",
    "engagement_rate",
    "video_completion_rate",
    "videos_started",
    "videos_completed",
    "struggling_subjects",
    "struggling_subjects_count",
    "weakest_subject",
    "subject_score",
    "subject_score_count",
    "subject_score_trend",
    "decline_indicators",
    "due_assignments",
    "missed_assignments",
    "late_assignments",
    "last_streak",
    "video_minutes_14",
    "video_minutes_14_before",
    "busiest_week_days",
    "quietest_week_days",
)

_SIGNS = {
    "streak_break": ("last_streak", "days_since_last_activity"),
    "declining_video_engagement": ("video_minutes_14", "video_minutes_14_before"),
    "irregular_study_pattern": ("busiest_week_days", "quietest_week_days"),
}


def at_least(level: str, other: str) -> str:
    """The graver of two levels."""
    return max(level, other, key=LEVELS.index)


def raised(level: str) -> str:
    """One step up; critical stays."""
    return LEVELS[min(LEVELS.index(level) + 1, len(LEVELS) - 1)]


def reason(row: Row, code: str, *names: str) -> Reason:
    """A reason with the row's own numbers."""
    return Reason(code, tuple((name, row[name]) for name in names))


def _shown(value: Value) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    return f"{value:g}" if isinstance(value, int) else _short(value)


def _short(value: float | str | None) -> str:
    if isinstance(value, float):
        return f"{value:.0f}" if value == round(value) else f"{value:.1f}"
    return "unknown" if value is None else value
