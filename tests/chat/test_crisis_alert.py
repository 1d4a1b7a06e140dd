"""Urgent words leave a trace where teachers look, and it stays until a person has seen to it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from interventions.family import Family

from chat.alerted import raised
from chat.test_tutor import practise
from chat.town import ADMIN, ANA, OTTO, TARA, Town
from nudgebot.errors import CommandError
from nudgebot.interventions.alerts_kept import Alert
from nudgebot.interventions.means import Actor

SAID = "I hate school and I want to die"
RESTS = "rests after urgent words"


def crisis(town: Town) -> Alert:
    """The alert that stands about Ana."""
    found = town.office.interventions.alerts.crisis_of("s1")
    assert found is not None
    return found


def told_again(town: Town, user_id: int) -> int:
    """How often somebody was asked to see to it."""
    return sum("Still open" in each for each in town.zulip.to(user_id))


def test_urgent_words_are_the_first_alert_and_are_not_quoted(town: Town) -> None:
    """Above what is critical and older."""
    raised(town, "s2", urgency="critical")
    town.say(ANA, SAID)
    lines = town.answer(TARA, "alerts")
    assert lines.index("Ana Alvarez") < lines.index("s2")
    assert "Urgent words" in lines
    card = town.answer(TARA, f"alert {crisis(town).alert_id}")
    assert "CRITICAL" in card
    assert "resume s1 <notes>" in card
    assert "want to die" not in lines + card


def test_it_does_not_end_by_itself(town: Town) -> None:
    """No rule finds it, so no rule ends it."""
    town.say(ANA, SAID)
    town.office.interventions.alerts.sync(town.clock)
    assert crisis(town).state == "open"


def test_newer_words_open_it_anew(town: Town) -> None:
    """One alert, which somebody has to look at again."""
    town.say(ANA, SAID)
    first = crisis(town)
    town.say(TARA, f"ack {first.alert_id}")
    town.clock += timedelta(minutes=5)
    town.say(ANA, SAID)
    assert crisis(town).alert_id == first.alert_id
    assert crisis(town).state == "open"


def test_what_is_done_about_something_else_does_not_acknowledge_it(town: Town) -> None:
    """A snooze is no talk."""
    town.say(ANA, SAID)
    town.say(TARA, "snooze s1 7")
    assert crisis(town).state == "open"


def test_it_is_told_again_until_somebody_acknowledges_it(tmp_path: Path) -> None:
    """To her teachers and the safeguarding contacts: after an hour, then every four."""
    town = Town(tmp_path, safeguarding_contacts=(OTTO,))
    town.say(ANA, SAID)
    start, tick = town.clock, town.office.interventions.alerts.tick
    for hours, times in ((0.5, 0), (1, 1), (2, 1), (5, 2), (9, 3)):
        tick(start + timedelta(hours=hours))
        assert (told_again(town, TARA), told_again(town, OTTO)) == (times, times)
    assert told_again(town, ANA) == told_again(town, ADMIN) == 0
    assert "is yours" in town.answer(OTTO, f"ack {crisis(town).alert_id}")
    tick(start + timedelta(hours=30))
    assert told_again(town, TARA) == 3
    town.store.close()


def test_without_contacts_the_admins_are_asked_again_too(town: Town) -> None:
    """Somebody beside the teachers knows."""
    town.say(ANA, SAID)
    town.office.interventions.alerts.tick(town.clock + timedelta(hours=2))
    assert told_again(town, TARA) == told_again(town, ADMIN) == 1


def test_resolve_wants_notes_and_says_that_nudges_still_rest(town: Town) -> None:
    """To close the alert is not to let nudges go on."""
    town.say(ANA, SAID)
    number = crisis(town).alert_id
    assert "What did you do" in town.answer(TARA, f"resolve {number}")
    assert "Nudges still rest" in town.answer(TARA, f"resolve {number} talked with her")
    assert town.office.consents.state("s1").held


def test_resume_wants_a_word_and_closes_the_alert(town: Town) -> None:
    """What was done stands in the history, with who did it."""
    town.say(ANA, SAID)
    assert "What was done" in town.answer(TARA, "resume s1")
    assert town.office.consents.state("s1").held
    town.clock += timedelta(hours=1)
    assert "may reach" in town.answer(TARA, "resume s1 talked with her")
    assert town.office.interventions.alerts.crisis_of("s1") is None
    history = town.answer(OTTO, "history s1") + town.answer(TARA, "history s1")
    assert "Urgent words of the student" in history
    assert "Let nudges go on after urgent words" in history
    assert "talked with her" in history
    assert "want to die" not in history


def test_resume_after_the_alert_is_closed_is_noted_too(town: Town) -> None:
    """And a closed alert beside a newer one stays closed."""
    town.say(ANA, SAID)
    number = crisis(town).alert_id
    town.say(TARA, f"resolve {number} talked with her")
    town.say(TARA, "resume s1 all is well")
    assert "all is well" in town.answer(TARA, "history s1")
    town.clock += timedelta(hours=1)
    town.say(ANA, SAID)
    assert crisis(town).alert_id != number
    with pytest.raises(CommandError, match="is over"):
        town.office.interventions.alerts.reopen(Actor(TARA, "Tara", "t1"), number, as_of=town.clock)


PREVIEWS = [
    "message s1 Hi there",
    "meet s1 2026-11-26 10:00",
    "assign s1 Fractions",
    "withdraw assignment 1",
    "tutor s1 in Fractions with s2",
    "parent s1 inactive",
]


@pytest.mark.parametrize("command", PREVIEWS)
def test_every_preview_warns(tmp_path: Path, command: str) -> None:
    """Once, and only while she rests."""
    town = Family(tmp_path)
    town.store.execute("INSERT INTO skills VALUES ('frac', 'Fractions', 'Maths', NULL)")
    practise(town, "s1", "frac", 7)
    practise(town, "s2", "frac", 19)
    town.say(TARA, "assign s1 Fractions")
    town.say(TARA, "confirm")
    before = town.answer(TARA, command)
    assert RESTS not in before
    assert "cancel" in before
    town.say(TARA, "cancel")
    town.say(ANA, SAID)
    told = town.answer(TARA, command)
    assert (RESTS in told) ^ ("needs a person" in told)
    town.store.close()


def test_status_says_who_would_not_be_heard(town: Town) -> None:
    """No contact, and a language of students without phrases."""
    told = town.answer(ADMIN, "status")
    assert "No safeguarding contact is set" in told
    assert "No phrases" not in told
    town.store.execute("UPDATE students SET language = 'sw' WHERE student_id = 's1'")
    town.store.execute("UPDATE students SET language = 'pt-BR' WHERE student_id = 's2'")
    assert "for languages of students: sw" in town.answer(ADMIN, "status")
    assert "safeguarding" not in town.answer(TARA, "status")


def test_at_the_same_severity_the_highest_risk_comes_first(town: Town) -> None:
    """As in the digest, whatever the numbers of the alerts."""
    for student_id, score in (("s1", 40.0), ("s2", 90.0)):
        town.figures.rows[student_id] = {"risk_score": score}
        raised(town, student_id)
    lines = town.answer(TARA, "alerts")
    assert lines.index("`alert 2`") < lines.index("`alert 1`")


def test_privacy_tells_looks_in_words_and_letters_to_the_family(tmp_path: Path) -> None:
    """No name of a command, and that parents were e-mailed."""
    town = Family(tmp_path)
    raised(town, "s1")
    town.say(TARA, "alert 1")
    town.say(TARA, "parent s1 inactive")
    town.say(TARA, "confirm")
    told = town.answer(ANA, "privacy")
    assert "about you to your family" in told
    assert "an alert about you" in told
    assert "asked for" not in told
    town.store.close()
