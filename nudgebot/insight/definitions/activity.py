"""Activity: streaks, active days, minutes.

A day is active when the LMS saw anything of the student on it, practice included. Streaks count
calendar days, weekends and holidays too (whether to speak of a broken one on a holiday is
the nudges' business, not the figure's). Practice may be in the activity log too: of a day's minutes
of practice in the log and in the sessions the greater sum counts.
"""

from __future__ import annotations

from nudgebot.insight.definitions.statement import Group

ACTIVITY = Group(
    "activity",
    (
        "current_streak",
        "highest_streak",
        "last_streak",
        "days_since_last_activity",
        "days_observed",
        "active_days_7",
        "active_days_7_before",
        "activity_change",
        "active_days_28",
        "engagement_rate",
        "busiest_week_days",
        "quietest_week_days",
        "time_spent",
    ),
    """
WITH seen AS (
    SELECT s.student_id, s.day AS today, a.day,
        CASE WHEN a.kind = 'practice' THEN 0 ELSE a.minutes END AS minutes,
        CASE WHEN a.kind = 'practice' THEN a.minutes ELSE 0 END AS logged, 0 AS practised
    FROM scope s CROSS JOIN activity_days a
    WHERE a.student_id = s.student_id AND (a.day < s.day OR (a.day = s.day AND a.hour <= s.hour))
    UNION ALL
    SELECT s.student_id, s.day AS today, p.day, 0 AS minutes, 0 AS logged,
        COALESCE(p.minutes, 0) AS practised
    FROM scope s CROSS JOIN practice p
    WHERE p.student_id = s.student_id AND p.day <= s.day AND p.started_at <= :at
        AND (p.gone_at IS NULL OR p.gone_at > :at)
),
days AS (
    SELECT student_id, today, day, SUM(minutes) + CASE
        WHEN SUM(logged) > SUM(practised) THEN SUM(logged) ELSE SUM(practised) END AS minutes
    FROM seen GROUP BY student_id, today, day
),
numbered AS (
    SELECT student_id, today, day, minutes,
        day - ROW_NUMBER() OVER (PARTITION BY student_id ORDER BY day) AS island
    FROM days
),
runs AS (
    SELECT student_id, today, COUNT(*) AS length, MIN(day) AS first_day, MAX(day) AS last_day,
        SUM(CASE WHEN day > today - 7 THEN 1 ELSE 0 END) AS week_1,
        SUM(CASE WHEN day > today - 14 AND day <= today - 7 THEN 1 ELSE 0 END) AS week_2,
        SUM(CASE WHEN day > today - 21 AND day <= today - 14 THEN 1 ELSE 0 END) AS week_3,
        SUM(CASE WHEN day > today - 28 AND day <= today - 21 THEN 1 ELSE 0 END) AS week_4,
        SUM(CASE WHEN day > today - 28 THEN minutes ELSE 0 END) AS minutes
    FROM numbered GROUP BY student_id, today, island
),
placed AS (
    SELECT runs.*, MAX(last_day) OVER (PARTITION BY student_id) AS newest_day FROM runs
),
sums AS (
    SELECT student_id, today,
        SUM(CASE WHEN last_day >= today - 1 THEN length ELSE 0 END) AS current_streak,
        MAX(length) AS highest_streak,
        MAX(CASE WHEN last_day = newest_day THEN length END) AS last_streak,
        today - MAX(last_day) AS days_since_last_activity,
        today - MIN(first_day) + 1 AS days_observed,
        SUM(week_1) AS week_1, SUM(week_2) AS week_2, SUM(week_3) AS week_3, SUM(week_4) AS week_4,
        SUM(minutes) AS minutes
    FROM placed GROUP BY student_id, today
),
weeks AS (
    SELECT sums.*, CASE WHEN week_1 > week_2 THEN week_1 ELSE week_2 END AS best_a,
        CASE WHEN week_3 > week_4 THEN week_3 ELSE week_4 END AS best_b,
        CASE WHEN week_1 < week_2 THEN week_1 ELSE week_2 END AS poorest_a,
        CASE WHEN week_3 < week_4 THEN week_3 ELSE week_4 END AS poorest_b
    FROM sums
)
SELECT student_id, current_streak, highest_streak, last_streak, days_since_last_activity,
    days_observed, week_1, week_2, week_1 - week_2, week_1 + week_2 + week_3 + week_4,
    1.0 * (week_1 + week_2 + week_3 + week_4) / CASE
        WHEN days_observed < 7 THEN 7 WHEN days_observed > 28 THEN 28 ELSE days_observed END,
    CASE WHEN days_observed < 28 THEN NULL WHEN best_a > best_b THEN best_a ELSE best_b END,
    CASE WHEN days_observed < 28 THEN NULL
        WHEN poorest_a < poorest_b THEN poorest_a ELSE poorest_b END,
    minutes
FROM weeks
""",
)
