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

SUBJECTS = Group(
    "subjects",
    (
        "struggling_subjects_count",
        "weakest_subject",
        "subject_score",
        "subject_score_count",
        "subject_score_trend",
        "days_since_subject_activity",
    ),
    sql(
        """
WITH struggling AS (
    SELECT student_id, SUM(CASE WHEN average < 60 THEN 1 ELSE 0 END) AS subjects
    FROM subject_scores GROUP BY student_id
),
weakest AS (
    SELECT s.student_id, s.day AS today, s.hour, b.subject, b.average, b.items
    FROM scope s CROSS JOIN subject_scores b
    WHERE b.student_id = s.student_id AND b.place = 1
),
placed AS (
    SELECT x.student_id, w.percent,
        ROW_NUMBER() OVER (
            PARTITION BY x.student_id ORDER BY w.at DESC, w.kind DESC, w.item_id DESC) AS place
    FROM weakest x CROSS JOIN work w
    WHERE w.student_id = x.student_id AND w.subject = x.subject AND w.day > x.today - 180
),
lines AS (
    SELECT student_id, $line AS line FROM placed GROUP BY student_id
),
seen AS (
    SELECT x.student_id, a.day FROM weakest x CROSS JOIN activity_days a
    WHERE a.student_id = x.student_id AND a.subject = x.subject
        AND (a.day < x.today OR (a.day = x.today AND a.hour <= x.hour))
    UNION ALL
    SELECT x.student_id, p.day FROM weakest x CROSS JOIN practice p CROSS JOIN skills k
    WHERE p.student_id = x.student_id AND p.day <= x.today AND p.started_at <= :at
        AND (p.gone_at IS NULL OR p.gone_at > :at)
        AND k.skill_id = p.skill_id AND k.subject = x.subject
),
last_seen AS (
    SELECT student_id, MAX(day) AS day FROM seen GROUP BY student_id
)
SELECT s.student_id, g.subjects, x.subject, x.average, x.items, $trend AS trend,
    s.day - l.day
FROM scope s
LEFT JOIN struggling g ON g.student_id = s.student_id
LEFT JOIN weakest x ON x.student_id = s.student_id
LEFT JOIN lines ON lines.student_id = s.student_id
LEFT JOIN last_seen l ON l.student_id = s.student_id
ORDER BY s.student_id
""",
        line=LINE,
        trend=TREND,
    ),
)
