"""What the commands work with: the school, the figures, the rules, the outbox, and who may see."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from nudgebot.chat.access import Access
from nudgebot.chat.audit import Audit
from nudgebot.chat.command import Registry
from nudgebot.chat.confirmations import Confirmations
from nudgebot.chat.remembered import Remembered
from nudgebot.insight.table import FigureTable
from nudgebot.interventions.letters import Letters
from nudgebot.interventions.service import Interventions
from nudgebot.nudging.compose import Composer
from nudgebot.nudging.consent import Consents
from nudgebot.nudging.decisions import Decisions
from nudgebot.nudging.messages import Outgoing
from nudgebot.nudging.nudges import Nudges
from nudgebot.nudging.outbox import Posted
from nudgebot.nudging.rule_book import RuleBook
from nudgebot.nudging.switches import Switches
from nudgebot.school.links import Links
from nudgebot.school.people import People
from nudgebot.school.roster import Roster
from nudgebot.settings import Settings
from nudgebot.store import Store


class FiguresInForce(Protocol):
    """The stored figures."""

    def table(self, student_ids: Collection[str] | None = None) -> FigureTable:
        """The figures of these students, or of all who are enrolled."""

    def computed_at(self) -> datetime | None:
        """As of when they are; None before the first time."""


class Mailbox(Protocol):
    """The part of the outbox that the conversation needs."""

    def claim(self, message: Outgoing, as_of: datetime) -> bool:
        """Reserve the right to send, within the transaction it is called in."""

    def push(self, message: Outgoing, as_of: datetime) -> Posted:
        """Send what was just claimed."""

    def post(self, message: Outgoing, as_of: datetime) -> Posted:
        """Claim and send; a key is never sent twice."""

    def find(self, key: str) -> Posted | None:
        """How the message of a key stands, if there is one."""

    def unsettled(self) -> list[Posted]:
        """What waits, or what nobody can tell about."""

    def refused(self, since: datetime) -> list[Posted]:
        """What did not arrive for good."""


@dataclass(frozen=True)
class Office:
    """One place to find all of it; `release` takes a held batch in and says what came of it."""

    store: Store
    settings: Settings
    people: People
    roster: Roster
    links: Links
    access: Access
    audit: Audit
    figures: FiguresInForce
    book: RuleBook
    outbox: Mailbox
    consents: Consents
    nudges: Nudges
    decisions: Decisions
    switches: Switches
    confirmations: Confirmations
    letters: Letters
    interventions: Interventions
    registry: Registry
    remembered: Remembered
    release: Callable[[int, datetime], str]
    in_other_words: Composer | None = None  # where a model is in use

    @property
    def zone(self) -> ZoneInfo:
        """The school's time zone."""
        zone: ZoneInfo = self.settings["timezone"]
        return zone

    def today(self, as_of: datetime) -> date:
        """The school's calendar day."""
        return as_of.astimezone(self.zone).date()
