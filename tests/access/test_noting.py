"""What is written down about commands: who, what, where, and no argument that is a text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from chat.town import ADMIN, ANA, OTTO, STAFF_STREAM, STRANGER, TARA, Town

from nudgebot.chat.audit import verify
from nudgebot.chat.command import STAFF, Role
from nudgebot.chat.commands import registry
from nudgebot.chat.noting import detail_of
from nudgebot.nudging.messages import InStream


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A school with an office, without a server."""
    opened = Town(tmp_path)
    yield opened
    opened.store.close()


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("report student ana alvarez 4 weeks pdf", "pdf 4 weeks"),
        ("report student 5 4 weeks", "4 weeks"),
        ("report class 7b since 2026-10-01", "since 2026-10-01"),
        ("report student s1 2026-10-01..2026-10-31 csv", "csv 2026-10-01..2026-10-31"),
        ("trend student ana accuracy this term", "student accuracy this term"),
        ("message inactive 7b", "inactive"),
        ("message ana you are inactive and struggling", ""),
        ("message ana", ""),
        ("parent ana praise she did inactive well", ""),
        ("resolve 12 talked to her mother", "12"),
        ("snooze ana 3 she is ill", ""),
        ("rate 4 5", "4"),
        ("rule streak_break off", "streak_break off"),
        ("rule ana off", "off"),
        ("why ana", ""),
        ("audit ana", ""),
        ("link s1 @**Ana Alvarez|21**", ""),
        ("meet ana tomorrow at 3 one-on-one: about her grades", ""),
    ],
)
def test_arguments_that_are_texts_are_left_out(said: str, kept: str) -> None:
    """And so are names and ids of students."""
    found = registry().find(said, STAFF | {Role.ADMIN})
    assert found is not None
    assert detail_of(found, {"streak_break"}) == kept


def rows(town: Town) -> list[tuple[object, ...]]:
    """Who, what, about whom, where, how."""
    return [
        tuple(row)
        for row in town.store.rows(
            """SELECT actor_user_id, action, student_id, place, detail FROM audit
               ORDER BY audit_id"""
        )
    ]


def test_every_use_leaves_a_row(town: Town) -> None:
    """Looks by student; what showed nobody, and what a refusal kept back, about nobody."""
    town.say(TARA, "report student s1 4 weeks")
    town.say(OTTO, "report student s1")
    town.say(ADMIN, "rule streak_break_recovery off")
    town.say(ANA, "pause 3")
    town.say(TARA, "help")
    town.say(STRANGER, "report student s1")
    town.say(TARA, "@**nudgebot** why s1", InStream(STAFF_STREAM, "t"))
    assert rows(town) == [
        (TARA, "report student", "s1", f"dm:{TARA}", "4 weeks"),
        (OTTO, "report student", None, f"dm:{OTTO}", ""),
        (ADMIN, "rule", None, f"dm:{ADMIN}", "streak_break_recovery off"),
        (ANA, "pause", "s1", f"dm:{ANA}", ""),
        (TARA, "why", "s1", f"stream:{STAFF_STREAM}", ""),
    ]
    assert verify(town.store) == []


@pytest.mark.parametrize(("word", "what"), [("confirm", "confirm"), ("no", "cancel"),
                                            ("cancel", "cancel"), ("yes", "confirm")])  # fmt: skip
def test_a_word_on_a_preview_says_what_it_was_for(town: Town, word: str, what: str) -> None:
    """However it was said, and without the words of the message."""
    town.say(TARA, "message s1 Please come and see me.")
    town.say(TARA, word)
    actions = {(row[1], row[4]) for row in rows(town)}
    assert (what, "message") in actions
    values = {str(value) for row in town.store.rows("SELECT * FROM audit_log") for value in row}
    assert not any("see me" in value for value in values)


def test_a_question_that_is_heard_again_is_noted_once(town: Town) -> None:
    """As after a restart."""
    said = town.said(TARA, "why s1")
    for _ in range(2):
        town.reopened().message(said)
    assert len(rows(town)) == 1
