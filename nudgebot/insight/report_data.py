"""Everything that a report says, as plain frozen values: what `analytics.py` gives and others show.

Throughout: None is "not measured", which is never 0 and never fine; `*_percent` is 0 to 100;
`*_minutes` are minutes; days are the student's own local days; moments are aware, in UTC. Fields
whose metadata has `teachers_only` compare students with each other by name or place: never show
them to students (`for_students` empties them). Lists are in the order in which to show them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import date, datetime
from typing import Any, TypeVar

from nudgebot.insight.class_data import (
    Bin,
    ClassComparison,
    ClassReport,
    ClassTotals,
    ComparedClasses,
    Distribution,
    Named,
    RankedStudent,
    StrugglingStudent,
)
from nudgebot.insight.engagement import Engagement
from nudgebot.insight.results import ExamResult, SubjectAverage
from nudgebot.insight.risk import RiskAssessment
from nudgebot.insight.skill_data import (
    ClassSkills,
    FocusSkill,
    MasteryState,
    PrerequisiteFinding,
    SkillAnalytics,
    SkillCell,
    SkillGap,
    SkillRow,
    SkillStanding,
    SkillStudent,
    SkillSummary,
    StateCounts,
    TimeToMastery,
    WeakSkill,
)
from nudgebot.insight.trend_data import DateRange, Direction, Trend, TrendPoint

__all__ = [
    "Achievement",
    "Activity",
    "Assignment",
    "AssignmentCounts",
    "Bin",
    "ClassComparison",
    "ClassReport",
    "ClassSkills",
    "ClassTotals",
    "ComparedClasses",
    "ComparedFigure",
    "Comparison",
    "DateRange",
    "Direction",
    "Distribution",
    "Engagement",
    "ExamResult",
    "FocusSkill",
    "MasteryState",
    "Named",
    "PrerequisiteFinding",
    "RankedStudent",
    "RelativeSkill",
    "RiskAssessment",
    "SkillAnalytics",
    "SkillCell",
    "SkillGap",
    "SkillRow",
    "SkillStanding",
    "SkillStudent",
    "SkillSummary",
    "StateCounts",
    "Strength",
    "StrugglingStudent",
    "StudentReport",
    "SubjectAverage",
    "TimeToMastery",
    "Totals",
    "Trend",
    "TrendPoint",
    "WeakSkill",
    "for_students",
]

Report = TypeVar("Report")
_TEACHERS_ONLY = {"teachers_only": True}


@dataclass(frozen=True)
class Totals:
    """A student's figures of a period.

    `days` are the days of the period that are over or running and on which she was there (from her
    enrolment or first activity on); `active_days` are those with activity. `questions` and what
    follows from it are None where neither she nor her classmates ever practised in the data.
    """

    days: int
    active_days: int | None
    questions: int | None
    correct: int | None
    accuracy_percent: float | None
    sessions: int | None
    minutes: float | None
    xp: float | None

    @property
    def engagement_percent(self) -> float | None:
        """The share of days with activity."""
        if self.active_days is None or not self.days:
            return None
        return 100 * self.active_days / self.days


@dataclass(frozen=True)
class Assignment:
    """One assignment; `state` is done, late (handed in late), missed, or to_come."""

    assignment_id: str
    title: str
    subject: str
    class_id: str
    due_at: datetime
    handed_at: datetime | None
    state: str
    score_percent: float | None


@dataclass(frozen=True)
class AssignmentCounts:
    """How many assignments due in the period are in each state; late ones are handed in too."""

    done: int
    late: int
    missed: int
    to_come: int

    @property
    def due(self) -> int:
        """All that fell due, and what was handed in before."""
        return self.done + self.late + self.missed

    @property
    def completion_percent(self) -> float | None:
        """The share of these that is handed in."""
        return 100 * (self.done + self.late) / self.due if self.due else None


@dataclass(frozen=True)
class Strength:
    """A strength or a weakness: `kind` is skill or subject, `count` the answers or pieces of work.

    `percent` is the accuracy in a skill or the average score in a subject.
    """

    kind: str
    id: str
    name: str
    percent: float
    count: int


@dataclass(frozen=True)
class Activity:
    """One thing done lately: `kind` is practice, exam, assignment, or a kind of the activity log.

    `name` is a skill, a title or a subject, or empty. `score_percent` is the accuracy or mark;
    `count` the questions of a practice, the clicks of an activity, else 1.
    """

    day: date
    kind: str
    name: str
    count: int
    minutes: float | None
    score_percent: float | None


@dataclass(frozen=True)
class Achievement:
    """An achievement; `progress_percent` is 100 where it is earned."""

    title: str
    progress_percent: float | None
    earned_on: date | None


@dataclass(frozen=True)
class ComparedFigure:
    """A student's figure beside her class.

    `students` is how many have the figure, she included; with fewer than five of them
    `class_average` and `percentile` are None. The percentile is the share of the class below her,
    equals counted half; 100 is best.
    """

    metric: str
    title: str
    unit: str
    value: float | None
    class_average: float | None
    percentile: float | None
    students: int


@dataclass(frozen=True)
class RelativeSkill:
    """A skill in which a student differs from her class: accuracy in the period, both measured.

    `difference_points` is hers less the mean of the others; `others` is how many these are.
    """

    skill_id: str
    name: str
    accuracy_percent: float
    answers: int
    others_percent: float
    others: int
    difference_points: float


@dataclass(frozen=True)
class Comparison:
    """A student beside one class (requirement B, `get_student_comparison`).

    Where the class has fewer than five students nothing is compared: `compared` is False, the
    lists are empty, and `note` says so. `xp_place` counts from 1; `xp_places` is out of how many.
    """

    student_id: str
    student_name: str
    class_id: str
    class_name: str
    period: DateRange
    students: int
    compared: bool
    note: str
    figures: tuple[ComparedFigure, ...]
    strengths: tuple[RelativeSkill, ...]
    weaknesses: tuple[RelativeSkill, ...]
    xp_place: int | None = field(metadata=_TEACHERS_ONLY)
    xp_places: int | None = field(metadata=_TEACHERS_ONLY)

    def figure(self, metric: str) -> ComparedFigure | None:
        """The compared figure of that metric."""
        return next((each for each in self.figures if each.metric == metric), None)


@dataclass(frozen=True)
class StudentReport:
    """Requirement B's student report (`get_student_performance_report`).

    `as_of` is the instant as of which everything is seen: now, or the end of a period that is
    over. `data_as_of` is the newest thing that the imported data know of. `before` are the totals
    of the equally long period before, None where she was not there yet. `average_score_percent`,
    `subjects` and `exams` look at the last 180 days, as the risk does. `skills` are all that she
    practised and those of her classes' subjects that she has not started. `assignments` are those
    due in the period, and those due within the 14 days after it; `assignment_counts` are about the
    period alone. `note` is a sentence where the period has no data, else empty.
    """

    student_id: str
    name: str
    classes: tuple[Named, ...]
    period: DateRange
    as_of: datetime
    data_as_of: datetime | None
    note: str
    totals: Totals
    before: Totals | None
    current_streak_days: int | None
    highest_streak_days: int | None
    skill_states: StateCounts
    skills: tuple[SkillStanding, ...]
    weak_skills: tuple[WeakSkill, ...]
    stuck_skills: tuple[SkillStanding, ...]
    mastery_rule: str
    trends: tuple[Trend, ...]
    comparisons: tuple[Comparison, ...]
    average_score_percent: float | None
    percentile: float | None
    subjects: tuple[SubjectAverage, ...]
    exams: tuple[ExamResult, ...]
    strengths: tuple[Strength, ...]
    weaknesses: tuple[Strength, ...]
    assignment_counts: AssignmentCounts
    assignments: tuple[Assignment, ...]
    recent_activity: tuple[Activity, ...]
    engagement: Engagement | None
    achievements: tuple[Achievement, ...]
    risk: RiskAssessment | None

    def trend(self, metric: str) -> Trend | None:
        """The trend of that metric."""
        return next((each for each in self.trends if each.metric == metric), None)


def for_students(report: Report) -> Report:
    """The same report without what only teachers may see; nested values included."""
    kept: Report = _kept(report)
    return kept


def _kept(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_kept(each) for each in value)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    changes: dict[str, Any] = {}
    for each in fields(value):
        inside = getattr(value, each.name)
        if each.metadata.get("teachers_only"):
            changes[each.name] = () if isinstance(inside, tuple) else None
        else:
            changes[each.name] = _kept(inside)
    return replace(value, **changes)
