"""The figures that name one piece of work or one skill, those of chosen subjects before others."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from nudgebot.insight.computation import Computation, chunks, snapshot
from nudgebot.insight.definitions.statement import sql
from nudgebot.insight.definitions.work import TASKS
from nudgebot.insight.table import Value
from nudgebot.store import Store

# 2 for one of the subjects, 1 for none, NULL for another's, which comes last.
_OWN = """(CASE WHEN subject = '' THEN 1
    WHEN subject IN (SELECT value FROM json_each(:own)) THEN 2 END)"""
_TASK = """
WITH found AS (
    SELECT s.student_id, t.subject, t.title, t.due_at, t.handed_at, t.score, t.assignment_id,
        t.due_day - s.day AS days, k.name AS skill
    FROM scope s CROSS JOIN tasks t LEFT JOIN skills k ON k.skill_id = t.skill_id
    WHERE t.student_id = s.student_id AND $which
),
placed AS (
    SELECT *, ROW_NUMBER() OVER (
        PARTITION BY student_id ORDER BY $own DESC, $order, assignment_id) AS place
    FROM found
)
SELECT student_id, subject, $columns FROM placed WHERE place = 1
"""
_SKILL = """
WITH sums AS (
    SELECT s.student_id, p.skill_id, COALESCE(k.name, p.skill_id) AS name,
        COALESCE(k.subject, '') AS subject, SUM(p.questions) AS questions,
        SUM(p.correct) AS correct,
        SUM(CASE WHEN p.day > s.day - 14 THEN p.questions ELSE 0 END) AS questions_now,
        SUM(CASE WHEN p.day > s.day - 14 THEN p.correct ELSE 0 END) AS correct_now
    FROM scope s CROSS JOIN practice p LEFT JOIN skills k ON k.skill_id = p.skill_id
    WHERE p.student_id = s.student_id AND p.day > s.day - 28 AND p.day <= s.day
        AND p.started_at <= :at AND (p.gone_at IS NULL OR p.gone_at > :at)
    GROUP BY s.student_id, p.skill_id, k.name, k.subject
),
rated AS (
    SELECT student_id, skill_id, name, subject, 100.0 * correct / questions AS accuracy,
        CASE WHEN questions_now >= 5 THEN 100.0 * correct_now / questions_now END AS now_accuracy,
        CASE WHEN questions_now >= 5 AND questions - questions_now >= 5
            THEN 100.0 * correct_now / questions_now
                - 100.0 * (correct - correct_now) / (questions - questions_now) END AS gain
    FROM sums WHERE questions >= 5
),
placed AS (
    SELECT *, ROW_NUMBER() OVER (
        PARTITION BY student_id ORDER BY $own DESC, $order, skill_id) AS place
    FROM rated WHERE $which
)
SELECT student_id, subject, name, $columns FROM placed WHERE place = 1
"""
_OPEN = "t.handed_at IS NULL AND t.enrolled_now = 1 AND t.closed = 0"
# As the figures of the same names, but for the order of subjects; the first names the thing.
_STATEMENTS: Mapping[tuple[str, ...], str] = {
    ("overdue_assignment_title", "overdue_days"): sql(
        _TASK,
        which=f"t.due_at <= :at AND t.due_day > s.day - 28 AND t.enrolled_then = 1 AND {_OPEN}",
        order="due_at DESC",
        columns="title, -days",
        own=_OWN,
    ),
    ("next_assignment_title", "next_assignment_days", "next_assignment_skill"): sql(
        _TASK,
        which=f"t.due_at > :at AND t.due_day <= s.day + 14 AND {_OPEN}",
        order="due_at",
        columns="title, days, skill",
        own=_OWN,
    ),
    ("last_assignment_title", "last_assignment_score"): sql(
        _TASK,
        which="t.score IS NOT NULL AND t.handed_at IS NOT NULL AND t.handed_day > s.day - 28",
        order="handed_at DESC",
        columns="title, score",
        own=_OWN,
    ),
    ("weakest_skill", "weakest_skill_accuracy"): sql(
        _SKILL, which="accuracy < 70", order="accuracy", columns="accuracy", own=_OWN
    ),
    ("improved_skill", "improved_skill_accuracy"): sql(
        _SKILL, which="gain >= 9.999999", order="gain DESC", columns="now_accuracy", own=_OWN
    ),
}


@dataclass(frozen=True)
class Named:
    """Figures about one thing; the first of them is its name. `subject` may be empty."""

    subject: str
    figures: Mapping[str, Value]


def of_subjects_first(
    store: Store,
    student_ids: Collection[str],
    subjects: Collection[str],
    *,
    zone: ZoneInfo,
    as_of: datetime,
) -> dict[str, list[Named]]:
    """What there is to name of each student: of these subjects, else of none, else of another."""
    found: dict[str, list[Named]] = {}
    own = json.dumps(sorted(subjects))
    with snapshot(store):
        computation = Computation(store, zone, as_of)
        for portion in chunks(set(student_ids)):
            computation.aim(portion)
            computation.prepare([TASKS])
            for metrics, statement in _STATEMENTS.items():
                for student_id, subject, *values in computation.rows(statement, own=own):
                    figures = dict(zip(metrics, values, strict=True))
                    found.setdefault(student_id, []).append(Named(subject, figures))
    return found
