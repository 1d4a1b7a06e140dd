"""Who is held out: chance alone, the same at every look, once an episode, never what matters."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nudgebot.nudging.candidate import Candidate
from nudgebot.nudging.cases import Arm, Case, Cases
from nudgebot.nudging.decisions import Decisions
from nudgebot.nudging.evaluation import Evaluation, Evaluator
from nudgebot.nudging.holdout import Drawn, Holdout, drawn, drawn_before, key_of
from nudgebot.nudging.rule import Delivery, EventKind, Test, Urgency
from nudgebot.school.days import from_at
from nudgebot.store import Store
from nudging.samples import HOUR, NOW, School, candidate, rule

KEY = b"k" * 32
DAY = 24 * HOUR
KEYS = st.binary(min_size=16, max_size=32)
IDS = st.text(max_size=12)
EPISODES = st.integers(0, 1 << 33).map(from_at)


def holdout(share: float = 0.5, key: bytes = KEY, **changes: object) -> Holdout:
    since = {(f"s{number}", "streak"): NOW for number in range(500)}
    return replace(Holdout(key, share=share, as_of=NOW, since=since), **changes)  # type: ignore[arg-type]


def evaluate(school: School, as_of: datetime = NOW, *, dry_run: bool = False) -> Evaluation:
    return Evaluator(school.grounds).evaluate(as_of, dry_run=dry_run)


def cases(school: School) -> list[Case]:
    return Cases(school.store).between(NOW - 99 * DAY, NOW + 99 * DAY)


def held_out(school: School) -> set[str]:
    return {each.student_id for each in cases(school) if each.arm is Arm.HELD_OUT}


@settings(max_examples=30)
@given(KEYS, st.sampled_from([0.05, 0.1, 0.3, 0.5, 0.9]))
def test_the_share_is_kept(key: bytes, share: float) -> None:
    """Of 2,000 students with any key, the share is held out, give or take five standard errors."""
    numbers = [
        drawn(key, rule_id="r", student_id=str(each), episode_at=NOW) for each in range(2000)
    ]
    assert all(0 <= number < 1 for number in numbers)
    error = (share * (1 - share) / len(numbers)) ** 0.5
    assert abs(sum(number < share for number in numbers) / len(numbers) - share) < 5 * error


@given(KEYS, IDS, IDS, EPISODES)
def test_a_draw_is_the_same_at_every_look(
    key: bytes, rule_id: str, student_id: str, episode_at: datetime
) -> None:
    """Neither order nor time is part of it: only the key, rule, student and episode."""
    first = drawn(key, rule_id=rule_id, student_id=student_id, episode_at=episode_at)
    drawn(key, rule_id="other", student_id=student_id, episode_at=episode_at)
    again = drawn(key, rule_id=rule_id, student_id=student_id, episode_at=episode_at)
    assert first == again


@given(KEYS, IDS, IDS, EPISODES)
def test_every_part_of_the_name_counts(
    key: bytes, rule_id: str, student_id: str, episode_at: datetime
) -> None:
    """Another rule, student, episode or key is drawn by itself; ids cannot run into each other."""
    one = drawn(key, rule_id=rule_id, student_id=student_id, episode_at=episode_at)
    others = {
        drawn(key, rule_id=f"{rule_id}x", student_id=student_id, episode_at=episode_at),
        drawn(key, rule_id=rule_id, student_id=f"x{student_id}", episode_at=episode_at),
        drawn(key, rule_id=rule_id, student_id=student_id, episode_at=episode_at + HOUR),
        drawn(key + b"!", rule_id=rule_id, student_id=student_id, episode_at=episode_at),
    }
    assert one not in others
    assert len(others) == 4


def test_draws_of_one_student_do_not_hang_together() -> None:
    """Who is held out of one rule is so of another, and in the next episode, only by chance."""

    def number(student: int, rule_id: str, at: datetime) -> float:
        return drawn(KEY, rule_id=rule_id, student_id=str(student), episode_at=at)

    for other_rule, other_at in (("b", NOW), ("a", NOW + 30 * DAY)):
        both = sum(
            number(each, "a", NOW) < 0.5 and number(each, other_rule, other_at) < 0.5
            for each in range(4000)
        )
        assert abs(both / 4000 - 0.25) < 0.035


@pytest.mark.parametrize(
    ("one", "arm"),
    [
        pytest.param(candidate(), Arm.HELD_OUT, id="all are held out"),
        pytest.param(candidate(urgency=Urgency.CRITICAL), Arm.EXEMPT, id="critical"),
        pytest.param(candidate(risk_level="critical"), Arm.EXEMPT, id="goes to a person"),
        pytest.param(candidate(holdout=0.0), Arm.EXEMPT, id="the rule's own share is nought"),
        pytest.param(candidate(urgency=Urgency.CRITICAL, holdout=1.0), Arm.EXEMPT, id="even so"),
    ],
)
def test_what_matters_is_exempt(one: Candidate, arm: Arm) -> None:
    """Nobody in danger is left alone for the sake of a number."""
    assert holdout(1.0).arm(one) is arm


def test_a_rules_own_share_goes_first() -> None:
    """Also where the school's is nought."""
    assert holdout(0.0).arm(candidate(holdout=1.0)) is Arm.HELD_OUT
    assert holdout(0.0).arm(candidate()) is Arm.EXEMPT


