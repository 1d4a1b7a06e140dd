"""What students did in a period, day by day and skill by skill, read for a scope in few statements.

The statements start from the scope, as the catalogue's do: a report on one student or class never
reads the rest of the school.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from types import MappingProxyType
from typing import Any

from nudgebot.insight.computation import Computation
from nudgebot.insight.definitions.work import TASKS
from nudgebot.insight.mastery import Session, Track, track

# When she was first seen; an enrolment without a beginning says nothing (0).
SEEN = """
SELECT s.student_id, k.name,
    (SELECT MIN(a.day) FROM activity_days a
        WHERE a.student_id = s.student_id AND a.day <= s.day) AS active_day,
    (SELECT MIN(p.day) FROM practice p
        WHERE p.student_id = s.student_id AND p.day <= s.day AND p.started_at <= :at
            AND (p.gone_at IS NULL OR p.gone_at > :at)) AS practised_day,
    (SELECT MIN(COALESCE(n.begin_day, 0)) FROM enrollments n
        WHERE n.person_id = s.student_id AND n.role = 'student'
            AND (n.gone_at IS NULL OR n.gone_at > :at)) AS begin_day
FROM scope s CROSS JOIN students k WHERE k.student_id = s.student_id
ORDER BY s.student_id
"""
# Minutes of practice may be in the log too; which of the two counts is decided a day at a time.
DAYS = """
WITH each_row AS (
    SELECT s.student_id, a.day, a.subject, 0 AS questions, 0 AS correct, 0 AS sessions,
        NULL AS xp, CASE WHEN a.kind = 'practice' THEN 0 ELSE a.minutes END AS minutes,
        CASE WHEN a.kind = 'practice' THEN a.minutes ELSE 0 END AS logged, 0 AS practised
    FROM scope s CROSS JOIN activity_days a
    WHERE a.student_id = s.student_id AND a.day >= :first AND a.day <= :last
        AND (a.day < s.day OR (a.day = s.day AND a.hour <= s.hour))
    UNION ALL
    SELECT s.student_id, p.day, COALESCE(k.subject, '') AS subject, p.questions, p.correct,
        1 AS sessions, p.xp, 0 AS minutes, 0 AS logged, COALESCE(p.minutes, 0) AS practised
    FROM scope s CROSS JOIN practice p LEFT JOIN skills k ON k.skill_id = p.skill_id
    WHERE p.student_id = s.student_id AND p.day >= :first AND p.day <= :last AND p.day <= s.day
        AND p.started_at <= :at AND (p.gone_at IS NULL OR p.gone_at > :at)
)
SELECT student_id, day, subject, SUM(questions) AS questions, SUM(correct) AS correct,
    SUM(sessions) AS sessions, SUM(xp) AS xp, SUM(minutes) AS minutes, SUM(logged) AS logged,
    SUM(practised) AS practised
FROM each_row GROUP BY student_id, day, subject ORDER BY student_id, day, subject
"""
SESSIONS = """
SELECT s.student_id, p.skill_id, p.day, p.questions, p.correct
FROM scope s CROSS JOIN practice p
WHERE p.student_id = s.student_id AND p.day <= s.day AND p.started_at <= :at
    AND (p.gone_at IS NULL OR p.gone_at > :at)
ORDER BY s.student_id, p.skill_id, p.started_at, p.session_id
"""
SKILL_TOTALS = """
SELECT s.student_id, p.skill_id, SUM(p.questions) AS questions, SUM(p.correct) AS correct
FROM scope s CROSS JOIN practice p
WHERE p.student_id = s.student_id AND p.day >= :first AND p.day <= :last AND p.day <= s.day
    AND p.started_at <= :at AND (p.gone_at IS NULL OR p.gone_at > :at)
