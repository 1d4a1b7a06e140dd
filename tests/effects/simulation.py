"""A simulated school whose rules have effects that are known, and students who are only human.

A student has a level of their own, and good and bad weeks around it. A rule selects students in a
bad week, so most do better afterwards whatever one does: regression to the mean. Each has several
episodes; share of the held-out, and how strongly a student takes to nudges, differ. The effect is
added where it is measured: to the chance of reaching the target, and to requirement A's changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from nudgebot.nudging.cases import Arm, Case, Measures

START = datetime(2026, 9, 7, 16, tzinfo=UTC)
DAYS = 14
BAD_WEEK = -0.8  # a student is selected when the week is at least this far below the own level


@dataclass(frozen=True)
class SimulatedRule:
    """A rule with what it does to whom it nudges, in shares of students and of the baseline."""

    rule_id: str
    effect: float
    shares: tuple[float, ...] = (0.1,)
    measures_effect: float = 0.0
    base: float = 0.55  # reach the target by themselves
    tone: str = "encouraging"
    type: str = "engagement"


RULES = (
    SimulatedRule("helps", 0.08, measures_effect=0.08),
    SimulatedRule("nil", 0.0),
    SimulatedRule("harms", -0.06, measures_effect=-0.06),
)


@dataclass(frozen=True)
class School:
    """How many students there are, and how alike a student's episodes are."""

    students: int = 300
    most_episodes: int = 3
    rules: tuple[SimulatedRule, ...] = RULES
    alike: float = 0.15  # how far a student's own chance lies from the others', in both arms
    taking: float = 0.05  # how far the effect itself differs between students
    marked: float = 0.8  # have marks both times
    start: datetime = field(default=START)


def cases(school: School, seed: int) -> list[Case]:
    """All cases of a term, closed."""
    random = Random(seed)  # noqa: S311  # a simulation
    return [
        case for number in range(school.students) for case in _student(school, f"s{number}", random)
    ]


def _student(school: School, student_id: str, random: Random) -> Iterator[Case]:
    level = random.uniform(-school.alike, school.alike)
    taking = random.uniform(-school.taking, school.taking)
    usual = 2.0 + 4 * (level + school.alike)  # events a day
    for rule in school.rules:
        for episode in range(random.randint(1, school.most_episodes)):
            week = random.gauss(0, 1)
            while week > BAD_WEEK:
                week = random.gauss(0, 1)
            share = rule.shares[episode % len(rule.shares)]
            held_out = random.random() < share
            chance = rule.base + level + (0 if held_out else rule.effect + taking)
            gain = 0 if held_out else rule.measures_effect + taking
            reached = random.random() < chance
            at = school.start + timedelta(days=20 * episode, hours=random.randrange(24))
            yield Case(
                student_id=student_id,
                rule_id=rule.rule_id,
                episode_at=at,
                arm=Arm.HELD_OUT if held_out else Arm.NUDGED,
                share=share,
                type=rule.type,
                urgency="medium",
                channel="direct_message",
                tone=rule.tone,
                hour=at.hour,
                target="activity_resumed",
                decided_at=at,
                starts_at=at,
                start_day=at.toordinal(),
                ends_at=at + timedelta(days=DAYS),
                nudge_key=None if held_out else f"{student_id} {rule.rule_id} {episode}",
                before=(before := _measures(usual, week, random, school.marked)),
                after=_after(before, usual, gain, random),
                target_met_at=at + timedelta(days=random.uniform(0, DAYS)) if reached else None,
                closed=True,
            )


def _measures(usual: float, week: float, random: Random, marked: float) -> Measures:
    """A window's measures; the same good or bad week shows in all of them."""
    return Measures(
        activity=max(0.0, usual * (1 + 0.3 * week)),
        performance=60 + 3 * usual + 8 * week if random.random() < marked else None,
        engagement=min(1.0, max(0.0, 0.1 * usual + 0.1 * week)),
    )


def _after(before: Measures, usual: float, gain: float, random: Random) -> Measures:
    """An ordinary week, and the effect on top, in the units of requirement A's change."""
    plain = _measures(usual, random.gauss(0, 1), random, 1.0)

    def raised(early: float | None, late: float | None) -> float | None:
        return None if early is None or late is None else late + gain * max(early, 1)

    return Measures(
        raised(before.activity, plain.activity),
        raised(before.performance, plain.performance),
        raised(before.engagement, plain.engagement),
    )
