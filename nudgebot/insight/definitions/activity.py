"""Activity: streaks, active days, minutes.

A day is active when the LMS saw anything of the student on it, practice included. Streaks count
calendar days, weekends and holidays too (whether to speak of a broken one on a holiday is
the nudges' business, not the figure's).
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
    SELECT s.student_id, s.day AS today, a.day, a.minutes
    FROM scope s CROSS JOIN activity_days a
    WHERE a.student_id = s.student_id AND (a.day < s.day OR (a.day = s.day AND a.hour <= s.hour))
    UNION ALL
    SELECT s.student_id, s.day AS today, p.day, COALESCE(p.minutes, 0) AS minutes
    FROM scope s CROSS JOIN practice p
    WHERE p.student_id = s.student_id AND p.day <= s.day AND p.started_at <= :at
        AND (p.gone_at IS NULL OR p.gone_at > :at)
),
days AS (
    SELECT student_id, today, day, SUM(minutes) AS minutes
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
    SELECT student_id, MAX(days) AS busiest, MIN(days) AS quietest
    FROM (
        SELECT student_id, week_1 AS days FROM sums WHERE days_observed >= 28
        UNION ALL SELECT student_id, week_2 FROM sums WHERE days_observed >= 28
        UNION ALL SELECT student_id, week_3 FROM sums WHERE days_observed >= 28
        UNION ALL SELECT student_id, week_4 FROM sums WHERE days_observed >= 28
    ) AS each_week
    GROUP BY student_id
)
SELECT s.student_id, t.current_streak, t.highest_streak, t.last_streak,
    t.days_since_last_activity, t.days_observed, t.week_1, t.week_2, t.week_1 - t.week_2,
    t.week_1 + t.week_2 + t.week_3 + t.week_4,
    1.0 * (t.week_1 + t.week_2 + t.week_3 + t.week_4) / CASE
        WHEN t.days_observed < 7 THEN 7 WHEN t.days_observed > 28 THEN 28 ELSE t.days_observed END,
    w.busiest, w.quietest, t.minutes
FROM scope s
LEFT JOIN sums t ON t.student_id = s.student_id
LEFT JOIN weeks w ON w.student_id = s.student_id
ORDER BY s.student_id
""",
)
