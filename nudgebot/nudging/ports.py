"""What nudging rests on: the store, the policy, and what it asks of the other parts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from nudgebot.insight.table import FigureTable
from nudgebot.nudging.adaptation import Adaptation
from nudgebot.nudging.episodes import Pair
from nudgebot.nudging.policy import Policy
from nudgebot.nudging.rule import Urgency
from nudgebot.nudging.rules import RuleSet
from nudgebot.nudging.timing import Rhythm
from nudgebot.school.links import Links
from nudgebot.store import Store


class NewestFigures(Protocol):
    """The figures as they are now."""

    def table(self, student_ids: Collection[str] | None = None) -> FigureTable:
        """The figures of these students, or of all who are enrolled."""


RhythmsOf = Callable[[Collection[str], datetime], Mapping[str, Rhythm]]
"""The rhythms of some students as of a moment; who has none is left out."""

RulesInForce = Callable[[], RuleSet]
"""The rules as last read."""


@dataclass(frozen=True)
class AlertMark:
    """The alert of a rule for a student, as long as what raised it holds without a break.

    `rests` says why her teachers are not told again, and is empty when they are; `until` is when
    another firing of the rule may open it again, None: not as long as this lasts. `tried` is what
    had been tried when it was opened again. Both are plain text with outside words in it.
    """

    number: int
    severity: Urgency
    rests: str = ""
    until: datetime | None = None
    tried: str = ""


AlertsInForce = Callable[[Collection[Pair]], Mapping[Pair, AlertMark]]
"""The alerts of these students and rules; a pair without one is left out."""


def no_alerts(_: Collection[Pair]) -> Mapping[Pair, AlertMark]:
    """Nobody keeps alerts: every teacher is told whenever a rule asks for it."""
    return {}


TonesOf = Callable[[str, str], str]
"""The tone in which a template, by its id, speaks in a language; empty where there is none."""


def no_tones(_: str, __: str) -> str:
    """Nobody knows the templates."""
    return ""


DIGEST = "alert digest"  # what `seen` hears of when a teacher is told


class Seen(Protocol):
    """Notes that somebody was told of students; within the transaction that promises the words."""

    def __call__(
        self, student_ids: Collection[str], *, user_id: int, action: str, as_of: datetime
    ) -> None:
        """`action` says in a word or two what it was."""


def not_noted(student_ids: Collection[str], *, user_id: int, action: str, as_of: datetime) -> None:
    """Nobody keeps who was told, as in tools that send nothing."""


@dataclass(frozen=True)
class Grounds:
    """What every decision rests on, made when it is queued and looked at again at the door."""

    store: Store
    policy: Policy
    rules: RulesInForce
    figures: NewestFigures
    rhythms: RhythmsOf
    links: Links
    alerts: AlertsInForce = no_alerts
    tones: TonesOf = no_tones
    adaptation: Adaptation | None = None  # None: it is switched off
    seen: Seen = not_noted


class Event(Protocol):
    """What an import brought about for a student; `kind` is the value of an EventKind."""

    @property
    def kind(self) -> str:
        """The kind's value."""

    @property
    def student_id(self) -> str:
        """Whom it is about."""
