"""The system overview of a period (requirement A, `get_system_overview`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from nudgebot.nudging.case_sheet import CaseSheet, read_sheet, sheet_of
from nudgebot.nudging.cases import Arm, Case, Cases
from nudgebot.nudging.dashboards.effectiveness import (
    EffectivenessMetrics,
    EngagementImprovement,
    best,
    engagement_of,
    metrics_of,
    worst,
)
from nudgebot.nudging.dashboards.response_rates import ResponseRates, read_response_rates
from nudgebot.nudging.dashboards.scope import Scope
from nudgebot.nudging.dashboards.sent import Sent, read_sent
from nudgebot.nudging.effects import Effects
from nudgebot.nudging.effects_values import Effect, Grouping
from nudgebot.store import Store

FEW_STUDENTS = 500  # whose cases are looked up by student, not by time


@dataclass(frozen=True)
class Basis:
    """What the figures rest on: the school's zone, days a nudge is followed, cases an arm needs.

    `rule_names` are those of the rules in force; a rule that is not goes by its id.
    """

    zone: ZoneInfo
    tracking_days: int
    minimum: int
    rule_names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Followed:
    """Cases that were followed to their end in the period, and those that still are."""

    nudged: int
    held_out: int
    exempt: int
    open: int


@dataclass(frozen=True)
class SystemOverview:
    """Requirement A's entries under its names; group figures only, and nobody's name.

    What was sent and came back is of the nudges that went out in the period, the effects are of
    the cases whose following ended in it. `effectiveness_metrics` and
    `student_engagement_improvement` are None where no case has ended.
    """

    date_range: tuple[datetime, datetime]
    total_nudges_sent: int
    nudge_types_breakdown: Mapping[str, int]
    response_rates: ResponseRates
    effectiveness_metrics: EffectivenessMetrics | None
    top_performing_nudges: tuple[Effect, ...]
    worst_performing_nudges: tuple[Effect, ...]
    student_engagement_improvement: EngagementImprovement | None
    sent: Sent
    followed: Followed
    effects_by_rule: tuple[Effect, ...]
    effects_by_type: tuple[Effect, ...]


def read_overview(store: Store, scope: Scope, basis: Basis) -> SystemOverview:
    """The overview of a scope, as of its end."""
    closed = ended_sheet(store, scope, tracking_days=basis.tracking_days)
    found = Effects(closed, minimum=basis.minimum)
    overall = found.by(Grouping.ALL)
    rules = _named(found.by(Grouping.RULE), basis)
    sent = read_sent(store, scope, zone=basis.zone)
    return SystemOverview(
        date_range=(scope.begin, scope.end),
        total_nudges_sent=sent.total,
        nudge_types_breakdown=sent.by_type,
        response_rates=read_response_rates(store, scope),
        effectiveness_metrics=metrics_of(overall[0]) if overall else None,
        top_performing_nudges=best(rules),
        worst_performing_nudges=worst(rules),
        student_engagement_improvement=engagement_of(overall[0]) if overall else None,
        sent=sent,
        followed=_followed(store, scope, closed),
        effects_by_rule=rules,
        effects_by_type=found.by(Grouping.TYPE),
    )


def ended_cases(store: Store, scope: Scope, *, tracking_days: int) -> list[Case]:
    """The cases of the scope whose following ended within it."""
    begin = scope.begin - timedelta(days=tracking_days)
    kept = Cases(store)
    if scope.students is not None and len(scope.students) <= FEW_STUDENTS:
        found = kept.of_students(sorted(scope.students))
    else:
        found = kept.between(begin, scope.end, closed_only=True)
    return [
        case
        for case in found
        if case.closed and scope.begin <= case.ends_at <= scope.end and scope.has(case.student_id)
    ]


def ended_sheet(store: Store, scope: Scope, *, tracking_days: int) -> CaseSheet:
    """The same in columns, for many."""
    if scope.students is not None and len(scope.students) <= FEW_STUDENTS:
        return sheet_of(ended_cases(store, scope, tracking_days=tracking_days))
    begin = scope.begin - timedelta(days=tracking_days)
    found = read_sheet(store, (begin, scope.end), ended=(scope.begin, scope.end))
    return found if scope.students is None else found.where(map(scope.has, found.student_id))


def _named(found: Sequence[Effect], basis: Basis) -> tuple[Effect, ...]:
    """The effects of rules by the rules' names."""
    return tuple(
        replace(each, group=basis.rule_names.get(each.group, each.group)) for each in found
    )


def _followed(store: Store, scope: Scope, closed: CaseSheet) -> Followed:
    arms = list(closed.arm)
    still: int = store.value(
        """SELECT COUNT(*) FROM cases WHERE state = 'followed' AND starts_at < :end
           AND (:everybody OR student_id IN (SELECT value FROM json_each(:ids)))""",
        scope.parameters,
    )
    return Followed(
        nudged=arms.count(Arm.NUDGED),
        held_out=arms.count(Arm.HELD_OUT),
        exempt=arms.count(Arm.EXEMPT),
        open=still,
    )
