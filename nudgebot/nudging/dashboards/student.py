"""The nudging report of one student (requirement A, `get_student_nudging_report`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from nudgebot.nudging.before_after import impact_of
from nudgebot.nudging.before_after_values import Changes, Impact, Side
from nudgebot.nudging.cases import Arm, Case, Cases
from nudgebot.nudging.dashboards.advice import adjustments
from nudgebot.nudging.dashboards.received import Received, read_received, unanswered
from nudgebot.nudging.dashboards.response_rates import ResponseRates, read_response_rates
from nudgebot.nudging.dashboards.scope import Scope
from nudgebot.nudging.effects import hour_band
from nudgebot.nudging.effects_values import Effect
from nudgebot.nudging.profiles import Profile
from nudgebot.school.days import to_at
from nudgebot.store import Store

LOOK_BACK = timedelta(days=365)
_MOST_IMPACTS = 10
_MOST_HELD_OUT = 500  # students; the newest say enough about what is usual


@dataclass(frozen=True)
class Part:
    """Of the nudges in a part of the day, or of a type, how many were responded to."""

    name: str
    nudges: int
    responded: int


@dataclass(frozen=True)
class ResponsePatterns:
    """How and when she responds; `in_a_row` is how many of the newest had no response at all."""

    rates: ResponseRates
    by_part_of_day: tuple[Part, ...]
    in_a_row: int


@dataclass(frozen=True)
class TypeRecord:
    """A type of nudge: hers are too few to compare, so the school's effect stands beside them."""

    type: str
    nudges: int
    responded: int
    followed: int
    reached: int
    school: Effect | None


@dataclass(frozen=True)
class BehavioralChanges:
    """What was different after each nudge, the newest first, and on average.

    `held_out` is what happened to others under the same rules without a nudge.
    """

    impacts: tuple[tuple[Case, Impact], ...]
    average: Changes
    held_out: Side


@dataclass(frozen=True)
class StudentNudgingReport:
    """Requirement A's entries under its names."""

    student_id: str
    as_of: datetime
    student_profile: Profile
    nudges_received: tuple[Received, ...]
    response_patterns: ResponsePatterns
    effectiveness_by_type: tuple[TypeRecord, ...]
    behavioral_changes: BehavioralChanges
    recommended_adjustments: tuple[str, ...]


def read_student(
    store: Store,
    profile: Profile,
    as_of: datetime,
    *,
    zone: ZoneInfo,
    minimum: int,
    school: Sequence[Effect],
) -> StudentNudgingReport:
    """The report as of an instant, `zone` being the school's and `school` its effects by type."""
    scope = Scope(as_of - LOOK_BACK, as_of, frozenset({profile.student_id}))
    received = read_received(store, scope, zone=zone)
    cases = [case for case in Cases(store).of_students([profile.student_id]) if case.nudge_key]
    rates = read_response_rates(store, scope)
    return StudentNudgingReport(
        student_id=profile.student_id,
        as_of=as_of,
        student_profile=profile,
        nudges_received=tuple(received),
        response_patterns=ResponsePatterns(rates, _parts(received), unanswered(received)),
        effectiveness_by_type=_types(received, cases, {each.group: each for each in school}),
        behavioral_changes=_changes(store, cases, as_of, minimum),
        recommended_adjustments=adjustments(profile, rates, received),
    )


def _parts(received: Sequence[Received]) -> tuple[Part, ...]:
    bands: dict[str, list[Received]] = {}
    for each in sorted(received, key=lambda each: each.hour):
        bands.setdefault(hour_band(each.hour), []).append(each)
    return tuple(
        Part(band, len(own), sum(each.responded for each in own)) for band, own in bands.items()
    )


def _types(
    received: Sequence[Received], cases: Sequence[Case], school: Mapping[str, Effect]
) -> tuple[TypeRecord, ...]:
    closed = [case for case in cases if case.closed]
    records = []
    for kind in dict.fromkeys(each.type for each in received):
        own = [each for each in received if each.type == kind]
        followed = [case for case in closed if case.type == kind]
        records.append(
            TypeRecord(
                type=kind,
                nudges=len(own),
                responded=sum(each.responded for each in own),
                followed=len(followed),
                reached=sum(_reached(case) for case in followed),
                school=school.get(kind),
            )
        )
    return tuple(sorted(records, key=lambda each: (-each.nudges, each.type)))


def _reached(case: Case) -> bool:
    return case.target_met_at is not None and case.target_met_at <= case.ends_at


def _changes(
    store: Store, cases: Sequence[Case], as_of: datetime, minimum: int
) -> BehavioralChanges:
    newest = sorted(cases, key=lambda case: case.starts_at, reverse=True)[:_MOST_IMPACTS]
    others = _held_out(store, {case.rule_id for case in newest}, as_of)
    impacts = [(case, impact_of(case, others, minimum=minimum)) for case in newest]
    measured = [impact.specific_improvements for case, impact in impacts if case.closed]

    def average(name: str) -> float | None:
        known = [each[name] for each in measured if name in each]
        return sum(known) / len(known) if known else None

    return BehavioralChanges(
        impacts=tuple(impacts),
        average=Changes(
            average("activity_change"), average("performance_change"), average("engagement_change")
        ),
        held_out=impacts[0][1].held_out if len({c.rule_id for c in newest}) == 1 else _side(others),
    )


def _side(held_out: Sequence[Case]) -> Side:
    from nudgebot.nudging.before_after import before_after  # noqa: PLC0415  # brings numpy

    return before_after(held_out).held_out


def _held_out(store: Store, rule_ids: set[str], as_of: datetime) -> list[Case]:
    """Held-out cases of these rules, of the students who were held out last."""
    rules = sorted(rule_ids)
    marks = ", ".join("?" * len(rules))
    rows = store.rows(
        f"""SELECT student_id FROM cases WHERE arm = 'held_out' AND state = 'closed'
            AND rule_id IN ({marks}) AND starts_at BETWEEN ? AND ?
            GROUP BY student_id ORDER BY MAX(starts_at) DESC LIMIT ?""",  # noqa: S608  # parameter marks
        [*rules, to_at(as_of - LOOK_BACK), to_at(as_of), _MOST_HELD_OUT],
    )
    found = Cases(store).of_students([row[0] for row in rows])
    return [
        case
        for case in found
        if case.arm is Arm.HELD_OUT and case.closed and case.rule_id in rule_ids
    ]
