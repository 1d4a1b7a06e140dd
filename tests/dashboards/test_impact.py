"""`impact`: what was only just sent is told as open, and is in no rate."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboards.school import DAY, NOW, Truth, fill, last_days
from nudgebot.chat.boards.mentor import success_line
from nudgebot.insight.table import FigureTable
from nudgebot.nudging.dashboards.mentor import Mentor, MentorImpactReport, SuccessRate, read_mentor
from nudgebot.nudging.dashboards.overview import Basis
from nudgebot.nudging.dashboards.scope import scope_of
from nudgebot.school.days import to_at
from nudgebot.school.people import SchoolClass, Student
from nudgebot.store import Store

BASIS = Basis(ZoneInfo("UTC"), 14, 30, {})
IDS = [f"s{number}" for number in range(20)]


def report(store: Store) -> MentorImpactReport:
    """The last four weeks of a teacher of twenty students."""
    students = [Student(each, each, "", "", None, "", "", True) for each in IDS]
    table = FigureTable(IDS, {"risk_level": ["low"] * len(IDS)})
    mentor = Mentor("t1", "Teacher 1", [SchoolClass("c1", "7b", "", "", None, None)], students)
    scope = scope_of(last_days(28), IDS)
    return read_mentor(store, mentor, scope, BASIS, figures=table, school=())


def test_open_nudges_are_in_no_rate(store: Store) -> None:
    """Sent, open and ended add up; an open one that already worked counts no more than others."""
    fill(store, cases=600, students=20, truths={"inactivity_check_in": Truth(0.5)}, days=40)
    store.execute("UPDATE cases SET target_met_at = starts_at + 60 WHERE state = 'followed'")
    found = report(store)
    open_now = store.value(
        "SELECT COUNT(*) FROM cases WHERE state = 'followed' AND nudge_key IS NOT NULL"
    )
    assert open_now > 100
    assert found.intervention_success_rate.open == open_now
    assert sum(each.open for each in found.students_overview) == open_now
    assert found.total_nudges_triggered == sum(each.nudges for each in found.students_overview)
    reached = sum(each.reached for each in found.students_overview)
    ended = sum(each.nudges - each.open for each in found.students_overview)
    assert 0.35 < reached / ended < 0.65


@pytest.mark.parametrize(("hours", "told"), [(1, False), (25, True)])
def test_who_was_written_to_a_moment_ago_did_not_fail_to_answer(
    store: Store, hours: int, told: bool
) -> None:
    """Two nudges within the last day are no reason to look at a student; two older ones are."""
    fill(store, cases=2, students=1, truths={"inactivity_check_in": Truth(0)}, days=2, seed=3)
    at = to_at(NOW - timedelta(hours=hours))
    store.execute("UPDATE nudges SET changed_at = ?, due_at = ?", [at, at])
    store.execute("UPDATE cases SET starts_at = ?, ends_at = ? + 14 * ?", [at, at, DAY])
    store.execute("DELETE FROM responses")
    assert store.value("SELECT COUNT(*) FROM nudges") == 2
    assert bool(report(store).students_needing_attention) is told


@pytest.mark.parametrize(
    ("open_now", "words"),
    [(0, ""), (1, " 1 nudge is still open and not counted."),
     (7, " 7 nudges are still open and not counted.")],
)  # fmt: skip
def test_how_many_are_open_is_said(open_now: int, words: str) -> None:
    """In the sentence itself, also where nothing has ended yet."""
    early = "What the nudges brought: too early to say."
    assert success_line(SuccessRate(0, 0, open_now, None, None)) == early + words
    told = success_line(SuccessRate(3, 9, open_now, None, None))
    assert told.startswith("3 of 9 nudges were followed by what they asked for")
    assert told.endswith(words or "too early to say.")
