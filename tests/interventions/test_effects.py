"""What the later data say: the words and the verdict for courses that are written down."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nudgebot.interventions.effects import Course, Interest, Verdict, Work, effect

DAY = 100
LONG = Course(first_day=0, last_day=200)


def practised(before: tuple[int, int], after: tuple[int, int]) -> Course:
    return replace(LONG, practice={DAY - 3: before, DAY + 3: after})


@pytest.mark.parametrize(
    ("active", "verdict", "words"),
    [
        pytest.param(
            {90, 92, 95, 97, *range(102, 112)},
            Verdict.BETTER,
            "more active (2 → 5 active days a week)",
            id="more",
        ),
        pytest.param(
            {*range(90, 100), 103},
            Verdict.WORSE,
            "less active (5 → 0.5 active days a week)",
            id="less",
        ),
        pytest.param(
            {90, 92, 103, 105, 107},
            Verdict.SAME,
            "about as active (1 → 1.5 active days a week)",
            id="a day more in two weeks is nothing",
        ),
        pytest.param(
            {DAY}, Verdict.SAME, "about as active (0 → 0 active days a week)", id="not the day"
        ),
    ],
)
def test_activity_is_said_in_days_a_week(active: set[int], verdict: Verdict, words: str) -> None:
    """Two weeks on either side, the day itself in neither."""
    found = effect(Interest.ACTIVITY, replace(LONG, active_days=frozenset(active)), DAY)
    assert (found.verdict, found.words) == (verdict, words)


def test_it_is_too_early_in_the_first_week() -> None:
    """Six days afterwards say nothing, seven may."""
    assert effect(Interest.ACTIVITY, replace(LONG, last_day=106), DAY).words == "too early to say"
    assert effect(Interest.ACTIVITY, replace(LONG, last_day=107), DAY).verdict is Verdict.SAME


@pytest.mark.parametrize(
    "course",
    [
        pytest.param(replace(LONG, first_day=95), id="new at school"),
        pytest.param(replace(LONG, free_days=frozenset(range(102, 120))), id="holidays after"),
        pytest.param(replace(LONG, free_days=frozenset(range(80, 95))), id="holidays before"),
    ],
)
def test_a_short_window_gives_no_verdict(course: Course) -> None:
    """Whoever has just come, or has holidays, is compared with nothing."""
    assert effect(Interest.ACTIVITY, course, DAY).verdict is Verdict.TOO_LITTLE


def test_holidays_do_not_count_as_days_without_activity() -> None:
    """Seven days of school with five active ones are five a week, holidays before or not."""
    course = Course(
        first_day=0,
        last_day=200,
        active_days=frozenset({*range(86, 91), *range(101, 111)}),
        free_days=frozenset(range(93, 100)),
    )
    assert effect(Interest.ACTIVITY, course, DAY).verdict is Verdict.SAME


@pytest.mark.parametrize(
    ("course", "verdict", "words"),
    [
        pytest.param(
            practised((40, 20), (60, 48)),
            Verdict.BETTER,
            "more accurate (50 % of 40 → 80 % of 60 answers)",
            id="better",
        ),
        pytest.param(
            practised((60, 48), (40, 20)),
            Verdict.WORSE,
            "less accurate (80 % of 60 → 50 % of 40 answers)",
            id="worse",
        ),
        pytest.param(
            practised((20, 12), (20, 14)),
            Verdict.SAME,
            "no clear change in accuracy (60 % of 20 → 70 % of 20 answers)",
            id="as chance has it",
        ),
        pytest.param(
            practised((19, 2), (90, 80)), Verdict.TOO_LITTLE, "too little data to say", id="few"
        ),
    ],
)
def test_accuracy_needs_answers_and_more_than_chance(
    course: Course, verdict: Verdict, words: str
) -> None:
    """The numbers of answers are told, and a change within chance is none."""
    found = effect(Interest.ACCURACY, course, DAY)
    assert (found.verdict, found.words) == (verdict, words)


@pytest.mark.parametrize(
    ("work", "words"),
    [
        pytest.param(
            [Work(95, 103), Work(99, None)], "1 of 2 pieces of overdue work handed in", id="one"
        ),
        pytest.param(
            [Work(95, None), Work(99, 150)],
            "none of 2 pieces of overdue work handed in",
            id="none in time",
        ),
        pytest.param([Work(95, DAY)], "the overdue work was handed in", id="on the day"),
        pytest.param([Work(95, None)], "the overdue work is still open", id="open"),
        pytest.param(
            [Work(95, 98), Work(60, None), Work(101, None)],
            "about as active (0 → 0 active days a week)",
            id="nothing was overdue",
        ),
    ],
)
def test_overdue_work_is_followed(work: list[Work], words: str) -> None:
    """What was overdue on the day, and how much of it came in; without any it is activity."""
    assert effect(Interest.OVERDUE, replace(LONG, work=tuple(work)), DAY).words == words


@given(
    st.builds(
        Course,
        first_day=st.integers(60, 130),
        last_day=st.integers(60, 130),
        active_days=st.frozensets(st.integers(60, 130)),
        practice=st.dictionaries(
            st.integers(60, 130), st.tuples(st.integers(0, 50), st.just(0)), max_size=9
        ),
        work=st.tuples(st.builds(Work, st.integers(60, 130), st.integers(60, 130) | st.none())),
        free_days=st.frozensets(st.integers(60, 130)),
    ),
    st.sampled_from(Interest),
)
def test_any_course_gives_words(course: Course, interest: Interest) -> None:
    """There is always something to say, and figures only where there is a verdict."""
    found = effect(interest, course, DAY)
    assert found.words
    judged = found.verdict in (Verdict.BETTER, Verdict.SAME, Verdict.WORSE)
    assert judged == (found.before is not None) == (found.after is not None)
