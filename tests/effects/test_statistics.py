"""Intervals and error rates agree with what the papers print, and stay calm at the edges."""

from __future__ import annotations

from math import isfinite
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from nudgebot.nudging.statistics import (
    Arm,
    Share,
    always_valid_p,
    benjamini_hochberg,
    newcombe,
    newcombe_p,
    normal_quantile,
    welch,
    wilson,
)

Z = normal_quantile()


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_the_interval_is_newcombes(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
) -> None:
    """Table II of Newcombe (1998), method 10, to its four places."""
    one, two = (Share(right / count, count) for right, count in (first, second))
    assert newcombe(one, two, z=Z) == pytest.approx((low, high), abs=0.00006)


def test_a_single_proportion_is_wilsons() -> None:
    """The score interval is scipy's own."""
    theirs = stats.binomtest(15, 148).proportion_ci(0.95, method="wilson")
    assert wilson(Share(15 / 148, 148), z=Z) == pytest.approx((theirs.low, theirs.high))


@given(st.integers(1, 400), st.integers(1, 400), st.floats(0, 1), st.floats(0, 1))
def test_p_and_interval_agree(one: int, two: int, first: float, second: float) -> None:
    """p is under 0.05 exactly where the interval leaves zero out, and nothing is ever nan."""
    shares = Share(round(first * one) / one, one), Share(round(second * two) / two, two)
    low, high = newcombe(*shares, z=Z)
    p = newcombe_p(*shares)
    assert -1 <= low <= shares[0].value - shares[1].value <= high <= 1
    assert 0 <= p <= 1
    if abs(p - 0.05) > 1e-6:
        assert (p < 0.05) == (low > 0 or high < 0)


def test_means_are_compared_as_welch_does() -> None:
    """Interval and p are those of scipy's Welch test."""
    random = Random(4)  # noqa: S311  # a simulation
    first = [random.gauss(1, 3) for _ in range(40)]
    second = [random.gauss(0, 1) for _ in range(9)]
    theirs = stats.ttest_ind(first, second, equal_var=False)
    arms = [
        Arm(sum(each) / len(each), stats.tvar(each) / len(each), len(each) - 1)
        for each in (first, second)
    ]
    found = welch(*arms)
    assert found is not None
    limits = theirs.confidence_interval(0.95)
    assert found[0] == pytest.approx((limits.low, limits.high))
    assert found[1] == pytest.approx(theirs.pvalue)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Arm(1, 0, 5), Arm(0, 0, 5)),
        (Arm(1, 0.2, 0), Arm(0, 0.1, 5)),
    ],
    ids=["nothing varies", "one case"],
)
def test_no_spread_says_nothing(first: Arm, second: Arm) -> None:
    """Where a variance cannot be known there is no interval, instead of nan."""
    assert welch(first, second) is None


@given(st.lists(st.floats(0, 1), max_size=30))
def test_discoveries_are_adjusted_as_scipy_does(found: list[float]) -> None:
    """Benjamini and Hochberg's adjustment is scipy's, in any order."""
    theirs = list(stats.false_discovery_control(found)) if found else []
    assert benjamini_hochberg(found) == pytest.approx(theirs)


def test_looking_often_does_not_make_an_effect() -> None:
    """Without effect, 60 looks reject five times too often by p, and hardly by the other."""
    random, runs, looks = Random(11), 300, 60  # noqa: S311  # a simulation
    fooled = steady = 0
    for _ in range(runs):
        total, ps, always = 0.0, [], []
        for look in range(1, looks + 1):
            total += random.gauss(0, 20**0.5)  # 20 more pairs of cases
            count = look * 20
            ps.append(2 * stats.norm.sf(abs(total) / count**0.5))
            always.append(always_valid_p(ps[-1], weight=count / 2))
        fooled += min(ps) < 0.05
        steady += min(always) < 0.05
    assert fooled / runs > 0.25
    assert steady / runs < 0.05


@given(st.floats(0, 1), st.floats(0, 1e6))
def test_the_always_valid_p_is_a_p(p: float, weight: float) -> None:
    """It is never smaller than the ordinary one, and never leaves 0 to 1."""
    found = always_valid_p(p, weight=weight)
    assert isfinite(found)
    assert p <= found <= 1
