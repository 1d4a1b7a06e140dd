"""Who is called like somebody in Zulip is not taken for her: people choose their names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from chat.town import ADMIN, OTTO, STRANGER, TARA, Town

from nudgebot.school.links import Links, ZulipUser

ADDRESS = "tom@school.example"
FREE = "choose their own name"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A school with a teacher, Tom Tutor, whom nobody has linked."""
    town = Town(tmp_path)
    town.store.execute(
        "INSERT INTO teachers (teacher_id, name, email) VALUES ('t9', 'Tom Tutor', ?)", [ADDRESS]
    )
    yield town
    town.store.close()


def zulip_has(town: Town, *users: tuple[int, str, str]) -> None:
    links = Links(town.store)
    others = [each for each in links.users() if each.user_id not in {key for key, _, _ in users}]
    new = [ZulipUser(key, name, email, 400, True, False, "") for key, name, email in users]
    links.keep_users([*others, *new], town.clock)


def test_who_calls_herself_as_a_teacher_is_shown_as_that(town: Town) -> None:
    """The admin reads that it is the name alone, there and again before she links."""
    zulip_has(town, (STRANGER, "Tom Tutor", "sam@school.example"))
    told = town.answer(ADMIN, "people")
    assert f"the same name as @_**|{STRANGER}**" in told
    assert FREE in told
    assert FREE in town.answer(ADMIN, f"link teacher t9 @**|{STRANGER}**")


def test_the_same_address_is_said_to_be_that(town: Town) -> None:
    """It goes before a name: who only has that is not shown beside it."""
    zulip_has(town, (STRANGER, "Tom T.", ADDRESS.upper()), (77, "Tom Tutor", ""))
    told = town.answer(ADMIN, "people")
    assert f"the same e-mail address as @_**|{STRANGER}**" in told
    assert "|77**" not in told
    assert FREE not in town.answer(ADMIN, f"link teacher t9 @**|{STRANGER}**")


def test_of_several_none_is_proposed(town: Town) -> None:
    """Which of them it is, nobody can copy from here."""
    zulip_has(town, (STRANGER, "Tom Tutor", ""), (77, "tom tutor", ""))
    told = town.answer(ADMIN, "people")
    assert f"@_**|{STRANGER}**, @_**|77**" in told
    assert "link teacher t9 <mention>" in told.replace("&#60;", "<").replace("&#62;", ">")


def test_a_name_is_no_address(town: Town) -> None:
    """Neither is looked for in the place of the other."""
    zulip_has(town, (STRANGER, ADDRESS, ""))
    assert f"|{STRANGER}**" not in town.answer(ADMIN, "people")


def test_who_looked_is_told_by_more_than_a_name(town: Town) -> None:
    """A teacher who calls herself as another one is told by her own number and name."""
    town.say(TARA, "report student s1")
    zulip_has(town, (TARA, "Otto Other", ""))
    told = town.answer(ADMIN, "audit s1")
    assert f"**Otto Other** (Zulip user {TARA}, teacher Tara Teacher): `report student`" in told
    assert f"user {OTTO}" not in told
