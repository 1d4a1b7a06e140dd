"""What a rule is: conditions over figures, and what is to happen where they hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import ClassVar

Operand = int | float | str | bool | tuple[int | float | str, ...] | None


class Urgency(Enum):
    """How soon; the order of the members is from the least to the most urgent."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for the least urgent."""
        return list(Urgency).index(self)


class Delivery(Enum):
    """Where a nudge goes (requirement A, Multi-Channel Delivery System)."""

    DIRECT_MESSAGE = "direct_message"
    MENTOR_ALERT = "mentor_alert"
    MENTOR_AND_STUDENT = "mentor_and_student"
    GROUP_NOTIFICATION = "group_notification"
    DASHBOARD_WIDGET = "dashboard_widget"

    @property
    def reaches_student(self) -> bool:
        """Whether the student herself gets a direct message."""
        return self in (Delivery.DIRECT_MESSAGE, Delivery.MENTOR_AND_STUDENT)


class EventKind(Enum):
    """What an import can bring about (requirement A, Nudge Event Handlers)."""

    ACTIVITY_CHANGED = "activity_changed"
    PERFORMANCE_DECLINED = "performance_declined"
    PERFORMANCE_IMPROVED = "performance_improved"
    STREAK_BROKEN = "streak_broken"
    EXAM_APPROACHING = "exam_approaching"


class Target(Enum):
    """What a rule wants to come about, by which it is followed; see `targets` for each."""

    ACTIVITY_RESUMED = "activity_resumed"
    VIDEO_FINISHED = "video_finished"
    OVERDUE_HANDED_IN = "overdue_handed_in"
    EXAM_PREPARED = "exam_prepared"
    PRACTISED = "practised"
    SCORE_HELD = "score_held"


@dataclass(frozen=True)
class Test:
    """A metric held against an operand, such as `average_score` `less_than` 60."""

    __test__: ClassVar[bool] = False  # pytest would take the name for one of its own

    metric: str
    operator: str
    operand: Operand


@dataclass(frozen=True)
class All:
    """Holds where every part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class AnyOf:
    """Holds where at least one part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Not:
    """Holds where the part is known not to hold."""

    part: Condition


Condition = Test | All | AnyOf | Not


def tests_in(condition: Condition) -> Iterator[Test]:
    """Every test of a condition, in the order of the file."""
    match condition:
        case Test():
            yield condition
        case Not(part):
            yield from tests_in(part)
        case All(parts) | AnyOf(parts):
            for each in parts:
                yield from tests_in(each)


@dataclass(frozen=True)
class AppliesTo:
    """The classes and subjects that a rule is about; empty means all."""

    classes: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    """A rule as its file has it; `file` and `line` say where, `lines` where its keys are."""

    id: str
    name: str
    conditions: Condition
    type: str
    message_template: str
    urgency: Urgency
    delivery_method: Delivery
    cooldown_hours: int
    enabled: bool = True
    on: frozenset[EventKind] = frozenset()
    applies_to: AppliesTo = field(default_factory=AppliesTo)
    unless: Condition | None = None
    inhibits: tuple[str, ...] = ()
    expires_after_hours: int = 48
    include_resources: bool = False
    include_study_plan: bool = False
    personalize_by_subject: bool = False
    holdout: float | None = None  # None: the school's default
    target: Target = Target.ACTIVITY_RESUMED
    file: str = ""
    line: int = 0
    lines: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)

    def line_of(self, key: str) -> int:
        """The line of a key such as `intervention.message_template`, or the rule's first."""
        return self.lines.get(key, self.line)
