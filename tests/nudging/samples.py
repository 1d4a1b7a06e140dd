"""Rules, candidates and a small school that the tests of nudging share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nudgebot.nudging.candidate import Candidate, route
from nudgebot.nudging.rule import Delivery, Rule, Test, Urgency


def rule(rule_id: str = "streak", **changes: Any) -> Rule:
    """A rule on `current_streak` 0, with whatever the test is about changed."""
    values: Mapping[str, Any] = {
        "id": rule_id,
        "name": rule_id.title(),
        "conditions": Test("current_streak", "equals", 0),
        "type": "encouragement",
        "message_template": "streak",
        "urgency": Urgency.MEDIUM,
        "delivery_method": Delivery.DIRECT_MESSAGE,
        "cooldown_hours": 24,
    }
    return Rule(**{**values, **changes})


def candidate(student_id: str = "s1", risk_level: object = "low", **changes: Any) -> Candidate:
    """A candidate of such a rule."""
    return route(student_id, rule(**changes), risk_level=risk_level)
