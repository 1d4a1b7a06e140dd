"""The catalogue of targets: what a rule may want to come about, and when that first happened.

Each target is one SELECT over `windows` (see `spans`), one row a case that is followed, which gives
the case and the first moment in its window. Nudged and held-out cases are asked in the same way. A
case without a row has not reached its target, or cannot: nothing was overdue, no exam comes.
"""

from __future__ import annotations

from dataclasses import dataclass

from nudgebot.insight.definitions.statement import day_of, in_force, offset_at, sql
from nudgebot.nudging.rule import Target

FINISHED = 0.9  # as the videos' figures have it: few players say "completed"
PREPARED_DAYS = 3  # of seven: `preparation_activity` of 0.3 and more


@dataclass(frozen=True)
class Aim:
    """A target: one line for whoever writes rules, and its SELECT of case and moment.

    `by_work` says that it needs the tables `tasks` and `work` of the scope.
    """

    target: Target
    help: str
    select: str
    by_work: bool = False


def _first_hour(found: str) -> str:
    """The first moment of what is known by the hour or the day of the wall; `found` gives both
    the case and the wall's seconds. What began before the window's start counts from there."""
    return sql(
        """
WITH found AS ($found)
SELECT w.case_id, MIN(CASE WHEN f.wall - o.seconds < w.starts_at THEN w.starts_at
    ELSE f.wall - o.seconds END)
FROM found f CROSS JOIN windows w CROSS JOIN zone_offsets o
WHERE w.case_id = f.case_id AND o.zone = w.zone
    AND o.begin_at <= f.wall - o.seconds AND o.end_at > f.wall - o.seconds
GROUP BY w.case_id
""",
        found=found,
    )


_WALL = "a.day * 86400 + CASE WHEN a.hour > 0 THEN a.hour ELSE 0 END * 3600"
_IN_WINDOW = """a.student_id = w.student_id AND a.day >= w.start_day AND a.day <= w.last_day
    AND (a.day > w.start_day OR a.hour >= w.start_hour)"""
_PRACTICE = """p.student_id = w.student_id AND p.day >= w.start_day AND p.day <= w.last_day
    AND p.started_at >= w.starts_at AND p.gone_at IS NULL"""


def _activity(kind: str) -> str:
    """Activity by the hour, or practice by the second, whichever is first."""
    return _first_hour(
        sql(
            """
    SELECT w.case_id, MIN($wall) AS wall
    FROM windows w CROSS JOIN activity_days a
    WHERE w.target = :target AND $in_window $kind GROUP BY w.case_id
    UNION ALL
    SELECT w.case_id, MIN(p.started_at + o.seconds) AS wall
    FROM windows w CROSS JOIN practice p CROSS JOIN zone_offsets o
    WHERE w.target = :target AND $practice AND $offset GROUP BY w.case_id
""",
            wall=_WALL,
            in_window=_IN_WINDOW,
            kind=kind,
            practice=_PRACTICE,
            offset=offset_at("p.started_at", "w.zone"),
        )
    )


_VIDEO = _first_hour(
    sql(
        """
    SELECT w.case_id, MIN(v.day) * 86400 AS wall
    FROM windows w CROSS JOIN video_days v
    WHERE w.target = :target AND v.student_id = w.student_id
        AND v.day >= w.start_day AND v.day <= w.last_day AND v.progress >= $finished
        AND NOT EXISTS (
            SELECT 1 FROM video_days e WHERE e.student_id = v.student_id
                AND e.content_id = v.content_id AND e.day < v.day AND e.progress >= $finished)
    GROUP BY w.case_id
""",
        finished=str(FINISHED),
    )
)

_OVERDUE = """
SELECT w.case_id, MIN(t.handed_at)
FROM windows w CROSS JOIN tasks t
WHERE w.target = :target AND t.student_id = w.student_id
    AND t.due_at <= w.starts_at AND t.due_day > w.start_day - 28
    AND t.handed_at >= w.starts_at AND t.handed_at < w.until_at
GROUP BY w.case_id
"""

