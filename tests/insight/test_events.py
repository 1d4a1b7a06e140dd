"""Events: recent changes raise them, history that comes in late does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from nudgebot.insight.decline import NEEDS as DECLINE_NEEDS
from nudgebot.insight.decline import signs
from nudgebot.insight.events import changes
from nudgebot.insight.figures import Figures
from nudgebot.insight.table import Value

from .facts import NOW, Facts, moment

CALM: dict[str, Value] = {
    "score_count": 4,
    "last_score": 70.0,
    "last_work": "scored",
    "days_since_last_score": 5,
    "score_change": 0.0,
    "activity_change": 0,
    "active_days_7": 4,
    "days_since_last_activity": 1,
    "current_streak": 2,
    "upcoming_exam_days": 20,
    "upcoming_exam_title": "e1",
}


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        pytest.param({}, {}, set(), id="nothing moved"),
        pytest.param(
            {},
            {"days_since_last_score": 0, "last_score": 50.0, "score_change": -15.0},
            {"performance_declined"},
            id="15 points down",
        ),
        pytest.param(
            {}, {"days_since_last_score": 0, "score_change": -14.9}, set(), id="14.9 points down"
        ),
        pytest.param(
            {},
            {"days_since_last_score": 0, "score_change": 15.0},
            {"performance_improved"},
            id="15 points up",
        ),
        pytest.param({}, {"score_change": -40.0, "score_count": 9}, set(), id="back-filled scores"),
        pytest.param(
            {"days_since_last_score": 30},
            {"days_since_last_score": 15, "score_change": -40.0},
            set(),
            id="new to us but 15 days old",
        ),
        pytest.param(
            {"days_since_last_score": None, "score_count": None},
            {"days_since_last_score": 1, "score_change": -40.0},
            set(),
            id="the first scores ever",
        ),
        pytest.param(
            {},
            {"last_score": 40.0, "days_since_last_score": 9, "score_count": 3, "score_change": -30},
            set(),
            id="the newest was taken back",
        ),
        pytest.param(
            {"activity_change": -2},
            {"activity_change": -3, "active_days_7": 3},
            {"activity_changed"},
            id="three active days fewer",
        ),
        pytest.param(
            {"activity_change": -3}, {"activity_change": -4, "active_days_7": 3}, set(), id="told"
        ),
        pytest.param(
            {"activity_change": 0}, {"activity_change": -3}, set(), id="back-filled week before"
        ),
        pytest.param(
            {}, {"activity_change": 3, "active_days_7": 5}, {"activity_changed"}, id="three more"
        ),
        pytest.param(
            {},
            {"activity_change": 3, "active_days_7": 5, "days_since_last_activity": 2},
            set(),
            id="three more but none lately",
        ),
        pytest.param(
            {"current_streak": 3}, {"current_streak": 0}, {"streak_broken"}, id="a streak of three"
        ),
        pytest.param({"current_streak": 2}, {"current_streak": 0}, set(), id="a streak of two"),
        pytest.param({"current_streak": 9}, {"current_streak": 1}, set(), id="another one already"),
        pytest.param(
            {"upcoming_exam_days": 8}, {"upcoming_exam_days": 7}, {"exam_approaching"}, id="in 7"
        ),
        pytest.param({"upcoming_exam_days": 7}, {"upcoming_exam_days": 6}, set(), id="told at 7"),
        pytest.param(
            {"upcoming_exam_days": None}, {"upcoming_exam_days": 3}, {"exam_approaching"}, id="new"
        ),
        pytest.param(
            {"upcoming_exam_days": 2},
            {"upcoming_exam_days": 2, "upcoming_exam_title": "e2"},
            {"exam_approaching"},
            id="another exam",
        ),
        pytest.param(
            {"upcoming_exam_days": 0}, {"upcoming_exam_days": None}, set(), id="the exam is over"
        ),
        pytest.param(dict.fromkeys(CALM), {}, set(), id="nothing was known before"),
    ],
)
def test_what_raises_an_event(
    before: dict[str, Value], after: dict[str, Value], kinds: set[str]
) -> None:
    """Each kind at its threshold, against an otherwise calm student."""
    earlier = CALM | before
    found = changes(earlier, CALM | after)
    if before == dict.fromkeys(CALM):
        found.pop("exam_approaching", None)
    assert set(found) == kinds


def test_the_details_carry_the_numbers() -> None:
    """What a person reads when she asks why."""
    found = changes(
        CALM | {"current_streak": 4},
        CALM
        | {"current_streak": 0, "days_since_last_score": 0, "score_change": -20.4}
        | {"activity_change": -3, "active_days_7": 1, "upcoming_exam_days": 5},
    )
    assert found == {
        "activity_changed": "active on 1 of the last 7 days, on 4 of the 7 before",
        "performance_declined": "last score 70\u00a0%, 20 points below the scores before it",
        "streak_broken": "a streak of 4 days is over",
        "exam_approaching": "an exam in 5 days",
    }


def test_the_details_are_true_and_in_good_english() -> None:
    """Missed work is no score, and one day is no days."""
    missed: dict[str, Value] = {"last_score": 0.0, "last_work": "missed", "score_change": -70.0}
    tomorrow = {"days_since_last_score": 0, "upcoming_exam_days": 1}
    assert changes(CALM, CALM | missed | tomorrow) == {
        "performance_declined": "the newest work was missed, 70 points below the scores before it",
        "exam_approaching": "an exam in 1 day",
    }
    assert changes(CALM, CALM | {"upcoming_exam_days": 0}) == {"exam_approaching": "an exam today"}


Happening = Callable[[Facts], None]


def _new_mark(facts: Facts) -> None:
    facts.exam("e9", "math", -1, released_at=moment(-0.5))
    facts.result("e9", "ana", 20)


def _old_marks(facts: Facts) -> None:
    for number in range(5):
        facts.exam(f"o{number}", "math", -90 - number)
        facts.result(f"o{number}", "ana", 100)


def _old_activity(facts: Facts) -> None:
    facts.active("ana", *range(-60, -8))


@pytest.mark.parametrize(
    ("happening", "kinds"),
    [
        pytest.param(_new_mark, ["performance_declined"], id="a bad mark"),
        pytest.param(_old_marks, [], id="five old marks"),
        pytest.param(_old_activity, [], id="two months of old activity"),
    ],
)
def test_events_of_an_import(
    facts: Facts, figures: Figures, happening: Happening, kinds: list[str]
) -> None:
    """From the facts to the events: old facts that come in late raise nothing."""
    facts.student("ana")
    for number in range(3):
        facts.exam(f"e{number}", "math", -20 + number)
        facts.result(f"e{number}", "ana", 70)
    facts.active("ana", -9, -8, -6, -3, -1)
    figures.refresh(NOW)
    happening(facts)
    facts.touch("ana")
    done = figures.refresh(NOW + timedelta(minutes=1))
    assert sorted(event.kind for event in done.events) == sorted(kinds)


def test_time_alone_breaks_a_streak(facts: Facts, figures: Figures) -> None:
    """No import touches a student who stays away; her day moving on raises the event once."""
    facts.student("ana")
    facts.student("ben")
    facts.active("ana", -2, -1, 0)
    facts.active("ben", -1)
    figures.refresh(NOW)
    raised = []
    for day in range(1, 5):
        done = figures.refresh(NOW + timedelta(days=day))
        raised += [(day, each) for each in done.events]
        figures.settle(done.events)
    assert [(day, each.kind, each.student_id) for day, each in raised] == [
        (2, "streak_broken", "ana")
    ]


SIGN_CASES: list[tuple[str, dict[str, Value], tuple[str, ...] | None]] = [
    ("nothing is known", {}, None),
    ("ended 2 days ago", {"last_streak": 3, "days_since_last_activity": 2}, ("streak_break",)),
    ("still alive", {"last_streak": 3, "days_since_last_activity": 1}, ()),
    ("long ago", {"last_streak": 3, "days_since_last_activity": 8}, ()),
    ("no streak to speak of", {"last_streak": 2, "days_since_last_activity": 2}, ()),
    ("one missed", {"missed_assignments": 1, "due_assignments": 3}, ("missed_assignments",)),
    ("none due", {"missed_assignments": 0, "due_assignments": 0}, None),
    (
        "four days apart",
        {"busiest_week_days": 4, "quietest_week_days": 0},
        ("irregular_study_pattern",),
    ),
    ("three days apart", {"busiest_week_days": 4, "quietest_week_days": 1}, ()),
]


@pytest.mark.parametrize(
    ("known", "expected"), [pytest.param(*case[1:], id=case[0]) for case in SIGN_CASES]
)
def test_decline_indicators(known: dict[str, Value], expected: tuple[str, ...] | None) -> None:
    """The four signs at their boundaries."""
    assert signs(dict.fromkeys(DECLINE_NEEDS) | known) == expected


@pytest.mark.parametrize(
    ("minutes", "videos", "shows"),
    [
        pytest.param((10, 20), (1, 1), True, id="half of 20 minutes"),
        pytest.param((11, 20), (1, 1), False, id="more than half"),
        pytest.param((0, 19), (0, 1), False, id="too little before"),
        pytest.param((0, 0), (1, 3), True, id="no minutes: one video of three"),
        pytest.param((0, 0), (2, 3), False, id="no minutes: two of three"),
    ],
)
def test_declining_videos(
    minutes: tuple[int, int], videos: tuple[int, int], *, shows: bool
) -> None:
    """Minutes where there are any, else the number of videos."""
    known = {
        "video_minutes_14": minutes[0],
        "video_minutes_14_before": minutes[1],
        "videos_watched_14": videos[0],
        "videos_watched_14_before": videos[1],
    }
    found = signs(dict.fromkeys(DECLINE_NEEDS) | known)
    assert found == (("declining_video_engagement",) if shows else ())


def test_an_event_waits_until_it_was_acted_on(facts: Facts, figures: Figures) -> None:
    """A process that dies between looking and acting finds it again; settled, it is gone."""
    facts.student("ana")
    facts.active("ana", -2, -1, 0)
    figures.refresh(NOW)
    raised = figures.refresh(NOW + timedelta(days=2)).events
    assert [each.kind for each in raised] == ["streak_broken"]
    assert figures.refresh(NOW + timedelta(days=2, minutes=1)).events == raised
    figures.settle(raised)
    assert figures.refresh(NOW + timedelta(days=2, minutes=2)).events == ()


def test_a_clock_set_back_a_little_loses_no_event(facts: Facts, figures: Figures) -> None:
    """Seconds of correction must not make everything anew, with nothing to compare."""
    facts.student("ana")
    facts.active("ana", -2, -1, 0)
    facts.touch("ana")
    figures.refresh(NOW)
    facts.exam("e1", "math", 5)
    facts.touch("ana")
    assert figures.refresh(NOW - timedelta(seconds=2)).events == figures.refresh(NOW).events
    assert figures.computed_at() == NOW
