"""What a report tells of one student beside figures: exams, subjects, achievements, doings."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from nudgebot.insight.computation import Computation
from nudgebot.insight.period import Span
from nudgebot.insight.period_facts import TaskFacts
from nudgebot.insight.report_data import (
    Achievement,
    Activity,
    Assignment,
    ExamResult,
    SubjectAverage,
)
from nudgebot.school.days import from_at, from_day

MOST_RECENT = 10
MOST_ASSIGNMENTS = 60
AHEAD_DAYS = 14

SUBJECTS = """
SELECT w.subject, AVG(w.percent) AS average, COUNT(*) AS items, SUM(w.missed) AS missed
FROM scope s CROSS JOIN work w
WHERE w.student_id = s.student_id AND w.day > s.day - 180 AND w.subject <> ''
GROUP BY w.subject ORDER BY w.subject
"""
EXAMS = """
SELECT e.title, w.subject, w.day, w.percent, w.missed
FROM scope s CROSS JOIN work w CROSS JOIN exams e
WHERE w.student_id = s.student_id AND w.kind = 'exam' AND e.exam_id = w.item_id
    AND w.day > s.day - 180
ORDER BY w.at DESC, w.item_id LIMIT 10
"""
ACHIEVEMENTS = """
SELECT a.title, a.progress, CASE WHEN a.earned_at <= :at THEN a.earned_at END AS earned_at
FROM scope s CROSS JOIN achievements a
WHERE a.student_id = s.student_id AND (a.gone_at IS NULL OR a.gone_at > :at)
ORDER BY CASE WHEN a.earned_at <= :at THEN 0 ELSE 1 END, a.earned_at DESC, a.progress DESC, a.title
LIMIT 20
"""
PRACTISED = """
SELECT p.day, COALESCE(k.name, p.skill_id) AS name, p.questions, p.minutes, p.correct
FROM scope s CROSS JOIN practice p LEFT JOIN skills k ON k.skill_id = p.skill_id
WHERE p.student_id = s.student_id AND p.day >= :first AND p.day <= :last AND p.day <= s.day
    AND p.started_at <= :at AND (p.gone_at IS NULL OR p.gone_at > :at)
ORDER BY p.day DESC, p.started_at DESC, p.session_id LIMIT 10
"""
# Logging in is no news, and practice has its sessions.
LOGGED = """
SELECT a.day, a.kind, a.subject, SUM(a.events) AS events, SUM(a.minutes) AS minutes
FROM scope s CROSS JOIN activity_days a
WHERE a.student_id = s.student_id AND a.day >= :first AND a.day <= :last
    AND (a.day < s.day OR (a.day = s.day AND a.hour <= s.hour))
    AND a.kind <> 'login' AND a.kind <> 'practice'
GROUP BY a.day, a.kind, a.subject ORDER BY a.day DESC, a.kind, a.subject LIMIT 10
"""
STATEMENTS: Mapping[str, str] = MappingProxyType(
    {
        "subjects": SUBJECTS,
        "exams": EXAMS,
        "achievements": ACHIEVEMENTS,
        "practised": PRACTISED,
        "logged": LOGGED,
    }
)


def subjects(computation: Computation) -> tuple[SubjectAverage, ...]:
    """Averages by subject, of the student at whom the computation is aimed."""
    return tuple(
        SubjectAverage(name, round(average, 4), items, missed)
        for name, average, items, missed in computation.rows(SUBJECTS)
    )


def exams(computation: Computation) -> tuple[ExamResult, ...]:
    """Her newest results, at most ten."""
    return tuple(
        ExamResult(title, subject, from_day(day), round(percent, 4), bool(missed))
        for title, subject, day, percent, missed in computation.rows(EXAMS)
    )


def achievements(computation: Computation) -> tuple[Achievement, ...]:
    """Her achievements, the earned ones first, at most twenty."""
    return tuple(
        Achievement(
            title=title,
            progress_percent=100.0
            if earned is not None
            else None
            if progress is None
            else round(100 * progress, 4),
            earned_on=None if earned is None else from_at(earned).date(),
        )
        for title, progress, earned in computation.rows(ACHIEVEMENTS)
    )


def recent_activity(
    computation: Computation,
    span: Span,
    tasks: tuple[TaskFacts, ...],
    results: tuple[ExamResult, ...],
) -> tuple[Activity, ...]:
    """What she did last in the period, the newest first, at most ten entries."""
    found = [
        Activity(from_day(day), "practice", name, asked, minutes, _percent(right, asked))
        for day, name, asked, minutes, right in computation.rows(
            PRACTISED, first=span.first, last=span.last
        )
    ]
    found += [
        Activity(from_day(day), kind, subject, events, minutes or None, None)
        for day, kind, subject, events, minutes in computation.rows(
            LOGGED, first=span.first, last=span.last
        )
    ]
    found += [
        Activity(from_day(task.handed_day), "assignment", task.title, 1, None, task.score)
        for task in tasks
        if task.handed_day is not None and span.first <= task.handed_day <= span.last
    ]
    found += [
        Activity(each.day, "exam", each.title, 1, None, each.percent)
        for each in results
        if not each.missed and span.period.first_day <= each.day <= span.period.last_day
    ]
    found.sort(key=lambda each: (each.kind, each.name))
    found.sort(key=lambda each: each.day, reverse=True)
    return tuple(found[:MOST_RECENT])


def assignments(tasks: tuple[TaskFacts, ...], span: Span) -> tuple[Assignment, ...]:
    """Those due in the period, and those due within 14 days after it; at most the last sixty."""
    wanted = [task for task in tasks if span.first <= task.due_day <= span.last + AHEAD_DAYS]
    return tuple(
        Assignment(
            assignment_id=task.assignment_id,
            title=task.title,
            subject=task.subject,
            class_id=task.class_id,
            due_at=from_at(task.due_at),
            handed_at=None if task.handed_at is None else from_at(task.handed_at),
            state=task.state,
            score_percent=task.score,
        )
        for task in wanted[-MOST_ASSIGNMENTS:]
    )


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 4) if whole else None
