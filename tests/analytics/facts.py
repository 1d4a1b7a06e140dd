"""Facts in a few words, straight into the school's tables; days count from one moment."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from nudgebot.insight.analytics import Analytics
from nudgebot.insight.trend_data import DateRange
from nudgebot.school.days import to_at, to_day
from nudgebot.store import Store

NOW = datetime(2026, 11, 19, 14, 30, tzinfo=UTC)
TODAY = date(2026, 11, 19)
THRESHOLDS = {"critical": 0.9, "high": 0.7, "medium": 0.5, "low": 0.3}


def day(offset: int) -> date:
    """The day so many days from today."""
    return TODAY + timedelta(days=offset)


def period(first: int, last: int = 0) -> DateRange:
    """Days counted from today."""
    return DateRange(day(first), day(last))


def analytics(store: Store, as_of: datetime = NOW) -> Analytics:
    """The service as of a moment, in a school in UTC."""
    return Analytics(store, zone=ZoneInfo("UTC"), thresholds=THRESHOLDS, as_of=as_of)


class Facts:
    """Writes what an import would."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._count = 0

    def put(self, table: str, **values: Any) -> None:
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        self.store.execute(
            f"INSERT OR REPLACE INTO {table} ({names}) VALUES ({marks})",  # noqa: S608  # a test's own
            list(values.values()),
        )

    def school_class(
        self, class_id: str, *students: str, subject: str = "", begin: int = -60
    ) -> None:
        self.put("classes", class_id=class_id, name=class_id.upper(), subject=subject)
        for student in students:
            self.student(student)
            self.enroll(student, class_id, begin)

    def student(self, student_id: str, **values: Any) -> None:
        self.put("students", **({"student_id": student_id, "name": student_id.title()} | values))

    def enroll(self, student_id: str, class_id: str, begin: int | None = -60) -> None:
        self.put(
            "enrollments",
            class_id=class_id,
            person_id=student_id,
            role="student",
            begin_day=None if begin is None else to_day(day(begin)),
        )

    def skills(self, *skill_ids: str, subject: str = "Mathematics") -> None:
        for each in skill_ids:
            self.put("skills", skill_id=each, name=each.title(), subject=subject)

    def requires(self, skill_id: str, *required: str) -> None:
        for each in required:
            self.put("skill_prerequisites", skill_id=skill_id, requires_skill_id=each)

    def practice(
        self, student_id: str, skill_id: str, on: int, answers: tuple[int, int], **values: Any
    ) -> None:
        """`answers` are correct ones and questions: (9, 10)."""
        self._count += 1
        row = {
            "session_id": f"p{self._count:05}",
            "student_id": student_id,
            "skill_id": skill_id,
            "started_at": moment(on),
            "day": to_day(day(on)),
            "correct": answers[0],
            "questions": answers[1],
        }
        self.put("practice", **(row | values))

    def active(self, student_id: str, on: int, minutes: float = 10.0, **values: Any) -> None:
        row = {"kind": "reading", "subject": "", "hour": -1, "events": 1, "minutes": minutes}
        self.put("activity_days", student_id=student_id, day=to_day(day(on)), **(row | values))

    def assignment(self, assignment_id: str, class_id: str, due: float) -> None:
        self.put(
            "assignments",
            assignment_id=assignment_id,
            class_id=class_id,
            title=assignment_id,
            due_at=moment(due),
        )

    def handed_in(self, assignment_id: str, student_id: str, on: float, score: float) -> None:
        self.put(
            "submissions",
            assignment_id=assignment_id,
            student_id=student_id,
            submitted_at=moment(on),
            score=score,
            status="submitted",
        )

    def exam(self, exam_id: str, class_id: str, on: float, **percents: float) -> None:
        """An exam out of 50, with the students' percentages."""
        self.put(
            "exams",
            exam_id=exam_id,
            class_id=class_id,
            title=exam_id,
            at=moment(on),
            max_score=50,
            released_at=moment(on + 1),
        )
        for student_id, percent in percents.items():
            self.put(
                "exam_results",
                exam_id=exam_id,
                student_id=student_id,
                status="scored",
                score=percent / 2,
            )


def moment(days: float) -> int:
    """An instant that many days from now."""
    return to_at(NOW + timedelta(days=days))
