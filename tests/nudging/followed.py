"""A student with facts on days counted from a nudge that was due at 14 o'clock of day 0."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from nudgebot.nudging.cases import Arm, Case, Cases
from nudgebot.nudging.following import Followed, Following
from nudgebot.school.days import from_at, from_day, to_at, to_day
from nudgebot.store import Store

ZONE = ZoneInfo("Europe/Berlin")
DAY_0 = to_day(datetime(2026, 11, 19, tzinfo=UTC).date())
DAYS = 14


def moment(day: int, hour: int = 12, minute: int = 0) -> datetime:
    """The wall's hour on a day counted from the nudge's, in Berlin."""
    date = from_day(DAY_0 + day)
    local = datetime(date.year, date.month, date.day, hour, minute, tzinfo=ZONE)
    return local.astimezone(UTC)


STARTS_AT = moment(0, 14)


@dataclass
class Life:
    """What students did; everything of one class c1 in Maths."""

    store: Store

    def __post_init__(self) -> None:
        self.store.execute(
            "INSERT INTO classes (class_id, name, subject) VALUES ('c1', '7B', 'Maths')"
        )

    def student(self, student_id: str = "s1") -> None:
        self.store.execute(
            "INSERT OR IGNORE INTO students (student_id, name, timezone)"
            " VALUES (?, ?, 'Europe/Berlin')",
            [student_id, student_id],
        )
        self.store.execute(
            "INSERT OR IGNORE INTO enrollments (class_id, person_id, role)"
            " VALUES ('c1', ?, 'student')",
            [student_id],
        )

    def case(
        self, target: str = "activity_resumed", *, arm: Arm = Arm.NUDGED, student_id: str = "s1"
    ) -> None:
        self.student(student_id)
        case = Case(
            student_id=student_id,
            rule_id=f"to_{target}",
            episode_at=moment(-1),
            arm=arm,
            share=0.1,
            type="reminder",
            urgency="medium",
            channel="direct_message",
            tone="warm",
            hour=14,
            target=target,
            decided_at=moment(0, 13),
            starts_at=STARTS_AT,
            start_day=DAY_0,
            ends_at=STARTS_AT + timedelta(days=DAYS),
        )
        Cases(self.store).open([case])

    def active(self, day: int, hour: int = 12, *, kind: str = "reading", events: int = 1) -> None:
        self.store.execute(
            "INSERT INTO activity_days VALUES ('s1', ?, ?, '', ?, ?, 5.0)",
            [DAY_0 + day, kind, hour, events],
        )

    def video(self, day: int, progress: float, content_id: str = "v") -> None:
        self.store.execute(
            "INSERT INTO video_days VALUES ('s1', ?, ?, ?, 5.0)",
            [content_id, DAY_0 + day, progress],
        )

    def practice(self, day: int, hour: int = 12, skill_id: str = "k") -> None:
        self.store.execute(
            """INSERT INTO practice (session_id, student_id, skill_id, started_at, day, questions,
               correct) VALUES (?, 's1', ?, ?, ?, 10, 5)""",
            [f"{day}:{hour}:{skill_id}", skill_id, to_at(moment(day, hour)), DAY_0 + day],
        )

    def assignment(
        self, due: int, handed: datetime | None, *, score: float | None = None, status: str = ""
    ) -> None:
        self.store.execute(
            "INSERT INTO assignments (assignment_id, class_id, title, due_at)"
            " VALUES (?, 'c1', 'Essay', ?)",
            [f"a{due}", to_at(moment(due))],
        )
        self.store.execute(
            """INSERT INTO submissions (assignment_id, student_id, submitted_at, score, status)
               VALUES (?, 's1', ?, ?, ?)""",
            [f"a{due}", None if handed is None else to_at(handed), score, status],
        )

    def exam(self, day: int, score: float | None = None, *, subject: str = "") -> None:
        at = to_at(moment(day, 9))
        self.store.execute(
            """INSERT INTO exams (exam_id, class_id, title, subject, at, max_score, released_at)
               VALUES (?, 'c1', 'Exam', ?, ?, 100, ?)""",
            [f"e{day}{subject}", subject, at, None if score is None else at + 3600],
        )
        if score is not None:
            self.store.execute(
                "INSERT INTO exam_results (exam_id, student_id, score, status)"
                " VALUES (?, 's1', ?, 'scored')",
                [f"e{day}{subject}", score],
            )

    def known(self, until: datetime) -> None:
        """An export that knows of everything until then."""
        self.store.execute(
            """INSERT INTO batches (source, format, fingerprint, state, started_at, data_as_of_at)
               VALUES ('a', 'native', 'x', 'taken', ?, ?)""",
            [to_at(until), to_at(until)],
        )

    def follow(self, as_of: datetime) -> Followed:
        return Following(self.store, ZONE).follow(as_of)

    def followed(self, until: datetime) -> Case:
        """The one case, with data until then, looked at then."""
        self.known(until)
        self.follow(until)
        return self.one()

    def one(self) -> Case:
        (found,) = Cases(self.store).between(from_at(0), STARTS_AT + timedelta(days=99))
        return found
