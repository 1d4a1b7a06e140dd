"""The rule of mastery: its boundaries, and what it never does."""

from __future__ import annotations

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nudgebot.insight.mastery import NEVER, Session, mastered_by, track, wilson
from nudgebot.insight.skill_data import MasteryState

DONE, MORE, WEAK, NONE = (
    MasteryState.MASTERED,
    MasteryState.IN_PROGRESS,
    MasteryState.NEEDS_WORK,
    MasteryState.NOT_STARTED,
)
answers = st.integers(1, 30).flatmap(lambda asked: st.tuples(st.just(asked), st.integers(0, asked)))
histories = st.lists(answers, min_size=1, max_size=25)


def followed(*pairs: tuple[int, int]) -> list[Session]:
    """Sessions of (questions, correct), a day apart."""
    return [Session(place, asked, right) for place, (asked, right) in enumerate(pairs)]


@pytest.mark.parametrize(
    ("pairs", "state"),
    [
        pytest.param([], NONE, id="nothing"),
        pytest.param([(0, 0)], NONE, id="a session without a question"),
        pytest.param([(9, 9)], MORE, id="nine right are too few"),
        pytest.param([(10, 10)], DONE, id="ten right are enough"),
        pytest.param([(10, 9)], MORE, id="nine of ten are not sure enough"),
        pytest.param([(10, 9), (10, 9)], DONE, id="twice nine of ten are"),
        pytest.param([(20, 15)], MORE, id="the requirement's 75 % is in progress"),
        pytest.param([(20, 12)], WEAK, id="the requirement's 60 % needs work"),
        pytest.param([(9, 0)], MORE, id="nine wrong are too few to judge"),
        pytest.param([(10, 0)], WEAK, id="ten wrong"),
        pytest.param([(20, 8), (20, 20), (20, 20)], DONE, id="a bad beginning is forgiven"),
        pytest.param([(20, 20), (20, 8), (20, 8)], WEAK, id="an old success is not enough"),
    ],
)
def test_the_state(pairs: list[tuple[int, int]], state: MasteryState) -> None:
    """Each state at its boundary."""
    assert track(followed(*pairs)).state is state


@pytest.mark.parametrize(
    ("sessions", "stuck"),
    [
        pytest.param(9, False, id="nine sessions"),
        pytest.param(10, True, id="ten sessions"),
        pytest.param(30, True, id="thirty"),
    ],
)
def test_ten_sessions_without_mastery_are_stuck(sessions: int, stuck: bool) -> None:
    """Whatever the state says meanwhile."""
    assert track(followed(*[(10, 7)] * sessions)).stuck is stuck


def test_who_mastered_it_once_is_not_stuck() -> None:
    """Mastery came in the first session and went in the second: its days say so."""
    found = track(followed((20, 20), *[(10, 4)] * 12))
    assert not found.stuck
    assert (found.mastered_day, found.mastered_answers) == (0, 20)
    assert [mastered_by(found, day) for day in (-1, 0, 1, 5)] == [False, True, False, False]


@given(histories)
def test_counts_and_bounds_hold_together(history: list[tuple[int, int]]) -> None:
    """Sums are sums, and the average lies between its bounds."""
    found = track(followed(*history))
    assert found.answers == sum(asked for asked, _ in history)
    assert found.correct == sum(right for _, right in history)
    assert found.sessions == len(history)
    assert found.recent is not None
    assert found.low is not None
    assert found.high is not None
    assert 0 <= found.low <= found.recent + 1e-9
    assert found.recent <= found.high + 1e-9 <= 1 + 1e-9
    assert mastered_by(found, len(history)) == (found.state is DONE)


@given(histories, st.integers(1, 30))
def test_another_right_answer_never_takes_mastery_away(
    history: list[tuple[int, int]], right: int
) -> None:
    """A session with everything right keeps or raises the lower bound of a mastered skill."""
    before = track(followed(*history))
    after = track(followed(*history, (right, right)))
    if before.state is DONE:
        assert after.state is DONE


@given(st.floats(0, 1), st.floats(1, 500))
def test_wilsons_bounds_solve_wilsons_equation(share: float, weight: float) -> None:
    """At a bound b the share is z standard errors away, the error being that of b itself."""
    for bound in wilson(share, weight):
        apart = abs(share - bound)
        assert apart == pytest.approx(0.8416 * sqrt(bound * (1 - bound) / weight), abs=1e-6)


def test_never_practised_is_no_number() -> None:
    """Not measured is not 0 %."""
    assert NEVER.accuracy is None
    assert NEVER.low is None
    assert not NEVER.stuck
