"""When cases are looked at: as far as the data go, once, and to an end."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nudgebot.nudging.cases import Cases, Measures
from nudgebot.nudging.following import Followed
from nudgebot.school.days import from_at
from nudgebot.store import Store
from nudging.followed import DAYS, STARTS_AT, Life, moment

ENDS_AT = STARTS_AT + timedelta(days=DAYS)


def _life(store: Store) -> Life:
    life = Life(store)
    life.case()
    for day in (-60, -3):
        life.active(day, events=14)
    return life


def test_without_data_nothing_is_looked_at(store: Store) -> None:
    """Neither before the first export nor before the data reach the nudge."""
    life = _life(store)
    assert life.follow(ENDS_AT) == Followed()
    life.known(STARTS_AT - timedelta(hours=1))
    assert life.follow(STARTS_AT) == Followed()


def test_a_case_is_measured_reaches_its_target_and_closes(store: Store) -> None:
    """One after the other, each once."""
    life = _life(store)
    life.known(STARTS_AT)
    assert life.follow(STARTS_AT) == Followed(measured=1)
    assert life.one().before == Measures(1.0, None, round(1 / 14, 4))
    life.active(2, events=28)
    life.known(moment(3))
    assert life.follow(moment(3)) == Followed(met=1)
    assert life.follow(moment(4)) == Followed()
    assert not life.one().closed
    life.known(ENDS_AT)
    assert life.follow(ENDS_AT) == Followed(closed=1)
    case = life.one()
    assert (case.closed, case.after) == (True, Measures(2.0, None, round(1 / 14, 4)))
    assert life.follow(ENDS_AT + timedelta(days=30)) == Followed()


def test_an_end_waits_for_its_data_but_not_for_ever(store: Store) -> None:
    """A week after its end it closes with what is known, by the days that are known."""
    life = _life(store)
    life.active(1, events=5)
    life.known(moment(4, 23))
    late = ENDS_AT + timedelta(days=7)
    assert life.follow(late - timedelta(seconds=1)).closed == 0
    assert life.follow(late) == Followed(closed=1)
    assert life.one().after == Measures(1.0, None, 0.2)


def test_an_end_without_any_data_since_is_not_measured(store: Store) -> None:
    """Not measured is not nought."""
    life = _life(store)
    life.known(moment(-1))
    assert life.follow(ENDS_AT + timedelta(days=7)) == Followed(measured=1, closed=1)
    assert life.one().after == Measures()


def test_news_of_an_older_moment_are_looked_at_too(store: Store) -> None:
    """An export may tell more of days that are known already."""
    life = _life(store)
    life.known(moment(3))
    life.follow(moment(3))
    life.active(2)
    life.known(moment(3))
    assert life.follow(moment(3, 13)) == Followed(met=1)


def test_a_process_that_dies_between_looks_measures_the_same(store: Store) -> None:
    """What was looked at is written together with the case; looking again changes nothing."""
    life = _life(store)
    life.active(2)
    case = life.followed(moment(3))
    store.execute("DELETE FROM following_state")
    assert life.follow(moment(3)) == Followed()
    assert life.one() == case


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.sets(st.integers(0, 15), max_size=6), st.sets(st.integers(-15, 15), max_size=8))
def test_often_or_once_gives_the_same(store: Store, looks: set[int], active: set[int]) -> None:
    """However often cases are looked at on the way, their end is that of one look at the end."""
    for table in ("cases", "batches", "activity_days", "following_state", "classes"):
        store.execute(f"DELETE FROM {table}")  # noqa: S608  # constants
    life = Life(store)
    life.case()
    for day in active | {-60}:
        life.active(day)
    for day in sorted(looks):
        life.followed(moment(day, 15))
    often = life.followed(ENDS_AT)
    store.execute("DELETE FROM cases")
    life.case()
    once = life.followed(ENDS_AT)
    # Seconds before which the data end have not happened for a look; days in between have.
    assert (often.before, often.after, often.target_met_at) == (
        once.before,
        once.after,
        once.target_met_at,
    )
    assert often.closed
    assert once.closed


def test_cases_of_a_period_and_of_students_are_found(store: Store) -> None:
    """By when they start, closed ones alone where asked for; and all of some students."""
    life = _life(store)
    cases = Cases(store)
    assert len(cases.between(STARTS_AT, STARTS_AT + timedelta(seconds=1))) == 1
    assert cases.between(from_at(0), STARTS_AT) == []
    assert cases.between(from_at(0), ENDS_AT, closed_only=True) == []
    life.followed(ENDS_AT)
    assert len(cases.between(from_at(0), ENDS_AT, closed_only=True)) == 1
    assert len(cases.of_students(["s1", "s2"])) == 1
    assert cases.of_students([]) == []
