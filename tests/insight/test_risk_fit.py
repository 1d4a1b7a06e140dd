"""Fitting the weights of the risk formula, and what fits are worth."""

from __future__ import annotations

import random
from dataclasses import replace
from math import exp
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nudgebot.errors import InputError
from nudgebot.insight.risk_fit import Case, fitted, refit
from nudgebot.insight.risk_formula import (
    Formula,
    formula_of,
    most_presence,
    read_formula,
    shipped_formula,
    sound,
)
from nudgebot.insight.risk_quality import auc, quality, top_precision

TRUTH = Formula(-1.0, 1.6, 0.4, 0.9, shipped_formula().levels)


def made_up(truth: Formula, students: int, *, terms: int = 2, seed: int = 1) -> list[Case]:
    """Students whose outcome follows the formula's own chance."""
    chance = random.Random(seed)  # noqa: S311  # a test's own
    found = []
    for number in range(students):
        values = (chance.gauss(0, 1), chance.random() * 2, chance.gauss(0, 1))
        failed = chance.random() < truth.chance_of(values)
        found.append(Case(str(number), f"term {number % terms}", 28, values, failed))
    return found


def test_a_fit_finds_the_weights_that_made_the_outcomes() -> None:
    """With many students and no pull towards the former weights."""
    found = fitted(made_up(TRUTH, 8000), shipped_formula(), told={}, prior_students=0)
    for name in ("base", "marks", "standing", "presence"):
        assert getattr(found, name) == pytest.approx(getattr(TRUTH, name), abs=0.15)


def test_few_students_do_not_move_the_weights_far() -> None:
    """The former weights count like fifty students of the school's own."""
    few = fitted(made_up(TRUTH, 20), shipped_formula(), told={})
    free = fitted(made_up(TRUTH, 20), shipped_formula(), told={}, prior_students=0)
    former = shipped_formula()
    assert abs(few.marks - former.marks) < abs(free.marks - former.marks)
    assert abs(few.marks - former.marks) < 0.5


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 1000), turned=st.booleans())
def test_every_fit_is_sound(seed: int, turned: bool) -> None:
    """Even where good students fail, no weight is negative and absence is no worse than no work."""
    cases = made_up(TRUTH, 60, seed=seed)
    if turned:
        cases = [replace(each, failed=not each.failed) for each in cases]
    found = fitted(cases, shipped_formula(), told={}, prior_students=1)
    assert sound(found, "the fit") is found
    assert formula_of(found.text, "its own file").weights == found.weights


def test_the_gain_is_told_on_the_term_that_was_not_seen() -> None:
    """Other outcomes in the last term change the worth, not the weights that are tried on it."""
    school = Formula(-3.0, 1.8, 0.4, 0.9, shipped_formula().levels)
    cases = made_up(school, 2000)
    found = refit(cases, shipped_formula(), told={"note": "a test"})
    assert found.better
    assert found.after.brier < found.before.brier
    assert found.earlier.students == found.last.students == 1000
    assert found.formula.told == {"note": "a test"}
    noise = [replace(each, failed=i % 4 == 0) if each.term == "term 1" else each
             for i, each in enumerate(cases)]  # fmt: skip
    with pytest.raises(InputError, match="too few"):
        refit(noise, shipped_formula(), told={})
    other = [replace(each, failed=i % 3 == 0) if each.term == "term 1" else each
             for i, each in enumerate(cases)]  # fmt: skip
    assert refit(other, shipped_formula(), told={}).after.auc == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize(
    ("students", "terms"), [(0, 1), (500, 1), (60, 2)], ids=["none", "one term", "few"]
)
def test_too_few_students_are_refused_with_the_numbers(students: int, terms: int) -> None:
    """The sentence says how many are needed and how many there are."""
    with pytest.raises(InputError, match=r"at least 100 in earlier terms and 40 in the last one"):
        refit(made_up(TRUTH, students, terms=terms), shipped_formula(), told={})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("{", "It needs the numbers base", id="no JSON"),
        pytest.param("[]", "It needs the numbers base", id="no object"),
        pytest.param('{"base": 1}', "It needs the numbers base", id="missing"),
        pytest.param(replace(TRUTH, marks=-1.0).text, "0 or more", id="negative"),
        pytest.param(replace(TRUTH, base=float("nan")).text, "below 100", id="not a number"),
        pytest.param(replace(TRUTH, presence=9.0).text, "raise marks to", id="absence too heavy"),
        pytest.param(
            replace(TRUTH, levels={**TRUTH.levels, "high": 0.1}).text, "must rise", id="levels"
        ),
    ],
)
def test_a_bad_file_is_refused_with_a_sentence(tmp_path: Path, text: str, says: str) -> None:
    """What is wrong, and the file's name."""
    path = tmp_path / "weights.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=says) as found:
        read_formula(path)
    assert "weights.json" in str(found.value)


def test_without_a_file_the_shipped_weights_hold(tmp_path: Path) -> None:
    """And with one, the school's own."""
    assert read_formula(tmp_path / "none.json") == shipped_formula()
    own = tmp_path / "weights.json"
    own.write_text(TRUTH.text, encoding="utf-8")
    assert read_formula(own).weights == TRUTH.weights


@given(chance=st.floats(0, 1), other=st.floats(0, 1))
def test_the_score_rises_with_the_chance(chance: float, other: float) -> None:
    """From 0 to 1, and the levels begin where the file says."""
    formula = shipped_formula()
    low, high = sorted((formula.score(chance), formula.score(other)))
    assert 0 <= low <= high <= 1
    if chance < other:
        assert formula.score(chance) <= formula.score(other)
    starts = [formula.score(each) for each in formula.levels.values()]
    assert starts == pytest.approx([0.3, 0.5, 0.7, 0.9])


def test_missed_work_weighs_at_least_as_much_as_absence() -> None:
    """The limit by hand: 75 / 20 against ln 11."""
    assert exp(3.75 / most_presence(1.0)) == pytest.approx(11)


SIGNAL = [0.1, 0.4, 0.4, 0.8, 0.9]
FAILED = [False, False, True, False, True]


def test_worth_by_hand() -> None:
    """Of 6 pairs 4 in order and one a tie; the fifth is one student."""
    assert auc(SIGNAL, FAILED) == pytest.approx(4.5 / 6)
    assert top_precision(SIGNAL, FAILED) == 1
    assert top_precision(SIGNAL, FAILED, share=0.6) == pytest.approx((1 + 0 + 0.5) / 3)
    found = quality(SIGNAL, FAILED)
    assert found.brier == pytest.approx((0.01 + 0.16 + 0.36 + 0.64 + 0.01) / 5)
    assert found.calibration_error == pytest.approx((0.1 + 0.4 + 0.6 + 0.8 + 0.1) / 5)
    assert found.base_rate == 0.4


@given(values=st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=2, max_size=30))
def test_the_area_counts_pairs(values: list[tuple[int, bool]]) -> None:
    """Against the definition: every pair looked at."""
    bad = [value for value, failed in values if failed]
    good = [value for value, failed in values if not failed]
    if not bad or not good:
        return
    pairs = sum((b > g) + (b == g) / 2 for b in bad for g in good)
    found = auc([value for value, _ in values], [failed for _, failed in values])
    assert found == pytest.approx(pairs / len(bad) / len(good))
