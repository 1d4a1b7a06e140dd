"""When a student's figures next change by themselves, before her day is over.

At the end of the local day everything is computed anew in any case; until then only these instants
matter. Each statement gives a student id and one or more instants, absent where there is none.
"""

from __future__ import annotations

OWN_RESULTS = """
SELECT s.student_id,
    MIN(CASE WHEN e.at > :at THEN e.at END) AS written_at,
    MIN(CASE WHEN e.released_at > :at THEN e.released_at END) AS released_at,
    MIN(CASE WHEN r.changed_at > :at THEN r.changed_at END) AS changed_at
FROM scope s CROSS JOIN exam_results r CROSS JOIN exams e
WHERE r.student_id = s.student_id AND e.exam_id = r.exam_id
GROUP BY s.student_id
"""

OWN_SUBMISSIONS = """
SELECT s.student_id,
    MIN(CASE WHEN b.due_at > :at THEN b.due_at END) AS own_due_at,
    MIN(CASE WHEN b.submitted_at > :at THEN b.submitted_at END) AS submitted_at,
    MIN(CASE WHEN a.due_at > :at THEN a.due_at END) AS due_at
FROM scope s CROSS JOIN submissions b CROSS JOIN assignments a
WHERE b.student_id = s.student_id AND a.assignment_id = b.assignment_id
GROUP BY s.student_id
"""

# Classes first, and each once: their exams are looked at once, not once a student.
CLASS_INSTANTS = """
WITH members AS (
    SELECT s.student_id, n.class_id FROM scope s CROSS JOIN enrollments n
    WHERE n.person_id = s.student_id AND n.role = 'student'
),
taught AS (
    SELECT DISTINCT class_id FROM members
),
exams_soon AS (
    SELECT c.class_id,
        MIN(CASE WHEN e.at > :at THEN e.at END) AS written_at,
        MIN(CASE WHEN e.at > :at - 7 * 86400 THEN e.at + 7 * 86400 END) AS week_after_at,
        MIN(CASE WHEN e.released_at > :at THEN e.released_at END) AS released_at,
        MIN(CASE WHEN e.released_at > :at - 7 * 86400
            THEN e.released_at + 7 * 86400 END) AS week_released_at
    FROM taught c CROSS JOIN exams e WHERE e.class_id = c.class_id GROUP BY c.class_id
),
due_soon AS (
    SELECT c.class_id, MIN(a.due_at) AS due_at
    FROM taught c CROSS JOIN assignments a
    WHERE a.class_id = c.class_id AND a.due_at > :at GROUP BY c.class_id
)
SELECT m.student_id, MIN(e.written_at) AS written_at, MIN(e.week_after_at) AS week_after_at,
    MIN(e.released_at) AS released_at, MIN(e.week_released_at) AS week_released_at,
    MIN(d.due_at) AS due_at
FROM members m
LEFT JOIN exams_soon e ON e.class_id = m.class_id
LEFT JOIN due_soon d ON d.class_id = m.class_id
GROUP BY m.student_id
"""

# Facts of later today, from a clock that is ahead of ours or as of an earlier hour; activity has
# hours only, so the next quarter of an hour (zones are at quarters) looks again. A practice's
# day may be of a zone that the student had before: two days cover any two zones.
LATER_TODAY = """
WITH later AS (
    SELECT s.student_id, :at - :at % 900 + 900 AS at
    FROM scope s CROSS JOIN activity_days a
    WHERE a.student_id = s.student_id AND a.day = s.day AND a.hour > s.hour
    UNION ALL
    SELECT s.student_id, p.started_at AS at FROM scope s CROSS JOIN practice p
    WHERE p.student_id = s.student_id AND p.day >= s.day - 2 AND p.started_at > :at
)
SELECT student_id, MIN(at) AS at FROM later GROUP BY student_id
"""

INSTANTS: tuple[str, ...] = (OWN_RESULTS, OWN_SUBMISSIONS, CLASS_INSTANTS, LATER_TODAY)
