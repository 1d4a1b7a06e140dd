"""Reads the course of one student, and finds which figure an intervention was about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from nudgebot.interventions.effects import Course, Interest, Work
from nudgebot.interventions.record import InterventionType
from nudgebot.nudging.firing import metrics_of
from nudgebot.nudging.rule_book import RuleBook
from nudgebot.school.batches import newest_fact
from nudgebot.school.days import from_at, local_day, to_at
from nudgebot.store import Store

_ACCURACY = frozenset({"accuracy", "average_score", "score_trend", "subject_score_trend",
                       "struggling_subjects_count"})  # fmt: skip
_OVERDUE = frozenset({"overdue_assignments", "missed_assignments", "late_assignments"})
_BY_CATEGORY: Mapping[str, Interest] = {
    "inactive": Interest.ACTIVITY,
    "struggling": Interest.ACCURACY,
    "overdue": Interest.OVERDUE,
    "encouragement": Interest.ACTIVITY,
}
_BY_TYPE: Mapping[InterventionType, Interest] = {
    InterventionType.ASSIGNMENT: Interest.ACCURACY,
    InterventionType.TUTOR: Interest.ACCURACY,
}


def interest_of_rule(book: RuleBook, rule_id: str) -> Interest | None:
    """What a rule looks at; None for one that is not in force any more."""
    rule = next((each for each in book.rules.rules if each.id == rule_id), None)
    if rule is None:
        return None
    metrics = metrics_of(rule)
    if metrics & _OVERDUE:
        return Interest.OVERDUE
    return Interest.ACCURACY if metrics & _ACCURACY else Interest.ACTIVITY


def interest_of_template(book: RuleBook, template_id: str) -> Interest | None:
    """What a template is for, where it is one of those that teachers send by hand."""
    variants = book.templates.by_id.get(template_id)
    return _BY_CATEGORY.get(variants[0].category) if variants else None


def interest_of_type(kind: InterventionType) -> Interest:
    """What an intervention is about where nothing else says so."""
    return _BY_TYPE.get(kind, Interest.ACTIVITY)


def read_course(store: Store, student_id: str, *, zone: ZoneInfo, as_of: datetime) -> Course:
    """What the data know of a student; `zone` is hers.

    The newest day is left out, for the data know only a part of it.
    """
    newest = newest_fact(store)
    last = local_day(as_of if newest is None else min(newest, as_of), zone) - 1
    active = {
        row[0]
        for row in store.rows(
            "SELECT DISTINCT day FROM activity_days WHERE student_id = ? AND day <= ?",
            [student_id, last],
        )
    }
    practice = {
        row["day"]: (row["questions"], row["correct"])
        for row in store.rows(
            """SELECT day, SUM(questions) AS questions, SUM(correct) AS correct FROM practice
               WHERE student_id = ? AND day <= ? AND gone_at IS NULL GROUP BY day""",
            [student_id, last],
        )
    }
    days = active | set(practice)
    return Course(
        first_day=min([*days, *_beginnings(store, student_id)], default=last + 1),
        last_day=last,
        active_days=frozenset(days),
        practice=practice,
        work=_work(store, student_id, zone, as_of),
        free_days=_free_days(store),
    )


def _beginnings(store: Store, student_id: str) -> list[int]:
    """The days on which her classes began for her."""
    rows = store.rows(
        """SELECT COALESCE(e.begin_day, c.term_start_day) FROM enrollments e
           JOIN classes c ON c.class_id = e.class_id
           WHERE e.person_id = ? AND e.role = 'student' AND e.gone_at IS NULL""",
        [student_id],
    )
    return [row[0] for row in rows if row[0] is not None]


def _work(store: Store, student_id: str, zone: ZoneInfo, as_of: datetime) -> tuple[Work, ...]:
    """Her work by now due; a hand-in without a time was at the due time, as the figures have it."""
    rows = store.rows(
        """SELECT COALESCE(s.due_at, a.due_at) AS due_at,
           CASE WHEN s.submitted_at IS NOT NULL THEN s.submitted_at
               WHEN s.status IN ('submitted', 'late')
                   OR (s.score IS NOT NULL AND s.status <> 'missed')
               THEN COALESCE(s.due_at, a.due_at) END AS handed_at
           FROM assignments a
           LEFT JOIN submissions s ON s.assignment_id = a.assignment_id
               AND s.student_id = :student AND s.gone_at IS NULL
           WHERE a.gone_at IS NULL AND COALESCE(s.status, '') NOT IN ('excused', 'missed')
           AND COALESCE(s.due_at, a.due_at) <= :at
           AND (s.student_id IS NOT NULL OR a.class_id IN (
               SELECT class_id FROM enrollments
               WHERE person_id = :student AND role = 'student' AND gone_at IS NULL))""",
        {"student": student_id, "at": to_at(as_of)},
    )
    return tuple(
        Work(
            _day(row["due_at"], zone),
            None if row["handed_at"] is None else _day(row["handed_at"], zone),
        )
        for row in rows
    )


def _day(at: int, zone: ZoneInfo) -> int:
    return local_day(from_at(at), zone)


def _free_days(store: Store) -> frozenset[int]:
    rows = store.rows(
        "SELECT begin_day, end_day FROM calendar WHERE kind = 'holiday' AND gone_at IS NULL"
    )
    return frozenset(day for row in rows for day in range(row["begin_day"], row["end_day"] + 1))
