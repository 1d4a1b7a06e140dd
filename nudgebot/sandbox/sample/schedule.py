"""When exams are written and assignments are due: one plan for all classes of the sample."""

from __future__ import annotations

from dataclasses import dataclass

from nudgebot.sandbox.sample.course import SUBJECTS, Course
from nudgebot.sandbox.sample.kinds import SCIENCE
from nudgebot.sandbox.sample.timeline import Timeline

_EXAM_EVERY, _EXAM_OFFSETS = 9, (4, -1, -2)
_EXAM_KNOWN_DAYS = 21
_TASK_EVERY, _TASK_OFFSETS = 7, (3, 5, 1)
_TASK_KNOWN_DAYS = 7
# Days from the exam until results count, by subject.
_RELEASE_DAYS = (2, 4, 5)
_RELEASE_HOUR_UTC = 15
_DIFFICULTIES = ("easy", "medium", "hard")
TASK_DUE_SECOND = 18 * 3600


@dataclass(frozen=True)
class Exam:
    """One exam of one subject, written by every class; `day` numbers the timeline's days."""

    subject: int
    number: int
    day: int
    topic: str
    max_score: int
    released: str


@dataclass(frozen=True)
class Task:
    """One assignment of one subject; `day` is the day on which it is due."""

    subject: int
    number: int
    day: int
    topic: str
    skill_ids: str
    questions: int
    difficulty: str


@dataclass(frozen=True)
class Schedule:
    """Exams and assignments in order of time, so that a later today only adds to the end."""

    exams: tuple[Exam, ...]
    tasks: tuple[Task, ...]


def build_schedule(timeline: Timeline, course: Course) -> Schedule:
    """Everything from the start to what is announced beyond today."""
    exams, tasks = [], []
    for subject in range(len(SUBJECTS)):
        days = _days(timeline, _EXAM_OFFSETS[subject], _EXAM_EVERY, _EXAM_KNOWN_DAYS)
        exams += [_exam(timeline, course, subject, each) for each in enumerate(days, start=1)]
        days = _days(timeline, _TASK_OFFSETS[subject], _TASK_EVERY, _TASK_KNOWN_DAYS)
        tasks += [_task(course, subject, each) for each in enumerate(days, start=1)]
    return Schedule(
        tuple(sorted(exams, key=lambda exam: (exam.day, exam.subject))),
        tuple(sorted(tasks, key=lambda task: (task.day, task.subject))),
    )


def _days(timeline: Timeline, offset: int, every: int, known: int) -> list[int]:
    """School days `every` so many days, one of them `offset` days from the anchor."""
    first = (timeline.anchor + offset) % every
    planned = range(first, timeline.today + known + 1, every)
    moved = (timeline.school_day(day) for day in planned)
    return sorted({day for day in moved if 0 <= day <= timeline.today + known})


def _exam(timeline: Timeline, course: Course, subject: int, place: tuple[int, int]) -> Exam:
    number, day = place
    skill = course.skills[_topic(course, subject, number)]
    big = number % 3 == 0
    return Exam(
        subject,
        number,
        day,
        f"{skill.name} {'test' if big else 'quiz'}",
        100 if big else 20,
        _released(timeline, subject, day),
    )


def _released(timeline: Timeline, subject: int, day: int) -> str:
    """When results count; Science says so beforehand, the others leave it empty until then."""
    at = f"{timeline.dates[day + _RELEASE_DAYS[subject]]}T{_RELEASE_HOUR_UTC}:00:00Z"
    is_out, is_announced = at <= stamp_of(timeline), subject == SCIENCE
    return at if is_out or is_announced else ""


def stamp_of(timeline: Timeline) -> str:
    """The cutoff as text in UTC; texts of this form compare like the moments they name."""
    return f"{timeline.cutoff:%Y-%m-%dT%H:%M:%SZ}"


def _task(course: Course, subject: int, place: tuple[int, int]) -> Task:
    number, day = place
    main = _topic(course, subject, number)
    skill = course.skills[main]
    ladder = course.ladders[subject]
    ids = [course.skills[each].skill_id for each in ladder if each in (main - 1, main)]
    return Task(
        subject,
        number,
        day,
        f"{skill.name} worksheet {number}",
        " ".join(ids),
        8 + number % 4 * 2,
        _DIFFICULTIES[number % 3],
    )


def _topic(course: Course, subject: int, number: int) -> int:
    """The skill that the class is at: two exams or assignments each, then the next."""
    ladder = course.ladders[subject]
    return ladder[min(len(ladder) - 1, 1 + (number - 1) // 2)]
