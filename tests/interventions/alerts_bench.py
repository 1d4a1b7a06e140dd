"""Nudging and alerts over the small school of nudging's tests, as the service runs them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from nudging.bench import Words
from nudging.fakes import FakeMessenger
from nudging.samples import School, rule
from ready import ready_store

from nudgebot.chat.tables import SCHEMA as CHAT
from nudgebot.insight.tables import SCHEMA as INSIGHT
from nudgebot.interventions.alerts import Alerts
from nudgebot.interventions.alerts_in_force import AlertsInForce
from nudgebot.interventions.alerts_kept import Alert
from nudgebot.interventions.means import Actor, Means
from nudgebot.interventions.record import Record
from nudgebot.interventions.tables import SCHEMA as INTERVENTIONS
from nudgebot.nudging.compose import Composer
from nudgebot.nudging.consent import Consents
from nudgebot.nudging.engine import Engine
from nudgebot.nudging.messages import Direct, Outgoing
from nudgebot.nudging.outbox import Outbox
from nudgebot.nudging.ports import Grounds
from nudgebot.nudging.rule import Delivery, Rule, Urgency
from nudgebot.nudging.tables import SCHEMA as NUDGING
from nudgebot.school.links import SCHEMA as LINKS
from nudgebot.school.links import Links
from nudgebot.school.people import People
from nudgebot.school.roster import Roster
from nudgebot.school.tables import SCHEMA as SCHOOL
from nudgebot.settings import read_settings

T1, T2 = Actor(11, "User 11", "t1"), Actor(12, "User 12", "t2")
COOLDOWN_HOURS = 24


class Book:
    """The school's rules, as a book has them."""

    def __init__(self, school: School) -> None:
        self._school = school

    @property
    def rules(self) -> Any:
        return self._school.rule_set()


def mentor_rule(rule_id: str = "streak", **changes: Any) -> Rule:
    """A rule that asks for a teacher, urgently."""
    values: Mapping[str, Any] = {
        "urgency": Urgency.HIGH,
        "delivery_method": Delivery.MENTOR_ALERT,
        "cooldown_hours": COOLDOWN_HOURS,
    }
    return rule(rule_id, **{**values, **changes})


class AlertBench:
    """The whole way: decide, bring the alerts up, deliver, and what time brings."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.store = ready_store(
            folder / "school.db", [SCHOOL, LINKS, INSIGHT, NUDGING, CHAT, INTERVENTIONS]
        )
        self.school = School(self.store, rules=[mentor_rule()])
        self.messenger = FakeMessenger()
        self.settings = read_settings(environment={}).replaced(**settings)
        for student_id in ("s2", "s3"):
            self.school.figures.set(student_id, current_streak=5)

    @property
    def alerts(self) -> Alerts:
        """A new one each time, as after a restart."""
        means = Means(
            store=self.store,
            settings=self.settings,
            people=People(self.store),
            roster=Roster(self.store),
            links=Links(self.store),
            figures=self.school.figures,  # type: ignore[arg-type]  # nobody asks it for its age
            book=Book(self.school),  # type: ignore[arg-type]  # only its rules are asked for
            outbox=Outbox(self.store, self.messenger),
            consents=Consents(self.store),
            upload=lambda name, _: name,
        )
        return Alerts(means, Record(self.store))

    @property
    def engine(self) -> Engine:
        """The engine, with alerts as wiring hands them in."""
        grounds = self.school.grounds
        with_alerts = Grounds(
            grounds.store,
            policy=grounds.policy,
            rules=grounds.rules,
            figures=grounds.figures,
            rhythms=grounds.rhythms,
            links=grounds.links,
            alerts=AlertsInForce(self.store, self.school.rule_set),
        )
        return Engine(
            with_alerts, composer=Composer(Words()), outbox=Outbox(self.store, self.messenger)
        )

    def evaluate(self, as_of: datetime) -> int:
        """An evaluation on fresh data, with what follows it; how many alerts changed."""
        self.school.exported(as_of)
        self.engine.evaluate(as_of)
        return self.alerts.sync(as_of)

    def run(self, as_of: datetime) -> None:
        """An hour of the service."""
        self.evaluate(as_of)
        self.engine.deliver(as_of)
        self.alerts.tick(as_of)

    def all(self) -> list[Alert]:
        """Every alert, by number."""
        ids = [row[0] for row in self.store.rows("SELECT alert_id FROM alerts ORDER BY alert_id")]
        return [found for each in ids if (found := self.alerts.find(each)) is not None]

    def only(self) -> Alert:
        """The only alert."""
        (found,) = self.all()
        return found

    def sent_to(self, user_id: int) -> list[Outgoing]:
        """What arrived in the conversation with a user."""
        return [
            each.message
            for each in self.messenger.inbox
            if each.message.recipient == Direct((user_id,))
        ]

    def texts(self, user_id: int) -> list[str]:
        """The words of it, without the messages that hold buttons."""
        return [each.content for each in self.sent_to(user_id) if not each.buttons]
