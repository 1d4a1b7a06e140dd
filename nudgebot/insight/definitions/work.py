"""Work that counts: what leads up to every score, with missed work as a 0.

Whoever has a mark keeps it, enrolled or not. Missed work needs an enrolment that held on the day
it was due, where the export says anything about that student's enrolment in that class. A released
exam without any word about a student counts as missed only after a week: markers are slow.
"""

from __future__ import annotations

from nudgebot.insight.definitions.statement import Table, day_of, in_force, offset_at, sql

TASKS = Table(
    "tasks",
    (
        "student_id",
        "assignment_id",
        "class_id",
        "subject",
        "title",
        "skill_id",
        "due_at",
        "due_day",
        "handed_at",
        "handed_day",
        "late",
        "closed",
        "score",
        "enrolled_then",
        "enrolled_now",
    ),
    (
        # A hand-in without a time, that the LMS calls one or has marked, was at the due time.
        sql(
            """
WITH dated AS (
    SELECT s.student_id, s.zone, s.day AS today, a.assignment_id, a.class_id, a.title,
        a.skill_ids, COALESCE(b.due_at, a.due_at) AS due_at, $due_day AS due_day, b.score, b.status,
        CASE WHEN b.submitted_at IS NOT NULL THEN b.submitted_at
            WHEN b.status IN ('submitted', 'late')
                OR (b.score IS NOT NULL AND b.status <> 'missed')
            THEN COALESCE(b.due_at, a.due_at) END AS said_at
    FROM scope s CROSS JOIN submissions b CROSS JOIN assignments a CROSS JOIN zone_offsets o
    WHERE b.student_id = s.student_id AND a.assignment_id = b.assignment_id
        AND b.status <> 'excused' AND $due_offset
        AND (b.gone_at IS NULL OR b.gone_at > :at) AND (a.gone_at IS NULL OR a.gone_at > :at)
)
SELECT d.student_id, d.assignment_id, d.class_id, COALESCE(k.subject, '') AS subject, d.title,
    CASE WHEN INSTR(d.skill_ids, ' ') > 0
        THEN SUBSTR(d.skill_ids, 1, INSTR(d.skill_ids, ' ') - 1) ELSE d.skill_ids END AS skill_id,
    d.due_at, d.due_day,
    CASE WHEN d.said_at <= :at THEN d.said_at END AS handed_at,
    CASE WHEN d.said_at <= :at THEN $handed_day END AS handed_day,
    CASE WHEN d.status = 'late' OR d.said_at > d.due_at THEN 1 ELSE 0 END AS late,
    CASE WHEN d.status = 'missed' THEN 1 ELSE 0 END AS closed,
    d.score,
    CASE WHEN n.person_id IS NULL THEN 1 WHEN $then THEN 1 ELSE 0 END AS enrolled_then,
    CASE WHEN n.person_id IS NULL THEN 1 WHEN $now THEN 1 ELSE 0 END AS enrolled_now
FROM dated d
LEFT JOIN zone_offsets o ON $handed_offset
LEFT JOIN classes k ON k.class_id = d.class_id
LEFT JOIN enrollments n
    ON n.class_id = d.class_id AND n.role = 'student' AND n.person_id = d.student_id
WHERE d.due_day > d.today - 180 AND d.due_day <= d.today + 60
""",
            due_day=day_of("COALESCE(b.due_at, a.due_at)"),
            due_offset=offset_at("COALESCE(b.due_at, a.due_at)", "s.zone"),
            handed_day=day_of("d.said_at"),
            handed_offset=offset_at("d.said_at", "d.zone"),
            then=in_force("d.due_day"),
            now=in_force("d.today"),
        ),
        # Assignments of her classes without a word about her.
        sql(
            """
WITH dated AS (
    SELECT s.student_id, s.day AS today, a.assignment_id, a.class_id, a.title, a.skill_ids,
        a.due_at, $due_day AS due_day, n.begin_day, n.end_day, COALESCE(k.subject, '') AS subject
    FROM scope s CROSS JOIN enrollments n LEFT JOIN classes k ON k.class_id = n.class_id
    CROSS JOIN assignments a CROSS JOIN zone_offsets o
    WHERE n.person_id = s.student_id AND n.role = 'student' AND a.class_id = n.class_id
        AND (n.gone_at IS NULL OR n.gone_at > :at) AND (k.gone_at IS NULL OR k.gone_at > :at)
        AND a.due_at > :at - 182 * 86400 AND a.due_at < :at + 62 * 86400
        AND (a.gone_at IS NULL OR a.gone_at > :at) AND $due_offset
        AND NOT EXISTS (
            SELECT 1 FROM submissions b
            WHERE b.student_id = s.student_id AND b.assignment_id = a.assignment_id
                AND (b.gone_at IS NULL OR b.gone_at > :at))
)
SELECT d.student_id, d.assignment_id, d.class_id, d.subject, d.title,
    CASE WHEN INSTR(d.skill_ids, ' ') > 0
        THEN SUBSTR(d.skill_ids, 1, INSTR(d.skill_ids, ' ') - 1) ELSE d.skill_ids END AS skill_id,
    d.due_at, d.due_day, NULL AS handed_at, NULL AS handed_day, 0 AS late, 0 AS closed,
    NULL AS score,
    CASE WHEN (d.begin_day IS NULL OR d.begin_day <= d.due_day)
        AND (d.end_day IS NULL OR d.end_day >= d.due_day) THEN 1 ELSE 0 END AS enrolled_then,
    CASE WHEN (d.begin_day IS NULL OR d.begin_day <= d.today)
        AND (d.end_day IS NULL OR d.end_day >= d.today) THEN 1 ELSE 0 END AS enrolled_now
FROM dated d
WHERE d.due_day > d.today - 180 AND d.due_day <= d.today + 60
""",
            due_day=day_of("a.due_at"),
            due_offset=offset_at("a.due_at", "s.zone"),
        ),
    ),
)

