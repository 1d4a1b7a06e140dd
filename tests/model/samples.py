"""The shipped templates, students with chosen figures, and a composer that asks an endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import nudgebot
from nudgebot.insight.catalogue import METRIC
from nudgebot.nudging.compose import Composer, context_of
from nudgebot.nudging.fact_lock import Locked
from nudgebot.nudging.facts import Facts
from nudgebot.nudging.model import Rewriter
from nudgebot.nudging.model_openai import OpenAIRewriter
from nudgebot.nudging.model_texts import ModelTexts
from nudgebot.nudging.personal import ByModel, Limits
from nudgebot.nudging.personal_marks import MarkedRenderer
from nudgebot.nudging.rendering import CompositionError
from nudgebot.nudging.resources import Resources
from nudgebot.nudging.rule import All, Delivery, Rule, Test, Urgency
from nudgebot.nudging.samples import samples
from nudgebot.nudging.templates import Template, TemplateSet, read_templates
from nudgebot.school.days import to_day
from nudgebot.store import Store

ROOT = Path(nudgebot.__file__).parent.parent
SHIPPED = read_templates(ROOT / "message_templates")
UTC_ZONE = ZoneInfo("UTC")

NOW = datetime(2026, 11, 19, 14, 30, tzinfo=UTC)  # a Thursday
TODAY = to_day(NOW.date())


def rule(template_id: str, **changes: Any) -> Rule:
    """A rule with this template."""
    usual: dict[str, Any] = {
        "id": template_id, "name": template_id, "type": "encouragement",
        "conditions": All(
            (Test("current_streak", "equals", 0), Test("days_since_last_activity", "less_than", 3))
        ),
        "message_template": template_id, "urgency": Urgency.MEDIUM,
        "delivery_method": Delivery.DIRECT_MESSAGE, "cooldown_hours": 24,
    }  # fmt: skip
    return Rule(**{**usual, **changes})


STREAK = rule("streak_break_recovery")
VIDEOS = rule("video_completion_nudge")
SCORES = rule("low_performance_support")

GOOD = (
    "Streaks come and go, and that is fine. You once kept going for ⟦A⟧ in a row, so you know how "
    "it is done.\n\n⟦B⟧ ⟦C⟧ on any topic you like will do."
)
GOOD_DE = (
    "Eine Lernserie darf auch einmal enden. Du warst schon ⟦A⟧ am Stück dabei und weißt, wie es "
    "geht.\n\n⟦B⟧ ⟦C⟧ zu irgendeinem Thema reichen für den Anfang."
)


@dataclass(frozen=True)
class Words:
    """The templates in force."""

    templates: TemplateSet = SHIPPED
    resources: Resources = field(default_factory=Resources)


def facts(student_id: str = "s1", **changes: Any) -> Facts:
    """A student with a streak that has ended."""
    usual: dict[str, Any] = {
        "first_name": "Ana",
        "figures": {
            "highest_streak": 7, "videos_started": 4, "video_completion_rate": 0.3,
            "average_score": 55.0,
        },
        "as_of": NOW,
        "data_as_of": datetime(2026, 11, 19, 6, tzinfo=UTC),
    }  # fmt: skip
    made = Facts(student_id=student_id, **{**usual, **changes})
    return replace(made, figures={**usual["figures"], **made.figures})


def by_model(
    store: Store, rewriter: Rewriter, *, seconds: float = 5, requests_a_day: int = 100, **more: Any
) -> ByModel:
    """Personal words from a rewriter."""
    limits = Limits(seconds=seconds, requests_a_day=requests_a_day)
    return ByModel(rewriter, ModelTexts(store, UTC_ZONE), limits, **more)


def composer(store: Store, url: str, **more: Any) -> Composer:
    """A composer whose model is at an address."""
    return Composer(Words(), by_model(store, OpenAIRewriter(url, "m", api_key="k"), **more))


def as_template(which: Rule, about: Facts) -> str:
    """The message that the template makes."""
    return Composer(Words()).compose(which, about).text


def by_template() -> Iterator[tuple[Template, str, Locked]]:
    """Each shipped message to a student, as it is for each awkward sample, and locked."""
    plain, marked = Composer(Words()), MarkedRenderer()
    for template in (each for variants in SHIPPED.by_id.values() for each in variants):
        if template.category in ("part", "parent"):
            continue
        for sample in samples(METRIC):
            context = context_of(sample.facts, template, None)
            try:
                rendered = plain.fill_part(template, context)
            except CompositionError:
                continue
            yield template, rendered, marked.locked(template, context, rendered)
