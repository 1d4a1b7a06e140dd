"""A student and a rule as the tests of messages need them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from nudgebot.insight.table import Value
from nudgebot.nudging.compose import Composer
from nudgebot.nudging.facts import Facts
from nudgebot.nudging.resources import Resource, Resources
from nudgebot.nudging.rule import All, Condition, Delivery, Rule, Urgency
from nudgebot.nudging.study_plan import WeakSkill
from nudgebot.nudging.templates import TemplateSet, templates_of

NOW = datetime(2026, 11, 19, 14, 30, tzinfo=UTC)

FIGURES: dict[str, Value] = {
    "highest_streak": 9,
    "current_streak": 0,
    "days_since_last_activity": 1,
    "average_score": 52.4,
    "recent_exam_count": 3,
    "risk_level": "high",
    "videos_started": 5,
    "video_completion_rate": 0.2,
    "upcoming_exam_days": 5,
    "upcoming_exam_title": "Fractions test",
    "upcoming_exam_subject": "Mathematics",
    "struggling_subjects": ("Mathematics", "English"),
    "weakest_subject": "Mathematics",
    "overdue_assignments": 1,
    "overdue_assignment_title": "Essay *1*",
    "overdue_days": 1,
    "last_score": 81.0,
    "score_change": 12.3,
    "weakest_skill": "Fractions",
    "next_assignment_title": "Worksheet 3",
    "next_assignment_skill": "Decimals",
    "last_assignment_title": "Worksheet 2",
    "improved_skill": "Division",
    "improved_skill_accuracy": 84.6,
    "days_since_last_practice": 10,
}


def facts(figures: Mapping[str, Value] | None = None, **other: Any) -> Facts:
    """Ana, as of two hours ago."""
    made = Facts(
        student_id="s1",
        first_name="Ana",
        full_name="Ana Sofía Lind",
        class_name="7b",
        figures={**FIGURES, **(figures or {})},
        as_of=NOW,
        data_as_of=NOW - timedelta(hours=2),
        skills=(WeakSkill("Fractions", 48.0), WeakSkill("Decimals", 61.0)),
    )
    return replace(made, **other)


def rule(conditions: Condition = All(()), **other: Any) -> Rule:  # noqa: B008  # frozen, shared
    """A rule that names the template `hello`."""
    made = Rule(
        id="hello_rule",
        name="Hello *rule*",
        conditions=conditions,
        type="check_in",
        message_template="hello",
        urgency=Urgency.MEDIUM,
        delivery_method=Delivery.DIRECT_MESSAGE,
        cooldown_hours=24,
    )
    return replace(made, **other)


def template(body: str, *, category: str = "nudge", head: str = "", language: str = "en") -> str:
    """A template's file."""
    return (
        f"---\ntitle: Hello\ncategory: {category}\ntone: warm\ngoal: greet\n"
        f"call_to_action: Come in\nlanguage: {language}\n{head}---\n{body}\n"
    )


FRAME = template("Hi {{ first_name }}: {{ body }} [{{ data_as_of }}]", category="part")


@dataclass(frozen=True)
class Words:
    """Templates and resources that stay as they are."""

    templates: TemplateSet
    resources: Resources = field(default_factory=Resources)


def composer(*listed: Resource, **bodies: str) -> Composer:
    """A composer over templates by id; a body with a head of its own is taken as a whole file."""
    texts = {
        f"{name.replace('__', '.')}.md": body if body.startswith("---") else template(body)
        for name, body in {"frame": FRAME, **bodies}.items()
    }
    found = templates_of(texts)
    assert found.problems == ()
    return Composer(Words(found, Resources(listed)))