# As `preparation_activity` counts: seven days, the exam's subject, what names none counts for it.
_EXAM = _first_hour(
    sql(
        """
    SELECT g.case_id, MIN(g.day) * 86400 AS wall FROM (
        WITH coming AS (
            SELECT w.case_id, $exam_day AS exam_day,
                CASE WHEN e.subject <> '' THEN e.subject
                    ELSE COALESCE(k.subject, '') END AS subject,
                ROW_NUMBER() OVER (PARTITION BY w.case_id ORDER BY e.at, e.exam_id) AS place
            FROM windows w CROSS JOIN enrollments n LEFT JOIN classes k ON k.class_id = n.class_id
            CROSS JOIN exams e CROSS JOIN zone_offsets o
            WHERE w.target = :target AND n.person_id = w.student_id AND n.role = 'student'
                AND e.class_id = n.class_id AND e.at > w.starts_at
                AND e.at < w.starts_at + 62 * 86400 AND e.gone_at IS NULL AND $now AND $offset
                AND NOT EXISTS (
                    SELECT 1 FROM exam_results r
                    WHERE r.student_id = w.student_id AND r.exam_id = e.exam_id
                        AND r.status = 'excused' AND r.gone_at IS NULL)
        ),
        done AS (
            SELECT c.case_id, a.day
            FROM coming c CROSS JOIN windows w CROSS JOIN activity_days a
            WHERE c.place = 1 AND w.case_id = c.case_id AND a.student_id = w.student_id
                AND a.day > w.start_day - 7 AND a.day <= w.last_day AND a.day <= c.exam_day
                AND a.kind <> 'login'
                AND (c.subject = '' OR a.subject = '' OR a.subject = c.subject)
            UNION
            SELECT c.case_id, p.day
            FROM coming c CROSS JOIN windows w CROSS JOIN practice p
            LEFT JOIN skills s ON s.skill_id = p.skill_id
            WHERE c.place = 1 AND w.case_id = c.case_id AND p.student_id = w.student_id
                AND p.day > w.start_day - 7 AND p.day <= w.last_day AND p.day <= c.exam_day
                AND p.gone_at IS NULL
                AND (c.subject = '' OR COALESCE(s.subject, '') = '' OR s.subject = c.subject)
        )
        SELECT d.case_id, d.day, COUNT(*) AS days
        FROM done d JOIN done e ON e.case_id = d.case_id AND e.day > d.day - 7 AND e.day <= d.day
        GROUP BY d.case_id, d.day
    ) AS g CROSS JOIN windows w
    WHERE w.case_id = g.case_id AND g.day >= w.start_day AND g.days >= $days
    GROUP BY g.case_id
""",
        exam_day=day_of("e.at"),
        offset=offset_at("e.at", "w.zone"),
        now=in_force("w.start_day"),
        days=str(PREPARED_DAYS),
    )
)

# Only the next one counts: among many scores one will always be good.
_SCORE = """
WITH earlier AS (
    SELECT w.case_id, AVG(k.percent) AS mean
    FROM windows w CROSS JOIN work k
    WHERE w.target = :target AND k.student_id = w.student_id AND k.at < w.starts_at
        AND k.day > w.start_day - 180
    GROUP BY w.case_id
),
later AS (
    SELECT w.case_id, k.at, k.percent,
        ROW_NUMBER() OVER (PARTITION BY w.case_id ORDER BY k.at, k.kind, k.item_id) AS place
    FROM windows w CROSS JOIN work k
    WHERE w.target = :target AND k.student_id = w.student_id
        AND k.at >= w.starts_at AND k.at < w.until_at
)
SELECT l.case_id, l.at FROM later l JOIN earlier e ON e.case_id = l.case_id
WHERE l.place = 1 AND l.percent >= e.mean - 0.000001
"""

AIMS: tuple[Aim, ...] = (
    Aim(
        Target.ACTIVITY_RESUMED,
        "She was active again: anything that the LMS saw of her.",
        _activity(""),
    ),
    Aim(
        Target.VIDEO_FINISHED,
        "She saw a video to its end (90 %) that she had not seen to its end before.",
        _VIDEO,
    ),
    Aim(
        Target.OVERDUE_HANDED_IN,
        "She handed in a piece of work that was overdue.",
        _OVERDUE,
        by_work=True,
    ),
    Aim(
        Target.EXAM_PREPARED,
        "She prepared for the next exam: on 3 of 7 days something for its subject, before it.",
        _EXAM,
    ),
    Aim(Target.PRACTISED, "She practised.", _activity("AND a.kind = 'practice'")),
    Aim(
        Target.SCORE_HELD,
        "Her next score was no lower than her average of 180 days before; missed work counts 0.",
        _SCORE,
        by_work=True,
    ),
)
"""One for each target of the rules."""

AIM = {each.target.value: each for each in AIMS}
"""By name."""
