"""Scores: averages, the newest one, the trend, exams, standing in the class."""

from __future__ import annotations

from nudgebot.insight.definitions.statement import Group, in_force, sql

# Least squares over up to 5 scores at places -5 to -1: what the line gains from end to end.
LINE = """
CASE WHEN COUNT(*) >= 3 THEN
    (COUNT(*) - 1)
    * (COUNT(*) * SUM(-place * percent) - SUM(-place) * SUM(percent))
    / (1.0 * COUNT(*) * SUM(place * place) - SUM(place) * SUM(place))
END
"""
# Ten points make a trend; the last digits of a sum of fractions do not.
TREND = """
CASE WHEN line >= 9.999999 THEN 'improving' WHEN line <= -9.999999 THEN 'declining'
    WHEN line IS NOT NULL THEN 'steady' END
"""

AVERAGES = Group(
    "averages",
    ("average_score", "score_count", "missed_work"),
    """
SELECT s.student_id, AVG(w.percent) AS average, COUNT(*) AS items, SUM(w.missed) AS missed
FROM scope s CROSS JOIN work w
WHERE w.student_id = s.student_id AND w.day > s.day - 180
GROUP BY s.student_id
""",
)

NEWEST = Group(
    "newest",
    ("last_score", "last_work", "days_since_last_score", "score_change", "score_trend"),
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
    SELECT student_id, MAX(CASE WHEN place = 1 THEN percent END) AS newest,
        MAX(CASE WHEN place = 1 THEN missed END) AS missed,
        MAX(CASE WHEN place = 1 THEN days_ago END) AS days_ago,
        AVG(CASE WHEN place > 1 THEN percent END) AS earlier,
        $line AS line
    FROM placed WHERE place <= 5 GROUP BY student_id
)
SELECT student_id, newest, CASE WHEN missed = 1 THEN 'missed' ELSE 'scored' END AS work, days_ago,
    newest - earlier, $trend AS trend
FROM sums
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
SELECT student_id, recent, average, CASE WHEN held > 0 THEN 1.0 * written / held END FROM sums
""",
)

# Not a metric: the averages by class that the standing in each class is made of.
CLASS_AVERAGES = sql(
    """
WITH sums AS (
    SELECT s.student_id, s.day AS today, w.class_id, AVG(w.percent) AS average_score
    FROM scope s CROSS JOIN work w
    WHERE w.student_id = s.student_id AND w.day > s.day - 180
    GROUP BY s.student_id, s.day, w.class_id
)
SELECT t.student_id, t.class_id, t.average_score
FROM sums t CROSS JOIN enrollments n LEFT JOIN classes k ON k.class_id = n.class_id
WHERE n.class_id = t.class_id AND n.role = 'student' AND n.person_id = t.student_id AND $now
""",
    now=in_force("t.today"),
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
