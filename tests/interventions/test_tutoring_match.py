"""Who may tutor whom: each condition by itself, and what holds for every class."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nudgebot.insight.mastery import Session, Track, track
from nudgebot.insight.skill_data import MasteryState
from nudgebot.interventions.tutoring_match import (
    AT_RISK,
    Classmate,
    Obstacle,
    obstacle,
    ranked,
    weaknesses,
    why_nobody,
)

STRONG = track([Session(1, 40, 38)])
STRONGER = track([Session(1, 60, 60)])
MIDDLING = track([Session(1, 12, 9)])
WEAK = track([Session(1, 30, 9)])
WEAKER = track([Session(1, 30, 3)])
STUCK = track([Session(day, 4, 3) for day in range(12)])
GOOD = Classmate("ben", standing=STRONG)


def test_the_tracks_are_what_they_are_called() -> None:
    """The tests below stand on these."""
    assert STRONG.state is STRONGER.state is MasteryState.MASTERED
    assert WEAK.state is WEAKER.state is MasteryState.NEEDS_WORK
    assert MIDDLING.state is STUCK.state is MasteryState.IN_PROGRESS
    assert STUCK.stuck


@pytest.mark.parametrize(
    ("each", "found"),
    [
        pytest.param(GOOD, None, id="nothing against her"),
        pytest.param(replace(GOOD, student_id="ana"), Obstacle.HERSELF, id="the student"),
        pytest.param(replace(GOOD, in_class=False), Obstacle.OTHER_CLASS, id="another class"),
        pytest.param(replace(GOOD, standing=MIDDLING), Obstacle.NOT_MASTERED, id="in progress"),
        pytest.param(Classmate("ben"), Obstacle.NOT_MASTERED, id="never practised"),
        pytest.param(replace(GOOD, linked=False), Obstacle.UNLINKED, id="not in Zulip"),
        pytest.param(replace(GOOD, opted_out=True), Obstacle.OPTED_OUT, id="does not want"),
        pytest.param(replace(GOOD, load=1), None, id="helps one"),
        pytest.param(replace(GOOD, load=2), Obstacle.OVERLOADED, id="helps two"),
        pytest.param(replace(GOOD, risk_level="high"), Obstacle.AT_RISK, id="high risk"),
        pytest.param(replace(GOOD, risk_level="critical"), Obstacle.AT_RISK, id="critical"),
        pytest.param(replace(GOOD, risk_level="medium"), None, id="medium risk"),
        pytest.param(replace(GOOD, fragile=True), Obstacle.AT_RISK, id="looked after"),
        pytest.param(replace(GOOD, declined=True), Obstacle.DECLINED, id="said no"),
        pytest.param(replace(GOOD, helped=50), None, id="has helped often"),
    ],
)
def test_each_condition(each: Classmate, found: Obstacle | None) -> None:
    """One thing against her is enough, and it is told which."""
    assert obstacle(each, student_id="ana", most_students=2) is found
    assert (ranked([each], student_id="ana", most_students=2) == []) is (found is not None)


def test_the_fairest_comes_first() -> None:
    """Whoever helps fewest, then has helped fewest, then knows most surely, then by id."""
    order = [
        Classmate("d", standing=STRONG),
        Classmate("e", standing=STRONG),
        Classmate("c", standing=STRONGER, helped=1),
        Classmate("b", standing=STRONG, helped=1),
        Classmate("a", standing=STRONGER, load=1),
    ]
    assert ranked(reversed(order), student_id="ana", most_students=2) == order


CLASSMATES = st.lists(
    st.builds(
        Classmate,
        student_id=st.sampled_from(["ana", *(f"s{number}" for number in range(12))]),
        in_class=st.booleans(),
        standing=st.sampled_from([STRONG, STRONGER, MIDDLING, WEAK, Classmate("x").standing]),
        linked=st.booleans(),
        opted_out=st.booleans(),
        load=st.integers(0, 4),
        helped=st.integers(0, 9),
        risk_level=st.sampled_from(["", "unknown", "low", "medium", "high", "critical"]),
        fragile=st.booleans(),
        declined=st.booleans(),
    ),
    unique_by=lambda each: each.student_id,
)


@given(CLASSMATES, st.integers(0, 4), st.randoms())
def test_whoever_is_proposed_may_be_asked(
    classmates: list[Classmate], most: int, random: object
) -> None:
    """Never herself, another class's, overloaded or unwilling; in one order, however they come."""
    found = ranked(classmates, student_id="ana", most_students=most)
    shuffled = list(classmates)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    assert ranked(shuffled, student_id="ana", most_students=most) == found
    for each in found:
        assert each.student_id != "ana"
        assert each.in_class
        assert each.linked
        assert each.load < most
        assert not any((each.opted_out, each.declined, each.fragile))
        assert each.risk_level not in AT_RISK
        assert each.standing.state is MasteryState.MASTERED
    loads = [(each.load, each.helped) for each in found]
    assert loads == sorted(loads)