def test_what_was_drawn_once_stays() -> None:
    """No later share draws an open episode again; a new episode is drawn anew."""
    pair = ("s1", "streak")
    nudged = holdout(1.0, before={pair: Drawn(Arm.NUDGED, NOW, NOW)})
    assert nudged.arm(candidate()) is Arm.NUDGED
    held = holdout(0.0001, before={pair: Drawn(Arm.HELD_OUT, NOW, NOW)})
    assert held.was_held_out(candidate())
    ended = holdout(1.0, before={pair: Drawn(Arm.NUDGED, NOW - 9 * DAY, NOW - 9 * DAY)})
    assert ended.arm(candidate()) is Arm.HELD_OUT
    assert not ended.was_held_out(candidate())


def test_an_episode_that_spoke_before_there_was_a_draw_is_exempt() -> None:
    """Its first nudge is out, so that holding its second one back would measure nothing."""
    assert holdout(1.0, nudged={("s1", "streak", NOW)}).arm(candidate()) is Arm.EXEMPT


def test_each_event_is_an_episode_after_the_cooldown() -> None:
    """A rule that waits for events is not looked at in between: the first draw is not for ever."""
    one = candidate(on=frozenset({EventKind.STREAK_BROKEN}))
    before = {("s1", "streak"): Drawn(Arm.HELD_OUT, NOW - 5 * HOUR, NOW - 5 * HOUR)}
    assert holdout(before=before).episode_of(one) == NOW - 5 * HOUR
    later = holdout(before=before, as_of=NOW + 20 * HOUR)
    assert later.episode_of(one) == NOW + 20 * HOUR
    assert not later.was_held_out(one)


def test_held_out_leaves_a_case_and_no_nudge(school: School) -> None:
    """The same as a nudge's, with when it would have been due; `why` has its reason."""
    school.with_policy(holdout_share=1.0, tracking_days=10)
    found = evaluate(school)
    assert found.queued == []
    assert {each.stage for each in found.decisions} == {"held_out"}
    (one, *others) = cases(school)
    assert len(others) == 2
    assert (one.arm, one.nudge_key, one.share) == (Arm.HELD_OUT, None, 1.0)
    assert (one.starts_at, one.ends_at) == (NOW, NOW + 10 * DAY)
    assert school.store.rows("SELECT * FROM nudges") == []
    (told,) = Decisions(school.store).of_student("s1")
    assert "Held out" in told.reason


def test_both_arms_are_the_same_but_for_the_nudge(school: School) -> None:
    """Type, urgency, channel, tone, hour, target and window do not tell who was held out."""
    school.with_policy(holdout_share=1.0)
    evaluate(school)
    held = cases(school)
    school.store.execute("DELETE FROM cases")
    school.store.execute("DELETE FROM episodes")
    school.with_policy(holdout_share=1e-12)
    evaluate(school)
    nudged = cases(school)
    assert {each.arm for each in nudged} == {Arm.NUDGED}
    assert all(each.nudge_key for each in nudged)

    def unarmed(case: Case) -> Case:
        return replace(case, arm=Arm.EXEMPT, nudge_key=None, share=0.0, case_id=0)

    assert list(map(unarmed, nudged)) == list(map(unarmed, held))


