"""The keys of a rule file: their kinds, defaults and bounds, and their schema for editors."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from nudgebot.nudging.rule import Delivery, EventKind, Target, Urgency

NAME = r"^[a-z][a-z0-9_]{0,59}$"


def _one_or_many(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Name = Annotated[str, Field(pattern=NAME)]
Names = Annotated[list[Name], BeforeValidator(_one_or_many)]
Texts = Annotated[list[Annotated[str, Field(min_length=1)]], BeforeValidator(_one_or_many)]
Kinds = Annotated[list[EventKind], BeforeValidator(_one_or_many), Field(min_length=1)]


class _Keys(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class InterventionKeys(_Keys):
    """What is to happen."""

    type: Name = Field(description="What kind of nudge it is, such as encouragement")
    message_template: Name = Field(description="A file of message_templates/, without its ending")
    urgency: Urgency = Field(description="How soon it goes out")
    delivery_method: Delivery = Field(description="Where it goes")
    include_resources: bool = Field(
        False, description="Add what resources.yaml lists for the subjects"
    )
    include_study_plan: bool = Field(
        False, description="Add a day-by-day plan up to the exam from the weakest skills"
    )
    personalize_by_subject: bool = Field(False, description="Name the subjects it is about")


class AppliesToKeys(_Keys):
    """The classes and subjects that the rule is about; nothing named means all."""

    classes: Texts = Field(default=[], description="Class ids or names")
    subjects: Texts = Field(default=[], description="Subjects")


class RuleKeys(_Keys):
    """A nudging rule."""

    id: Name = Field(description="The rule's name for ever; nudges are remembered by it")
    name: str = Field(min_length=1, max_length=100, description="What teachers read")
    conditions: dict[str, Any] = Field(default={}, description="All must hold")
    intervention: InterventionKeys
    cooldown_hours: int = Field(
        ge=1, le=8760, description="Least time between two nudges of this rule for one student"
    )
    enabled: bool = Field(True, description="false switches the rule off")
    on: Kinds = Field(
        default=[],
        description="Events that make the rule be looked at; without them it is at every tick",
    )
    applies_to: AppliesToKeys = AppliesToKeys()
    unless: dict[str, Any] | None = Field(
        None, description="The rule does not fire where these conditions hold"
    )
    inhibits: Names = Field(default=[], description="Rules that this one silences when it fires")
    expires_after_hours: int = Field(48, ge=1, le=720, description="Then it is not sent any more")
    holdout: float | None = Field(
        None, ge=0, le=1, description="Share of students left out, to measure against; 0 for none"
    )
    target: Target = Field(
        Target.ACTIVITY_RESUMED,
        description="What the rule wants to come about; whether it does is followed for two weeks",
    )
