"""What few messages teach: shares between a student's own and the school's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nudgebot.nudging.adaptation import Adaptation
from nudgebot.nudging.learning import (
    STRONGEST,
    USUAL_STRENGTH,
    WEAKEST,
    Belief,
    Tally,
    overall,
    pooled,
    strength_of,
)
from nudgebot.nudging.profiles import Cell, Lessons, Record, learn, profile
from nudgebot.nudging.tables import SCHEMA as NUDGING
from nudgebot.school.links import SCHEMA as LINKS
from nudgebot.school.tables import SCHEMA as SCHOOL
from nudgebot.store import Store

SHARES = st.floats(0.02, 0.98)
STRENGTHS = st.floats(WEAKEST, STRONGEST)


def tallies(most: int = 60) -> st.SearchStrategy[Tally]:
    return st.integers(0, most).flatmap(
        lambda of: st.builds(Tally, met=st.integers(0, of), of=st.just(of))
    )


@st.composite
def cells(draw: st.DrawFn, student: str = "") -> Cell:
    return Cell(
        student_id=student or draw(st.sampled_from(["s1", "s2", "s3"])),
        type=draw(st.sampled_from(["encouragement", "engagement"])),
        hour=draw(st.sampled_from([8, 14, 18])),
        tone=draw(st.sampled_from(["warm", "plain"])),
        channel=draw(st.sampled_from(["direct_message", "mentor_and_student"])),
        free=draw(st.booleans()),
        tally=draw(tallies(8).filter(lambda each: each.of > 0)),
    )


def schools() -> st.SearchStrategy[list[Cell]]:
    return st.lists(cells(), max_size=25).map(lambda them: sorted(them, key=lambda c: c.student_id))


@given(SHARES, STRENGTHS)
def test_no_messages_of_her_own_give_the_schools_share(mean: float, strength: float) -> None:
    """Who got nothing yet is believed to be like all others."""
    assert pooled(Tally(), mean=mean, strength=strength).mean == pytest.approx(mean)


@given(tallies().filter(lambda each: each.of > 0), SHARES, STRENGTHS)
def test_a_belief_lies_between_her_own_share_and_the_schools(
    own: Tally, mean: float, strength: float
) -> None:
    """Shrinkage moves towards the school, never past it."""
    ends = sorted([own.met / own.of, mean])
    assert ends[0] - 1e-9 <= pooled(own, mean=mean, strength=strength).mean <= ends[1] + 1e-9


@given(tallies(20).filter(lambda each: each.of > 0), SHARES, STRENGTHS, st.integers(2, 9))
def test_more_of_the_same_moves_towards_her_own(
    own: Tally, mean: float, strength: float, times: int
) -> None:
    """With the same share in more messages, the belief is nearer to it, and surer."""
    share = own.met / own.of
    few = pooled(own, mean=mean, strength=strength)
    many = pooled(Tally(own.met * times, own.of * times), mean=mean, strength=strength)
    assert abs(many.mean - share) <= abs(few.mean - share) + 1e-9


@given(tallies(), SHARES, STRENGTHS, STRENGTHS)
def test_a_stronger_school_pulls_more(own: Tally, mean: float, one: float, other: float) -> None:
    """The stronger the prior, the nearer to the school's share."""
    weak, strong = sorted([one, other])
    near = pooled(own, mean=mean, strength=strong).mean
    assert abs(near - mean) <= abs(pooled(own, mean=mean, strength=weak).mean - mean) + 1e-9


@given(st.lists(tallies(), max_size=30), st.randoms(use_true_random=False))
def test_how_alike_students_are_does_not_depend_on_their_order(
    many: list[Tally], random: Random
) -> None:
    """The order of students does not matter, and the strength stays within its limits."""
    found = strength_of(many)
    shuffled = random.sample(many, len(many))
    assert strength_of(shuffled) == pytest.approx(found)
    assert WEAKEST <= found <= STRONGEST + 1e-6


@pytest.mark.parametrize(
    ("many", "least", "most"),
    [
        pytest.param([], USUAL_STRENGTH, USUAL_STRENGTH, id="nobody"),
        pytest.param([Tally(1, 1)] * 3, USUAL_STRENGTH, USUAL_STRENGTH, id="all the same"),
        pytest.param([Tally(1, 1), Tally(0, 1)] * 9, USUAL_STRENGTH, USUAL_STRENGTH, id="one each"),
        pytest.param([Tally(10, 20)] * 30, STRONGEST - 1, STRONGEST + 1, id="all alike"),
        pytest.param(
            [Tally(20, 20), Tally(0, 20)] * 9, WEAKEST, WEAKEST + 0.1, id="all or nothing"
        ),
    ],
)
def test_the_strength_is_what_the_students_show(
    many: list[Tally], least: float, most: float
) -> None:
    """Students who are alike say much of one another, students who differ say little."""
    assert least <= strength_of(many) <= most


