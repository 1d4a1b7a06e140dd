"""The metric catalogue: the vocabulary of rules, templates and reports.

A metric that is not known is None, never 0. Days are the student's own local days; "the last 7
days" are today and the six days before. Work *counts* when it is marked, or when it was due and is
not there, which is a 0: a released exam result, a missed exam, a scored hand-in, an assignment
past its due time. Excused work never counts, and neither do results that are not released.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from nudgebot.insight.metric import Metric, Unit

TRENDS = ("improving", "steady", "declining")
LAST_WORK = ("scored", "missed")
RISK_LEVELS = ("unknown", "minimal", "low", "medium", "high", "critical")
INDICATORS = (
    "streak_break",
    "declining_video_engagement",
    "missed_assignments",
    "irregular_study_pattern",
)

_ACTIVITY = (
    Metric(
        "current_streak",
        Unit.DAYS,
        "Days in a row with activity, up to today or yesterday; 0 when neither had any.",
    ),
    Metric("highest_streak", Unit.DAYS, "The longest row of days with activity so far."),
    Metric("last_streak", Unit.DAYS, "The newest row of days with activity, over or not."),
    Metric("days_since_last_activity", Unit.DAYS, "Days since the last activity; 0 is today."),
    Metric("days_observed", Unit.DAYS, "Days since the first activity, that day included."),
    Metric(
        "days_enrolled",
        Unit.DAYS,
        "Days since she joined a class of active students, or its term began, that day included.",
    ),
    Metric("active_days_7", Unit.DAYS, "Days with activity among the last 7 days."),
    Metric("active_days_7_before", Unit.DAYS, "The same for the 7 days before these."),
    Metric(
        "activity_change",
        Unit.DAYS,
        "Active days of the last 7 days less those of the 7 days before.",
    ),
    Metric("active_days_28", Unit.DAYS, "Days with activity among the last 28 days."),
    Metric(
        "engagement_rate",
        Unit.SHARE,
        "Share of active days in the last 28 days, or since the first activity, at least 7 days.",
    ),
    Metric("busiest_week_days", Unit.DAYS, "Active days in the best of the last 4 weeks."),
    Metric("quietest_week_days", Unit.DAYS, "Active days in the poorest of the last 4 weeks."),
    Metric("time_spent", Unit.MINUTES, "Minutes of activity and practice in the last 28 days."),
)

_VIDEOS = (
    Metric("videos_started", Unit.COUNT, "Different videos watched in the last 28 days."),
    Metric("videos_completed", Unit.COUNT, "Those of them seen to 90 % or more by now."),
    Metric(
        "video_completion_rate", Unit.SHARE, "Completed among started videos of the last 28 days."
    ),
    Metric("days_since_last_video", Unit.DAYS, "Days since a video was last watched."),
    Metric("video_minutes_14", Unit.MINUTES, "Minutes of video in the last 14 days."),
    Metric("video_minutes_14_before", Unit.MINUTES, "The same for the 14 days before these."),
    Metric("videos_watched_14", Unit.COUNT, "Different videos watched in the last 14 days."),
    Metric("videos_watched_14_before", Unit.COUNT, "The same for the 14 days before these."),
)

_SCORES = (
    Metric(
        "average_score",
        Unit.PERCENT,
        "Mean of all work that counts in the last 180 days; missed work is 0.",
    ),
    Metric("score_count", Unit.COUNT, "Pieces of work behind the average score, missed included."),
    Metric("missed_work", Unit.COUNT, "Pieces of work behind the average score that were missed."),
    Metric(
        "recent_exam_count", Unit.COUNT, "Exams of the last 90 days that count, missed included."
    ),
    Metric("last_score", Unit.PERCENT, "The score of the newest piece of work that counts."),
    Metric(
        "last_work",
        Unit.WORD,
        "Whether that piece of work was scored or missed, which counts as 0.",
        LAST_WORK,
    ),
    Metric("days_since_last_score", Unit.DAYS, "Days since that work was written or due."),
    Metric(
        "score_change",
        Unit.PERCENT,
        "The last score less the mean of up to 4 scores before it, in points.",
    ),
    Metric(
        "score_trend",
        Unit.WORD,
        "Which way a line through the last 5 scores goes; 10 points make a trend, 3 scores a line.",
        TRENDS,
    ),
    Metric(
        "percentile_rank",
        Unit.PERCENT,
        "Standing by average score among the class, 100 is best, the mean over the classes; "
        "unknown where fewer than 5 are measured.",
    ),
    Metric(
        "historical_exam_performance",
        Unit.PERCENT,
        "Mean of the exams of the last 365 days that count; a missed exam is 0.",
    ),
    Metric(
        "exam_participation_rate",
        Unit.SHARE,
        "Exams written among the exams of the last 180 days that count.",
    ),
)

_EXAMS = (
    Metric("upcoming_exam_days", Unit.DAYS, "Days to the next exam within 60 days; 0 is today."),
    Metric("upcoming_exam_title", Unit.WORD, "The title of that exam."),
    Metric("upcoming_exam_subject", Unit.WORD, "The subject of that exam."),
    Metric(
        "preparation_activity",
        Unit.SHARE,
        "Share of the last 7 days on which something was done for that exam's subject; logging in "
        "does not count, work without a named subject does.",
    ),
)

_SUBJECTS = (
    Metric(
        "struggling_subjects",
        Unit.WORDS,
        "Subjects with an average below 60 from at least 2 pieces of work, the weakest first.",
    ),
    Metric("struggling_subjects_count", Unit.COUNT, "How many subjects these are."),
    Metric(
        "weakest_subject",
        Unit.WORD,
        "The subject with the lowest average from at least 2 pieces of work.",
    ),
    Metric("subject_score", Unit.PERCENT, "The average in the weakest subject."),
    Metric("subject_score_count", Unit.COUNT, "Pieces of work behind that average."),
    Metric("subject_score_trend", Unit.WORD, "The trend of scores in the weakest subject.", TRENDS),
    Metric("days_since_subject_activity", Unit.DAYS, "Days since anything in the weakest subject."),
)

_ASSIGNMENTS = (
    Metric("due_assignments", Unit.COUNT, "Assignments that fell due in the last 28 days."),
    Metric(
        "missed_assignments", Unit.COUNT, "Those of them that are not handed in, whatever else."
    ),
    Metric(
        "overdue_assignments",
        Unit.COUNT,
        "Those of them that are not handed in and not closed as missed.",
    ),
    Metric("late_assignments", Unit.COUNT, "Those of them that were handed in late."),
    Metric(
        "assignment_completion_rate", Unit.SHARE, "Those of them that are handed in, as a share."
    ),
    Metric("overdue_assignment_title", Unit.WORD, "The overdue assignment that fell due last."),
    Metric("overdue_days", Unit.DAYS, "Days since it fell due; 0 is today."),
    Metric(
        "next_assignment_title", Unit.WORD, "What is due next within 14 days and not handed in."
    ),
    Metric("next_assignment_days", Unit.DAYS, "Days until it is due; 0 is today."),
    Metric("next_assignment_skill", Unit.WORD, "The first skill that it is about."),
    Metric(
        "last_assignment_title",
        Unit.WORD,
        "The scored assignment that was handed in last, within 28 days.",
    ),
    Metric("last_assignment_score", Unit.PERCENT, "Its score."),
)

_PRACTICE = (
    Metric("questions_answered", Unit.COUNT, "Practice questions answered in the last 28 days."),
    Metric("accuracy", Unit.PERCENT, "Correct among these."),
    Metric(
        "accuracy_change",
        Unit.PERCENT,
        "Accuracy of the last 14 days less that of the 14 days before, in points; from at least "
        "10 answers in each.",
    ),
    Metric("xp", Unit.XP, "XP earned in practice in the last 28 days."),
    Metric("days_since_last_practice", Unit.DAYS, "Days since the last practice."),
    Metric(
        "weakest_skill",
        Unit.WORD,
        "The skill with the lowest accuracy in the last 28 days, below 70 %, from at least 5 "
        "answers.",
    ),
    Metric("weakest_skill_accuracy", Unit.PERCENT, "Accuracy in it in the last 28 days."),
    Metric(
        "improved_skill",
        Unit.WORD,
        "The skill whose accuracy rose most from the 14 days before to the last 14 days: 10 "
        "points or more, from at least 5 answers in each.",
    ),
    Metric("improved_skill_accuracy", Unit.PERCENT, "Accuracy in it in the last 14 days."),
)

_RISK = (
    Metric("decline_indicators", Unit.WORDS, "The early signs of decline that show.", INDICATORS),
    Metric(
        "risk_level",
        Unit.WORD,
        "The level of the overall risk; `unknown` means that nothing is measured yet.",
        RISK_LEVELS,
    ),
    Metric("risk_score", Unit.SHARE, "The overall risk, 1 is worst; unknown as the level is."),
)

METRICS: tuple[Metric, ...] = (
    *_ACTIVITY,
    *_VIDEOS,
    *_SCORES,
    *_EXAMS,
    *_SUBJECTS,
    *_ASSIGNMENTS,
    *_PRACTICE,
    *_RISK,
)

METRIC: Mapping[str, Metric] = MappingProxyType({metric.name: metric for metric in METRICS})
"""The catalogue by name."""
