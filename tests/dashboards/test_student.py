"""The nudging report of a student: requirement A's entries, her own record, and advice."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from nudgebot.chat.boards.student import student_board
from nudgebot.insight.trend_data import DateRange
from nudgebot.nudging.dashboards.advice import adjustments
from nudgebot.nudging.dashboards.analytics import NudgingAnalyticsDashboard
from nudgebot.nudging.dashboards.overview import Basis
from nudgebot.nudging.dashboards.received import Received, unanswered
from nudgebot.nudging.dashboards.response_rates import KINDS, ResponseRate, ResponseRates
from nudgebot.nudging.dashboards.student import StudentNudgingReport
from nudgebot.nudging.learning import Tally
from nudgebot.nudging.profiles import Profile
from nudgebot.store import Store

from .school import DAY, NOW, Truth, fill

PROFILE = Profile("s1", ("reminder", "check_in"), (18, 16), "warm", "medium", ("student",),
                  Tally(3, 8), 0.4)  # fmt: skip
TRUTHS = {"inactivity_check_in": Truth(0.4, 0.2), "overdue_work_reminder": Truth()}


def report(store: Store) -> StudentNudgingReport:
    """The report on s1 as of NOW."""
    return NudgingAnalyticsDashboard(
        store, Basis(ZoneInfo("UTC"), 14, 30), as_of=NOW, profile_of=lambda _id, _at: PROFILE
    ).get_student_nudging_report("s1")


@pytest.mark.parametrize(
    "name",
    [
        "student_profile",
        "nudges_received",
        "response_patterns",
        "effectiveness_by_type",
        "behavioral_changes",
        "recommended_adjustments",
    ],
)
def test_each_entry_of_requirement_a_is_there_by_its_name(store: Store, name: str) -> None:
    """`get_student_nudging_report` has all that it has in the requirement."""
    fill(store, cases=600, students=30, truths=TRUTHS)
    assert getattr(report(store), name)


def test_it_is_about_nobody_else(store: Store) -> None:
    """Her nudges, her responses, her cases; of others only what the held-out show together."""
    fill(store, cases=600, students=30, truths=TRUTHS)
    found = report(store)
    assert {each.student_id for each in found.nudges_received} == {"s1"}
    assert found.response_patterns.rates.nudges == len(found.nudges_received)
    assert {case.student_id for case, _ in found.behavioral_changes.impacts} == {"s1"}
    assert found.behavioral_changes.held_out.cases > 30
    for _, impact in found.behavioral_changes.impacts:
        assert impact.student_id == "s1"


def test_types_and_parts_of_the_day_add_up(store: Store) -> None:
    """The same nudges, told in two ways."""
    fill(store, cases=600, students=30, truths=TRUTHS)
    found = report(store)
    total = len(found.nudges_received)
    assert sum(each.nudges for each in found.effectiveness_by_type) == total
    assert sum(each.nudges for each in found.response_patterns.by_part_of_day) == total


def test_a_later_nudge_of_an_episode_goes_by_its_case_and_its_own_hour(store: Store) -> None:
    """It has no case of its own: it is not "still followed" for ever, nor was it due at noon."""
    fill(store, cases=2, students=1, truths={"inactivity_check_in": Truth(1.0)}, days=60)
    first = store.row("SELECT episode_at, ends_at FROM cases WHERE state = 'closed'")
    assert first is not None
    met_at = first["episode_at"] + 2 * DAY
    store.execute("UPDATE cases SET student_id = 's1', arm = 'nudged'")
    due = {"n2": met_at - 3600, "n3": met_at + 3600, "n4": first["ends_at"] + 3600}
    for nth, (key, due_at) in enumerate(due.items(), 2):
        store.execute(
            """INSERT INTO nudges VALUES (?, 's1', 'inactivity_check_in', 'R', ?, ?, 'check_in',
               'medium', 'direct_message', 1, ?, ?, ?, ?, '', '{}', 'sent', '', ?, 'r', 'warm',
               'en')""",
            [key, first["episode_at"], nth, due_at, due_at, due_at // DAY, due_at, due_at],
        )
    found = {each.key: each for each in report(store).nudges_received if each.key in due}
    assert {key: (each.reached, each.followed) for key, each in found.items()} == {
        "n2": (True, True),
        "n3": (None, False),
        "n4": (None, False),
    }
    assert all(each.hour == each.at.hour for each in found.values())


def test_what_is_still_followed_counts_neither_way_in_the_headline(store: Store) -> None:
    """Its successes are known before its failures; counting them would flatter."""
    fill(store, cases=600, students=30, truths=TRUTHS)
    store.execute("UPDATE cases SET target_met_at = starts_at + 60 WHERE state = 'followed'")
    found = report(store)
    target = found.response_patterns.rates.of("target")
    period = DateRange(NOW.date(), NOW.date())
    board = student_board(found, name="s1", period=period, data_as_of=None, zone=UTC)
    told = f"Did what was asked for after {target.count} of {target.of} followed to the end."
    assert told in board.lines
    assert target.of < sum(each.reached is not None for each in found.nudges_received)


def test_without_any_nudge_there_is_nothing_to_say(store: Store) -> None:
    """An empty report says that it is too early."""
    found = report(store)
    assert found.nudges_received == ()
    assert found.recommended_adjustments == ("Too early to say: 0 of at least 5 nudges so far.",)


def nudge(number: int, *, responses: tuple[str, ...] = (), reached: bool | None = False,
          type_: str = "reminder", hour: int = 16) -> Received:  # fmt: skip
    """A nudge that she got; the lower its number, the newer."""
    at = datetime(2026, 11, 18 - number % 18, tzinfo=NOW.tzinfo)
    said = dict.fromkeys(responses, 1.0)
    return Received(f"k{number}", "s1", at, "r", "R", type_, "warm", hour, said, reached)


def rates(**counts: int) -> ResponseRates:
    """Of eight nudges, so many of each kind."""
    return ResponseRates(
        8, {kind: ResponseRate(kind, counts.get(kind, 0), 8, None) for kind in KINDS}
    )


def test_only_silence_without_success_counts_as_unanswered() -> None:
    """Being read is no response; coming back without a word is one."""
    assert unanswered([nudge(0), nudge(1, responses=("read",)), nudge(2, reached=True)]) == 2
    assert unanswered([nudge(0, responses=("reacted",)), nudge(1)]) == 0
    assert unanswered([]) == 0


@pytest.mark.parametrize(
    ("received", "counts", "words"),
    [
        pytest.param([nudge(n) for n in range(2)], {}, "Talk instead of writing", id="silent"),
        pytest.param([nudge(0, reached=True)], {"need_help": 1}, "need help", id="help"),
        pytest.param([nudge(0, reached=True)], {"wrong": 2}, "2 of 8 nudges", id="wrong"),
        pytest.param(
            [nudge(n, reached=True, hour=16 + n % 2) for n in range(6)], {}, "16:00", id="hour"
        ),
        pytest.param(
            [nudge(n, reached=True, type_=("reminder", "check_in")[n % 2]) for n in range(6)],
            {},
            "type reminder work best",
            id="type",
        ),
        pytest.param(
            [nudge(n, reached=True) for n in range(6)], {}, "Nothing needs changing", id="fine"
        ),
    ],
)
def test_advice_follows_from_what_came_back(
    received: list[Received], counts: dict[str, int], words: str
) -> None:
    """Each piece of advice says what it rests on."""
    assert words in " ".join(adjustments(PROFILE, rates(**counts), received))
