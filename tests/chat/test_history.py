"""`history` and `rate`, as a teacher reads them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from chat.town import ADMIN, ANA, CLASS_STREAM, NOW, OTTO, TARA, Town
from nudgebot.interventions.letters import StudentAnswer
from nudgebot.interventions.means import Actor
from nudgebot.interventions.record import InterventionType
from nudgebot.nudging.messages import InStream
from nudgebot.school.days import local_day, to_at

TARA_ACTS = Actor(TARA, "Tara Teacher", "t1")
WEEKS_AGO = NOW - timedelta(days=20)


def write(town: Town, token: str, at: datetime, text: str = "Is all well?") -> int:
    sent = town.office.interventions.messages.send(
        "s1",
        text,
        actor=TARA_ACTS,
        key=f"message:{token}:s1",
        as_of=at,
        template_id="inactive_check_in",
    )
    assert sent.arrived
    assert sent.intervention_id is not None
    return sent.intervention_id


def answer(town: Town, at: datetime, text: str) -> None:
    letters = town.office.letters
    said = StudentAnswer(to_at(at), "s1", text, at, letters.followed_by("s1", at))
    letters.keep_answer(said, passed_to=1)


def be_active(town: Town, *days: int) -> None:
    """Ana is active on these days, counted from three weeks ago."""
    zone = town.office.zone
    town.store.executemany(
        "INSERT INTO activity_days VALUES ('s1', ?, 'reading', '', 10, 3, 20)",
        [(local_day(WEEKS_AGO + timedelta(days=day), zone),) for day in days],
    )


def note(town: Town, kind: InterventionType, at: datetime, what: str, source: str) -> int:
    return town.office.interventions.record.note(
        kind, TARA_ACTS, student_id="s1", action_taken=what, source=source, as_of=at
    )


def test_a_message_its_answer_and_what_came_afterwards(town: Town) -> None:
    """Who, when, what came of it; that it helped is not claimed."""
    be_active(town, -20, -10, -3, *range(1, 11))
    number = write(town, "a", WEEKS_AGO, "Is *all* well?")
    answer(town, WEEKS_AGO + timedelta(hours=2), "Sorry, I was @**sick**")
    said = town.answer(TARA, "history ana alvarez")
    assert f"no. {number}" in said
    assert "· you" in said
    assert "**Message:** Is &#42;all&#42; well?" in said
    assert "“Sorry, I was &#64;&#42;&#42;sick&#42;&#42;”" in said
    assert "afterwards: more active (1 → 5 active days a week)" in said
    assert said.count("need not have come of it") == 1
    assert f"`rate {number} 4`" in said


def test_everything_is_told_newest_first_and_a_handful_at_a_time(town: Town) -> None:
    """What the other parts note is there without more ado; the rest is one button away."""
    for day, kind in enumerate(InterventionType):
        note(town, kind, NOW - timedelta(days=day), f"Thing {day}", f"{kind}:{day}")
    town.office.interventions.record.resolve("meeting:2", "she came", NOW)
    first = town.say(OTTO, "history Ana")
    assert "Ana" not in first[0].content
    sent = town.say(ADMIN, "history s1")
    words = "\n".join(each.content for each in sent)
    assert re.findall(r"Thing (\d)", words) == ["0", "1", "2", "3", "4"]
    assert "she came" in words
    assert "Tara Teacher" in words
    assert "and 3 earlier: `history s1 page 2`" in words
    assert "history s1 page 2" in [b.reply for each in sent for b in each.buttons]
    second = town.answer(ADMIN, "history s1 page 2")
    assert re.findall(r"Thing (\d)", second) == ["5", "6", "7"]
    assert "begins at the start" in town.answer(ADMIN, "history s1 page 3")


def test_a_pattern_is_told_when_there_is_one(town: Town) -> None:
    """Three answers within an hour or two."""
    for day in (30, 20, 10):
        at = NOW - timedelta(days=day)
        write(town, f"m{day}", at)
        answer(town, at + timedelta(hours=2), "Thanks")
    assert "Messages are answered (3 of 3, mostly within a day)." in town.answer(TARA, "history s1")


def test_nothing_was_done_yet(town: Town) -> None:
    """It says so, and offers what can be done."""
    said = town.say(TARA, "history s1")
    assert "Nothing has been done" in said[0].content
    assert "message s1" in [b.reply for each in said for b in each.buttons]


def test_a_message_that_did_not_arrive_has_no_number(town: Town) -> None:
    """It is shown, and it is no intervention."""
    number = write(town, "a", NOW)
    town.office.interventions.record.withdraw("message:a:s1")
    town.store.execute("UPDATE teacher_messages SET state = 'refused'")
    said = town.answer(TARA, "history s1")
    assert "it did not arrive" in said
    assert f"no. {number}" not in said
    assert "afterwards" not in said


def test_the_history_is_for_those_who_may_see_her(town: Town) -> None:
    """In a class stream it is told in private; the student herself has no such command."""
    write(town, "a", NOW)
    told = town.say(TARA, "@**nudgebot** history s1", InStream(CLASS_STREAM, "topic"))
    (in_stream,) = [m.content for m in told if isinstance(m.recipient, InStream)]
    assert "all well" not in in_stream
    assert "What was done" not in town.answer(ANA, "history s1")
    audited = town.store.rows("SELECT 1 FROM audit WHERE action = 'history' AND student_id = 's1'")
    assert audited


def test_a_teacher_rates_what_she_did(town: Town) -> None:
    """The rating is beside what the data say, not mixed with it, and can be changed."""
    number = write(town, "a", WEEKS_AGO)
    assert "rated **4 of 5**" in town.answer(TARA, f"rate {number} 4")
    said = town.answer(TARA, "history s1")
    assert "rated 4 of 5" in said
    assert "afterwards: too little data to say" in said
    assert "rated **2 of 5**" in town.answer(TARA, f"rate #{number}: 2/5")


@pytest.mark.parametrize(
    ("words", "answered"),
    [
        ("rate", "which one and how much"),
        ("rate Ana good", "which one and how much"),
        ("rate 1", "which one and how much"),
        ("rate 1 0", "from 1"),
        ("rate 1 6", "from 1"),
        ("rate 1 99999999999999999999", "which one and how much"),
        ("rate 99 3", "no intervention of yours"),
        ("rate 999999999999999 3", "no intervention of yours"),
    ],
)
def test_a_wrong_rating_is_answered_with_what_to_do(town: Town, words: str, answered: str) -> None:
    """Nothing is noted for it."""
    assert write(town, "a", NOW) == 1
    assert answered in town.answer(TARA, words)
    assert town.store.value("SELECT effectiveness_rating FROM interventions") is None


def test_what_is_not_hers_is_as_unknown_as_what_does_not_exist(town: Town) -> None:
    """Otto learns nothing of the numbers of others."""
    number = write(town, "a", NOW)
    assert town.answer(OTTO, f"rate {number} 3") == town.answer(OTTO, "rate 4711 3")