def test_the_strength_comes_back_from_students_made_with_it() -> None:
    """2,000 students drawn with a strength of 12, eight messages each, give about 12."""
    random = Random(7)  # noqa: S311  # a test's chance
    made = []
    for _ in range(2000):
        share = random.betavariate(12 * 0.4, 12 * 0.6)
        made.append(Tally(sum(random.random() < share for _ in range(8)), 8))
    assert 9 < strength_of(made) < 16


def test_the_better_one_is_told_with_its_probability() -> None:
    """Alike: a half; clearly better: near one, and the other way round near zero."""
    low, high = Belief(10, 30), Belief(30, 10)
    assert low.better_than(low) == pytest.approx(0.5)
    assert high.better_than(low) > 0.99
    assert low.better_than(high) == pytest.approx(1 - high.better_than(low))
    assert low.below(0.5) > 0.99


@given(schools(), st.randoms(use_true_random=False))
def test_a_profile_does_not_depend_on_the_order_of_messages(
    school: list[Cell], random: Random
) -> None:
    """Whatever the order within a student, the same profile comes out."""
    shuffled = sorted(random.sample(school, len(school)), key=lambda each: each.student_id)
    mine = [
        Record("s1", tuple(c for c in way if c.student_id == "s1")) for way in (school, shuffled)
    ]
    one, other = profile(learn(school), mine[0]), profile(learn(shuffled), mine[1])
    assert one == other


@given(schools())
def test_a_student_without_messages_has_the_schools_profile(school: list[Cell]) -> None:
    """Two newcomers are the same, and written to as often as usual."""
    lessons = learn(school)
    one, other = (profile(lessons, Record(each)) for each in ("new", "newer"))
    assert one.preferred_nudge_types == other.preferred_nudge_types
    assert (one.own_weight, one.frequency_preference) == (0.0, "medium")
    assert lessons.of(Record("new"), "engagement").mean == pytest.approx(
        lessons.type_mean("engagement")
    )


def test_nothing_known_says_nothing() -> None:
    """Without any message the shares are a half and the profile is the usual."""
    found = profile(Lessons(), Record("s1"))
    assert overall(Tally()) == 0.5
    assert (found.preferred_nudge_types, found.optimal_delivery_hours) == ((), ())
    assert (found.preferred_tone, found.channel_preference) == ("", ("direct_message",))


def _cell(student: str, hour: int, met: int, of: int) -> Cell:
    return Cell(student, "encouragement", hour, "warm", "direct_message", True, Tally(met, of))


def test_an_hour_is_not_good_because_diligent_students_have_it() -> None:
    """Diligent students at 8 only, others at 14 only: within nobody does the hour matter."""
    school = [_cell(f"a{n:02}", 8, 9, 10) for n in range(30)]
    school += [_cell(f"b{n:02}", 14, 1, 10) for n in range(30)]
    lessons = learn(school)
    eight, fourteen = (lessons.hours.ratio("encouragement", hour) for hour in (8, 14))
    assert eight / fourteen < 1.6  # nine times as many messages worked at 8


def test_an_hour_that_works_for_the_same_students_is_found() -> None:
    """The same students respond at 18 and not at 8: a newcomer's belief says so too."""
    school = [
        each
        for n in range(30)
        for each in (_cell(f"a{n:02}", 8, 1, 5), _cell(f"a{n:02}", 18, 4, 5))
    ]
    lessons, new = learn(school), Record("new")
    late = lessons.about(new, "encouragement", "hour", 18)
    early = lessons.about(new, "encouragement", "hour", 8)
    assert late.mean > early.mean + 0.2
    assert late.better_than(early) > 0.9
    assert profile(lessons, new, hours=(8, 18)).optimal_delivery_hours == (18, 8)


@pytest.mark.parametrize(
    ("met", "of", "frequency"), [(0, 12, "low"), (0, 1, "medium"), (5, 9, "medium")]
)
def test_who_does_not_respond_is_written_to_less_often(met: int, of: int, frequency: str) -> None:
    """Only enough messages without a response lower the frequency; nothing raises it."""
    school = [_cell(f"a{n:02}", 8, n % 7, 6) for n in range(21)]
    own = Record("s1", (_cell("s1", 8, met, of),))
    assert profile(learn(school), own).frequency_preference == frequency


def test_it_learns_anew_as_often_as_the_setting_says(tmp_path: Path) -> None:
    """`rules_update_frequency_hours`: what was learned stands until then, and no longer."""
    store = Store(tmp_path / "school.db", [SCHOOL, LINKS, NUDGING])
    learner = Adaptation(store, tones=lambda _, __: (), confidence=0.7, every_hours=6)
    begin = datetime(2026, 11, 2, 6, tzinfo=UTC)
    first = learner.lessons(begin)
    assert learner.lessons(begin + timedelta(hours=5)) is first
    assert learner.lessons(begin + timedelta(hours=6)) is not first
    store.close()
