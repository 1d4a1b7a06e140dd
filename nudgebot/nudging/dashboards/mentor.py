"""The impact of nudging on a mentor's students (requirement A, `get_mentor_impact_report`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from nudgebot.insight.table import FigureTable
from nudgebot.nudging.cases import Arm, Case
from nudgebot.nudging.dashboards.effectiveness import EffectivenessMetrics, best, metrics_of
from nudgebot.nudging.dashboards.overview import Basis, ended_cases
from nudgebot.nudging.dashboards.received import Received, read_received, unanswered
from nudgebot.nudging.dashboards.scope import Scope
from nudgebot.nudging.dashboards.sent import Sent, read_sent
from nudgebot.nudging.effects import effects
from nudgebot.nudging.effects_values import Effect, Grouping
from nudgebot.school.people import SchoolClass, Student
from nudgebot.store import Store

AT_RISK = ("critical", "high")
_MOST_NUDGES = 5_000
_TALK_AFTER = 2
_TIME_TO_ANSWER = timedelta(days=1)  # what was only just sent cannot have done anything yet


@dataclass(frozen=True)
class MentorProfile:
    """Who she is to the school: her classes of today, and how many students are in them."""

    teacher_id: str
    name: str
    classes: tuple[str, ...]
    students: int


@dataclass(frozen=True)
class StudentSummary:
    """One of her students; `unanswered` counts the newest nudges in a row that did nothing.

    `open` nudges are still followed: they count among the `nudges`, and neither as `responded` nor
    as `reached`, of which the successes would be known before the failures.
    """

    student_id: str
    name: str
    risk_level: str
    nudges: int
    open: int
    responded: int
    reached: int
    unanswered: int


@dataclass(frozen=True)
class NeedsAttention:
    """A student to look at, and why, in a teacher's words."""

    student_id: str
    name: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class SuccessRate:
    """Of her students' cases that were followed to their end, those that did what was asked for.

    `open` counts those that are still followed, which are in neither figure.
    `metrics` compares her own with those of hers who were held out; with one class that is nearly
    always too early to say, so the whole school's rate without a nudge stands beside it.
    """

    reached: int
    followed: int
    open: int
    metrics: EffectivenessMetrics | None
    school_held_out: float | None

    @property
    def share(self) -> float | None:
        """None where nothing was followed to its end."""
        return self.reached / self.followed if self.followed else None


@dataclass(frozen=True)
class MentorImpactReport:
    """Requirement A's entries under its names; `most_effective_strategies` are types of nudges.

    Where her own students are too few for it, they are the whole school's, and `of_the_school`
    says so.
    """

    mentor_profile: MentorProfile
    students_overview: tuple[StudentSummary, ...]
    total_nudges_triggered: int
    intervention_success_rate: SuccessRate
    most_effective_strategies: tuple[Effect, ...]
    students_needing_attention: tuple[NeedsAttention, ...]
    sent: Sent
    of_the_school: bool


@dataclass(frozen=True)
class Mentor:
    """A teacher with her classes and students of today."""

    teacher_id: str
    name: str
    classes: Sequence[SchoolClass]
    students: Sequence[Student]


def read_mentor(
    store: Store,
    mentor: Mentor,
    scope: Scope,
    basis: Basis,
    *,
    figures: FigureTable,
    school: Sequence[Effect],
) -> MentorImpactReport:
    """The report; `figures` are her students', `school` the whole school's effects by type."""
    closed = ended_cases(store, scope, tracking_days=basis.tracking_days)
    own = effects(closed, by=Grouping.TYPE, minimum=basis.minimum)
    sent = read_sent(store, scope, zone=basis.zone)
    summaries = _summaries(
        mentor, scope, read_received(store, scope, zone=basis.zone, most=_MOST_NUDGES), figures
    )
    strategies = best(own)
    return MentorImpactReport(
        mentor_profile=MentorProfile(
            mentor.teacher_id,
            mentor.name,
            tuple(each.name for each in mentor.classes),
            len(mentor.students),
        ),
        students_overview=summaries,
        total_nudges_triggered=sent.total,
        intervention_success_rate=_success(
            closed, basis, school, still=_still_followed(store, scope)
        ),
        most_effective_strategies=strategies or best(school),
        students_needing_attention=tuple(_attention(summaries)),
        sent=sent,
        of_the_school=not strategies,
    )


def _summaries(
    mentor: Mentor, scope: Scope, received: Sequence[Received], figures: FigureTable
) -> tuple[StudentSummary, ...]:
    levels = dict(zip(figures.student_ids, figures.columns.get("risk_level", ()), strict=False))
    by_student: dict[str, list[Received]] = {}
    for each in received:
        by_student.setdefault(each.student_id, []).append(each)
    return tuple(_summary(each, scope, by_student, levels) for each in mentor.students)


def _summary(
    student: Student,
    scope: Scope,
    by_student: Mapping[str, Sequence[Received]],
    levels: Mapping[str, object],
) -> StudentSummary:
    own = by_student.get(student.student_id, ())
    over = [each for each in own if not each.open]
    not_new = [each for each in own if each.at <= scope.end - _TIME_TO_ANSWER]
    return StudentSummary(
        student_id=student.student_id,
        name=student.name or student.student_id,
        risk_level=str(levels.get(student.student_id) or "unknown"),
        nudges=len(own),
        open=len(own) - len(over),
        responded=sum(each.responded for each in over),
        reached=sum(bool(each.reached) for each in over),
        unanswered=unanswered(not_new),
    )


def _still_followed(store: Store, scope: Scope) -> int:
    """How many of the cases with a nudge have begun, and are not over."""
    found: int = store.value(
        """SELECT COUNT(*) FROM cases WHERE state = 'followed' AND nudge_key IS NOT NULL
           AND starts_at < :end
           AND (:everybody OR student_id IN (SELECT value FROM json_each(:ids)))""",
        scope.parameters,
    )
    return found


def _success(
    closed: Sequence[Case], basis: Basis, school: Sequence[Effect], *, still: int
) -> SuccessRate:
    nudged = [case for case in closed if case.arm is not Arm.HELD_OUT]
    overall = effects(closed, by=Grouping.ALL, minimum=basis.minimum)
    sides = [each.before_after.held_out for each in school]
    measured = [side for side in sides if side.reached is not None]
    cases = sum(side.cases for side in measured)
    held_out = sum((side.reached or 0.0) * side.cases for side in measured)
    return SuccessRate(
        reached=sum(
            case.target_met_at is not None and case.target_met_at <= case.ends_at for case in nudged
        ),
        followed=len(nudged),
        open=still,
        metrics=metrics_of(overall[0]) if overall else None,
        school_held_out=held_out / cases if cases >= basis.minimum else None,
    )


def _attention(summaries: Sequence[StudentSummary]) -> Iterator[NeedsAttention]:
    """At high risk, or without any response to nudge after nudge; the most pressing first."""
    order = {level: place for place, level in enumerate(AT_RISK)}
    ranked = sorted(
        summaries,
        key=lambda each: (order.get(each.risk_level, len(order)), -each.unanswered, each.name),
    )
    for each in ranked:
        reasons = []
        if each.risk_level in AT_RISK:
            reasons.append(f"{each.risk_level} risk")
        if each.unanswered >= _TALK_AFTER:
            reasons.append(f"the last {each.unanswered} nudges did nothing so far")
        if reasons:
            yield NeedsAttention(each.student_id, each.name, tuple(reasons))
