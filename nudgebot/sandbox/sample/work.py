"""One student's exam results and submissions, as far as they are known by the cutoff."""

from __future__ import annotations

from collections.abc import Iterator

from nudgebot.sandbox.sample.chance import Draw, ramp, stream
from nudgebot.sandbox.sample.layout import Row
from nudgebot.sandbox.sample.people import Student, score_percent
from nudgebot.sandbox.sample.schedule import TASK_DUE_SECOND, Exam, Schedule, Task, stamp_of
from nudgebot.sandbox.sample.timeline import Timeline

_RAMP_DAYS = 32
_EXCUSED, _MISSED, _MISSED_AWAY, _CORRECTED = 0.02, 0.02, 0.9, 0.04
_CORRECTION_DAYS = 8
_EXTENSION, _EXTENSION_DAYS = 0.05, 3
_EXCUSED_TASK = 0.01
_EARLY_DAYS, _LATE_DAYS = 4, 4
_GRADING_DAYS = 2


class Work:
    """Results and submissions of one student; a longer timeline adds and changes only the end."""

    def __init__(
        self, seed: int, student: Student, *, timeline: Timeline, schedule: Schedule
    ) -> None:
        self._student = student
        self._id = student.student_id
        self._timeline = timeline
        self._schedule = schedule
        self._cutoff = stamp_of(timeline)
        self._exam_draw = stream(seed, student.number, "exams")
        self._task_draw = stream(seed, student.number, "tasks")

    def _base(self, day: int) -> float:
        far, near = self._student.kind.score
        return ramp(day - self._timeline.anchor, far, near, _RAMP_DAYS)

    def results(self) -> Iterator[Row]:
        """Rows of exam_results.csv, oldest exam first."""
        for exam in self._schedule.exams:
            if exam.day > self._timeline.today:
                return
            row = self._result(exam, self._exam_draw)
            if row is not None and self._student.is_assessed(exam.day - self._timeline.anchor):
                yield row

    def _result(self, exam: Exam, draw: Draw) -> Row | None:
        away = self._student.is_away(exam.day - self._timeline.anchor)
        fate, marked_after, minute, corrected = draw(), draw(), draw(), draw()
        percent = score_percent(self._student, exam.subject, base=self._base(exam.day), draw=draw)
        key = (f"{self._student.room.class_id(exam.subject)}-e{exam.number}", self._id)
        changed = self._marked(exam.day + 1 + int(marked_after * 2), minute)
        if changed >= self._cutoff:
            return None
        if fate < _EXCUSED:
            return (*key, "", "excused", changed)
        if fate < _EXCUSED + (_MISSED_AWAY if away else _MISSED):
            return (*key, "", "missed", changed)
        if corrected < _CORRECTED:
            later = self._marked(exam.day + _CORRECTION_DAYS, minute)
            if later < self._cutoff:
                percent, changed = min(100.0, percent + 5), later
        return (*key, round(percent * exam.max_score / 100), "scored", changed)

    def _marked(self, day: int, share: float) -> str:
        return f"{self._timeline.dates[day]}T{12 + int(share * 4)}:{int(share * 240) % 60:02}:00Z"

    def submissions(self, active: list[bool]) -> Iterator[Row]:
        """Rows of submissions.csv; she hands in on days on which she is active."""
        for task in self._schedule.tasks:
            row = self._submission(task, active, self._task_draw)
            if row is not None and self._student.is_assessed(task.day - self._timeline.anchor):
                yield row

    def _submission(self, task: Task, active: list[bool], draw: Draw) -> Row | None:
        mood, extra, share, minute = draw(), draw(), draw(), draw()
        percent = score_percent(
            self._student, task.subject, base=self._base(task.day) + 6, draw=draw
        )
        extended = extra < _EXTENSION
        due = task.day + (_EXTENSION_DAYS if extended else 0)
        key = (f"{self._student.room.class_id(task.subject)}-a{task.number}", self._id)
        own_due = self._due_stamp(due) if extended and self._is_granted(task) else ""
        if extra > 1 - _EXCUSED_TASK:
            return (*key, "", "", "excused", "") if self._is_granted(task) else None
        handed_in = self._handed_in(due, mood, share, active)
        if handed_in is not None:
            day, second = handed_in, (12 * 3600 + int(minute * 6 * 3600) - 1)
            if self._timeline.clock(self._student.zone).knows(day, second):
                graded = day + _GRADING_DAYS <= self._timeline.today
                score = round(percent) if graded else ""
                status = "late" if day > due else "submitted"
                return (*key, self._stamp(day, second), score, status, own_due)
        if self._timeline.school.knows(due, TASK_DUE_SECOND):
            return (*key, "", "", "missed", own_due)
        return (*key, "", "", "", own_due) if own_due else None

    def _is_granted(self, task: Task) -> bool:
        """Extensions and excuses are written down the day before the assignment is due."""
        return self._timeline.school.knows(task.day - 1, TASK_DUE_SECOND)

    def _handed_in(self, due: int, mood: float, share: float, active: list[bool]) -> int | None:
        """The day on which she hands in, None for never."""
        kind = self._student.kind
        if mood < kind.on_time:
            days = range(max(0, due - _EARLY_DAYS), due)
        elif mood < kind.on_time + kind.late:
            days = range(due + 1, min(len(active), due + 1 + _LATE_DAYS))
        else:
            return None
        possible = [day for day in days if active[day]]
        return possible[int(share * len(possible))] if possible else None

    def _stamp(self, day: int, second: int) -> str:
        minute, rest = divmod(second, 60)
        suffix = self._timeline.clock(self._student.zone).suffixes[day]
        date = self._timeline.dates[day]
        return f"{date}T{minute // 60:02}:{minute % 60:02}:{rest:02}{suffix}"

    def _due_stamp(self, day: int) -> str:
        clock = self._timeline.school
        return f"{self._timeline.dates[day]}T{TASK_DUE_SECOND // 3600}:00:00{clock.suffixes[day]}"
