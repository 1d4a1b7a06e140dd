"""Videos: how many, how far, how much lately; a video day counts from its midnight on."""

from __future__ import annotations

from nudgebot.insight.definitions.statement import Group

VIDEOS = Group(
    "videos",
    (
        "videos_started",
        "videos_completed",
        "video_completion_rate",
        "days_since_last_video",
        "video_minutes_14",
        "video_minutes_14_before",
        "videos_watched_14",
        "videos_watched_14_before",
    ),
    # Few players say "completed"; 90 % is as good (credits, closing words).
    """
WITH each_video AS (
    SELECT s.student_id, s.day AS today, v.content_id, MAX(v.day) AS last_day,
        MAX(v.progress) AS progress,
        MAX(CASE WHEN v.day > s.day - 28 THEN 1 ELSE 0 END) AS lately,
        MAX(CASE WHEN v.day > s.day - 14 THEN 1 ELSE 0 END) AS now_14,
        MAX(CASE WHEN v.day > s.day - 28 AND v.day <= s.day - 14 THEN 1 ELSE 0 END) AS before_14,
        SUM(CASE WHEN v.day > s.day - 14 THEN v.minutes ELSE 0 END) AS minutes_now,
        SUM(CASE WHEN v.day > s.day - 28 AND v.day <= s.day - 14
            THEN v.minutes ELSE 0 END) AS minutes_before
    FROM scope s CROSS JOIN video_days v
    WHERE v.student_id = s.student_id AND v.day <= s.day
    GROUP BY s.student_id, s.day, v.content_id
),
sums AS (
    SELECT student_id, SUM(lately) AS started,
        SUM(CASE WHEN lately = 1 AND progress >= 0.9 THEN 1 ELSE 0 END) AS completed,
        today - MAX(last_day) AS days_since,
        SUM(minutes_now) AS minutes_now, SUM(minutes_before) AS minutes_before,
        SUM(now_14) AS now_14, SUM(before_14) AS before_14
    FROM each_video GROUP BY student_id, today
)
SELECT student_id, started, completed,
    CASE WHEN started > 0 THEN 1.0 * completed / started END,
    days_since, minutes_now, minutes_before, now_14, before_14
FROM sums
""",
)
