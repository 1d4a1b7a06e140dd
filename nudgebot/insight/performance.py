"""One student's performance in figures, for reports in words (requirement B, step 7.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from nudgebot.insight.computation import Computation, chunks, snapshot
from nudgebot.insight.definitions.statement import sql
from nudgebot.insight.results import ExamResult, SubjectAverage
from nudgebot.insight.rhythm import UTC_ZONE
from nudgebot.insight.table import Value
from nudgebot.insight.weak_skills import SkillAccuracy
from nudgebot.school.days import from_at, from_day
from nudgebot.store import Store

__all__ = [
    "ClassStanding",
    "ExamResult",
    "Performance",
    "SkillAccuracy",
    "SubjectAverage",
    "Task",
    "performance",
]

_ACTIVITY = """
SELECT COUNT(DISTINCT a.day) FROM (
    SELECT a.day FROM scope s CROSS JOIN activity_days a
    WHERE a.student_id = s.student_id AND a.day > s.day - $days
        AND (a.day < s.day OR (a.day = s.day AND a.hour <= s.hour))
    UNION ALL
    SELECT p.day FROM scope s CROSS JOIN practice p
    WHERE p.student_id = s.student_id AND p.day > s.day - $days AND p.day <= s.day
        AND p.started_at <= :at AND (p.gone_at IS NULL OR p.gone_at > :at)) AS a
"""
_MINUTES = """
SELECT SUM(minutes) FROM (
    SELECT day, SUM(minutes) + CASE
        WHEN SUM(logged) > SUM(practised) THEN SUM(logged) ELSE SUM(practised) END AS minutes
    FROM (
        SELECT a.day, CASE WHEN a.kind = 'practice' THEN 0 ELSE a.minutes END AS minutes,
            CASE WHEN a.kind = 'practice' THEN a.minutes ELSE 0 END AS logged, 0 AS practised
        FROM scope s CROSS JOIN activity_days a
        WHERE a.student_id = s.student_id AND a.day > s.day - $days
            AND (a.day < s.day OR (a.day = s.day AND a.hour <= s.hour))
        UNION ALL
        SELECT p.day, 0, 0, COALESCE(p.minutes, 0) FROM scope s CROSS JOIN practice p
        WHERE p.student_id = s.student_id AND p.day > s.day - $days AND p.day <= s.day
            AND p.started_at <= :at AND (p.gone_at IS NULL OR p.gone_at > :at)) AS each_row
    GROUP BY day) AS each_day
"""
_SKILLS = """
SELECT p.skill_id, COALESCE(k.name, p.skill_id) AS name, COALESCE(k.subject, '') AS subject,
    SUM(p.questions) AS questions, SUM(p.correct) AS correct, SUM(p.xp) AS xp
FROM scope s CROSS JOIN practice p LEFT JOIN skills k ON k.skill_id = p.skill_id
WHERE p.student_id = s.student_id AND p.day > s.day - $days AND p.day <= s.day
    AND p.started_at <= :at AND (p.gone_at IS NULL OR p.gone_at > :at)
GROUP BY p.skill_id, k.name, k.subject ORDER BY p.skill_id
"""
_SUBJECTS = """
SELECT w.subject, AVG(w.percent) AS average, COUNT(*) AS items, SUM(w.missed) AS missed
FROM scope s CROSS JOIN work w
WHERE w.student_id = s.student_id AND w.day > s.day - 180 AND w.subject <> ''
GROUP BY w.subject ORDER BY w.subject
"""
_EXAMS = """
SELECT e.title, w.subject, w.day, w.percent, w.missed
FROM scope s CROSS JOIN work w CROSS JOIN exams e
WHERE w.student_id = s.student_id AND w.kind = 'exam' AND e.exam_id = w.item_id
ORDER BY w.at DESC, w.item_id LIMIT 5
"""
_TASKS = """
SELECT t.title, t.subject, t.due_at, t.handed_at, t.late, t.score,
    CASE WHEN t.handed_at IS NOT NULL THEN 'done' WHEN t.due_at > :at THEN 'to come'
        ELSE 'missed' END AS state
FROM scope s CROSS JOIN tasks t
WHERE t.student_id = s.student_id AND (t.due_day > s.day - $days OR t.handed_day > s.day - $days)
    AND (t.handed_at IS NOT NULL OR (t.due_at <= :at AND t.enrolled_then = 1)
        OR (t.due_at > :at AND t.enrolled_now = 1))
ORDER BY t.due_at, t.assignment_id
"""
_CLASSES = "SELECT class_id, name FROM classes"


@dataclass(frozen=True)
class Task:
    """An assignment; `state` is done, missed or to come."""

    title: str
    subject: str
    due_at: datetime
    handed_at: datetime | None
    late: bool
    score_percent: float | None
    state: str


@dataclass(frozen=True)
class ClassStanding:
    """The student's average in a class beside the mean of all students measured in it."""

    class_id: str
    name: str
    average_percent: float
    class_average_percent: float
    students: int


