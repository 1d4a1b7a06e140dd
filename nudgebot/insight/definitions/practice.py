"""Practice: questions, accuracy, XP, the weakest and the most improved skill."""

from __future__ import annotations

from nudgebot.insight.definitions.statement import Group, sql

PRACTICE = Group(
    "practice",
    ("questions_answered", "accuracy", "accuracy_change", "xp", "days_since_last_practice"),
    """
WITH sums AS (
    SELECT s.student_id, s.day - MAX(p.day) AS days_since,
        SUM(CASE WHEN p.day > s.day - 28 THEN p.questions ELSE 0 END) AS questions,
        SUM(CASE WHEN p.day > s.day - 28 THEN p.correct ELSE 0 END) AS correct,
        SUM(CASE WHEN p.day > s.day - 14 THEN p.questions ELSE 0 END) AS questions_now,
        SUM(CASE WHEN p.day > s.day - 14 THEN p.correct ELSE 0 END) AS correct_now,
        SUM(CASE WHEN p.day > s.day - 28 THEN p.xp ELSE 0 END) AS xp, COUNT(p.xp) AS xp_rows
    FROM scope s CROSS JOIN practice p
    WHERE p.student_id = s.student_id AND p.day <= s.day AND p.started_at <= :at
        AND (p.gone_at IS NULL OR p.gone_at > :at)
    GROUP BY s.student_id, s.day
)
SELECT student_id, questions,
    CASE WHEN questions > 0 THEN 100.0 * correct / questions END,
    CASE WHEN questions_now >= 10 AND questions - questions_now >= 10
        THEN 100.0 * correct_now / questions_now
            - 100.0 * (correct - correct_now) / (questions - questions_now) END,
    CASE WHEN xp_rows > 0 THEN COALESCE(xp, 0) END, days_since
FROM sums
""",
)

_RATED = """
WITH each_skill AS (
    SELECT s.student_id, p.skill_id, SUM(p.questions) AS questions, SUM(p.correct) AS correct,
        SUM(CASE WHEN p.day > s.day - 14 THEN p.questions ELSE 0 END) AS questions_now,
        SUM(CASE WHEN p.day > s.day - 14 THEN p.correct ELSE 0 END) AS correct_now
    FROM scope s CROSS JOIN practice p
    WHERE p.student_id = s.student_id AND p.day > s.day - 28 AND p.day <= s.day
        AND p.started_at <= :at AND (p.gone_at IS NULL OR p.gone_at > :at)
    GROUP BY s.student_id, p.skill_id
),
rated AS (
    SELECT student_id, skill_id, 100.0 * correct / questions AS accuracy,
        CASE WHEN questions_now >= 5 THEN 100.0 * correct_now / questions_now END AS now_accuracy,
        CASE WHEN questions_now >= 5 AND questions - questions_now >= 5
            THEN 100.0 * correct_now / questions_now
                - 100.0 * (correct - correct_now) / (questions - questions_now) END AS gain
    FROM each_skill WHERE questions >= 5
),
"""

WEAKEST_SKILL = Group(
    "weakest_skill",
    ("weakest_skill", "weakest_skill_accuracy"),
    sql(
        """$rated
placed AS (
    SELECT student_id, skill_id, accuracy,
        ROW_NUMBER() OVER (PARTITION BY student_id ORDER BY accuracy, skill_id) AS place
    FROM rated WHERE accuracy < 70
)
SELECT p.student_id, COALESCE(k.name, p.skill_id), p.accuracy
FROM placed p LEFT JOIN skills k ON k.skill_id = p.skill_id WHERE p.place = 1
""",
        rated=_RATED,
    ),
)

IMPROVED_SKILL = Group(
    "improved_skill",
    ("improved_skill", "improved_skill_accuracy"),
    sql(
        """$rated
placed AS (
    SELECT student_id, skill_id, now_accuracy,
        ROW_NUMBER() OVER (PARTITION BY student_id ORDER BY gain DESC, skill_id) AS place
    FROM rated WHERE gain >= 9.999999
)
SELECT p.student_id, COALESCE(k.name, p.skill_id), p.now_accuracy
FROM placed p LEFT JOIN skills k ON k.skill_id = p.skill_id WHERE p.place = 1
""",
        rated=_RATED,
    ),
)
