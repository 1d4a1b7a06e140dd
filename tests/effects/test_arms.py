"""Strata, repeated students, baselines and edges of a comparison of two arms."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from nudgebot.nudging.statistics import Share, newcombe, normal_quantile
from nudgebot.nudging.statistics_arms import Sample, difference_of_means, difference_of_shares


def sample(rows: list[tuple[bool, int, int, float, float]]) -> Sample:
    """Rows of nudged, stratum, student, share, value."""
    nudged, stratum, student, share, value = zip(*rows, strict=True) if rows else ((),) * 5
    return Sample(
        np.array(nudged, dtype=bool),
        np.array(stratum, dtype=np.int64),
        np.array(student, dtype=np.int64),
        np.array(share, dtype=float),
        np.array(value, dtype=float),
    )


def test_one_stratum_and_one_case_a_student_is_newcombe() -> None:
    """In the plain case nothing but the textbook interval comes out."""
    rows = [(True, 0, n, 0.1, float(n < 56)) for n in range(70)]
    rows += [(False, 0, 100 + n, 0.1, float(n < 48)) for n in range(80)]
    found = difference_of_shares(sample(rows))
    assert found is not None
    assert found.interval == pytest.approx(
        newcombe(Share(56 / 70, 70), Share(48 / 80, 80), z=normal_quantile())
    )
    assert found.design_effect == 1
    assert (found.nudged_count, found.held_out_count) == (70, 80)


def _two_strata(random: Random) -> Sample:
    """A hard rule with half held out, an easy one with a tenth, and no effect of either."""
    rows = []
    for number in range(600):
        stratum, share, chance = (0, 0.5, 0.3) if number % 2 else (1, 0.1, 0.8)
        nudged = random.random() >= share
        rows.append((nudged, stratum, number, share, float(random.random() < chance)))
    return sample(rows)


def test_differing_shares_do_not_make_an_effect() -> None:
    """Thrown together, nudged seem 24 points better; by stratum the truth, zero, is inside."""
    random, naive, inside, runs = Random(5), 0.0, 0, 300  # noqa: S311  # a simulation
    for _ in range(runs):
        each = _two_strata(random)
        naive += float(each.value[each.nudged].mean() - each.value[~each.nudged].mean())
        found = difference_of_shares(each)
        assert found is not None
        inside += found.interval.low <= 0 <= found.interval.high
    assert naive / runs == pytest.approx(0.24, abs=0.03)
    assert 0.92 <= inside / runs <= 0.98


def _by_student(random: Random) -> Sample:
    """Arms that stick to the student, who has five cases that come out alike: the worst case."""
    rows = []
    for number in range(120):
        nudged, usual = random.random() < 0.5, random.choice([0.15, 0.85])
        rows += [(nudged, 0, number, 0.5, float(random.random() < usual)) for _ in range(5)]
    return sample(rows)


def test_repeated_students_are_not_counted_as_many() -> None:
    """Five like cases of a student count little more than one: with them taken for five the truth
    is missed in a third of the runs."""
    random, inside, plain, runs = Random(6), 0, 0, 300  # noqa: S311  # a simulation
    for _ in range(runs):
        each = _by_student(random)
        found = difference_of_shares(each)
        assert found is not None
        inside += found.interval.low <= 0 <= found.interval.high
        alone = Sample(
            each.nudged, each.stratum, np.arange(each.value.size), each.share, each.value
        )
        careless = difference_of_shares(alone)
        assert careless is not None
        plain += careless.interval.low <= 0 <= careless.interval.high
    assert 0.92 <= inside / runs <= 0.98
    assert plain / runs < 0.8


def test_a_baseline_makes_the_interval_narrower_and_keeps_it_honest() -> None:
    """What the baseline foretells stops being noise; chance differences at the start go."""
    random, inside, narrower, runs = Random(7), 0, 0, 200  # noqa: S311  # a simulation
    for _ in range(runs):
        rows, baseline = [], []
        for number in range(300):
            nudged, start = random.random() < 0.8, random.gauss(0, 1)
            change = -0.7 * start + random.gauss(0, 0.5) + 0.2 * nudged
            rows.append((nudged, 0, number, 0.2, change))
            baseline.append(start)
        plain = sample(rows)
        without = difference_of_means(plain)
        found = difference_of_means(
            Sample(
                plain.nudged,
                plain.stratum,
                plain.student,
                plain.share,
                plain.value,
                np.array(baseline),
            )
        )
        assert found is not None
        assert without is not None
        inside += found.interval.low <= 0.2 <= found.interval.high
        width = found.interval.high - found.interval.low
        narrower += width < without.interval.high - without.interval.low
    assert 0.92 <= inside / runs <= 0.98
    assert narrower == runs


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [(True, 0, 1, 0.1, 1.0)],
        [(True, 0, 1, 0.1, 1.0), (True, 0, 2, 0.1, 0.0)],
        [(True, 0, 1, 0.1, 1.0), (False, 1, 2, 0.1, 0.0)],
        [(True, 0, 1, 0.1, float("nan")), (False, 0, 2, 0.1, 0.0)],
    ],
    ids=["nothing", "one case", "one arm", "never in one stratum", "not measured"],
)
def test_without_two_arms_there_is_nothing_to_say(
    rows: list[tuple[bool, int, int, float, float]],
) -> None:
    """None, not nan and no warning."""
    assert difference_of_shares(sample(rows)) is None
    assert difference_of_means(sample(rows)) is None


def test_means_without_spread_or_with_one_case_an_arm_say_nothing() -> None:
    """A variance that cannot be known is not taken for zero."""
    alike = [(n % 2 == 0, 0, n, 0.1, 1.0) for n in range(80)]
    assert difference_of_means(sample(alike)) is None
    assert difference_of_means(sample([(True, 0, 1, 0.1, 1.0), (False, 0, 2, 0.1, 0.0)])) is None


def test_all_reached_still_has_an_interval() -> None:
    """All of 40 against all of 5 is no proof of anything."""
    rows = [(n < 40, 0, n, 0.1, 1.0) for n in range(45)]
    found = difference_of_shares(sample(rows))
    assert found is not None
    assert found.difference == 0
    assert found.interval.low < -0.08
    assert found.interval.high > 0.4
    assert found.p == 1
