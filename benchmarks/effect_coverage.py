"""Whether the intervals of effects keep their word, and how far off before and after alone is.

`python -m benchmarks.effect_coverage [--runs N] [--cases N]` lives through a school with a rule
that brings 8 points, one that brings nothing and one that takes 6 away (`tests/effects/simulation`)
and prints, by rule and measure, in points:

truth      what the rule does
estimate   the mean over all runs
coverage   of 100 intervals, how many hold the truth; 95 is what is promised
width      the interval from end to end
before     what requirement A's before and after alone claims, on average
error      how far that is from the truth
power      of 100 runs, how many say rightly that it helps or harms
wrong      of 100 runs, how many say that it does and it does not, or the opposite

Then the time that it takes to compare many cases by rule.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable
from dataclasses import replace
from importlib import import_module
from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nudgebot.nudging import effects as measured
from nudgebot.nudging.effects_values import Grouping

if TYPE_CHECKING:
    from effects.coverage import Tally

ROW = "{:6} {:20} {:>6} {:>9} {:>9} {:>6} {:>7} {:>6} {:>6} {:>6}"
SCHOOLS: tuple[tuple[str, int, int, tuple[float, ...]], ...] = (
    ("10 % held out, about 600 cases a rule", 300, 3, (0.1,)),
    ("50 % held out, about 600 cases a rule", 300, 3, (0.5,)),
    ("10 %, 50 % and 20 % held out as the term goes on", 300, 3, (0.1, 0.5, 0.2)),
)


def from_tests(name: str) -> Any:
    """A module of the tests, which know the simulated school."""
    tests = str(Path(__file__).parents[1] / "tests")
    if tests not in sys.path:
        sys.path.insert(0, tests)
    return import_module(f"effects.{name}")


def print_table(tallies: Iterable[Tally]) -> None:
    print(
        ROW.format(
            "rule", "measure", "truth", "estimate", "coverage", "width", "before", "error",
            "power", "wrong",
        )
    )  # fmt: skip
    for each in tallies:
        claim = each.mean_claim
        right, wrong = (each.helps, each.harms) if each.truth > 0 else (each.harms, each.helps)
        if each.truth == 0:
            right, wrong = 0, each.helps + each.harms
        print(
            ROW.format(
                each.rule,
                each.measure.value,
                f"{100 * each.truth:+.0f}",
                f"{100 * each.mean_estimate:+.1f}",
                f"{100 * each.coverage:.1f}",
                f"{100 * each.mean_width:.1f}",
                "" if claim is None else f"{100 * claim:+.0f}",
                "" if claim is None else f"{100 * (claim - each.truth):+.0f}",
                "" if each.truth == 0 else f"{100 * right / each.runs:.0f}",
                f"{100 * wrong / each.runs:.1f}",
            )
        )


def time_many(count: int) -> None:
    """Time the comparison of so many cases by rule, once everything is loaded."""
    simulation = from_tests("simulation")
    found = simulation.cases(simulation.School(students=count // 5), 1)[:count]
    measured.effects(found[:100], by=Grouping.RULE)
    begun = time.perf_counter()
    measured.effects(found, by=Grouping.RULE)
    print(f"\n{len(found):,} cases by rule: {time.perf_counter() - begun:.2f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--cases", type=int, default=100_000)
    wanted = parser.parse_args()
    simulation, coverage = from_tests("simulation"), from_tests("coverage")
    error = 100 * sqrt(0.95 * 0.05 / wanted.runs)
    print(f"{wanted.runs} runs; a coverage of 95 is told as 95 ± {1.96 * error:.1f}, by chance\n")
    for name, students, episodes, shares in SCHOOLS:
        rules = tuple(replace(rule, shares=shares) for rule in simulation.RULES)
        school = simulation.School(students=students, most_episodes=episodes, rules=rules)
        print(name)
        print_table(coverage.tallies(school, range(wanted.runs)).values())
        print()
    time_many(wanted.cases)


if __name__ == "__main__":
    main()
