"""What is chosen: better and sure enough, by lot one time in ten, and never outside the hours."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nudging.bench import HEAD
from nudging.samples import NOW, candidate

from adaptation.school import Town
from nudgebot.insight.rhythm import Rhythm
from nudgebot.nudging.adaptation import Choices, tones_in
from nudgebot.nudging.adaptation_choice import EXPLORATION_SHARE, Choice, choose, lot
from nudgebot.nudging.adaptation_stages import LessOften
from nudgebot.nudging.adaptation_words import adapted_in, by_lot, weighed, with_adapted
from nudgebot.nudging.learning import Belief, Tally
from nudgebot.nudging.policy import QuietHours
from nudgebot.nudging.profiles import Cell, Lessons, Record, learn
from nudgebot.nudging.rule import Delivery, Urgency
from nudgebot.nudging.stages import CoolingDown, LastNudge
from nudgebot.nudging.templates import templates_of
from nudgebot.nudging.timing import Hours, plan
from nudgebot.settings import read_settings
from nudgebot.wiring import make_adaptation, make_book

KEY = b"a school's own key"
UTC_HOURS = Hours(ZoneInfo("UTC"), QuietHours(22, 8), weekend_allowed=False)


def _drawn(beliefs: dict[int, Belief], times: int = 4000) -> Counter[int]:
    chances = (lot(KEY, "hour", str(number)) for number in range(times))
    return Counter(choose(beliefs, 8, confidence=0.7, random=each).option for each in chances)


def test_the_better_one_is_taken_and_every_other_one_keeps_its_share() -> None:
    """Two thirds of a tenth go to the worse two, whatever is believed of them."""
    found = _drawn({8: Belief(20, 80), 13: Belief(10, 90), 18: Belief(60, 40)})
    least = EXPLORATION_SHARE / 3
    assert found[18] / 4000 > 0.9
    assert found[8] / 4000 == pytest.approx(least, abs=0.012)
    assert found[13] / 4000 == pytest.approx(least, abs=0.012)


def test_what_is_not_sure_enough_is_left_at_the_usual() -> None:
    """A few messages more at 18 are no reason to leave the usual hour."""
    found = _drawn({8: Belief(4, 6), 18: Belief(4.5, 5.5)})
    assert found[8] / 4000 == pytest.approx(1 - EXPLORATION_SHARE / 2, abs=0.015)


def test_the_same_nudge_always_gets_the_same() -> None:
    """The lot hangs on the school's key, what is chosen and the nudge, and on nothing else."""
    draws = [lot(KEY, "hour", "s1:r:1:1").random() for _ in range(3)]
    assert len(set(draws)) == 1
    others = [
        (b"another", "hour", "s1:r:1:1"),
        (KEY, "tone", "s1:r:1:1"),
        (KEY, "hour", "s1:r:1:2"),
    ]
    assert all(lot(key, *parts).random() != draws[0] for key, *parts in others)


def _cell(student: str, hour: int, met: int, of: int, tone: str = "plain") -> Cell:
    return Cell(student, "encouragement", hour, tone, "direct_message", True, Tally(met, of))


def _choices(*cells: Cell, confidence: float = 0.7, tones: tuple[str, ...] = ()) -> Choices:
    own: dict[str, Record] = {}
    for each in cells:
        record = own.get(each.student_id, Record(each.student_id))
        own[each.student_id] = replace(record, cells=(*record.cells, each))
    lessons = learn(sorted(cells, key=lambda each: each.student_id))
    return Choices(lessons, own, key=KEY, confidence=confidence, tones=lambda _, __: tones)


EVENINGS = [
    each for n in range(40) for each in (_cell(f"a{n}", 14, 1, 6), _cell(f"a{n}", 18, 5, 6))
]
RHYTHM = Rhythm(tuple({14: 9, 18: 5}.get(hour, 0) for hour in range(24)), (5,) * 7, 2.0)


