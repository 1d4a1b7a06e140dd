"""Who a student's family is, and whether it may be written to, is not said before others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from chat.town import CLASS_STREAM, TARA

from access.world import World
from nudgebot.nudging.messages import Direct, InStream

HERE = InStream(CLASS_STREAM, "today")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A school whose class stream is read by students."""
    opened = World(tmp_path)
    yield opened
    opened.store.close()


def test_the_choice_of_a_guardian_is_asked_in_private(world: World) -> None:
    """Also where the preview's word is said in a stream."""
    name = str(world.store.value("SELECT name FROM guardians WHERE student_id = 's1'"))
    world.say(TARA, "parent s1 inactive")
    told = world.hears(TARA, f"parent only {world.token()} nobody", HERE)
    assert [place for place, said in told if name in said] == [Direct((TARA,))]


def test_why_a_family_cannot_be_mailed_is_told_in_private(world: World) -> None:
    """That somebody may not be contacted is hers."""
    world.store.execute("UPDATE guardians SET may_contact = 0")
    told = world.hears(TARA, "parent s1 inactive", HERE)
    why = "may not be contacted"
    assert [place for place, said in told if why in said] == [Direct((TARA,))]
