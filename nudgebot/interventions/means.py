"""What interventions work with: the school, the figures, the words, the outbox, and uploads."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from nudgebot.insight.table import FigureTable
from nudgebot.nudging.consent import Consents
from nudgebot.nudging.messages import Outgoing
from nudgebot.nudging.outbox import Posted
from nudgebot.nudging.rule_book import RuleBook
from nudgebot.school.links import Links
from nudgebot.school.people import People
from nudgebot.school.roster import Roster
from nudgebot.settings import Settings
from nudgebot.store import Store


class StoredFigures(Protocol):
    """The figures as they are now."""

    def table(self, student_ids: Collection[str] | None = None) -> FigureTable:
        """The figures of these students, or of all who are enrolled."""

    def computed_at(self) -> datetime | None:
        """As of when they are; None before the first time."""


class Post(Protocol):
    """The part of the outbox that interventions need; it carries mail too."""

    def claim(self, message: Outgoing, as_of: datetime) -> bool:
        """Reserve the right to send, within the transaction it is called in."""

    def push(self, message: Outgoing, as_of: datetime) -> Posted:
        """Send what was just claimed."""

    def post(self, message: Outgoing, as_of: datetime) -> Posted:
        """Claim and send; a key is never sent twice."""

    def find(self, key: str) -> Posted | None:
        """How the message of a key stands, if there is one."""


class Seen(Protocol):
    """Notes that somebody was told of students; within the transaction that promises the words."""

    def __call__(
        self, student_ids: Collection[str], *, user_id: int, action: str, as_of: datetime
    ) -> None:
        """`action` says in a word or two what it was: "assignment news"."""


def not_noted(student_ids: Collection[str], *, user_id: int, action: str, as_of: datetime) -> None:
    """Nobody keeps who was told, as in tools that send nothing."""


@dataclass(frozen=True)
class Actor:
    """Who does it: a Zulip user, and the LMS's teacher that the user is, if any."""

    user_id: int
    name: str
    teacher_id: str | None


@dataclass(frozen=True)
class Means:
    """One place to find all of it; `upload` takes a name and bytes and gives a link's target.

    Whatever tells a person of the school about students by itself says so to `seen`.
    """

    store: Store
    settings: Settings
    people: People
    roster: Roster
    links: Links
    figures: StoredFigures
    book: RuleBook
    outbox: Post
    consents: Consents
    upload: Callable[[str, bytes], str]
    seen: Seen = not_noted

    @property
    def zone(self) -> ZoneInfo:
        """The school's time zone."""
        zone: ZoneInfo = self.settings["timezone"]
        return zone
