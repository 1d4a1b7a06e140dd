"""What admins are told before they link, and about who looked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chat.town import ADMIN, ANA, BEN, ME, OTTO, STAFF_STREAM, TARA, Town
from nudgebot.nudging.messages import InStream


@pytest.mark.parametrize(
    ("said", "warning"),
    [
        pytest.param(
            f"link student s1 @**|{BEN}**",
            "already student s2 Ben &#42;Baker&#42;. Nobody can be two students",
            id="another student's",
        ),
        pytest.param(
            f"link student s1 @**|{TARA}**", "also teacher t1 Tara Teacher", id="a teacher's"
        ),
        pytest.param(
            f"link teacher t1 @**|{OTTO}**", "Nobody can be two teachers", id="another teacher's"
        ),
        pytest.param(
            f"link student s1 @**|{BEN}**", f"So far this person is @_**|{ANA}**", id="linked"
        ),
        pytest.param(f"link student s1 @**|{ME.user_id}**", "is a bot", id="a bot"),
        pytest.param(f"link student s1 @**|{ANA}**", "", id="nothing against it"),
    ],
)
def test_a_doubtful_link_is_warned_of(town: Town, said: str, warning: str) -> None:
    """In the preview, before anything is lost."""
    shown = town.answer(ADMIN, said)
    assert warning in shown
    assert ("⚠️" in shown) is bool(warning)


def test_own_doings_push_no_look_out(town: Town) -> None:
    """However much a student asks and writes, it is seen who looked."""
    town.say(TARA, "report student s1")
    town.say(OTTO, "report student s1")  # not hers: no look
    for _ in range(40):
        town.say(ANA, "progress")
        town.say(ANA, "I was sick")
    told = town.answer(ADMIN, "audit s1")
    assert "**Tara Teacher**: `report student` in a direct message" in told
    assert "Otto" not in told
    assert "**The student herself asked for** `progress` 40 times" in told
    assert "- **Tara Teacher**, 40 times" in told


def test_looks_of_a_day_are_one_line_and_the_newest_come_first(town: Town) -> None:
    """With the place in words."""
    for _ in range(3):
        town.say(TARA, "@**nudgebot** why s1", InStream(STAFF_STREAM, "t"))
    town.clock += timedelta(days=1)
    town.say(ADMIN, "report student s1")
    told = town.answer(ADMIN, "audit s1").splitlines()
    lines = [line for line in told if line.startswith("- ")]
    assert "**Ada Admin** (Zulip user 8): `report student`" in lines[0]
    assert "`why` in [a stream](#narrow/stream/71) (3 times that day)" in lines[1]


def test_it_is_said_when_the_list_is_cut(town: Town) -> None:
    """And how much is left out."""
    for _ in range(33):
        town.say(TARA, "why s1")
        town.clock += timedelta(days=1)
        town.store.execute("UPDATE batches SET data_as_of_at = data_as_of_at + 86400")
    assert "there are 3 older looks" in town.answer(ADMIN, "audit s1")
    assert "nobody so far" in town.answer(ADMIN, "audit s3")
