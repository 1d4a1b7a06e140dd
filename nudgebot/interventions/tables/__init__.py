"""The tables of interventions, one file a subject; those of requirement B carry its columns."""

from __future__ import annotations

from nudgebot.interventions.tables import (
    alerts,
    assignments,
    colleagues,
    meetings,
    messages,
    parents,
    record,
    tutoring,
)
from nudgebot.store import Schema

SCHEMA = Schema(
    "interventions",
    (
        *alerts.STEPS,
        *record.STEPS,
        *messages.STEPS,
        *assignments.STEPS,
        *meetings.STEPS,
        *parents.STEPS,
        *tutoring.STEPS,
        *colleagues.STEPS,
    ),
)