def test_the_hour_moves_to_where_messages_work_and_says_on_which_evidence() -> None:
    """A newcomer gets the school's better hour, another one her own; both with the numbers."""
    choices = _choices(*EVENINGS)
    usual = plan(Urgency.MEDIUM, rhythm=RHYTHM, hours=UTC_HOURS, as_of=NOW)
    found = {}
    head, rest = "18:00 instead of 14:00", "usual ones (school 40 of 240)"
    for student in ("new", "a1"):
        one = candidate(student)
        due = choices.due(one, f"{student}:1", usual, rhythm=RHYTHM, hours=UTC_HOURS, earliest=NOW)
        found[student] = (due.at.hour, due.adapted)
    assert found == {
        "new": (
            18,
            f"{head}: the school acted on 200 of 240 such messages, on 40 of 240 usual ones",
        ),
        "a1": (
            18,
            f"{head}: 5 of 6 such messages were acted on (school 200 of 240), 1 of 6 {rest}",
        ),
    }


@pytest.mark.parametrize("urgency", [Urgency.HIGH, Urgency.CRITICAL])
def test_what_presses_keeps_its_promise(urgency: Urgency) -> None:
    """High and critical nudges go when they would go anyway."""
    choices = _choices(*EVENINGS)
    usual = plan(urgency, rhythm=RHYTHM, hours=UTC_HOURS, as_of=NOW)
    one = candidate("a1", urgency=urgency)
    assert usual == choices.due(one, "k", usual, rhythm=RHYTHM, hours=UTC_HOURS, earliest=NOW)


COUNTS = st.lists(st.integers(0, 9), min_size=24, max_size=24)


HOURS = st.builds(
    Hours,
    st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kathmandu", "America/St_Johns"]).map(ZoneInfo),
    st.builds(QuietHours, st.integers(0, 23), st.integers(0, 23)),
    weekend_allowed=st.booleans(),
)


@given(
    counts=COUNTS,
    hours=HOURS,
    as_of=st.integers(0, 24 * 14).map(lambda hours: NOW + timedelta(hours=hours)),
    urgency=st.sampled_from(Urgency),
    better=st.integers(0, 23),
)
def test_never_in_the_past_in_quiet_hours_or_outside_her_own(
    counts: list[int], hours: Hours, as_of: datetime, urgency: Urgency, better: int
) -> None:
    """Whatever was learned, and whatever the lot says: timing's own limits hold."""
    school = [
        each for n in range(20) for each in (_cell(f"a{n}", 3, 1, 6), _cell(f"a{n}", better, 5, 6))
    ]
    rhythm = Rhythm(tuple(counts), (5, 4, 3, 3, 3, 2, 1), 2.0)
    usual = plan(urgency, rhythm=rhythm, hours=hours, as_of=as_of)
    one = candidate("a1", urgency=urgency)
    due = _choices(*school).due(one, str(as_of), usual, rhythm=rhythm, hours=hours, earliest=as_of)
    assert due.at >= as_of
    if due.at != usual.at:
        local = due.at.astimezone(hours.zone)
        assert hours.open(due.at)
        assert counts[local.hour] > 0
        assert due.adapted


def test_a_tone_is_chosen_among_those_that_there_are() -> None:
    """The warm one works; without a second one there is nothing to choose."""
    school = [
        each
        for n in range(40)
        for each in (_cell(f"a{n}", 8, 1, 6), _cell(f"a{n}", 8, 5, 6, tone="warm"))
    ]
    tone, words = _choices(*school, tones=("plain", "warm")).tone(candidate("new"), "k", "en")
    assert (tone, words.startswith("the tone “warm” instead of the tone “plain”")) == ("warm", True)
    assert _choices(*school, tones=("plain",)).tone(candidate("new"), "k", "en") == ("", "")