@given(CLASSMATES, st.integers(0, 4))
def test_where_nobody_fits_the_reason_counts_everybody(
    classmates: list[Classmate], most: int
) -> None:
    """The sentence names no classmate, and is one sentence."""
    if ranked(classmates, student_id="ana", most_students=most):
        return
    said = why_nobody(
        classmates, student_id="ana", most_students=most, student="**Ana**", skill="Fractions"
    )
    assert said.endswith(".")
    assert said.count(".") == 1
    assert not any(each.student_id in said for each in classmates)


@pytest.mark.parametrize(
    ("classmates", "says"),
    [
        pytest.param([], "I see nobody else in a class with Ana", id="alone"),
        pytest.param(
            [Classmate("ana", standing=STRONG), Classmate("x", in_class=False)],
            "I see nobody else in a class with Ana",
            id="only herself and another class",
        ),
        pytest.param(
            [Classmate("ben"), Classmate("chi", standing=WEAK)],
            "None of the 2 classmates of Ana has mastered Fractions yet.",
            id="nobody knows it",
        ),
        pytest.param(
            [Classmate("ben")],
            "The only classmate of Ana has not mastered Fractions yet.",
            id="the only one does not",
        ),
        pytest.param(
            [replace(GOOD, load=2), Classmate("chi")],
            "1 classmate has mastered Fractions, but nobody can be asked now: "
            "1 already helps others.",
            id="overloaded",
        ),
        pytest.param(
            [
                replace(GOOD, student_id="a", linked=False),
                replace(GOOD, student_id="b", opted_out=True),
                replace(GOOD, student_id="c", opted_out=True),
                replace(GOOD, student_id="d", risk_level="high"),
                replace(GOOD, student_id="e", declined=True),
            ],
            "5 classmates have mastered Fractions, but nobody can be asked now: "
            "1 cannot be reached in Zulip, 2 do not want to be tutors, 1 has enough to carry now, "
            "1 said no to this not long ago.",
            id="for many reasons",
        ),
    ],
)
def test_which_condition_failed(classmates: list[Classmate], says: str) -> None:
    """Counts, no names."""
    said = why_nobody(
        classmates, student_id="ana", most_students=2, student="Ana", skill="Fractions"
    )
    assert said.startswith(says)


def test_the_weakest_skill_comes_first() -> None:
    """Needs work, then stuck, then in progress; what is mastered or untouched is no weakness."""
    tracks: list[tuple[str, Track]] = [
        ("mastered", STRONG),
        ("untouched", Classmate("x").standing),
        ("middling", MIDDLING),
        ("nearly", track([Session(1, 5, 5)])),
        ("stuck", STUCK),
        ("weak", WEAK),
        ("weaker", WEAKER),
    ]
    assert [each.skill_id for each in weaknesses(tracks)] == ["weaker", "weak", "stuck", "middling"]
