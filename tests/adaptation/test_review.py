"""Rules that should be looked at, and whether students come to wait for messages."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from nudging.samples import NOW, TODAY

from adaptation.school import Town
from nudgebot.nudging.cases import Arm, Case, Cases
from nudgebot.nudging.dependence import Dependence, QuietDays, Sign, dependence, quiet_days
from nudgebot.nudging.effects_values import Proposal
from nudgebot.nudging.learning import Tally
from nudgebot.nudging.review import Review, Reviews, open_reviews, reviews, told

DAY = timedelta(days=1)


class Found:
    """An effect as the reviews see it."""

    group = "r"
    text = "Nudged 50 %, held out 50 %."
    recommendations = ("Review: no effect.",)

    def __init__(self, proposal: Proposal) -> None:
        self.proposal = proposal


@pytest.mark.parametrize(
    ("proposal", "proposed"),
    [
        (Proposal.KEEP, False),
        (Proposal.WAIT, False),
        (Proposal.REVIEW, True),
        (Proposal.STOP, True),
    ],
)
def test_nil_and_harm_are_proposed_with_their_numbers(proposal: Proposal, proposed: bool) -> None:
    """What helps, and what nobody can tell yet, is left alone."""
    found = reviews([Found(proposal)], responses={}, minimum=30, least_rate=0.3)
    words = "Nudged 50 %, held out 50 %. Review: no effect."
    harm = proposal is Proposal.STOP
    assert found == ([Review("r", "effect", words, harm=harm)] if proposed else [])


@pytest.mark.parametrize(
    ("tally", "proposed"),
    [
        pytest.param(Tally(5, 40), True, id="few come back"),
        pytest.param(Tally(12, 40), False, id="enough come back"),
        pytest.param(Tally(0, 29), False, id="too few to say"),
    ],
)
def test_too_few_responses_are_proposed(tally: Tally, proposed: bool) -> None:
    """Below the school's share, and only with enough cases."""
    found = reviews([], responses={"r": tally}, minimum=30, least_rate=0.3)
    assert [each.about for each in found] == (["responses"] if proposed else [])


def _days(less: float, *, cases: int = 400, seed: int = 1) -> list[QuietDays]:
    """Every student is active every second day by herself, the nudged so much less often."""
    random = Random(seed)  # noqa: S311  # a test's chance
    found = []
    for number in range(cases):
        arm = Arm.HELD_OUT if random.random() < 0.3 else Arm.NUDGED
        chance = 0.5 - (less if arm is Arm.NUDGED else 0)
        active = sum(random.random() < chance for _ in range(12))
        found.append(QuietDays("r", f"s{number}", arm, 0.3, 12, active))
    return found


@pytest.mark.parametrize(
    ("less", "sign"),
    [(0.15, Sign.LESS), (0.0, Sign.UNCLEAR), (-0.15, Sign.MORE)],
)
def test_waiting_for_messages_is_seen_where_it_is(less: float, sign: Sign) -> None:
    """Less on days without a message than the held-out, more, or neither."""
    overall, rule = dependence(_days(less), minimum=30)
    assert (overall.rule_id, rule.rule_id) == ("", "r")
    assert overall.sign is rule.sign is sign
    assert rule.low is not None
    assert rule.high is not None
    assert rule.low <= -less <= rule.high
    assert "On days without a message the nudged were active" in rule.text


def test_no_dependence_is_seldom_claimed_where_there_is_none() -> None:
    """Of forty schools without any, at most two hear of one."""
    signs = [dependence(_days(0.0, cases=150, seed=n), minimum=20)[0].sign for n in range(40)]
    assert sum(sign is not Sign.UNCLEAR for sign in signs) <= 2


def test_few_cases_are_too_early() -> None:
    """Nothing is said of a handful."""
    found = dependence(_days(0.4, cases=20), minimum=30)[0]
    assert found.sign is Sign.EARLY
    assert found.text.startswith("Too early to say")


def test_dependence_is_proposed_as_a_longer_cooldown() -> None:
    """Only of a rule, and only where it is clear."""
    some = dependence(_days(0.2), minimum=30)
    found = reviews([], responses={}, dependences=some, minimum=30, least_rate=0.3)
    assert [(each.rule_id, each.about) for each in found] == [("r", "dependence")]
    assert "longer cooldown" in found[0].text


def _case(student_id: str, arm: Arm, *, share: float = 0.5) -> Case:
    return Case(
        student_id=student_id,
        rule_id="streak",
        episode_at=NOW - 20 * DAY,
        arm=arm,
        share=share,
        type="encouragement",
        urgency="medium",
        channel="direct_message",
        tone="warm",
        hour=14,
        target="activity_resumed",
        decided_at=NOW - 20 * DAY,
        starts_at=NOW - 20 * DAY,
        start_day=TODAY - 20,
        ends_at=NOW - 6 * DAY,
    )