def test_the_tones_of_a_template_are_those_of_the_students_language() -> None:
    """A German student gets no English wording for its tone."""
    head = HEAD.replace("warm", "{}").replace("language: en", "language: {}") + "Hi\n"
    templates = templates_of(
        {
            "one.md": head.format("nudge", "encouraging", "en"),
            "one.gentle.md": head.format("nudge", "gentle", "en"),
            "one.de.md": head.format("nudge", "encouraging", "de"),
        }
    )
    assert tones_in(templates, "one", "en") == ("encouraging", "gentle")
    assert tones_in(templates, "one", "de") == ("encouraging",)
    assert tones_in(templates, "none", "de") == ()


SILENT = [_cell("s1", 8, 0, 20), *(_cell(f"a{n}", 8, n % 7, 6) for n in range(21))]


def _less_often(hours_ago: float, **rule: object) -> str | None:
    last = {("s1", "streak"): LastNudge(NOW - timedelta(hours=hours_ago), waiting=False)}
    stage = LessOften(_choices(*SILENT), CoolingDown(last, NOW))
    return stage.reason_to_drop(candidate("s1", **rule))


def test_who_seldom_responds_waits_twice_as_long() -> None:
    """With the numbers that say so; what presses does not wait."""
    reason = _less_often(25) or ""
    assert reason.startswith("The student acted on 0 of 20 messages, the school on ")
    assert "so it waits twice as long: until" in reason
    assert _less_often(47.5) is None
    assert _less_often(25, urgency=Urgency.HIGH) is None
    assert _less_often(25, delivery_method=Delivery.MENTOR_ALERT) is None


def test_words_say_what_was_drawn_by_lot() -> None:
    """A choice by lot claims no evidence."""
    assert by_lot(Choice(18, 14, by_lot=True)) == (
        "18:00 instead of 14:00, drawn by lot, so that learning goes on"
    )
    assert by_lot(Choice(14, 14, by_lot=True)).startswith("14:00 drawn by lot")
    words = weighed(Choice(18, 14), own=(Tally(), Tally()), school=(Tally(3, 4), Tally(1, 4)))
    assert adapted_in(with_adapted("18:00", words)) == words
    assert adapted_in(with_adapted("18:00", "")) == ""


def test_nothing_known_is_the_usual_but_for_the_lot() -> None:
    """Before anything was learned, nine of ten go as they always went."""
    choices = Choices(Lessons(), {}, key=KEY, confidence=0.7, tones=lambda _, __: ())
    usual = plan(Urgency.MEDIUM, rhythm=RHYTHM, hours=UTC_HOURS, as_of=NOW)
    dues = [
        choices.due(candidate(), str(n), usual, rhythm=RHYTHM, hours=UTC_HOURS, earliest=NOW)
        for n in range(1000)
    ]
    assert sum(due == usual for due in dues) / 1000 == pytest.approx(0.9, abs=0.03)
    assert all("drawn by lot" in due.adapted for due in dues if due != usual)


def test_the_school_switches_it_off(town: Town) -> None:
    """Without adaptive rules nothing learns, and nothing is there that could."""
    settings = read_settings(None, {"NUDGEBOT_ENABLE_ADAPTIVE_RULES": "false"})
    assert make_adaptation(town.school.store, settings, make_book(settings)) is None
    on = read_settings(None, {})
    assert make_adaptation(town.school.store, on, make_book(on)) is not None


def _evening(town: Town, as_of: datetime = NOW) -> list[tuple[str, str]]:
    for student in ("s1", "s2", "s3"):
        town.school.rhythms[student] = RHYTHM
    found = town.engine.evaluate(as_of, dry_run=True)
    return [(each.student_id, each.reason) for each in found.decisions]


def test_an_evaluation_decides_the_same_again(town: Town) -> None:
    """The same moment and data, the same choices, however often."""
    assert _evening(town) == _evening(town)


def test_switched_off_decides_as_ever(town: Town) -> None:
    """Without adaptation, timing alone decides."""
    town.adaptive = False
    usual = plan(Urgency.MEDIUM, rhythm=RHYTHM, hours=UTC_HOURS, as_of=NOW)
    reason = f"Due {usual.at:%Y-%m-%d %H:%M} UTC ({usual.why})."
    assert {each for _, each in _evening(town)} == {reason}
