"""A school with an office, guardians, and a mail server that is a list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from chat.town import NOW, TARA, Town

from nudgebot.chat.opening import open_office
from nudgebot.errors import DeliveryError
from nudgebot.insight.table import Value
from nudgebot.interventions.carriers import Carriers
from nudgebot.interventions.mail import NOBODY_KNOWS
from nudgebot.interventions.means import Actor
from nudgebot.interventions.parents import Parents
from nudgebot.nudging.carriage import UNSEARCHABLE
from nudgebot.nudging.messages import Mail, Outgoing
from nudgebot.nudging.outbox import Outbox
from nudgebot.settings import read_settings

TEACHER = Actor(TARA, "Tara Teacher", "t1")
MARIA, JO = "maria@family.example", "jo@family.example"
SETTINGS: dict[str, Any] = {
    "smtp_host": "127.0.0.1",
    "smtp_security": "none",
    "mail_from": "bot@school.example",
    "mail_reply_to": "office@school.example",
    "school_name": "Lindenschule",
}
BUSY: dict[str, Value] = {
    "days_since_last_activity": 14,
    "questions_answered": 120,
    "accuracy": 58.4,
    "time_spent": 185.0,
    "due_assignments": 6,
    "missed_assignments": 2,
    "overdue_assignments": 2,
    "overdue_assignment_title": "Essay *1*",
    "weakest_skill": "Fractions",
    "improved_skill": None,
}


@dataclass
class FakeMailServer:
    """A mail server that keeps what it takes, and fails where a test says so."""

    mails: list[Outgoing] = field(default_factory=list)
    refuse: Callable[[str], DeliveryError | None] = lambda _: None

    def send(self, message: Outgoing, *, local_id: str) -> int:
        assert local_id
        assert isinstance(message.recipient, Mail)
        error = self.refuse(message.recipient.address)
        if error is None or error.accepted is None:
            self.mails.append(message)
        if error is not None:
            raise error
        return 0

    def find(
        self, message: Outgoing, *, local_id: str, since: datetime, after_id: int
    ) -> int | None:
        assert message.key
        assert local_id
        assert since.tzinfo
        assert after_id >= 0
        raise DeliveryError(NOBODY_KNOWS, accepted=False, code=UNSEARCHABLE)

    @property
    def addresses(self) -> list[str]:
        return [m.recipient.address for m in self.mails if isinstance(m.recipient, Mail)]


class Family(Town):
    """Ana's guardians are Maria (English) and Jo (German); Kim may not be contacted."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        super().__init__(folder)
        self.mail = FakeMailServer()
        self.outbox = Outbox(self.store, Carriers(self.zulip, self.mail))
        self.office = open_office(
            self.store,
            read_settings(environment={}).replaced(**(SETTINGS | settings)),
            streams=self.zulip,
            figures=self.figures,
            book=self.office.book,
            outbox=self.outbox,
            upload=self.zulip.upload,
            release=self._release,
        )
        self.reopened()
        self.figures.rows["s1"] = dict(BUSY)
        self.guardian("g1", "Maria Álvarez", MARIA)
        self.guardian("g2", "Jo Álvarez", JO, language="de")
        self.guardian("g3", "Kim Adams", "kim@family.example", may_contact=0)

    @property
    def parents(self) -> Parents:
        return self.office.interventions.parents

    def guardian(
        self,
        guardian_id: str,
        name: str,
        address: str,
        *,
        student_id: str = "s1",
        language: str = "",
        may_contact: int = 1,
    ) -> None:
        self.store.execute(
            "INSERT OR REPLACE INTO guardians VALUES (?, ?, ?, ?, ?, ?, NULL)",
            [guardian_id, student_id, name, address, language, may_contact],
        )

    def states(self) -> list[tuple[str, str]]:
        """Each mail's guardian and state."""
        rows = self.store.rows("SELECT * FROM parent_notifications ORDER BY id")
        return [(row["guardian_id"], row["state"]) for row in rows]

    def later(self, when: datetime = NOW) -> None:
        """What the program does on its own then."""
        self.outbox.run(when)
        self.office.interventions.tick(when)
