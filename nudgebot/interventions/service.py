"""Interventions under one roof, with the service functions of requirement B by their names."""

from __future__ import annotations

from datetime import datetime

from nudgebot.interventions.alerts import Alerts
from nudgebot.interventions.assignments import Assignments
from nudgebot.interventions.history import Histories
from nudgebot.interventions.means import Means
from nudgebot.interventions.meetings import Meetings
from nudgebot.interventions.messages import Messages
from nudgebot.interventions.parents import Parents
from nudgebot.interventions.record import Record
from nudgebot.interventions.tutoring import Tutoring


class Interventions:
    """Everything that a teacher can do about a student."""

    def __init__(self, means: Means) -> None:
        self.means = means
        self.record = Record(means.store)
        self.messages = Messages(means, self.record)
        self.alerts = Alerts(means, self.record)
        self.assignments = Assignments(means, self.record)
        self.meetings = Meetings(means, self.record)
        self.parents = Parents(means, self.record)
        self.tutoring = Tutoring(means, self.record)
        self.histories = Histories(means, self.record)

    def tick(self, as_of: datetime) -> int:
        """Do what time brings in every part; returns how many things were done."""
        parts = (self.alerts, self.assignments, self.meetings, self.parents, self.tutoring)
        return sum(part.tick(as_of) for part in parts)
