"""Whoever began something is told, once and shortly, when a colleague has gone on with it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from interventions.family import Family

from chat.alerted import raised
from chat.town import ADMIN, ANA, OTTO, TARA, Town
from nudgebot.interventions.colleagues import GATHERED_FOR, HEAD, MOST_LINES

MINUTE = timedelta(minutes=1)


def news(town: Town, user_id: int) -> list[str]:
    """What somebody is told of colleagues once the news have been gathered."""
    town.clock += GATHERED_FOR
    town.office.interventions.tick(town.clock)
    return [text for text in town.zulip.to(user_id) if text.startswith(HEAD)]


def taken_on(town: Town) -> None:
    """An alert about Ana that Tara sees to."""
    raised(town, "s1")
    town.say(TARA, "ack 1")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("resolve 1 talked with the family", "has resolved alert 1, Inactivity Check&#45;In."),
        ("reopen 1", "has reopened alert 1, Inactivity Check&#45;In."),
    ],
)
def test_a_colleague_acts_on_an_alert(town: Town, text: str, says: str) -> None:
    """Who did what, about whom, and where one reads more; not the notes."""
    taken_on(town)
    town.say(ADMIN, text)
    (told,) = news(town, TARA)
    name = town.office.access.asker(ADMIN, town.clock).name
    assert f"- **Ana Alvarez**: {name} {says} `alert 1` shows it." in told.replace(
        "-In.", "&#45;In."
    )
    assert "family" not in told
    assert news(town, TARA) == [told]
    assert news(town, ADMIN) == []


def test_nobody_is_told_of_her_own_doing(town: Town) -> None:
    """Nor of what nobody had begun."""
    taken_on(town)
    town.say(TARA, "resolve 1 talked")
    raised(town, "s2")
    town.say(ADMIN, "ack 2")
    assert news(town, TARA) == []


def test_who_had_acted_hears_who_sees_to_it(town: Town) -> None:
    """Urgent words, that Tara wrote to the student about; a colleague acknowledges them."""
    town.say(ANA, "I want to die")
    town.say(TARA, "message s1 I am here.")
    town.say(TARA, "confirm")
    town.say(ADMIN, "ack 1")
    town.say(ADMIN, "ack 1")
    (told,) = news(town, TARA)
    assert "sees to alert 1" in told
    assert "want to die" not in told


def test_a_round_of_a_colleague_is_one_message(town: Town) -> None:
    """Of each thing the newest word; more than fit are counted."""
    taken_on(town)
    town.say(TARA, "message s1 Hello")
    town.say(TARA, "confirm")
    town.say(ADMIN, "rate 1 2")
    town.clock += MINUTE
    town.say(ADMIN, "rate 1 4")
    town.say(ADMIN, "resolve 1 talked")
    town.office.interventions.tick(town.clock)
    assert not any(text.startswith(HEAD) for text in town.zulip.to(TARA))
    (told,) = news(town, TARA)
    assert "has rated what you did (no. 1 of the history): 4 of 5" in told
    assert "2 of 5" not in told
    assert len(told.splitlines()) == 3


def test_more_than_fit_are_counted(town: Town) -> None:
    """A long round stays a short message."""
    for number in range(1, MOST_LINES + 3):
        town.store.execute(
            "INSERT INTO students (student_id, name) VALUES (?, ?)", [f"x{number}", f"Kid {number}"]
        )
        town.store.execute(
            "INSERT INTO enrollments (class_id, person_id, role) VALUES ('c7b', ?, 'student')",
            [f"x{number}"],
        )
        raised(town, f"x{number}")
        town.say(TARA, f"ack {number}")
        town.say(ADMIN, f"resolve {number} talked")
    (told,) = news(town, TARA)
    assert len(told.splitlines()) == MOST_LINES + 2
    assert "and 2 more" in told


def test_who_teaches_the_student_no_more_is_not_told(town: Town) -> None:
    """Not even that there was something."""
    taken_on(town)
    town.say(ADMIN, "resolve 1 talked")
    town.store.execute("DELETE FROM enrollments WHERE person_id = 't1'")
    assert news(town, TARA) == []
    assert town.store.value("SELECT COUNT(*) FROM colleague_news") == 0


def test_the_telling_is_in_the_audit_log(town: Town) -> None:
    """As everything that names a student."""
    taken_on(town)
    town.say(ADMIN, "resolve 1 talked")
    news(town, TARA)
    assert town.office.audit.of("s1")[0].action == "colleague news"


def test_a_familys_answer_that_a_colleague_noted(tmp_path: Path) -> None:
    """The teacher who wrote home hears that there is one."""
    town = Family(tmp_path)
    town.say(TARA, "parent s1 inactive")
    town.say(TARA, "confirm")
    town.say(ADMIN, "parent answered 1 Mother called, Ana was ill.")
    (told,) = news(town, TARA)
    assert "has noted what the family answered to your e-mail 1. `parent list s1` shows it." in told
    assert "ill" not in told.replace("family", "")
    town.store.close()


def test_an_assignment_that_a_colleague_took_back(town: Town) -> None:
    """Once, though the button is clicked again."""
    town.store.execute("INSERT INTO skills (skill_id, name) VALUES ('k1', 'Fractions')")
    town.say(TARA, "assign s1 Fractions")
    town.say(TARA, "confirm")
    town.say(ADMIN, "withdraw assignment 1")
    town.say(ADMIN, "confirm")
    (told,) = news(town, TARA)
    assert "has taken back your assignment 1" in told
    assert news(town, OTTO) == []
