"""Targeted assignments: practice in a student's weakest skills, followed until it is done."""

from __future__ import annotations

from datetime import datetime

from nudgebot.interventions.means import Means
from nudgebot.interventions.record import Record


class Assignments:
    """Keeps targeted assignments."""

    def __init__(self, means: Means, record: Record) -> None:
        self._means = means
        self._record = record

    def tick(self, as_of: datetime) -> int:
        """Do what time brings; returns how many things were done."""
        return 0 * as_of.second