def test_the_draw_stands_behind_caps_and_cooldown(school: School) -> None:
    """Who would not have got a nudge anyway is in neither arm."""
    school.with_policy(holdout_share=1.0, max_per_day=1)
    school.rules = [rule("streak", urgency=Urgency.HIGH), rule("other")]
    evaluate(school)
    assert {each.rule_id for each in cases(school)} == {"streak"}
    evaluate(school, NOW + HOUR)
    assert {each.rule_id for each in cases(school)} == {"streak", "other"}


def test_an_episode_is_drawn_once_and_a_new_one_anew(school: School) -> None:
    """While the rule holds a held-out student stays held out; then she is drawn again."""
    school.with_policy(holdout_share=1.0)
    evaluate(school)
    for hours in (1, 30, 60):
        school.exported(NOW + hours * HOUR)
        assert evaluate(school, NOW + hours * HOUR).queued == []
    assert len(cases(school)) == 3
    school.with_policy(holdout_share=0.0001)
    assert evaluate(school, NOW + 61 * HOUR).queued == []
    school.figures.set("s1", current_streak=4)
    evaluate(school, NOW + 62 * HOUR)
    school.figures.set("s1", current_streak=0)
    evaluate(school, NOW + 63 * HOUR)
    (first, second) = [each for each in cases(school) if each.student_id == "s1"]
    assert (first.arm, second.arm) == (Arm.HELD_OUT, Arm.NUDGED)


def test_names_and_order_change_nothing(school: School) -> None:
    """A student cannot choose her arm by another name, nor an admin by another time."""
    for number in range(10, 60):
        school.student(f"s{number}", None)
    school.rules = [rule(delivery_method=Delivery.MENTOR_ALERT)]
    school.with_policy(holdout_share=0.5)
    evaluate(school)
    held = held_out(school)
    assert 5 < len(held) < 48
    school.store.execute("DELETE FROM cases")
    for table in ("nudge_parts", "nudges"):
        school.store.execute(f"DELETE FROM {table}")  # noqa: S608  # constants
    school.store.execute("UPDATE students SET name = 'Zoe', given_name = 'Zoe', language = 'de'")
    school.exported(NOW + DAY)
    for student_id in sorted(school.figures.rows, reverse=True):
        Evaluator(school.grounds).evaluate(NOW + DAY, student_ids=[student_id])
    assert held_out(school) == held


def test_a_dry_run_shows_the_same_and_writes_nothing(school: School) -> None:
    """Whoever would be held out is, also when nothing was ever drawn before."""
    school.with_policy(holdout_share=0.5)
    before = list(school.store.connection.iterdump())
    dry = evaluate(school, dry_run=True)
    assert list(school.store.connection.iterdump()) == before
    assert evaluate(school) == dry


def test_every_school_has_a_key_of_its_own(store: Store) -> None:
    """It is random, long enough, and comes with the tables."""
    assert len(key_of(store)) == 32
    assert key_of(store) != bytes(32)
    assert drawn_before(store, ["s1"]) == {}


def test_a_refused_first_nudge_hands_its_case_on(school: School) -> None:
    """The case goes by the nudge that took the refused one's place, in the arm it was drawn to."""
    school.with_policy(holdout_share=1e-12)
    evaluate(school)
    for table in ("nudges", "nudge_parts"):
        school.store.execute(f"UPDATE {table} SET state = 'refused'")  # noqa: S608  # constants
    evaluate(school, NOW + timedelta(minutes=5))
    kept = {each.nudge_key for each in cases(school)}
    assert kept == {row[0] for row in school.store.rows("SELECT nudge_key FROM nudges")}
    assert {each.arm for each in cases(school)} == {Arm.NUDGED}


def test_critical_rules_are_followed_and_never_held_out(school: School) -> None:
    """Their cases are exempt: there is nothing to compare them with."""
    school.with_policy(holdout_share=1.0)
    school.rules = [
        rule("alarm", urgency=Urgency.CRITICAL),
        rule("quiet", holdout=0.0, conditions=Test("average_score", "less_than", 60)),
    ]
    assert len(evaluate(school).queued) == 6
    assert {each.arm for each in cases(school)} == {Arm.EXEMPT}