_EXAMS = sql(
    """
WITH found AS (
    SELECT s.student_id, s.zone, s.day AS today, e.exam_id, e.class_id, e.subject, e.at,
        CASE WHEN r.status = 'missed' THEN 0.0 ELSE 100.0 * r.score / e.max_score END AS percent,
        CASE WHEN r.status = 'missed' THEN 1 ELSE 0 END AS missed
    FROM scope s CROSS JOIN exam_results r CROSS JOIN exams e
    WHERE r.student_id = s.student_id AND e.exam_id = r.exam_id
        AND (r.gone_at IS NULL OR r.gone_at > :at) AND (e.gone_at IS NULL OR e.gone_at > :at)
        AND e.at <= :at AND e.released_at <= :at AND (r.changed_at IS NULL OR r.changed_at <= :at)
        AND (r.status = 'missed'
            OR (r.status = 'scored' AND r.score IS NOT NULL AND e.max_score > 0))
    UNION ALL
    SELECT s.student_id, s.zone, s.day AS today, e.exam_id, e.class_id, e.subject, e.at,
        0.0 AS percent, 1 AS missed
    FROM scope s CROSS JOIN enrollments n CROSS JOIN exams e
    WHERE n.person_id = s.student_id AND n.role = 'student' AND e.class_id = n.class_id
        AND e.at > :at - 367 * 86400 AND e.at <= :at - 7 * 86400
        AND e.released_at <= :at - 7 * 86400
        AND (e.gone_at IS NULL OR e.gone_at > :at)
        AND NOT EXISTS (
            SELECT 1 FROM exam_results r
            WHERE r.student_id = s.student_id AND r.exam_id = e.exam_id
                AND (r.gone_at IS NULL OR r.gone_at > :at))
),
dated AS (
    SELECT f.student_id, f.today, f.exam_id, f.class_id, f.subject, f.at, f.percent, f.missed,
        $day AS day
    FROM found f CROSS JOIN zone_offsets o WHERE $offset
)
SELECT d.student_id, d.at, 'exam' AS kind, d.exam_id AS item_id, d.class_id,
    CASE WHEN d.subject <> '' THEN d.subject ELSE COALESCE(k.subject, '') END AS subject,
    d.day, d.percent, d.missed
FROM dated d
LEFT JOIN classes k ON k.class_id = d.class_id
LEFT JOIN enrollments n
    ON n.class_id = d.class_id AND n.role = 'student' AND n.person_id = d.student_id
WHERE d.day > d.today - 365
    AND (d.missed = 0 OR n.person_id IS NULL OR ($then))
""",
    day=day_of("f.at"),
    offset=offset_at("f.at", "f.zone"),
    then=in_force("d.day"),
)

_TASKS_THAT_COUNT = """
SELECT t.student_id, COALESCE(t.handed_at, t.due_at) AS at, 'assignment' AS kind,
    t.assignment_id AS item_id, t.class_id, t.subject,
    COALESCE(t.handed_day, t.due_day) AS day,
    CASE WHEN t.handed_at IS NULL THEN 0.0 ELSE t.score END AS percent,
    CASE WHEN t.handed_at IS NULL THEN 1 ELSE 0 END AS missed
FROM tasks t
WHERE (t.handed_at IS NOT NULL AND t.score IS NOT NULL)
    OR (t.handed_at IS NULL AND t.due_at <= :at AND t.enrolled_then = 1)
"""

WORK = Table(
    "work",
    (
        "student_id",
        "at",
        "kind",
        "item_id",
        "class_id",
        "subject",
        "day",
        "percent",
        "missed",
    ),
    (_EXAMS, _TASKS_THAT_COUNT),
)
