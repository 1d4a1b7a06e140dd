"""Since when activity could be seen: the day she joined, in classes where anybody is ever active.

Without it, whoever never came would look like a student of a school that measures no activity.
"""

from __future__ import annotations

from nudgebot.insight.definitions.statement import Group, in_force, sql

ENROLMENT = Group(
    "enrolment",
    ("days_enrolled",),
    sql(
        """
WITH joined AS (
    SELECT s.student_id, s.day AS today, n.class_id,
        CASE WHEN n.begin_day IS NULL OR k.term_start_day > n.begin_day
            THEN k.term_start_day ELSE n.begin_day END AS day
    FROM scope s CROSS JOIN enrollments n LEFT JOIN classes k ON k.class_id = n.class_id
    WHERE n.person_id = s.student_id AND n.role = 'student' AND $now
),
taught AS (
    SELECT DISTINCT class_id, today FROM joined
),
lively AS (
    SELECT t.class_id, t.today FROM taught t
    WHERE EXISTS (
        SELECT 1 FROM enrollments o CROSS JOIN activity_days a
        WHERE o.class_id = t.class_id AND o.role = 'student' AND a.student_id = o.person_id
            AND a.day < t.today)
)
SELECT j.student_id, MAX(j.today - j.day) + 1
FROM joined j CROSS JOIN lively v
WHERE v.class_id = j.class_id AND v.today = j.today AND j.day <= j.today
GROUP BY j.student_id
""",
        now=in_force("s.day"),
    ),
)
