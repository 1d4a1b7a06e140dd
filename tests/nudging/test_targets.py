"""Each target: the first moment at which it is reached, and what does not reach it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from nudgebot.nudging.rule import Target
from nudgebot.nudging.targets import AIMS
from nudgebot.school.days import from_at
from nudgebot.store import Store
from nudging.followed import DAYS, STARTS_AT, Life, moment

END = moment(DAYS + 1)


def test_every_target_is_in_the_catalogue_once() -> None:
    """Whatever a rule may name can be followed, and is explained in a sentence."""
    assert [each.target for each in AIMS] == list(Target)
    assert all(each.help.endswith(".") for each in AIMS)


def _prepared(life: Life, *days: int, subject: str = "Maths") -> None:
    life.store.execute("INSERT INTO skills (skill_id, name, subject) VALUES ('k', 'K', 'Maths')")
    life.exam(6, subject=subject)
    for day in days:
        life.practice(day)


@pytest.mark.parametrize(
    ("target", "act", "met_at"),
    [
        pytest.param(
            "activity_resumed", lambda s: s.active(2, 9), moment(2, 9), id="active two days later"
        ),
        pytest.param(
            "activity_resumed", lambda s: s.active(0, 14), STARTS_AT, id="in the hour that began"
        ),
        pytest.param("activity_resumed", lambda s: s.active(0, 13), None, id="the hour before"),
        pytest.param(
            "activity_resumed", lambda s: s.active(DAYS - 1, 23), moment(DAYS - 1, 23), id="last"
        ),
        pytest.param("activity_resumed", lambda s: s.active(DAYS, 0), None, id="a day too late"),
        pytest.param(
            "activity_resumed", lambda s: s.active(3, -1), moment(3, 0), id="hour unknown"
        ),
        pytest.param(
            "activity_resumed",
            lambda s: (s.active(4, 9), s.practice(3, 20)),
            moment(3, 20),
            id="practice counts",
        ),
        pytest.param("practised", lambda s: s.practice(1, 8), moment(1, 8), id="practised"),
        pytest.param(
            "practised",
            lambda s: s.active(1, 8, kind="practice"),
            moment(1, 8),
            id="practice in the log",
        ),
        pytest.param("practised", lambda s: s.active(1, 8), None, id="reading is no practice"),
        pytest.param("practised", lambda s: s.practice(0, 13), None, id="practised before"),
        pytest.param(
            "video_finished",
            lambda s: (s.video(-3, 0.5), s.video(2, 0.95)),
            moment(2, 0),
            id="begun before",
        ),
        pytest.param("video_finished", lambda s: s.video(1, 0.9), moment(1, 0), id="all of it"),
        pytest.param("video_finished", lambda s: s.video(0, 0.9), STARTS_AT, id="on the day"),
        pytest.param("video_finished", lambda s: s.video(1, 0.89), None, id="not to the end"),
        pytest.param(
            "video_finished",
            lambda s: (s.video(-3, 0.9), s.video(2, 1.0)),
            None,
            id="seen before",
        ),
        pytest.param(
            "overdue_handed_in",
            lambda s: s.assignment(-2, moment(1, 10)),
            moment(1, 10),
            id="handed in late",
        ),
        pytest.param(
            "overdue_handed_in",
            lambda s: s.assignment(1, moment(2, 10)),
            None,
            id="was not yet due",
        ),
        pytest.param(
            "overdue_handed_in",
            lambda s: s.assignment(-3, moment(-1, 10)),
            None,
            id="was handed in before",
        ),
        pytest.param(
            "overdue_handed_in",
            lambda s: s.assignment(-2, moment(1, 10), status="excused"),
            None,
            id="excused",
        ),
        pytest.param("overdue_handed_in", lambda _: None, None, id="nothing was overdue"),
        pytest.param(
            "exam_prepared", lambda s: _prepared(s, 1, 2, 4), moment(4, 0), id="three days of seven"
        ),
        pytest.param(
            "exam_prepared",
            lambda s: _prepared(s, -3, -1, 2),
            moment(2, 0),
            id="the third day after two before",
        ),
        pytest.param("exam_prepared", lambda s: _prepared(s, 1, 4), None, id="two days"),
        pytest.param(
            "exam_prepared", lambda s: _prepared(s, 5, 6, 7), None, id="not after the exam"
        ),
        pytest.param(
            "exam_prepared",
            lambda s: _prepared(s, 1, 2, 3, subject="Art"),
            None,
            id="another subject",
        ),
        pytest.param(
            "exam_prepared", lambda s: [s.practice(each) for each in (1, 2, 3)], None, id="no exam"
        ),
        pytest.param(
            "score_held",
            lambda s: (s.exam(-20, 50), s.exam(-10, 70), s.exam(3, 60)),
            moment(3, 9),
            id="as the average",
        ),
        pytest.param(
            "score_held",
            lambda s: (s.exam(-20, 50), s.exam(3, 49), s.exam(5, 90)),
            None,
            id="only the next one counts",
        ),
        pytest.param(
            "score_held",
            lambda s: (s.exam(-20, 50), s.exam(3), s.exam(5, 50)),
            moment(5, 9),
            id="the next released one",
        ),
        pytest.param("score_held", lambda s: s.exam(3, 90), None, id="no average before"),
        pytest.param(
            "score_held",
            lambda s: (s.exam(-20, 50), s.assignment(2, None)),
            None,
            id="missed work is a nought",
        ),
    ],
)
def test_a_target_is_reached_at_its_first_moment(
    store: Store, target: str, act: Callable[[Life], object], met_at: datetime | None
) -> None:
    """In the window of two weeks, by the student's own days, and never before the nudge was due."""
    life = Life(store)
    life.case(target)
    act(life)
    assert life.followed(END).target_met_at == met_at


def test_a_target_once_reached_stays_so(store: Store) -> None:
    """What is corrected later does not take back that she did it, nor move the moment."""
    life = Life(store)
    life.case()
    life.active(3, 9)
    assert life.followed(moment(4)).target_met_at == moment(3, 9)
    life.active(2, 9)
    store.execute("DELETE FROM activity_days WHERE hour = 9 AND day > 0")
    assert life.followed(moment(5)).target_met_at == moment(3, 9)


def test_the_moment_holds_over_a_clock_change(store: Store) -> None:
    """Clocks went forward within the window: an hour of the wall is still that hour."""
    life = Life(store)
    life.case()
    spring = 128  # 2027-03-27, a day before the change
    for column in ("starts_at", "ends_at"):
        store.execute(f"UPDATE cases SET {column} = {column} + {spring * 86400}")  # noqa: S608  # constants
    store.execute("UPDATE cases SET start_day = start_day + ?", [spring])
    life.active(spring + 3, 10)
    life.known(moment(spring + 5))
    life.follow(moment(spring + 5))
    at = store.value("SELECT target_met_at FROM cases")
    assert from_at(at) == moment(spring + 3, 10)
    assert moment(spring + 3, 10) - moment(spring, 10) == timedelta(hours=71)
