"""How often the truth lies inside the interval, over many simulated schools."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from effects.simulation import School, SimulatedRule, cases
from nudgebot.nudging.effects import effects
from nudgebot.nudging.effects_values import Grouping, Measure, Outcome, Verdict

MINIMUM = 10


@dataclass
class Tally:
    """What became of one rule and one measure over all runs; fractions, not points."""

    rule: str
    measure: Measure
    truth: float
    runs: int = 0
    inside: int = 0
    helps: int = 0
    harms: int = 0
    estimates: list[float] = field(default_factory=list)
    claims: list[float] = field(default_factory=list)  # before and after alone
    widths: list[float] = field(default_factory=list)

    def add(self, outcome: Outcome, claim: float | None) -> None:
        if outcome.difference is None or outcome.low is None or outcome.high is None:
            return
        self.runs += 1
        self.inside += outcome.low <= self.truth <= outcome.high
        self.helps += outcome.verdict is Verdict.HELPS
        self.harms += outcome.verdict is Verdict.HARMS
        self.estimates.append(outcome.difference)
        self.widths.append(outcome.high - outcome.low)
        if claim is not None:
            self.claims.append(claim)

    @property
    def coverage(self) -> float:
        return self.inside / self.runs

    @property
    def mean_estimate(self) -> float:
        return sum(self.estimates) / len(self.estimates)

    @property
    def mean_claim(self) -> float | None:
        return sum(self.claims) / len(self.claims) if self.claims else None

    @property
    def mean_width(self) -> float:
        return sum(self.widths) / len(self.widths)


def truth(rule: SimulatedRule, measure: Measure) -> float:
    return rule.effect if measure is Measure.TARGET else rule.measures_effect


def tallies(school: School, seeds: Sequence[int]) -> dict[tuple[str, Measure], Tally]:
    """Every rule and measure of a school, lived through once for each seed."""
    found = {
        (rule.rule_id, measure): Tally(rule.rule_id, measure, truth(rule, measure))
        for rule in school.rules
        for measure in Measure
    }
    for seed in seeds:
        for rule, outcome, claim in _run(school, seed):
            found[rule, outcome.measure].add(outcome, claim)
    return found


def _run(school: School, seed: int) -> Iterator[tuple[str, Outcome, float | None]]:
    for effect in effects(cases(school, seed), by=Grouping.RULE, minimum=MINIMUM):
        before_after = effect.before_after.nudged
        claims = {**before_after.changes.named(), "overall_impact": before_after.overall_impact}
        for outcome in effect.outcomes:
            yield effect.group, outcome, claims.get(outcome.measure.value)
