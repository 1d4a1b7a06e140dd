"""Subjects: where the student struggles. One piece of work is no subject yet: it takes two."""

from __future__ import annotations

from nudgebot.insight.definitions.scores import LINE, TREND
from nudgebot.insight.definitions.statement import Group, Listing, Table, sql

SUBJECT_SCORES = Table(
    "subject_scores",
    ("student_id", "subject", "average", "items", "place"),
    (
        """
WITH sums AS (
    SELECT s.student_id, w.subject, AVG(w.percent) AS average, COUNT(*) AS items
    FROM scope s CROSS JOIN work w
    WHERE w.student_id = s.student_id AND w.day > s.day - 180 AND w.subject <> ''
    GROUP BY s.student_id, w.subject
    HAVING COUNT(*) >= 2
)
SELECT student_id, subject, average, items,
    ROW_NUMBER() OVER (PARTITION BY student_id ORDER BY average, subject) AS place
FROM sums
""",
    ),
)

STRUGGLING = Listing(
    "struggling_subjects",
    # Every student with a measured subject has a row, so that none is not the same as unknown.
    """
SELECT student_id, CASE WHEN average < 60 THEN subject END AS subject
FROM subject_scores ORDER BY student_id, place
""",
)

STRUGGLING_COUNT = Group(
    "struggling",
    ("struggling_subjects_count",),
    """
SELECT student_id, SUM(CASE WHEN average < 60 THEN 1 ELSE 0 END) AS subjects
FROM subject_scores GROUP BY student_id
""",
)

WEAKEST = Group(
    "weakest_subject",
    ("weakest_subject", "subject_score", "subject_score_count"),
    "SELECT student_id, subject, average, items FROM subject_scores WHERE place = 1",
)

SUBJECT_TREND = Group(
    "subject_trend",
    ("subject_score_trend",),
    sql(
        """
WITH placed AS (
    SELECT s.student_id, w.percent,
        ROW_NUMBER() OVER (
            PARTITION BY s.student_id ORDER BY w.at DESC, w.kind DESC, w.item_id DESC) AS place
    FROM scope s CROSS JOIN subject_scores x CROSS JOIN work w
    WHERE x.student_id = s.student_id AND x.place = 1
        AND w.student_id = s.student_id AND w.subject = x.subject AND w.day > s.day - 180
),
lines AS (
    SELECT student_id, $line AS line FROM placed WHERE place <= 5 GROUP BY student_id
)
SELECT student_id, $trend AS trend FROM lines
""",
        line=LINE,
        trend=TREND,
    ),
)

SUBJECT_ACTIVITY = Group(
    "subject_activity",
    ("days_since_subject_activity",),
    """
WITH seen AS (
    SELECT s.student_id, s.day AS today, a.day
    FROM scope s CROSS JOIN subject_scores x CROSS JOIN activity_days a
    WHERE x.student_id = s.student_id AND x.place = 1
        AND a.student_id = s.student_id AND a.subject = x.subject
        AND (a.day < s.day OR (a.day = s.day AND a.hour <= s.hour))
    UNION ALL
    SELECT s.student_id, s.day AS today, p.day
    FROM scope s CROSS JOIN subject_scores x CROSS JOIN practice p CROSS JOIN skills k
    WHERE x.student_id = s.student_id AND x.place = 1
        AND p.student_id = s.student_id AND p.day <= s.day AND p.started_at <= :at
        AND (p.gone_at IS NULL OR p.gone_at > :at)
        AND k.skill_id = p.skill_id AND k.subject = x.subject
)
SELECT student_id, today - MAX(day) FROM seen GROUP BY student_id, today
""",
)
