"""Two messages without an answer: a person is asked instead of a third, and only once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nudging.samples import NOW, rule

from adaptation.school import Town
from nudgebot.nudging.adaptation_handover import AHEAD, HANDED, RESTS, Spoken, Standing, standing
from nudgebot.nudging.rule import Delivery, Urgency
from nudgebot.nudging.stages import CoolingDown

DAY = timedelta(days=1)
BEGAN = NOW - 20 * DAY


def _spoken(word: str) -> list[Spoken]:
    """A letter a nudge, the newest last: - silence, + an answer, ? nobody knows, P to a person."""
    answered = {"-": False, "+": True, "?": None, "P": None}
    return [
        Spoken(NOW - (len(word) - place) * DAY, BEGAN, letter != "P", answered[letter])
        for place, letter in enumerate(word)
    ]


@pytest.mark.parametrize(
    ("word", "now", "told"),
    [
        pytest.param("", False, False, id="nothing yet"),
        pytest.param("-", False, False, id="one without an answer"),
        pytest.param("--", True, False, id="two without an answer"),
        pytest.param("-+-", False, False, id="an answer in between"),
        pytest.param("-?", False, False, id="what nobody knows is no silence"),
        pytest.param("+--", True, False, id="two after an answer"),
        pytest.param("--P", False, True, id="a person was told"),
        pytest.param("--P-", False, True, id="and it rests"),
        pytest.param("-P-", True, False, id="told for another reason in between"),
        pytest.param("+-P", False, False, id="told for another reason"),
    ],
)
def test_silence_is_counted_in_a_row(word: str, now: bool, told: bool) -> None:
    """Two in a row, with whatever came back breaking the row."""
    found = standing(_spoken(word), since=BEGAN, as_of=NOW)
    assert (found.now, found.told_at is not None) == (now, told)


def test_it_rests_for_four_weeks_or_until_the_rule_holds_anew() -> None:
    """A person is asked once an episode, and at most once in four weeks."""
    spoken = _spoken("--P")
    told_at = spoken[-1].due_at
    assert standing(spoken, since=BEGAN, as_of=NOW).told_at == told_at
    assert standing(spoken, since=BEGAN, as_of=told_at + RESTS) == Standing()
    assert standing(spoken, since=NOW - DAY, as_of=NOW) == Standing()


@given(st.text("-+?", max_size=8))
def test_never_after_an_answer(word: str) -> None:
    """Whoever answered the last one but one is not handed over."""
    assert not standing(_spoken(f"{word}+-"), since=BEGAN, as_of=NOW).now


def _days(count: int) -> list[datetime]:
    return [NOW + place * DAY for place in (0, 1, 4, 5, 6, 7, 8, 11, 12)][:count]


def test_the_third_goes_to_her_teacher_and_says_why(town: Town) -> None:
    """Two messages to the student, one alert to the teacher, and then neither for four weeks."""
    for as_of in _days(5):
        town.day(as_of)
    nudges = town.nudges("s1")
    assert [each.delivery for each in nudges] == [
        Delivery.DIRECT_MESSAGE,
        Delivery.DIRECT_MESSAGE,
        Delivery.MENTOR_ALERT,
    ]
    assert HANDED in nudges[-1].timing
    assert not nudges[-1].to_student
    told = [text for text in town.bench.messenger.texts if HANDED in text]
    assert len(told) == 1
    assert "two messages without an answer, so a person should ask" in told[0]
    decision = next(each for each in town.decisions("s1") if each.stage == "handed_over")
    assert "a person was told" in decision.reason


@pytest.mark.parametrize("kind", ["answered", "reacted", "done", "not_now", "wrong"])
def test_whoever_comes_back_goes_on_getting_messages(town: Town, kind: str) -> None:
    """Any response keeps the bot in the conversation."""
    for place, as_of in enumerate(_days(4)):
        town.day(as_of)
        if place == 1:
            town.respond("s1", kind, as_of)
    assert {each.delivery for each in town.nudges("s1")} == {Delivery.DIRECT_MESSAGE}


def test_to_have_read_it_is_no_answer(town: Town) -> None:
    """Read twice and done nothing: a person asks."""
    for as_of in _days(3):
        town.day(as_of)
        town.respond("s1", "read", as_of)
    assert town.nudges("s1")[-1].delivery is Delivery.MENTOR_ALERT


def test_who_reached_the_target_goes_on_getting_messages(town: Town) -> None:
    """Doing what was asked for is an answer."""
    for as_of in _days(3):
        town.day(as_of)
        town.meet("s1", as_of)
    assert {each.delivery for each in town.nudges("s1")} == {Delivery.DIRECT_MESSAGE}


def test_without_adaptation_nobody_is_handed_over(town: Town) -> None:
    """Switched off, a third message goes out, and a fourth."""
    town.adaptive = False
    for as_of in _days(4):
        town.day(as_of)
    assert [each.delivery for each in town.nudges("s1")] == [Delivery.DIRECT_MESSAGE] * 4


def test_what_is_critical_is_never_kept_from_the_student(town: Town) -> None:
    """Critical rules go on writing."""
    town.school.rules = [rule(urgency=Urgency.CRITICAL)]
    for as_of in _days(4):
        town.day(as_of)
    assert [each.delivery for each in town.nudges("s1")] == [Delivery.DIRECT_MESSAGE] * 4


def test_it_looks_as_far_ahead_as_the_cooldown_does() -> None:
    """What the cooldown lets through was looked at."""
    assert CoolingDown.ahead == AHEAD