GROUP BY s.student_id, p.skill_id ORDER BY s.student_id, p.skill_id
"""
# All that counts for the student: what is handed in, missed while enrolled, or to come.
ALL_TASKS = """
SELECT s.student_id, t.assignment_id, t.title, t.subject, t.class_id, t.due_at, t.due_day,
    t.handed_at, t.handed_day, CASE WHEN t.handed_at IS NOT NULL THEN t.score END AS score,
    CASE WHEN t.handed_at IS NOT NULL AND t.late = 1 THEN 'late'
        WHEN t.handed_at IS NOT NULL THEN 'done' WHEN t.due_at > :at THEN 'to_come'
        ELSE 'missed' END AS state
FROM scope s CROSS JOIN tasks t
WHERE t.student_id = s.student_id
    AND (t.handed_at IS NOT NULL OR (t.due_at <= :at AND t.enrolled_then = 1)
        OR (t.due_at > :at AND t.enrolled_now = 1 AND t.closed = 0))
ORDER BY s.student_id, t.due_at, t.assignment_id
"""
_PRACTISED = "SELECT EXISTS (SELECT 1 FROM practice) AS known"
_LOGGED = "SELECT EXISTS (SELECT 1 FROM activity_days) AS known"
_EARNED = """
SELECT EXISTS (SELECT 1 FROM scope s CROSS JOIN practice p
    WHERE p.student_id = s.student_id AND p.xp IS NOT NULL
        AND p.day <= s.day AND p.started_at <= :at) AS known
"""
# A log without minutes has 0 in all its rows.
_TIMED = """
SELECT EXISTS (SELECT 1 FROM scope s CROSS JOIN activity_days a
        WHERE a.student_id = s.student_id AND a.minutes > 0 AND a.day <= s.day)
    OR EXISTS (SELECT 1 FROM scope s CROSS JOIN practice p
        WHERE p.student_id = s.student_id AND p.minutes > 0
            AND p.day <= s.day AND p.started_at <= :at) AS known
