"""Assignments: what is due, late, missed and next; the counts look 28 days back."""

from __future__ import annotations

from nudgebot.insight.definitions.statement import Group

# Whoever has no assignment at all, past or to come, has no counts; whoever has one may have 0 due.
COUNTS = Group(
    "assignments",
    (
        "due_assignments",
        "missed_assignments",
        "overdue_assignments",
        "late_assignments",
        "assignment_completion_rate",
    ),
    """
WITH sums AS (
    SELECT s.student_id,
        SUM(CASE WHEN t.handed_at IS NOT NULL THEN 1 ELSE 0 END) AS handed,
        SUM(CASE WHEN t.handed_at IS NOT NULL THEN t.late ELSE 0 END) AS late,
        SUM(CASE WHEN t.handed_at IS NULL AND t.enrolled_then = 1 THEN 1 ELSE 0 END) AS missed,
        SUM(CASE WHEN t.handed_at IS NULL AND t.enrolled_then = 1 AND t.enrolled_now = 1
            AND t.closed = 0 THEN 1 ELSE 0 END) AS overdue
    FROM scope s CROSS JOIN tasks t
    WHERE t.student_id = s.student_id AND t.due_at <= :at AND t.due_day > s.day - 28
    GROUP BY s.student_id
),
known AS (
    SELECT s.student_id FROM scope s
    WHERE EXISTS (SELECT 1 FROM tasks t WHERE t.student_id = s.student_id)
)
SELECT k.student_id, COALESCE(t.handed + t.missed, 0), COALESCE(t.missed, 0),
    COALESCE(t.overdue, 0), COALESCE(t.late, 0),
    CASE WHEN t.handed + t.missed > 0 THEN 1.0 * t.handed / (t.handed + t.missed) END
FROM known k LEFT JOIN sums t ON t.student_id = k.student_id
""",
)

OVERDUE = Group(
    "overdue",
    ("overdue_assignment_title", "overdue_days"),
    """
WITH placed AS (
    SELECT s.student_id, t.title, s.day - t.due_day AS days,
        ROW_NUMBER() OVER (
            PARTITION BY s.student_id ORDER BY t.due_at DESC, t.assignment_id) AS place
    FROM scope s CROSS JOIN tasks t
    WHERE t.student_id = s.student_id AND t.due_at <= :at AND t.due_day > s.day - 28
        AND t.handed_at IS NULL AND t.enrolled_then = 1 AND t.enrolled_now = 1 AND t.closed = 0
)
SELECT student_id, title, days FROM placed WHERE place = 1
""",
)

COMING = Group(
    "coming",
    ("next_assignment_title", "next_assignment_days", "next_assignment_skill"),
    """
WITH placed AS (
    SELECT s.student_id, t.title, t.due_day - s.day AS days, t.skill_id,
        ROW_NUMBER() OVER (PARTITION BY s.student_id ORDER BY t.due_at, t.assignment_id) AS place
    FROM scope s CROSS JOIN tasks t
    WHERE t.student_id = s.student_id AND t.due_at > :at AND t.due_day <= s.day + 14
        AND t.handed_at IS NULL AND t.enrolled_now = 1 AND t.closed = 0
)
SELECT p.student_id, p.title, p.days, k.name
FROM placed p LEFT JOIN skills k ON k.skill_id = p.skill_id WHERE p.place = 1
""",
)

LAST = Group(
    "last_assignment",
    ("last_assignment_title", "last_assignment_score"),
    """
WITH placed AS (
    SELECT s.student_id, t.title, t.score,
        ROW_NUMBER() OVER (
            PARTITION BY s.student_id ORDER BY t.handed_at DESC, t.assignment_id) AS place
    FROM scope s CROSS JOIN tasks t
    WHERE t.student_id = s.student_id AND t.score IS NOT NULL AND t.handed_at IS NOT NULL
        AND t.handed_day > s.day - 28
)
SELECT student_id, title, score FROM placed WHERE place = 1
""",
)
