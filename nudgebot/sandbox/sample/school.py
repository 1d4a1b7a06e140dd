"""Puts the sample school together: a believable export in the native format, of any size."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType

from nudgebot.errors import InputError
from nudgebot.sandbox.sample.chance import stream
from nudgebot.sandbox.sample.classrooms import classroom_rows, homerooms
from nudgebot.sandbox.sample.course import Course, build_course, course_rows
from nudgebot.sandbox.sample.diary import Diary
from nudgebot.sandbox.sample.files import Files, new_files
from nudgebot.sandbox.sample.people import Student, build_student, people_rows
from nudgebot.sandbox.sample.presence import Presence
from nudgebot.sandbox.sample.schedule import Schedule, build_schedule
from nudgebot.sandbox.sample.timeline import Timeline, build_timeline
from nudgebot.sandbox.sample.work import Work

PROGRESS_EVERY = 250
"""Students between two calls of the progress callback."""


@dataclass(frozen=True)
class SampleSummary:
    """What was written: rows per file, students per kind, and the first and last day."""

    directory: Path
    rows: Mapping[str, int]
    kinds: Mapping[str, int]
    first_day: date
    last_day: date

    @property
    def text(self) -> str:
        """A few lines for whoever asked for the sample."""
        counts = ", ".join(f"{count} {kind}" for kind, count in sorted(self.kinds.items()))
        files = "\n".join(f"  {name}: {count} rows" for name, count in self.rows.items())
        return f"{self.first_day} to {self.last_day}; students: {counts}\n{files}"


@dataclass(frozen=True)
class _Plan:
    seed: int
    course: Course
    timeline: Timeline
    schedule: Schedule
    presence: Presence
    ids: Mapping[str, int]


def write_sample_school(
    directory: Path,
    *,
    students: int,
    days: int,
    seed: int,
    today: date,
    timezone: str = "Europe/Berlin",
    start: date | None = None,
    until: datetime | None = None,
    zulip_user_ids: Mapping[str, int] | None = None,
    progress: Callable[[int], None] | None = None,
) -> SampleSummary:
    """Write a sample school into a folder; files of the format that are there are replaced.

    The same arguments give the same bytes, and student N is the same in a school of any size.
    The students' stories lead up to an anchor day, `days` days from `start` on (counting it).
    Without `start` that day is `today`. To let the same school live on, keep `start`, `days` and
    `seed` and give a later `today`: all that was known stays, the days since are added, and some
    who had stopped come back. `until` leaves out what happens later than that moment (aware), so
    that a demo's school does not know the evening in the morning. `zulip_user_ids` maps ids of
    students and teachers to Zulip users. `progress` is called with the number of students done.
    Needs the memory of one student, whatever their number. Raises InputError for numbers, a zone
    or a folder that cannot be used; then nothing in the folder has changed, unless it refused the
    last step, the moves: then it is left without students.csv, so that nobody reads it.
    """
    if students < 1:
        raise InputError("The number of students must be at least 1.")
    timeline = build_timeline(today=today, days=days, start=start, timezone=timezone, until=until)
    course = build_course()
    plan = _Plan(
        seed=seed,
        course=course,
        timeline=timeline,
        schedule=build_schedule(timeline, course),
        presence=Presence(timeline),
        ids=zulip_user_ids or {},
    )
    with new_files(directory) as files:
        kinds = _write(files, plan, students, progress)
    return SampleSummary(
        directory=directory,
        rows=MappingProxyType(dict(files.counts)),
        kinds=MappingProxyType(dict(kinds)),
        first_day=timeline.start,
        last_day=today,
    )


def _write(
    files: Files, plan: _Plan, students: int, progress: Callable[[int], None] | None
) -> Counter[str]:
    files.add("calendar.csv", [season.row() for season in plan.timeline.seasons])
    files.add_all(course_rows(plan.course))
    files.add_all(classroom_rows(homerooms(students), plan.timeline, plan.schedule, plan.ids))
    kinds: Counter[str] = Counter()
    for number in range(1, students + 1):
        student = build_student(
            plan.seed, number, course=plan.course, school_zone=plan.timeline.school_zone.key
        )
        kinds[student.kind.name] += 1
        _write_student(files, plan, student)
        if progress is not None and (number % PROGRESS_EVERY == 0 or number == students):
            progress(number)
    return kinds


def _write_student(files: Files, plan: _Plan, student: Student) -> None:
    files.add_all(people_rows(student, plan.timeline, plan.ids))
    active = plan.presence.active_days(student, stream(plan.seed, student.number, "days"))
    diary = Diary(plan.seed, student, timeline=plan.timeline, course=plan.course)
    diary.write(active)
    files.add("activities.csv", diary.activities)
    files.add("practice.csv", diary.practice)
    files.add("achievements.csv", diary.achievements())
    work = Work(plan.seed, student, timeline=plan.timeline, schedule=plan.schedule)
    files.add("exam_results.csv", list(work.results()))
    files.add("submissions.csv", list(work.submissions(active)))
