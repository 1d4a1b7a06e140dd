"""Assignments: what is due, late, missed and next."""

from __future__ import annotations

from nudgebot.insight.definitions.statement import Group

ASSIGNMENTS = Group(
    "assignments",
    (
        "due_assignments",
        "missed_assignments",
        "overdue_assignments",
        "late_assignments",
        "assignment_completion_rate",
        "overdue_assignment_title",
        "overdue_days",
        "next_assignment_title",
        "next_assignment_days",
        "next_assignment_skill",
        "last_assignment_title",
        "last_assignment_score",
    ),
    """
WITH each_task AS (
    SELECT s.student_id, s.day AS today, t.assignment_id, t.title, t.skill_id, t.due_at,
        t.due_day, t.handed_at, t.handed_day, t.late, t.score,
        CASE WHEN t.due_at <= :at AND t.due_day > s.day - 28
            AND (t.handed_at IS NOT NULL OR t.enrolled_then = 1) THEN 1 ELSE 0 END AS due,
        CASE WHEN t.due_at <= :at AND t.due_day > s.day - 28 AND t.handed_at IS NULL
            AND t.enrolled_then = 1 AND t.enrolled_now = 1 AND t.closed = 0
            THEN 1 ELSE 0 END AS overdue,
        CASE WHEN t.due_at > :at AND t.due_day <= s.day + 14 AND t.handed_at IS NULL
            AND t.enrolled_now = 1 AND t.closed = 0 THEN 1 ELSE 0 END AS coming
    FROM scope s CROSS JOIN tasks t WHERE t.student_id = s.student_id
),
sums AS (
    SELECT student_id, SUM(due) AS due, SUM(overdue) AS overdue,
        SUM(CASE WHEN due = 1 AND handed_at IS NULL THEN 1 ELSE 0 END) AS missed,
        SUM(CASE WHEN due = 1 AND handed_at IS NOT NULL THEN late ELSE 0 END) AS late
    FROM each_task GROUP BY student_id
),
overdue AS (
    SELECT student_id, title, today - due_day AS days,
        ROW_NUMBER() OVER (PARTITION BY student_id ORDER BY due_at DESC, assignment_id) AS place
    FROM each_task WHERE overdue = 1
),
coming AS (
    SELECT e.student_id, e.title, e.due_day - e.today AS days, k.name AS skill,
        ROW_NUMBER() OVER (PARTITION BY e.student_id ORDER BY e.due_at, e.assignment_id) AS place
    FROM each_task e LEFT JOIN skills k ON k.skill_id = e.skill_id WHERE e.coming = 1
),
scored AS (
    SELECT student_id, title, score,
        ROW_NUMBER() OVER (PARTITION BY student_id ORDER BY handed_at DESC, assignment_id) AS place
    FROM each_task WHERE score IS NOT NULL AND handed_at IS NOT NULL AND handed_day > today - 28
)
SELECT s.student_id, t.due, t.missed, t.overdue, t.late,
    CASE WHEN t.due > 0 THEN 1.0 * (t.due - t.missed) / t.due END,
    o.title, o.days, c.title, c.days, c.skill, d.title, d.score
FROM scope s
LEFT JOIN sums t ON t.student_id = s.student_id
LEFT JOIN overdue o ON o.student_id = s.student_id AND o.place = 1
LEFT JOIN coming c ON c.student_id = s.student_id AND c.place = 1
LEFT JOIN scored d ON d.student_id = s.student_id AND d.place = 1
ORDER BY s.student_id
""",
)
