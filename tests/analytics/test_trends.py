"""Trends: how a period is cut, what a direction needs, and what is never said."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nudgebot.errors import InputError
from nudgebot.insight.report_data import Direction
from nudgebot.insight.series import grain_of, stretches
from nudgebot.insight.trend_metrics import METRICS
from nudgebot.store import Store

from .facts import NOW, Facts, analytics, day, period


@given(st.integers(-1000, 30000), st.integers(1, 1830), st.sampled_from(["day", "week", "month"]))
def test_the_pieces_of_a_period_are_the_period(first: int, days: int, grain: str) -> None:
    """Every day is in exactly one piece, in order."""
    cut = stretches(first, first + days - 1, grain)
    covered = [day for piece in cut for day in range(piece.first, piece.last + 1)]
    assert covered == list(range(first, first + days))
    if grain == "week":
        assert all(piece.days == 7 for piece in cut[1:])


@pytest.mark.parametrize(
    ("days", "grain"), [(1, "day"), (14, "day"), (15, "week"), (182, "week"), (183, "month")]
)
def test_the_grain_follows_the_length(days: int, grain: str) -> None:
    """Daily, weekly, monthly."""
    assert grain_of(days) == grain


def practise(facts: Facts, student_id: str, shares: list[float]) -> None:
    """A session of 20 questions a day, the last one yesterday."""
    for place, share in enumerate(shares):
        facts.practice(
            student_id, "add", place - len(shares), (round(20 * share), 20), minutes=20, xp=100
        )


@pytest.mark.parametrize(
    ("shares", "direction"),
    [
        pytest.param([0.5 + place / 50 for place in range(20)], Direction.RISING, id="rises"),
        pytest.param([0.9 - place / 50 for place in range(20)], Direction.FALLING, id="falls"),
        pytest.param([0.6, 0.7] * 10, Direction.NONE, id="to and fro"),
        pytest.param([0.7] * 20, Direction.NONE, id="stays"),
        pytest.param([0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0], Direction.UNKNOWN, id="seven days"),
        pytest.param([], Direction.UNKNOWN, id="nothing"),
    ],
)
def test_the_direction_of_accuracy(
    store: Store, facts: Facts, shares: list[float], direction: Direction
) -> None:
    """Eight days or more, and a clear way: else nothing is claimed."""
    facts.school_class("7b", "ana")
    facts.practice("ana", "add", -50, (1, 2))
    practise(facts, "ana", shares)
    trend = analytics(store).get_student_trend_data("ana", "accuracy", 28)
    assert trend.direction is direction
    assert (trend.earlier is None) == (direction is Direction.UNKNOWN)


def test_a_rise_is_told_with_its_numbers(store: Store, facts: Facts) -> None:
    """Nine days from 55 to 95 %: 55 to 75 in the first half, 80 to 95 in the second."""
    facts.school_class("7b", "ana")
    facts.skills("add")
    practise(facts, "ana", [0.5 + place / 20 for place in range(10)])
    trend = analytics(store).get_student_trend_data("ana", "accuracy", 10)
    # The period is -9 to 0, and day 0 is empty: halves -9 to -5 and -4 to 0.
    assert trend.grain == "day"
    assert trend.text == "Accuracy: rising; 65 % in the first half, 88 % in the second."
    assert trend.earlier == pytest.approx((55 + 60 + 65 + 70 + 75) / 5)
    assert trend.later == pytest.approx((80 + 85 + 90 + 95) / 4)


def test_days_before_she_came_are_not_measured(store: Store, facts: Facts) -> None:
    """Who joined four days ago has not done nothing before."""
    facts.school_class("7b", "ben")
    facts.practice("ben", "add", -20, (5, 10))
    facts.student("ana")
    facts.enroll("ana", "7b", -3)
    facts.practice("ana", "add", -2, (5, 10), minutes=10)
    trend = analytics(store).get_student_trend_data("ana", "questions", 10)
    assert [point.value for point in trend.points] == [None] * 6 + [0.0, 10.0, 0.0, 0.0]
    assert trend.direction is Direction.UNKNOWN


def test_a_class_is_the_mean_of_its_students(store: Store, facts: Facts) -> None:
    """Each student counts the same, however much she practises; under five answers she does not."""
    facts.school_class("7b", "ana", "ben", "cem")
    facts.practice("ana", "add", -1, (100, 100))
    facts.practice("ben", "add", -1, (5, 10))
    facts.practice("cem", "add", -1, (0, 4))
    service = analytics(store)
    accuracy = service.get_class_trend_data("7b", "accuracy", 3)
    assert [(point.value, point.count) for point in accuracy.points] == [
        (None, 0),
        (75.0, 2),
        (None, 0),
    ]
    assert accuracy.count_unit == "students"
    questions = service.get_class_trend_data("7b", "questions", 3)
    assert questions.points[1].value == (100 + 10 + 4) / 3


@given(seed=st.integers(0, 10_000))
def test_engagement_never_exceeds_a_week(seed: int) -> None:
    """Active days a week lie between 0 and 7, also in the short week of a joiner."""
    from nudgebot.insight.period_facts import DayFacts, Doings, Known
    from nudgebot.insight.trends import student_trend

    chance = random.Random(seed)  # noqa: S311
    since = chance.randrange(100, 140)
    days = tuple(
        DayFacts(each, 0, 0, 0, None, 1.0) for each in range(since, 140) if chance.random() < 0.7
    )
    doings = Doings("ana", "Ana", since, days, (), {})
    trend = student_trend(
        METRICS["engagement"],
        doings,
        Known(practice=True, activity=True, minutes=True, xp=False),
        first=100,
        last=139,
    )
    assert all(point.value is None or 0 <= point.value <= 7 for point in trend.points)


@pytest.mark.parametrize("metric", METRICS)
def test_nothing_at_all_is_said_to_be_not_measured(store: Store, facts: Facts, metric: str) -> None:
    """No activity in the whole school: no zeros, no direction."""
    facts.school_class("7b", "ana")
    service = analytics(store)
    for trend in (
        service.get_student_trend_data("ana", metric),
        service.get_class_trend_data("7b", metric),
    ):
        assert not trend.measured
        assert trend.text == f"{trend.title}: not measured in this period."


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        pytest.param("acuracy", "Did you mean accuracy?", id="a slip"),
        pytest.param("xyzzy", "The metrics are accuracy, questions, time, xp", id="no idea"),
    ],
)
def test_an_unknown_metric(store: Store, facts: Facts, asked: str, hint: str) -> None:
    """One sentence with what there is."""
    facts.school_class("7b", "ana")
    with pytest.raises(InputError) as caught:
        analytics(store).get_student_trend_data("ana", asked)
    assert hint in str(caught.value)


@pytest.mark.parametrize("days", [0, -3, 100_000])
def test_days_that_are_no_period(store: Store, facts: Facts, days: int) -> None:
    facts.school_class("7b", "ana")
    with pytest.raises(InputError, match="A period has from 1 to 1830 days"):
        analytics(store).get_student_trend_data("ana", "xp", days)


def test_assignments_are_pooled_over_the_class(store: Store, facts: Facts) -> None:
    """Two of the three that fell due are handed in; the week before had none."""
    facts.school_class("7b", "ana", "ben", "cem")
    facts.assignment("a1", "7b", -2)
    facts.handed_in("a1", "ana", -3, 50)
    facts.handed_in("a1", "ben", -1, 50)
    trend = analytics(store).get_class_trend_data("7b", "assignments", 14)
    assert [(point.value, point.count) for point in trend.points] == [
        (None, 0),
        (pytest.approx(66.6667), 3),
    ]


def test_a_trend_of_the_past_ends_there(store: Store, facts: Facts) -> None:
    """What came after the period is not in it."""
    facts.school_class("7b", "ana")
    facts.practice("ana", "add", -30, (5, 10))
    facts.practice("ana", "add", -1, (10, 10))
    trend = analytics(store).get_student_trend("ana", "accuracy", period(-40, -20))
    assert trend.points[-1].begin == day(-26)
    assert [point.value for point in trend.points] == [None, 50.0, None]
    later = analytics(store, NOW + timedelta(days=1)).get_student_trend(
        "ana", "accuracy", period(-40, -20)
    )
    assert later == trend