def test_days_with_a_message_do_not_count(town: Town) -> None:
    """The day of the nudge, and that of another one, are left out; the held-out's day too."""
    store = town.school.store
    Cases(store).open([_case("s1", Arm.NUDGED), _case("s2", Arm.HELD_OUT), _case("s3", Arm.EXEMPT)])
    store.execute("UPDATE cases SET state = 'closed'")
    for student_id in ("s1", "s2"):
        for day in (TODAY - 20, TODAY - 17, TODAY - 15, TODAY - 6):
            store.execute(
                "INSERT INTO activity_days VALUES (?, ?, 'video', '', 9, 3, 10)", [student_id, day]
            )
    town.engine.evaluate(NOW - 17 * DAY)
    store.execute(
        "UPDATE nudges SET state = 'sent', due_day = ? WHERE student_id = 's1'", [TODAY - 17]
    )
    found = {each.student_id: each for each in quiet_days(store, NOW)}
    assert found.keys() == {"s1", "s2"}
    assert (found["s1"].quiet_days, found["s1"].active_days) == (12, 1)
    assert (found["s2"].quiet_days, found["s2"].active_days) == (13, 2)


def _useless(town: Town) -> None:
    """A rule with 6,000 cases of which half reach the target, nudged or not."""
    cases = []
    for number in range(6000):
        arm = Arm.NUDGED if number % 2 else Arm.HELD_OUT
        cases.append(_case(f"u{number}", arm))
    Cases(town.school.store).open(cases)
    town.school.store.execute(
        """UPDATE cases SET state = 'closed',
           target_met_at = CASE WHEN case_id % 4 < 2 THEN starts_at + 60 END"""
    )


def test_the_admins_are_told_once_in_four_weeks(town: Town) -> None:
    """A rule without an effect is found, told of, shown until it is gone, and not repeated."""
    _useless(town)
    store = town.school.store
    kept = Reviews(store, minimum=30, least_rate=0.3)
    found = kept.look({"streak"}, NOW)
    assert [(each.rule_id, each.about) for each in found] == [("streak", "effect")]
    (words,) = told(found)
    assert words.startswith("The rule `streak` should be looked at. It stays as it is until")
    assert kept.look({"streak"}, NOW) == found  # until somebody was really told
    kept.mark_told(found, NOW)
    assert kept.look({"streak"}, NOW + 7 * DAY) == []
    assert [each.rule_id for each in open_reviews(store)] == ["streak"]
    again = kept.look({"streak"}, NOW + 28 * DAY)
    assert [each.rule_id for each in again] == ["streak"]
    assert kept.look({"another"}, NOW) == []
    assert open_reviews(store) == []


def _harmful(town: Town) -> None:
    """The same cases, and of the nudged hardly anybody reaches the target any more."""
    town.school.store.execute(
        "UPDATE cases SET target_met_at = NULL WHERE arm = 'nudged' AND case_id % 10"
    )


def test_harm_is_told_at_once_and_then_once_in_four_weeks(town: Town) -> None:
    """A rule that was told of for its lack of effect is told of again when it does harm."""
    _useless(town)
    kept = Reviews(town.school.store, minimum=30, least_rate=0.3)
    useless = kept.look({"streak"}, NOW)
    assert not any(each.harm for each in useless)
    kept.mark_told(useless, NOW)
    _harmful(town)
    (harm,) = kept.look({"streak"}, NOW + DAY)
    assert harm.harm
    assert "Switch it off?" in harm.text
    kept.mark_told([harm], NOW + DAY)
    assert kept.look({"streak"}, NOW + 8 * DAY) == []
    assert kept.look({"streak"}, NOW + 29 * DAY) == [harm]


def test_a_proposal_changes_no_rule(town: Town) -> None:
    """The rule goes on until a person decides."""
    _useless(town)
    Reviews(town.school.store, minimum=30, least_rate=0.3).look({"streak"}, NOW)
    assert len(town.engine.evaluate(NOW).queued) == 3


def test_a_sentence_for_each_sign() -> None:
    """The words say what to do, and name nobody."""
    one = Dependence("r", 99, 99, 30, 0.3, 0.4, -0.1, -0.15, -0.05, Sign.LESS)
    assert "send fewer" in one.text
    assert "carry over" in replace(one, sign=Sign.MORE).text
    assert replace(one, sign=Sign.UNCLEAR).text.endswith(").")
