"""Rules, candidates and a small school that the tests of nudging share."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from nudgebot.insight.table import FigureTable, Value
from nudgebot.nudging.candidate import Candidate, route
from nudgebot.nudging.policy import Policy
from nudgebot.nudging.ports import Grounds
from nudgebot.nudging.rule import Delivery, Rule, Test, Urgency
from nudgebot.nudging.rules import RuleSet
from nudgebot.nudging.timing import Rhythm
from nudgebot.school.days import to_at, to_day
from nudgebot.school.links import Links, ZulipUser
from nudgebot.store import Store

NOW = datetime(2026, 11, 19, 14, 30, tzinfo=UTC)  # a Thursday
HOUR = timedelta(hours=1)
TODAY = to_day(NOW.date())


def rule(rule_id: str = "streak", **changes: Any) -> Rule:
    """A rule on `current_streak` 0, with whatever the test is about changed."""
    values: Mapping[str, Any] = {
        "id": rule_id,
        "name": rule_id.title(),
        "conditions": Test("current_streak", "equals", 0),
        "type": "encouragement",
        "message_template": "streak",
        "urgency": Urgency.MEDIUM,
        "delivery_method": Delivery.DIRECT_MESSAGE,
        "cooldown_hours": 24,
    }
    return Rule(**{**values, **changes})


def candidate(student_id: str = "s1", risk_level: object = "low", **changes: Any) -> Candidate:
    """A candidate of such a rule."""
    return route(student_id, rule(**changes), risk_level=risk_level)


@dataclass
class FakeFigures:
    """Figures that a test sets; `current_streak` is 0, so the sample rule holds."""

    rows: dict[str, dict[str, Value]] = field(default_factory=dict)
    asked: int = 0

    def set(self, student_id: str, **figures: Value) -> None:
        usual: dict[str, Value] = {"current_streak": 0, "average_score": 55, "risk_level": "low"}
        self.rows[student_id] = {**usual, **self.rows.get(student_id, {}), **figures}

    def table(self, student_ids: Collection[str] | None = None) -> FigureTable:
        self.asked += 1
        ids = [each for each in self.rows if student_ids is None or each in student_ids]
        names = {name for row in self.rows.values() for name in row}
        return FigureTable(
            ids, {name: [self.rows[each].get(name) for each in ids] for name in names}
        )


@dataclass
class School:
    """Three students (1 to 3) of teacher t1 (user 11) in class c1, users 101 to 103, fresh data."""

    store: Store
    figures: FakeFigures = field(default_factory=FakeFigures)
    rules: list[Rule] = field(default_factory=lambda: [rule()])
    policy: Policy = field(
        default_factory=lambda: Policy(zone=ZoneInfo("UTC"), staff_stream="staff")
    )
    rhythms: dict[str, Rhythm] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.store.execute("INSERT INTO classes (class_id, name, stream) VALUES ('c1','7b','7b')")
        self.teacher("t1", 11)
        for number in (1, 2, 3):
            self.student(f"s{number}", 100 + number)
        self.users(11, 12, 101, 102, 103)
        self.exported(NOW - HOUR)

    def student(self, student_id: str, user_id: int | None, **columns: Any) -> None:
        values = {"student_id": student_id, "name": f"Student {student_id}", **columns}
        values |= {"given_name": student_id.title(), "zulip_user_id": user_id}
        names = ", ".join(values)
        marks = ", ".join("?" for _ in values)
        self.store.execute(
            f"INSERT INTO students ({names}) VALUES ({marks})",  # noqa: S608  # column names of the tests
            list(values.values()),
        )
        self.enroll(student_id, "student")
        self.figures.set(student_id)

    def teacher(self, teacher_id: str, user_id: int | None) -> None:
        self.store.execute(
            "INSERT INTO teachers (teacher_id, name, zulip_user_id) VALUES (?, ?, ?)",
            [teacher_id, f"Teacher {teacher_id}", user_id],
        )
        self.enroll(teacher_id, "teacher")

    def enroll(self, person_id: str, role: str, class_id: str = "c1") -> None:
        self.store.execute(
            "INSERT OR IGNORE INTO enrollments (class_id, person_id, role) VALUES (?, ?, ?)",
            [class_id, person_id, role],
        )

    def users(self, *user_ids: int) -> None:
        Links(self.store).keep_users(
            [ZulipUser(each, f"User {each}", "", 400, True, False, "") for each in user_ids], NOW
        )

    def exported(self, at: datetime) -> None:
        self.store.execute(
            """INSERT INTO batches (source, format, fingerprint, state, started_at, data_as_of_at)
               VALUES ('a', 'native', 'x', 'taken', ?, ?)""",
            [to_at(at), to_at(at)],
        )

    def rule_set(self) -> RuleSet:
        return RuleSet(rules=tuple(self.rules))

    def rhythms_of(self, student_ids: Collection[str], _: datetime) -> Mapping[str, Rhythm]:
        return {each: self.rhythms[each] for each in student_ids if each in self.rhythms}

    @property
    def grounds(self) -> Grounds:
        """What decisions about this school rest on, as it is now."""
        return Grounds(
            self.store,
            policy=self.policy,
            rules=self.rule_set,
            figures=self.figures,
            rhythms=self.rhythms_of,
            links=Links(self.store),
        )

    def with_policy(self, **changes: Any) -> None:
        self.policy = replace(self.policy, **changes)


Act = Callable[[School], object]
