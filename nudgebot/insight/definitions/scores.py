"""Scores: averages, the newest one, the trend, exams, standing in the class."""

from __future__ import annotations

from nudgebot.insight.definitions.statement import Group, in_force, sql

# Least squares over up to 5 scores at places -5 … -1; what the line gains from end to end.
LINE = """
CASE WHEN SUM(CASE WHEN place <= 5 THEN 1 ELSE 0 END) >= 3 THEN
    (SUM(CASE WHEN place <= 5 THEN 1 ELSE 0 END) - 1)
    * (SUM(CASE WHEN place <= 5 THEN 1 ELSE 0 END)
        * SUM(CASE WHEN place <= 5 THEN -place * percent ELSE 0 END)
        - SUM(CASE WHEN place <= 5 THEN -place ELSE 0 END)
        * SUM(CASE WHEN place <= 5 THEN percent ELSE 0 END))
    / (1.0 * SUM(CASE WHEN place <= 5 THEN 1 ELSE 0 END)
        * SUM(CASE WHEN place <= 5 THEN place * place ELSE 0 END)
        - SUM(CASE WHEN place <= 5 THEN place ELSE 0 END)
        * SUM(CASE WHEN place <= 5 THEN place ELSE 0 END))
END
"""
# Ten points make a trend; the last digits of a sum of fractions do not.
TREND = """
CASE WHEN line >= 9.999999 THEN 'improving' WHEN line <= -9.999999 THEN 'declining'
    WHEN line IS NOT NULL THEN 'steady' END
"""

SCORES = Group(
    "scores",
    (
        "average_score",
        "score_count",
        "missed_work",
        "last_score",
        "days_since_last_score",
        "score_change",
        "score_trend",
    ),
    sql(
        """
WITH placed AS (
    SELECT s.student_id, s.day - w.day AS days_ago, w.percent, w.missed,
        ROW_NUMBER() OVER (
            PARTITION BY s.student_id ORDER BY w.at DESC, w.kind DESC, w.item_id DESC) AS place
    FROM scope s CROSS JOIN work w
    WHERE w.student_id = s.student_id AND w.day > s.day - 180
),
sums AS (
    SELECT student_id, AVG(percent) AS average, COUNT(*) AS items, SUM(missed) AS missed,
        MAX(CASE WHEN place = 1 THEN percent END) AS newest,
        MAX(CASE WHEN place = 1 THEN days_ago END) AS days_ago,
        AVG(CASE WHEN place BETWEEN 2 AND 5 THEN percent END) AS earlier,
        $line AS line
    FROM placed GROUP BY student_id
)
SELECT s.student_id, t.average, t.items, t.missed, t.newest, t.days_ago, t.newest - t.earlier,
    $trend AS trend
FROM scope s LEFT JOIN sums t ON t.student_id = s.student_id
ORDER BY s.student_id
""",
        line=LINE,
        trend=TREND,
    ),
)

EXAM_SCORES = Group(
    "exam_scores",
    ("recent_exam_count", "historical_exam_performance", "exam_participation_rate"),
    """
WITH sums AS (
    SELECT s.student_id, AVG(w.percent) AS average,
        SUM(CASE WHEN w.day > s.day - 90 THEN 1 ELSE 0 END) AS recent,
        SUM(CASE WHEN w.day > s.day - 180 THEN 1 ELSE 0 END) AS held,
        SUM(CASE WHEN w.day > s.day - 180 AND w.missed = 0 THEN 1 ELSE 0 END) AS written
    FROM scope s CROSS JOIN work w
    WHERE w.student_id = s.student_id AND w.kind = 'exam'
    GROUP BY s.student_id
)
SELECT s.student_id, t.recent, t.average, CASE WHEN t.held > 0 THEN 1.0 * t.written / t.held END
FROM scope s LEFT JOIN sums t ON t.student_id = s.student_id
ORDER BY s.student_id
""",
)

# Not a metric: the averages by class that the standing in each class is made of.
CLASS_AVERAGES = sql(
    """
SELECT s.student_id, n.class_id, AVG(w.percent) AS average_score
FROM scope s CROSS JOIN work w CROSS JOIN enrollments n LEFT JOIN classes k
    ON k.class_id = n.class_id
WHERE w.student_id = s.student_id AND w.day > s.day - 180
    AND n.class_id = w.class_id AND n.role = 'student' AND n.person_id = s.student_id
    AND $now
GROUP BY s.student_id, n.class_id
""",
    now=in_force("s.day"),
)

# The share below, ties counted half; in a group under 5 it would give the others away.
_PERCENTILES = """
WITH placed AS (
    SELECT student_id, class_id,
        RANK() OVER (PARTITION BY class_id ORDER BY average_score) - 1 AS below,
        COUNT(*) OVER (PARTITION BY class_id, average_score) AS equal,
        COUNT(*) OVER (PARTITION BY class_id) AS everybody
    FROM $peers
)
SELECT student_id, class_id,
    CASE WHEN everybody >= 5 THEN 100.0 * (below + equal / 2.0) / everybody END AS percentile
FROM placed
"""
STORED_PEERS = """
(SELECT student_id, class_id, average_score FROM standings
    WHERE class_id IN (SELECT class_id FROM unranked_classes)) AS peers
"""
STORED_PERCENTILES = sql(_PERCENTILES, peers=STORED_PEERS)
PERCENTILES = sql(_PERCENTILES, peers="peers")
