"""Facts in a few words: days and hours count from one moment, before it is negative."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from nudgebot.school.days import to_at, to_day
from nudgebot.store import Store

NOW = datetime(2026, 11, 19, 14, 30, tzinfo=UTC)
TODAY = to_day(date(2026, 11, 19))
THRESHOLDS = {"critical": 0.9, "high": 0.7, "medium": 0.5, "low": 0.3}


def moment(days: float = 0, hours: float = 0) -> int:
    """An instant that many days and hours from now."""
    return to_at(NOW + timedelta(days=days, hours=hours))


class Facts:
    """Writes straight into the school's tables, as an import would."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._count = 0

    def put(self, table: str, **values: Any) -> None:
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        self.store.execute(
            f"INSERT OR REPLACE INTO {table} ({names}) VALUES ({marks})",  # noqa: S608  # a test's own
            list(values.values()),
        )

    def student(self, student_id: str, **values: Any) -> None:
        self.put("students", **({"student_id": student_id, "name": student_id} | values))

    def school_class(self, class_id: str, subject: str = "", **values: Any) -> None:
        self.put("classes", class_id=class_id, name=class_id, subject=subject, **values)

    def enroll(
        self, student_id: str, class_id: str, begin: int | None = None, end: int | None = None
    ) -> None:
        self.put(
            "enrollments",
            class_id=class_id,
            person_id=student_id,
            role="student",
            begin_day=None if begin is None else TODAY + begin,
            end_day=None if end is None else TODAY + end,
        )

    def active(self, student_id: str, *days: int, **values: Any) -> None:
        for day in days:
            row = {"kind": "reading", "subject": "", "hour": -1, "events": 1, "minutes": 10.0}
            self.put("activity_days", student_id=student_id, day=TODAY + day, **(row | values))

    def video(
        self, student_id: str, content_id: str, day: int, progress: float, minutes: float = 0
    ) -> None:
        self.put(
            "video_days",
            student_id=student_id,
            content_id=content_id,
            day=TODAY + day,
            progress=progress,
            minutes=minutes,
        )

    def practice(
        self, student_id: str, skill_id: str, day: int, questions: int, correct: int, **values: Any
    ) -> None:
        self._count += 1
        row = {"started_at": moment(day), "minutes": None, "xp": None}
        self.put(
            "practice",
            session_id=f"p{self._count}",
            student_id=student_id,
            skill_id=skill_id,
            day=TODAY + day,
            questions=questions,
            correct=correct,
            **(row | values),
        )

    def skill(self, skill_id: str, name: str, subject: str = "") -> None:
        self.put("skills", skill_id=skill_id, name=name, subject=subject)

    def exam(self, exam_id: str, class_id: str, day: float, **values: Any) -> None:
        row = {"title": exam_id, "max_score": 50}
        times = {"at": moment(day), "released_at": moment(day + 1)}
        self.put("exams", exam_id=exam_id, class_id=class_id, **(row | times | values))

    def result(self, exam_id: str, student_id: str, percent: float | None, **values: Any) -> None:
        row = {"status": "scored", "score": None if percent is None else percent / 2}
        self.put("exam_results", exam_id=exam_id, student_id=student_id, **(row | values))

    def assignment(self, assignment_id: str, class_id: str, day: float, **values: Any) -> None:
        row = {"title": assignment_id, "due_at": moment(day)}
        self.put("assignments", assignment_id=assignment_id, class_id=class_id, **(row | values))

    def submission(
        self,
        assignment_id: str,
        student_id: str,
        day: float | None = None,
        score: float | None = None,
        **values: Any,
    ) -> None:
        row = {
            "submitted_at": None if day is None else moment(day),
            "score": score,
            "status": "" if day is None else "submitted",
        }
        self.put(
            "submissions", assignment_id=assignment_id, student_id=student_id, **(row | values)
        )

    def touch(self, *student_ids: str) -> None:
        for student_id in student_ids:
            self.put("touched", student_id=student_id, batch_id=1)