"""
STATEMENTS: Mapping[str, str] = MappingProxyType(
    {
        "seen": SEEN,
        "days": DAYS,
        "sessions": SESSIONS,
        "skill totals": SKILL_TOTALS,
        "tasks": ALL_TASKS,
        "practised": _PRACTISED,
        "logged": _LOGGED,
        "earned": _EARNED,
        "timed": _TIMED,
    }
)


@dataclass(frozen=True)
class DayFacts:
    """One day with activity; `xp` None where none is recorded with the practice."""

    day: int
    questions: int
    correct: int
    sessions: int
    xp: float | None
    minutes: float


@dataclass(frozen=True)
class TaskFacts:
    """One assignment of a student; `state` is done, late, missed or to_come."""

    assignment_id: str
    title: str
    subject: str
    class_id: str
    due_at: int
    due_day: int
    handed_at: int | None
    handed_day: int | None
    score: float | None
    state: str


@dataclass(frozen=True)
class Doings:
    """What one student did: days with activity (in order), assignments, skills.

    `since` is the day from which on she was there, None where nothing tells. `tracks` look back
    as far as the data go.
    """

    student_id: str
    name: str
    since: int | None
    days: tuple[DayFacts, ...]
    tasks: tuple[TaskFacts, ...]
    tracks: Mapping[str, Track]


@dataclass(frozen=True)
class Known:
    """What there is to count: practice and activity in the school's data at all, and minutes and
    XP in those of the students of the scope by then."""

    practice: bool
    activity: bool
    minutes: bool
    xp: bool


@dataclass(frozen=True)
class Facts:
    """The doings of the students of a scope, by id, in order."""

    students: Mapping[str, Doings]
    known: Known

    def only(self, skills: Collection[str]) -> Facts:
        """The same with the tracks of these skills alone."""
        wanted = set(skills)
        students = {
            student_id: replace(
                each, tracks={name: one for name, one in each.tracks.items() if name in wanted}
            )
            for student_id, each in self.students.items()
        }
        return Facts(students, self.known)


class Reading:
    """What the students of a scope did from one day to another, read once, for any cut of it."""

    def __init__(
        self,
        computation: Computation,
        *,
        first: int,
        last: int,
        tracks: bool = True,
        tasks: bool = True,
    ) -> None:
        """Read for whoever the computation is aimed at; mastery looks back beyond `first`."""
        self._seen = computation.rows(SEEN)
        self._days = computation.rows(DAYS, first=first, last=last)
        self._tasks = _tasks(computation) if tasks else {}
        self._tracks = _tracks(computation) if tracks else {}
        practised, logged, timed, earned = (
            bool(computation.rows(each)[0][0]) for each in (_PRACTISED, _LOGGED, _TIMED, _EARNED)
        )
        self._known = Known(practised, logged or practised, timed, earned)

    def facts(
        self,
        student_ids: Collection[str] | None = None,
        *,
        subject: str = "",
        tasks_of: str | None = None,
    ) -> Facts:
        """The doings of all of them or of some.

        With a `subject`, only activity and practice of it or of no subject count; `tasks_of`
        limits the assignments to those of one class.
        """
        days = _by_day(row for row in self._days if not subject or row[2] in ("", subject))
        students = {
            student_id: Doings(
                student_id=student_id,
                name=name,
                since=_since(begin_day, [active_day, practised_day]),
                days=days.get(student_id, ()),
                tasks=tuple(
                    each
                    for each in self._tasks.get(student_id, ())
                    if tasks_of is None or each.class_id == tasks_of
                ),
                tracks=self._tracks.get(student_id, {}),
            )
            for student_id, name, active_day, practised_day, begin_day in self._seen
            if student_ids is None or student_id in student_ids
        }
        return Facts(students, self._known)


def skill_totals(
    computation: Computation, *, first: int, last: int
) -> dict[str, dict[str, tuple[int, int]]]:
    """Questions and correct answers of the period by student and skill."""
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for student_id, skill_id, questions, correct in computation.rows(
        SKILL_TOTALS, first=first, last=last
    ):
        if questions:
            found.setdefault(student_id, {})[skill_id] = (questions, correct)
    return found


def _since(begin_day: int | None, seen: list[int | None]) -> int | None:
    days = [each for each in (begin_day or None, *seen) if each is not None]
    return min(days) if days else None


def _by_day(rows: Iterable[tuple[Any, ...]]) -> dict[str, tuple[DayFacts, ...]]:
    """Rows of a student's day, one a subject, put together."""
    found: dict[str, list[DayFacts]] = {}
    for (student_id, day), group in groupby(rows, key=itemgetter(0, 1)):
        _, _, _, questions, correct, sessions, xp, minutes, logged, practised = zip(
            *group, strict=True
        )
        earned = [each for each in xp if each is not None]
        found.setdefault(student_id, []).append(
            DayFacts(
                day=day,
                questions=sum(questions),
                correct=sum(correct),
                sessions=sum(sessions),
                xp=sum(earned) if earned else None,
                minutes=sum(minutes) + max(sum(logged), sum(practised)),
            )
        )
    return {student_id: tuple(days) for student_id, days in found.items()}


def _tasks(computation: Computation) -> dict[str, tuple[TaskFacts, ...]]:
    computation.prepare([TASKS])
    return {
        student_id: tuple(TaskFacts(*row[1:]) for row in group)
        for student_id, group in groupby(computation.rows(ALL_TASKS), key=itemgetter(0))
    }


def _tracks(computation: Computation) -> dict[str, dict[str, Track]]:
    found: dict[str, dict[str, Track]] = {}
    for (student_id, skill_id), rows in groupby(computation.rows(SESSIONS), key=itemgetter(0, 1)):
        sessions = (Session(day, asked, right) for _, _, day, asked, right in rows)
        found.setdefault(student_id, {})[skill_id] = track(sessions)
    return found
