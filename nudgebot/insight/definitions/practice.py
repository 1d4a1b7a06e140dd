"""Practice: questions, accuracy, XP, the weakest and the most improved skill."""

from __future__ import annotations

from nudgebot.insight.definitions.statement import Group

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
SELECT s.student_id, t.questions,
    CASE WHEN t.questions > 0 THEN 100.0 * t.correct / t.questions END,
    CASE WHEN t.questions_now >= 10 AND t.questions - t.questions_now >= 10
        THEN 100.0 * t.correct_now / t.questions_now
            - 100.0 * (t.correct - t.correct_now) / (t.questions - t.questions_now) END,
    CASE WHEN t.xp_rows > 0 THEN COALESCE(t.xp, 0) END, t.days_since
FROM scope s LEFT JOIN sums t ON t.student_id = s.student_id
ORDER BY s.student_id
""",
)

SKILLS = Group(
    "skills",
    ("weakest_skill", "weakest_skill_accuracy", "improved_skill", "improved_skill_accuracy"),
    """
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
weak AS (
    SELECT r.student_id, COALESCE(k.name, r.skill_id) AS name, r.accuracy,
        ROW_NUMBER() OVER (PARTITION BY r.student_id ORDER BY r.accuracy, r.skill_id) AS place
    FROM rated r LEFT JOIN skills k ON k.skill_id = r.skill_id WHERE r.accuracy < 70
),
improved AS (
    SELECT r.student_id, COALESCE(k.name, r.skill_id) AS name, r.now_accuracy,
        ROW_NUMBER() OVER (PARTITION BY r.student_id ORDER BY r.gain DESC, r.skill_id) AS place
    FROM rated r LEFT JOIN skills k ON k.skill_id = r.skill_id WHERE r.gain >= 9.999999
)
SELECT s.student_id, w.name, w.accuracy, i.name, i.now_accuracy
FROM scope s
LEFT JOIN weak w ON w.student_id = s.student_id AND w.place = 1
LEFT JOIN improved i ON i.student_id = s.student_id AND i.place = 1
ORDER BY s.student_id
""",
)
