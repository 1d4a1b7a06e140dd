"""From the evaluation to the verdict through the real tables: who is drawn, nudged and followed.

The simulated students know nothing of arms: they react to the nudges that the evaluation queued.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from nudging.samples import NOW, TODAY, School, rule
from ready import ready_store

from nudgebot.nudging.cases import Arm, Case, Cases
from nudgebot.nudging.effects import effects
from nudgebot.nudging.effects_values import Effect, Grouping, Measure, Verdict
from nudgebot.nudging.evaluation import Evaluator
from nudgebot.nudging.following import Following
from nudgebot.nudging.rule import Test
from nudgebot.nudging.tables import SCHEMA as NUDGING
from nudgebot.school.links import SCHEMA as LINKS
from nudgebot.school.links import Links, ZulipUser
from nudgebot.school.tables import SCHEMA as SCHOOL
from nudgebot.store import Store

DAY = timedelta(days=1)
TRUTH = {"helps": 0.3, "nil": 0.0, "harms": -0.3}
BASE = 0.5
STUDENTS = 750
FILE_KEY = b"the same in every run of the test"


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[list[Case], list[Effect]]]:
    """A term of a school with three rules, a third of the students for each."""
    folder: Path = tmp_path_factory.mktemp("school")
    store = ready_store(folder / "school.db", [SCHOOL, LINKS, NUDGING])
    random = Random(1)  # noqa: S311  # a simulation
    school = _school(store, random)
    decided = Evaluator(school.grounds).evaluate(NOW)
    nudged = {(each.student_id, each.rule_id) for each in decided.queued}
    _live_on(store, nudged, random)
    end = NOW + 20 * DAY
    school.exported(end)
    Following(store, ZoneInfo("UTC")).follow(end)
    cases = Cases(store).between(NOW - DAY, end, closed_only=True)
    yield cases, list(effects(cases, by=Grouping.RULE))
    store.close()


def _rule_of(number: int) -> str:
    return list(TRUTH)[number % 3]


def _school(store: Store, random: Random) -> School:
    school = School(store)
    school.figures.rows.clear()
    store.execute("UPDATE holdout_key SET key = ?", [FILE_KEY])
    school.rules = [
        rule(
            rule_id,
            name=rule_id,
            conditions=Test("current_streak", "equals", number),
            holdout=0.5,
        )
        for number, rule_id in enumerate(TRUTH)
    ]
    users = [ZulipUser(1000 + n, f"U{n}", "", 400, True, False, "") for n in range(STUDENTS)]
    Links(store).keep_users(users, NOW)
    for number in range(STUDENTS):
        school.student(f"p{number}", 1000 + number)
        school.figures.set(f"p{number}", current_streak=number % 3)
        _active(store, number, TODAY - 30, random.randint(1, 9))
        if random.random() < 0.4:
            _active(store, number, TODAY - 9, 1)
    return school


def _active(store: Store, number: int, day: int, events: int) -> None:
    store.execute(
        "INSERT INTO activity_days VALUES (?, ?, 'reading', '', 12, ?, 5.0)",
        [f"p{number}", day, events],
    )


def _live_on(store: Store, nudged: set[tuple[str, str]], random: Random) -> None:
    for number in range(STUDENTS):
        rule_id = _rule_of(number)
        effect = TRUTH[rule_id] if (f"p{number}", rule_id) in nudged else 0
        if random.random() < BASE + effect:
            first = random.randint(2, 9)
            for day in range(first, first + random.randint(1, 4)):
                _active(store, number, TODAY + day, random.randint(1, 5))


def test_everybody_is_a_case_of_one_arm(found: tuple[list[Case], list[Effect]]) -> None:
    """About half are held out, all of them are closed, measured and counted."""
    cases, told = found
    assert len(cases) == STUDENTS == sum(each.cases for each in told)
    held_out = sum(case.arm is Arm.HELD_OUT for case in cases)
    assert abs(held_out - STUDENTS / 2) < 55
    assert all(case.before.activity is not None for case in cases)
    assert all(case.after.activity is not None for case in cases)


@pytest.mark.parametrize(
    ("rule_id", "verdict"),
    [("helps", Verdict.HELPS), ("nil", Verdict.UNCLEAR), ("harms", Verdict.HARMS)],
)
def test_the_truth_comes_out_at_the_other_end(
    found: tuple[list[Case], list[Effect]], rule_id: str, verdict: Verdict
) -> None:
    """The interval holds what the students were made to do, and the verdict names it."""
    (effect,) = [each for each in found[1] if each.group == rule_id]
    assert effect.verdict is verdict
    assert effect.target.low is not None
    assert effect.target.high is not None
    assert effect.target.low <= TRUTH[rule_id] <= effect.target.high
    assert effect.did == "came back"
    assert effect.days == 14


def test_before_and_after_praises_all_three(found: tuple[list[Case], list[Effect]]) -> None:
    """Students come back from a quiet fortnight by themselves: even the harmful rule "works"."""
    for effect in found[1]:
        alone = effect.before_after.nudged.changes.activity_change
        assert alone is not None
        assert alone > 0
    (harms,) = [each for each in found[1] if each.group == "harms"]
    assert (harms.outcome(Measure.ENGAGEMENT).high or 0) < 0