@dataclass(frozen=True)
class Performance:
    """What a report on a student says; None is "not measured".

    Accuracy, questions, minutes, XP, active days and assignments are those of the last `days`;
    scores are the catalogue's (180 days). `figures` are all metrics but standing-by-risk.
    """

    student_id: str
    days: int
    accuracy_percent: float | None
    questions: int
    minutes: float
    xp: float | None
    active_days: int
    current_streak: int | None
    average_percent: float | None
    class_average_percent: float | None
    percentile: float | None
    classes: tuple[ClassStanding, ...]
    subjects: tuple[SubjectAverage, ...]
    recent_exams: tuple[ExamResult, ...]
    assignments: tuple[Task, ...]
    skills: tuple[SkillAccuracy, ...]
    figures: Mapping[str, Value]

    @property
    def weakest_skills(self) -> tuple[SkillAccuracy, ...]:
        """Up to three skills below 70 % from at least 5 answers, the weakest first."""
        weak = [each for each in self.skills if each.questions >= 5 and each.accuracy_percent < 70]
        return tuple(sorted(weak, key=lambda each: (each.accuracy_percent, each.skill_id))[:3])

    @property
    def done(self) -> tuple[Task, ...]:
        """Assignments that are handed in, late ones included."""
        return tuple(each for each in self.assignments if each.state == "done")

    @property
    def late(self) -> tuple[Task, ...]:
        """Assignments that were handed in late."""
        return tuple(each for each in self.done if each.late)

    @property
    def missed(self) -> tuple[Task, ...]:
        """Assignments that were due and are not there."""
        return tuple(each for each in self.assignments if each.state == "missed")

    @property
    def to_come(self) -> tuple[Task, ...]:
        """Assignments that are not due yet and not handed in."""
        return tuple(each for each in self.assignments if each.state == "to come")


def performance(
    store: Store, student_id: str, as_of: datetime, days: int = 28, *, zone: ZoneInfo = UTC_ZONE
) -> Performance | None:
    """The student's performance as of an instant; None for nobody active.

    `zone` is the school's, for a student without one of her own.
    """
    with snapshot(store):
        computation = Computation(store, zone, as_of)
        computed = computation.figures([student_id])
        if not computed.student_ids:
            return None
        period = str(int(days))
        active = computation.rows(sql(_ACTIVITY, days=period))[0][0]
        minutes = computation.rows(sql(_MINUTES, days=period))[0][0]
        skills = computation.rows(sql(_SKILLS, days=period))
        subjects = computation.rows(_SUBJECTS)
        exams = computation.rows(_EXAMS)
        tasks = computation.rows(sql(_TASKS, days=period))
        averages = list(computed.averages)
        for portion in chunks(computation.classmates([student_id]) - {student_id}):
            averages += computation.averages(portion)
        ranks = computation.standings(averages)
        names = dict(computation.rows(_CLASSES))
    figures = {name: column[0] for name, column in computed.columns.items()}
    figures["percentile_rank"] = ranks.get(student_id)
    classes = _standings(student_id, averages, names)
    questions = sum(row[3] for row in skills)
    earned = [row[5] for row in skills if row[5] is not None]
    return Performance(
        student_id=student_id,
        days=days,
        accuracy_percent=100 * sum(row[4] for row in skills) / questions if questions else None,
        questions=questions,
        minutes=minutes or 0.0,
        xp=sum(earned) if earned else None,
        active_days=active,
        current_streak=_int(figures["current_streak"]),
        average_percent=_float(figures["average_score"]),
        class_average_percent=_mean([each.class_average_percent for each in classes]),
        percentile=ranks.get(student_id),
        classes=classes,
        subjects=tuple(
            SubjectAverage(name, round(average, 4), items, missed)
            for name, average, items, missed in subjects
        ),
        recent_exams=tuple(
            ExamResult(title, subject, from_day(day), round(percent, 4), bool(missed))
            for title, subject, day, percent, missed in exams
        ),
        assignments=tuple(_task(row) for row in tasks),
        skills=tuple(
            SkillAccuracy(skill_id, name, subject, round(100 * correct / asked, 4), asked)
            for skill_id, name, subject, asked, correct, _ in skills
            if asked
        ),
        figures=figures,
    )


def _task(row: tuple[str, str, int, int | None, int, float | None, str]) -> Task:
    title, subject, due_at, handed_at, late, score, state = row
    handed = None if handed_at is None else from_at(handed_at)
    return Task(title, subject, from_at(due_at), handed, bool(late), score, state)


def _standings(
    student_id: str, averages: list[tuple[str, str, float]], names: Mapping[str, str]
) -> tuple[ClassStanding, ...]:
    by_class: dict[str, dict[str, float]] = {}
    for student, class_id, average in averages:
        by_class.setdefault(class_id, {})[student] = average
    return tuple(
        ClassStanding(
            class_id=class_id,
            name=names.get(class_id, class_id),
            average_percent=found[student_id],
            class_average_percent=round(sum(found.values()) / len(found), 4),
            students=len(found),
        )
        for class_id, found in sorted(by_class.items())
        if student_id in found
    )


def _mean(values: list[float]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None


def _int(value: Value) -> int | None:
    return value if isinstance(value, int) else None


def _float(value: Value) -> float | None:
    return float(value) if isinstance(value, int | float) else None
