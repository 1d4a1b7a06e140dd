"""What is known of a student, or of a class, when a message is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo

from nudgebot.insight.table import Value
from nudgebot.nudging.study_plan import WeakSkill


@dataclass(frozen=True)
class Facts:
    """One student, as the newest figures have her; all texts are as the LMS wrote them.

    `first_name` is the given name, or the full name where none is given. `skills` come weakest
    first. `as_of` is now, `data_as_of` the newest thing that the figures know of, both aware.
    `zone` is the student's own.
    """

    student_id: str
    first_name: str
    figures: Mapping[str, Value]
    as_of: datetime
    data_as_of: datetime
    full_name: str = ""
    zone: tzinfo = UTC
    language: str = "en"
    class_name: str = ""
    teacher: str = ""
    subjects: tuple[str, ...] = ()
    skills: tuple[WeakSkill, ...] = ()
    free_days: frozenset[date] = field(default_factory=frozenset)

    @property
    def today(self) -> date:
        """The student's local day."""
        return self.as_of.astimezone(self.zone).date()

    @property
    def exam_day(self) -> date | None:
        """The local day of the next exam."""
        days = self.figures.get("upcoming_exam_days")
        return self.today + timedelta(days=int(days)) if isinstance(days, int | float) else None


@dataclass(frozen=True)
class GroupFacts:
    """One class, for a notice that names nobody; `figures` holds only what is true of all."""

    class_name: str
    figures: Mapping[str, Value]
    as_of: datetime
    data_as_of: datetime
    zone: tzinfo = UTC
    language: str = "en"
