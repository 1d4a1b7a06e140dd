"""The three measures: what lies before, what after, and what is not known."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nudgebot.nudging.cases import Arm, Cases, Measures
from nudgebot.school.days import from_at
from nudgebot.store import Store
from nudging.followed import DAYS, Life, moment

END = moment(DAYS + 1)


def _long_known(life: Life) -> bool:
    life.active(-60)
    return True


@pytest.mark.parametrize(
    ("act", "before", "after"),
    [
        pytest.param(lambda _: None, Measures(), Measures(), id="never seen: nothing is known"),
        pytest.param(
            lambda s: s.active(3), Measures(), Measures(), id="first seen afterwards: not compared"
        ),
        pytest.param(
            _long_known, Measures(0.0, None, 0.0), Measures(0.0, None, 0.0), id="away: that is 0"
        ),
        pytest.param(
            lambda s: (
                _long_known(s),
                s.active(-1, events=7),
                s.active(-14, events=7),
                s.active(-15, events=99),
                s.active(0, 9, events=14),
                s.active(0, 15, events=14),
                s.active(13),
                s.active(14, events=99),
            ),
            Measures(1.0, None, round(2 / 14, 4)),
            Measures(round(29 / 14, 4), None, round(2 / 14, 4)),
            id="fourteen days each, hers",
        ),
        pytest.param(
            lambda s: (s.active(-10, events=5), s.active(-2, events=5)),
            Measures(1.0, None, 0.2),
            Measures(0.0, None, 0.0),
            id="came ten days before: over ten days",
        ),
        pytest.param(
            lambda s: s.active(-2, events=7),
            Measures(1.0, None, round(1 / 7, 4)),
            Measures(0.0, None, 0.0),
            id="came two days before: over a week",
        ),
        pytest.param(
            lambda s: (
                _long_known(s),
                s.practice(2, 10),
                s.practice(2, 11),
                s.active(2, 10, kind="practice", events=2),
                s.practice(5),
            ),
            Measures(0.0, None, 0.0),
            Measures(round(3 / 14, 4), None, round(2 / 14, 4)),
            id="practice that is logged too counts once",
        ),
        pytest.param(
            lambda s: (
                s.exam(-20, 10),
                s.exam(-3, 40),
                s.exam(0, 60),
                s.exam(2, 80),
                s.exam(9),
                s.exam(14, 10),
            ),
            Measures(None, 50.0, None),
            Measures(None, 80.0, None),
            id="that morning's exam was before; not released is not known",
        ),
        pytest.param(
            lambda s: (
                s.assignment(2, moment(2, 11), score=70),
                s.assignment(3, None),
                s.assignment(4, None, status="excused"),
            ),
            Measures(None, None, None),
            Measures(None, 35.0, None),
            id="missed is a nought, excused is nothing",
        ),
    ],
)
def test_before_and_after(
    store: Store, act: Callable[[Life], object], before: Measures, after: Measures
) -> None:
    """Events a day, mean of what was scored, share of active days; unknown stays unknown."""
    life = Life(store)
    life.case()
    act(life)
    case = life.followed(END)
    assert case.closed
    assert (case.before, case.after) == (before, after)


def test_both_arms_are_measured_alike(store: Store) -> None:
    """Two students with the same life, one held out: every number is the same."""
    life = Life(store)
    for student_id, arm in (("s1", Arm.HELD_OUT), ("s2", Arm.NUDGED)):
        life.case(arm=arm, student_id=student_id)
    for day in (-60, -5, 2, 7):
        life.active(day, events=3)
    life.exam(3, 64)
    store.execute(
        "INSERT INTO activity_days SELECT 's2', day, kind, subject, hour, events, minutes"
        " FROM activity_days"
    )
    store.execute("INSERT INTO exam_results SELECT exam_id, 's2', score, status, 0, NULL"
                  " FROM exam_results")  # fmt: skip
    life.known(END)
    life.follow(END)
    one, two = Cases(store).between(from_at(0), END)
    assert {one.arm, two.arm} == {Arm.HELD_OUT, Arm.NUDGED}
    assert (one.before, one.after, one.target_met_at) == (two.before, two.after, two.target_met_at)
    assert None not in (one.after.activity, one.after.performance, one.target_met_at)
