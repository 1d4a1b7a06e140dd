"""Exams to come, and what is done for the next one.

`preparation_activity` is the share of the last 7 days (today and six before) with something done
for the exam's subject: practice of its skills, or activity other than logging in that names the
subject. What names no subject counts as done for it, and without a subject of the exam's own
everything does: nobody is told off for what was not measured. Two days of seven are 0.29, three
0.43, so that requirement A's `less_than: 0.3` means "at most two".
"""

from __future__ import annotations

from nudgebot.insight.definitions.statement import Group, Table, day_of, in_force, offset_at, sql

NEXT_EXAMS = Table(
    "next_exams",
    ("student_id", "title", "subject", "day"),
    (
        sql(
            """
WITH coming AS (
    SELECT s.student_id, s.day AS today, e.title, $day AS day,
        CASE WHEN e.subject <> '' THEN e.subject ELSE COALESCE(k.subject, '') END AS subject,
        ROW_NUMBER() OVER (PARTITION BY s.student_id ORDER BY e.at, e.exam_id) AS place
    FROM scope s CROSS JOIN enrollments n LEFT JOIN classes k ON k.class_id = n.class_id
    CROSS JOIN exams e CROSS JOIN zone_offsets o
    WHERE n.person_id = s.student_id AND n.role = 'student' AND e.class_id = n.class_id
        AND e.at > :at AND e.at < :at + 62 * 86400
        AND (e.gone_at IS NULL OR e.gone_at > :at) AND $now AND $offset
        AND NOT EXISTS (
            SELECT 1 FROM exam_results r
            WHERE r.student_id = s.student_id AND r.exam_id = e.exam_id AND r.status = 'excused'
                AND (r.gone_at IS NULL OR r.gone_at > :at))
)
SELECT student_id, title, subject, day FROM coming WHERE place = 1 AND day <= today + 60
""",
            day=day_of("e.at"),
            offset=offset_at("e.at", "s.zone"),
            now=in_force("s.day"),
        ),
    ),
)

UPCOMING = Group(
    "upcoming",
    ("upcoming_exam_days", "upcoming_exam_title", "upcoming_exam_subject"),
    """
SELECT s.student_id, x.day - s.day, x.title, CASE WHEN x.subject <> '' THEN x.subject END
FROM scope s CROSS JOIN next_exams x WHERE x.student_id = s.student_id
""",
)

PREPARATION = Group(
    "preparation",
    ("preparation_activity",),
    """
WITH known AS (
    SELECT s.student_id FROM scope s CROSS JOIN next_exams x
    WHERE x.student_id = s.student_id
        AND (EXISTS (SELECT 1 FROM activity_days a
                WHERE a.student_id = s.student_id
                    AND (a.day < s.day OR (a.day = s.day AND a.hour <= s.hour)))
            OR EXISTS (SELECT 1 FROM practice p
                WHERE p.student_id = s.student_id AND p.day <= s.day AND p.started_at <= :at
                    AND (p.gone_at IS NULL OR p.gone_at > :at)))
),
done AS (
    SELECT s.student_id, a.day
    FROM scope s CROSS JOIN next_exams x CROSS JOIN activity_days a
    WHERE x.student_id = s.student_id AND a.student_id = s.student_id
        AND a.day > s.day - 7 AND (a.day < s.day OR (a.day = s.day AND a.hour <= s.hour))
        AND a.kind <> 'login' AND (x.subject = '' OR a.subject = '' OR a.subject = x.subject)
    UNION ALL
    SELECT s.student_id, p.day
    FROM scope s CROSS JOIN next_exams x CROSS JOIN practice p
    LEFT JOIN skills k ON k.skill_id = p.skill_id
    WHERE x.student_id = s.student_id AND p.student_id = s.student_id
        AND p.day > s.day - 7 AND p.day <= s.day AND p.started_at <= :at
        AND (p.gone_at IS NULL OR p.gone_at > :at)
        AND (x.subject = '' OR COALESCE(k.subject, '') = '' OR k.subject = x.subject)
),
counted AS (
    SELECT student_id, COUNT(DISTINCT day) AS days FROM done GROUP BY student_id
)
SELECT k.student_id, COALESCE(c.days, 0) / 7.0
FROM known k LEFT JOIN counted c ON c.student_id = k.student_id
""",
)
