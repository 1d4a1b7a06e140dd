"""What a report on a class says, and a comparison of two classes, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from nudgebot.insight.skill_data import ClassSkills
from nudgebot.insight.trend_data import DateRange, Trend

_TEACHERS_ONLY = {"teachers_only": True}


@dataclass(frozen=True)
class Named:
    """A class or a student, by id and name."""

    id: str
    name: str


@dataclass(frozen=True)
class ClassTotals:
    """A class's figures of a period; averages are means over the students who have the figure.

    Accuracy is that of students with five answers or more. With a subject, only activity and
    practice of that subject, or of none, count. `mastered_per_student` is of the class's skills,
    at the end of the period. `measured` says how many students each average is of, by field name.
    `completion_percent` is over all assignments due of all students together.
    """

    class_id: str
    name: str
    subject: str
    students: int
    active_students: int
    accuracy_percent: float | None
    average_score_percent: float | None
    engagement_percent: float | None
    completion_percent: float | None
    questions_per_student: float | None
    minutes_per_student: float | None
    xp_per_student: float | None
    mastered_per_student: float | None
    assignments_due: int
    measured: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Bin:
    """How many students are from `low` up to, not including, `high`; 100 is in the last bin."""

    low: float
    high: float
    students: int


@dataclass(frozen=True)
class Distribution:
    """How a figure is spread over a class; quartiles are None below five students."""

    metric: str
    title: str
    bins: tuple[Bin, ...]
    measured: int
    not_measured: int
    lower_quartile: float | None
    median: float | None
    upper_quartile: float | None


@dataclass(frozen=True)
class RankedStudent:
    """One student in a class's table; `place` is None where too little is measured to rank."""

    place: int | None
    student_id: str
    name: str
    accuracy_percent: float | None
    questions: int | None
    average_score_percent: float | None
    minutes: float | None
    xp: float | None
    active_days: int | None
    completion_percent: float | None
    mastered: int
    risk_level: str


@dataclass(frozen=True)
class StrugglingStudent:
    """A student who needs attention, with reasons that a teacher can check."""

    student_id: str
    name: str
    risk_level: str
    risk_score: float | None
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class ClassReport:
    """Requirement B's class report (`get_class_performance_report`).

    `ranked_by` is accuracy or average_score, whichever is measured; `ranking` holds every student,
    those without a place last. `top` are the first of them who are not at high risk: at most five,
    and at most a third of the class.
    `struggling` are at most ten. `silent` are the students without any activity in the period.
    `others` are the classes asked for, this one left out.
    """

    class_id: str
    name: str
    subject: str
    period: DateRange
    as_of: datetime
    data_as_of: datetime | None
    note: str
    totals: ClassTotals
    before: ClassTotals | None
    distribution: Distribution
    ranked_by: str
    ranking: tuple[RankedStudent, ...] = field(metadata=_TEACHERS_ONLY)
    top: tuple[RankedStudent, ...] = field(metadata=_TEACHERS_ONLY)
    struggling: tuple[StrugglingStudent, ...] = field(metadata=_TEACHERS_ONLY)
    silent: tuple[Named, ...] = field(metadata=_TEACHERS_ONLY)
    skills: ClassSkills
    trends: tuple[Trend, ...]
    others: tuple[ClassTotals, ...]

    def trend(self, metric: str) -> Trend | None:
        """The trend of that metric."""
        return next((each for each in self.trends if each.metric == metric), None)


@dataclass(frozen=True)
class ComparedClasses:
    """One figure of two classes; `difference` is the first less the second.

    `clear` is True where the 95 % interval of the difference of means (`low` to `high`, Welch)
    leaves out 0, None where a class has fewer than five students with the figure.
    """

    metric: str
    title: str
    unit: str
    value: float | None
    other: float | None
    difference: float | None
    low: float | None
    high: float | None
    clear: bool | None


@dataclass(frozen=True)
class ClassComparison:
    """Two classes side by side (`get_class_comparison`); `compared` and `note` as in Comparison."""

    period: DateRange
    as_of: datetime
    first: ClassTotals
    second: ClassTotals
    compared: bool
    note: str
    figures: tuple[ComparedClasses, ...]
