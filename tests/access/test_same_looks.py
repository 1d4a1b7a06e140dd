"""Two students whose names look the same are never taken one for the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from chat.town import ADMIN, TARA, Town

TWINS = (
    pytest.param("Ana\u200b Alvarez", id="a blank without width"),
    pytest.param("Ana \u200eAlvarez", id="a mark of direction"),
    pytest.param("Ana A\u00adlvarez", id="a soft hyphen"),
    pytest.param("ana  alvarez", id="another case, and a wider gap"),
    pytest.param("\uff21na Alvarez", id="a wide letter"),
    pytest.param("Ana\u3164 Alvarez", id="a filler"),
)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A small school."""
    town = Town(tmp_path)
    yield town
    town.store.close()


def enrol(town: Town, name: str) -> None:
    town.store.execute("INSERT INTO students (student_id, name) VALUES ('s9', ?)", [name])
    town.store.execute(
        "INSERT INTO enrollments (class_id, person_id, role) VALUES ('c7b', 's9', 'student')"
    )


@pytest.mark.parametrize("asker", [TARA, ADMIN])
@pytest.mark.parametrize("name", TWINS)
def test_which_of_two_is_asked(town: Town, asker: int, name: str) -> None:
    """Also where a mark that nobody sees is all that is different; ids tell them apart."""
    enrol(town, name)
    sent = town.say(asker, "why Ana Alvarez")
    assert [each.heading for each in sent if each.heading] == ["Which student do you mean?"]
    assert [b.reply for each in sent for b in each.buttons] == ["why s1", "why s9"]


@pytest.mark.parametrize("asker", [TARA, ADMIN])
@pytest.mark.parametrize("said", ["why Jose\u0301 Nun\u0303ez", "why jos\u00e9 nu\u00f1ez"])
def test_a_letter_is_the_same_however_it_is_written(town: Town, asker: int, said: str) -> None:
    """With its mark on it, or behind it."""
    enrol(town, "Jos\u00e9 Nu\u00f1ez")
    assert "(s9)" in town.answer(asker, said)


@pytest.mark.parametrize("name", ["a " * 4000, "ana " * 12])
def test_a_name_of_ever_so_many_words_is_only_not_known(town: Town, name: str) -> None:
    """And does not break the search."""
    enrol(town, "Ana Maria")
    assert "I know no student" in town.answer(ADMIN, f"why {name} nobody")
