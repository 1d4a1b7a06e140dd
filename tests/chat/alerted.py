"""Alerts for the town: nudges as nudging would have decided them, with the causes that go on."""

from __future__ import annotations

from datetime import datetime

from chat.town import NOW, Town
from nudgebot.school.days import to_at

SAW = {
    "inactivity_check_in": ("Inactivity Check-In", "✓ days_since_last_activity 10 ≥ 7"),
    "low_performance_alert": (
        "Low Performance Alert",
        "✓ average_score 41.2 < 60; ✓ recent_exam_count 4 > 2; ✓ risk_level high ∈ [high]",
    ),
}


def raised(
    town: Town,
    student_id: str,
    rule_id: str = "inactivity_check_in",
    *,
    urgency: str = "high",
    at: datetime = NOW,
) -> int:
    """Let a rule ask for the student's teachers; the number of the alert."""
    name, explanation = SAW[rule_id]
    key, when = f"{student_id}:{rule_id}:{to_at(at)}:1", to_at(at)
    town.store.execute("INSERT INTO episodes VALUES (?, ?, ?)", [student_id, rule_id, when])
    town.store.execute(
        """INSERT INTO nudges VALUES (:key, :student, :rule, :name, :at, 1, 'check_in', :urgency,
           'mentor_alert', 0, :at, :at, 1, :at, '', :why, 'queued', '', :at, '', '', '')""",
        {"key": key, "student": student_id, "rule": rule_id, "name": name, "at": when,
         "urgency": urgency, "why": explanation},
    )  # fmt: skip
    town.store.execute(
        "INSERT INTO nudge_parts VALUES (?, 'mentor', 't1', ?, 'waiting', '', 0, NULL)",
        [key, when],
    )
    town.office.interventions.alerts.sync(at)
    found: int = town.store.value(
        "SELECT MAX(alert_id) FROM alerts WHERE student_id = ? AND rule_id = ?",
        [student_id, rule_id],
    )
    return found


def ended(town: Town, student_id: str, rule_id: str = "inactivity_check_in") -> None:
    """Let the cause go."""
    town.store.execute(
        "DELETE FROM episodes WHERE student_id = ? AND rule_id = ?", [student_id, rule_id]
    )
    town.office.interventions.alerts.sync(town.clock)
