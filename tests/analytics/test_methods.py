"""The small methods that reports stand on: rank test, median with censoring, prerequisites."""

from __future__ import annotations

import random
from math import erfc, sqrt
from statistics import median_low

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nudgebot.insight.kendall import mann_kendall
from nudgebot.insight.prerequisites import Prerequisites
from nudgebot.insight.survival import median_time

names = st.sampled_from("abcdefgh")
graphs = st.lists(st.tuples(names, names), max_size=20)


def test_kendalls_test_by_hand() -> None:
    """Eight rising values: S = 28, variance 8 * 7 * 21 / 18, z = 27 / sqrt(65.33) = 3.34."""
    score, p_value = mann_kendall([1, 2, 3, 4, 5, 6, 7, 8])
    assert score == 28
    assert p_value == pytest.approx(erfc(27 / sqrt(8 * 7 * 21 / 18) / sqrt(2)))
    assert p_value == pytest.approx(0.00084, abs=0.00001)


def test_kendalls_test_with_ties() -> None:
    """0, 0, 1, 1: four rising pairs; the variance loses twice 2 * 1 * 9 / 18."""
    score, p_value = mann_kendall([0, 0, 1, 1])
    assert score == 4
    assert p_value == pytest.approx(erfc(3 / sqrt((4 * 3 * 13 - 36) / 18) / sqrt(2)))


@pytest.mark.parametrize("values", [[], [5.0], [3.0] * 12], ids=["none", "one", "all equal"])
def test_where_nothing_moves_there_is_no_trend(values: list[float]) -> None:
    assert mann_kendall(values) == (0, 1.0)


@given(st.lists(st.integers(0, 50), min_size=2, max_size=30))
def test_a_series_turned_round_has_the_opposite_trend(values: list[int]) -> None:
    forward, p_forward = mann_kendall(values)
    backward, p_backward = mann_kendall(values[::-1])
    assert forward == -backward
    assert p_forward == pytest.approx(p_backward)


@pytest.mark.parametrize(
    ("alike", "most"), [pytest.param(0.0, 0.07, id="noise"), pytest.param(0.3, 0.15, id="waves")]
)
def test_noise_is_seldom_called_a_trend(alike: float, most: float) -> None:
    """Of 400 series of 28 days without any trend, about one in twenty is significant."""
    chance = random.Random(11)  # noqa: S311  # the same series at every run
    false = 0
    for _ in range(400):
        value, series = chance.gauss(0, 1), []
        for _ in range(28):
            value = alike * value + chance.gauss(0, 1)
            series.append(value)
        false += mann_kendall(series)[1] < 0.05
    assert false / 400 <= most


@pytest.mark.parametrize(
    ("spells", "median"),
    [
        pytest.param([], None, id="nobody"),
        pytest.param([(3, False), (9, False)], None, id="nobody got there"),
        pytest.param([(4, True)], 4, id="one who did"),
        pytest.param([(1, True), (2, True), (3, False), (4, False)], 2, id="half by 2"),
        # At 1: 3/4 wait; one leaves at 2; at 3 half of the two: 3/8.
        pytest.param([(1, True), (2, False), (3, True), (4, False)], 3, id="one left unseen"),
        pytest.param([(5, False), (10, False), (20, True)], 20, id="the last one alone"),
    ],
)
def test_the_median_time(spells: list[tuple[float, bool]], median: float | None) -> None:
    """Kaplan and Meier's curve by hand: who has not got there yet is not left out."""
    assert median_time(spells) == median


@given(st.lists(st.integers(0, 40), min_size=1, max_size=30))
def test_without_censoring_it_is_the_plain_median(times: list[int]) -> None:
    assert median_time([(each, True) for each in times]) == median_low(times)


@given(st.lists(st.tuples(st.integers(0, 40), st.booleans()), max_size=20), st.integers(1, 10))
def test_more_who_are_not_there_never_shorten_it(
    spells: list[tuple[int, bool]], waiting: int
) -> None:
    """Leaving them out would."""
    before = median_time(spells)
    after = median_time([*spells, *[(50, False)] * waiting])
    assert after is None or (before is not None and after >= before)


def test_prerequisites_of_a_small_course() -> None:
    """Below fractions lie division and multiplication; where to begin is the lowest gap."""
    graph = Prerequisites([("fractions", "division"), ("division", "multiplication")])
    assert graph.below("fractions") == {"division": 1, "multiplication": 2}
    assert graph.leads_to("division") == ("fractions",)
    assert graph.roots(["fractions", "division"]) == ("division",)
    assert graph.cycles() == ()


def test_cycles_are_told_and_do_no_harm() -> None:
    """Two that require each other and one that requires itself; nothing runs round in them."""
    graph = Prerequisites([("a", "b"), ("b", "a"), ("c", "c"), ("d", "a")])
    assert graph.cycles() == (("a", "b"), ("c",))
    assert graph.below("a") == {"b": 1}
    assert graph.below("c") == {}
    assert graph.below("d") == {"a": 1, "b": 2}
    assert graph.roots(["a", "b", "d"]) == ("a", "b")


@given(graphs, st.sets(names, min_size=1))
def test_there_is_always_a_place_to_begin(pairs: list[tuple[str, str]], lacking: set[str]) -> None:
    """Whatever the graph, cycles included; and nothing lacking lies below it but its own ring."""
    graph = Prerequisites(pairs)
    roots = graph.roots(lacking)
    assert roots
    assert set(roots) <= lacking
    for root in roots:
        for lower in lacking & set(graph.below(root)):
            assert root in graph.below(lower)


@given(graphs)
def test_what_lies_below_is_the_transitive_closure(pairs: list[tuple[str, str]]) -> None:
    """As joining pairs until nothing is added gives it; the steps go down one at a time."""
    closure = set(pairs)
    while True:
        more = {(a, d) for a, b in closure for c, d in closure if b == c} - closure
        if not more:
            break
        closure |= more
    graph = Prerequisites(pairs)
    for skill in "abcdefgh":
        below = graph.below(skill)
        assert set(below) == {low for high, low in closure if high == skill and low != skill}
        assert all(
            steps == 1 or any(below.get(each) == steps - 1 for each in graph.leads_to(low))
            for low, steps in below.items()
        )
    ringed = {skill for ring in graph.cycles() for skill in ring}
    assert ringed == {skill for skill in "abcdefgh" if (skill, skill) in closure}
