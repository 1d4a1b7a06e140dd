"""Homerooms, their classes (one a subject) and the two teachers of each class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from nudgebot.sandbox.sample.course import SUBJECT_IDS, SUBJECTS
from nudgebot.sandbox.sample.layout import Row
from nudgebot.sandbox.sample.names import teacher_name
from nudgebot.sandbox.sample.schedule import TASK_DUE_SECOND, Schedule
from nudgebot.sandbox.sample.timeline import Timeline

SIZE = 25
_GRADES = (7, 8, 9, 6, 5, 10)
_BLOCK = 4  # homerooms that share their subject teachers
_TEACHERS = len(SUBJECTS) + _BLOCK


@dataclass(frozen=True)
class Homeroom:
    """About 25 students who have all their subjects together."""

    index: int

    @property
    def label(self) -> str:
        """The name, such as 7b; unique in a school of any size."""
        pair = self.index // 2
        letters, left = "", pair // len(_GRADES) * 2 + self.index % 2 + 1
        while left:
            left, letter = divmod(left - 1, 26)
            letters = chr(ord("a") + letter) + letters
        return f"{_GRADES[pair % len(_GRADES)]}{letters}"

    def class_id(self, subject: int) -> str:
        """The id of one of its classes, such as 7b-math."""
        return f"{self.label}-{SUBJECT_IDS[subject]}"

    def teachers(self, subject: int) -> tuple[int, int]:
        """Numbers of the subject's teacher and of the homeroom's own."""
        first = self.index // _BLOCK * _TEACHERS + 1
        return first + subject, first + len(SUBJECTS) + self.index % _BLOCK


def homeroom_of(number: int) -> Homeroom:
    """Where a student sits; the first 50 alternate, so that a school of 30 has two even classes."""
    if number <= 2 * SIZE:
        return Homeroom(number % 2)
    return Homeroom((number - 1) // SIZE)


def homerooms(students: int) -> list[Homeroom]:
    """Every homeroom that has a student."""
    if students == 1:
        return [homeroom_of(1)]
    last = homeroom_of(students).index
    return [Homeroom(index) for index in range(max(2, last + 1))]


def classroom_rows(
    rooms: list[Homeroom], timeline: Timeline, schedule: Schedule, ids: Mapping[str, int]
) -> Iterator[tuple[str, Row]]:
    """Rows of classes, teachers, exams and assignments, each with the name of its file."""
    known: set[int] = set()
    for room in rooms:
        for subject in range(len(SUBJECTS)):
            yield "classes.csv", _class_row(room, subject, timeline)
            for teacher in room.teachers(subject):
                if teacher not in known:
                    yield "teachers.csv", _teacher_row(teacher, ids)
                known.add(teacher)
                yield (
                    "enrollments.csv",
                    (room.class_id(subject), f"t{teacher}", "teacher", "", ""),
                )
        yield from _exam_rows(room, timeline, schedule)
        yield from _task_rows(room, timeline, schedule)


def _class_row(room: Homeroom, subject: int, timeline: Timeline) -> Row:
    term_start, term_end = timeline.start, timeline.seasons[-1].begin - timedelta(days=3)
    name = f"{room.label.upper()} {SUBJECTS[subject]}"
    key = room.class_id(subject)
    return (key, name, SUBJECTS[subject], key, term_start, term_end)


def _teacher_row(number: int, ids: Mapping[str, int]) -> Row:
    key = f"t{number}"
    return (key, teacher_name(number), f"teacher{number}@school.example", ids.get(key, ""))


def _exam_rows(room: Homeroom, timeline: Timeline, schedule: Schedule) -> Iterator[tuple[str, Row]]:
    suffixes = timeline.school.suffixes
    hour = 8 + room.index % 5
    for exam in schedule.exams:
        class_id = room.class_id(exam.subject)
        at = f"{timeline.dates[exam.day]}T{hour:02}:00:00{suffixes[exam.day]}"
        subject = SUBJECTS[exam.subject]
        name = f"{class_id}-e{exam.number}"
        yield "exams.csv", (name, class_id, exam.topic, subject, at, exam.max_score, exam.released)


def _task_rows(room: Homeroom, timeline: Timeline, schedule: Schedule) -> Iterator[tuple[str, Row]]:
    suffixes = timeline.school.suffixes
    for task in schedule.tasks:
        class_id = room.class_id(task.subject)
        due = f"{timeline.dates[task.day]}T{TASK_DUE_SECOND // 3600}:00:00{suffixes[task.day]}"
        name = f"{class_id}-a{task.number}"
        row = (name, class_id, task.topic, task.skill_ids, due, task.questions, task.difficulty)
        yield "assignments.csv", row
