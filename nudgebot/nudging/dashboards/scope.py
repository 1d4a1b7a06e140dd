"""Which nudges and cases a dashboard is about: a stretch of time, and some students or all."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from nudgebot.school.days import to_at

SENT = """n.state = 'sent' AND n.changed_at >= :begin AND n.changed_at < :end
    AND (:everybody OR n.student_id IN (SELECT value FROM json_each(:ids)))"""
"""SQL: the nudges that went out then to whom it is about."""

DateRange = tuple[datetime, datetime]
"""From, and up to but not including."""


@dataclass(frozen=True)
class Scope:
    """`students` None is the whole school."""

    begin: datetime
    end: datetime
    students: frozenset[str] | None = None

    @property
    def parameters(self) -> dict[str, object]:
        """What `SENT` asks for."""
        return {
            "begin": to_at(self.begin),
            "end": to_at(self.end),
            "everybody": self.students is None,
            "ids": json.dumps(sorted(self.students or ())),
        }

    @property
    def before(self) -> Scope:
        """The stretch of the same length before it."""
        length: timedelta = self.end - self.begin
        return Scope(self.begin - length, self.begin, self.students)

    def has(self, student_id: str) -> bool:
        """Whether it is about this student."""
        return self.students is None or student_id in self.students


def scope_of(date_range: DateRange, students: Collection[str] | None = None) -> Scope:
    """The scope of a range, of these students or of all."""
    return Scope(*date_range, None if students is None else frozenset(students))
