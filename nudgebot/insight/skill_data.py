"""What is said about skills, as plain values: states, standings, gaps, a class's heatmap."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

_TEACHERS_ONLY = {"teachers_only": True}


class MasteryState(StrEnum):
    """The four states of requirement B, step 7.4; `mastery.py` says how one is decided."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    NEEDS_WORK = "needs_work"
    MASTERED = "mastered"


@dataclass(frozen=True)
class SkillStanding:
    """One student in one skill, from all her practice up to the report's instant.

    `accuracy_percent` is plain (correct among all answers); `recent_percent` is what the state
    rests on: the same with recent answers weighing more. `low_percent` and `high_percent` bound
    it. All four are None, and `answers` 0, where the skill was never practised. `mastered_on` is
    the first day on which it was mastered; the state may have gone back since. `stuck` means ten
    or more sessions without ever mastering it. `period_*` are about the report's period alone.
    """

    skill_id: str
    name: str
    subject: str
    state: MasteryState
    answers: int
    correct: int
    sessions: int
    accuracy_percent: float | None
    recent_percent: float | None
    low_percent: float | None
    high_percent: float | None
    started_on: date | None
    mastered_on: date | None
    last_practised_on: date | None
    stuck: bool
    period_answers: int
    period_accuracy_percent: float | None


@dataclass(frozen=True)
class StateCounts:
    """How many students, or skills, are in each state."""

    not_started: int
    in_progress: int
    needs_work: int
    mastered: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.not_started + self.in_progress + self.needs_work + self.mastered

    @property
    def started(self) -> int:
        """All that were practised at least once."""
        return self.total - self.not_started


@dataclass(frozen=True)
class TimeToMastery:
    """How long mastery takes; who is not there yet is counted as such, not left out.

    Kaplan-Meier medians over the `started` students: days from the first practice to mastery
    (the same day is 0), and answers given until then. A median is None where less than half would
    have got there by what is known; `text` says so in words.
    """

    started: int
    reached: int
    median_days: float | None
    median_answers: float | None
    text: str


@dataclass(frozen=True)
class SkillStudent:
    """One student's standing in a skill, for lists of students."""

    student_id: str
    name: str
    standing: SkillStanding


@dataclass(frozen=True)
class SkillGap:
    """A prerequisite that a student lacks; `steps` is how far below the skill it lies (1 is next).

    `state` is `not_started` where it was never practised here: then nobody knows.
    """

    skill_id: str
    name: str
    state: MasteryState
    answers: int
    steps: int


@dataclass(frozen=True)
class WeakSkill:
    """A skill that needs work, and what may explain it.

    `gaps` are the prerequisites not mastered, the measured ones first, the nearest first;
    `begin_with` are those of them (or the skill itself) that lack nothing below themselves.
    """

    standing: SkillStanding
    gaps: tuple[SkillGap, ...]
    begin_with: tuple[str, ...]  # names of skills


@dataclass(frozen=True)
class PrerequisiteFinding:
    """One prerequisite of a skill, over a class: who lacks it among the weak and the others.

    Of the `weak` students (needs work, or stuck) `weak_lacking` have practised it without
    mastering it; of the `strong` (mastered) `strong_lacking` have. Not practised is not lacking:
    those are `unmeasured`, over both.
    """

    skill_id: str
    name: str
    steps: int
    weak: int
    weak_lacking: int
    strong: int
    strong_lacking: int
    unmeasured: int


@dataclass(frozen=True)
class FocusSkill:
    """A skill worth a lesson: for `students` of the class it is the place to begin."""

    skill_id: str
    name: str
    subject: str
    students: int
    student_ids: tuple[str, ...] = field(metadata=_TEACHERS_ONLY)
    unlocks: tuple[str, ...]  # names of the weak skills that build on it
    text: str


@dataclass(frozen=True)
class SkillAnalytics:
    """One skill in one class (requirement B, `get_skill_analytics`).

    `average_accuracy_percent` is the mean over the students with at least `least_answers`
    answers, each counting the same. `students` are all, by name; `struggling` and `stuck` are
    the same values, the weakest first. `cycles` are rings of prerequisites that the export has.
    """

    class_id: str
    class_name: str
    skill_id: str
    name: str
    subject: str
    as_of_day: date
    states: StateCounts
    answers: int
    least_answers: int
    average_accuracy_percent: float | None
    measured_students: int
    time_to_mastery: TimeToMastery
    students: tuple[SkillStudent, ...] = field(metadata=_TEACHERS_ONLY)
    struggling: tuple[SkillStudent, ...] = field(metadata=_TEACHERS_ONLY)
    stuck: tuple[SkillStudent, ...] = field(metadata=_TEACHERS_ONLY)
    prerequisites: tuple[PrerequisiteFinding, ...]
    leads_to: tuple[str, ...]  # names of the skills that require it
    cycles: tuple[tuple[str, ...], ...]  # names
    rule: str
    note: str  # a sentence where there is nothing to show, else empty


@dataclass(frozen=True)
class SkillSummary:
    """One column of a class's heatmap."""

    skill_id: str
    name: str
    subject: str
    states: StateCounts
    answers: int
    average_accuracy_percent: float | None
    measured_students: int
    stuck: int
    time_to_mastery: TimeToMastery


@dataclass(frozen=True)
class SkillCell:
    """One student in one skill, for a heatmap."""

    skill_id: str
    state: MasteryState
    answers: int
    accuracy_percent: float | None
    stuck: bool


@dataclass(frozen=True)
class SkillRow:
    """One row of a class's heatmap; `cells` are in the order of the class's skills."""

    student_id: str
    name: str
    cells: tuple[SkillCell, ...]

    @property
    def mastered(self) -> int:
        """How many of the skills are mastered."""
        return sum(cell.state is MasteryState.MASTERED for cell in self.cells)


@dataclass(frozen=True)
class ClassSkills:
    """All skills of a class: the heatmap, and what to work on (for teachers only).

    `skills` are in teaching order (what is built on comes first), `students` by name; `hardest`
    are the skills that most students struggle with. Without skill data all are empty and `note`
    says so.
    """

    class_id: str
    class_name: str
    as_of_day: date
    skills: tuple[SkillSummary, ...]
    students: tuple[SkillRow, ...] = field(metadata=_TEACHERS_ONLY)
    hardest: tuple[SkillSummary, ...]
    focus: tuple[FocusSkill, ...]
    stuck: tuple[SkillStudent, ...] = field(metadata=_TEACHERS_ONLY)
    cycles: tuple[tuple[str, ...], ...]
    rule: str
    note: str
