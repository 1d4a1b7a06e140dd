"""Between a preview and its word an admin is no admin any more, though still a teacher."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from chat.town import BEN, TARA, Town

from nudgebot.school.forgotten import SCHEMA
from nudgebot.school.links import Links, ZulipUser
from nudgebot.store import Store

SAID = ("forget s1", f"link student s1 @**|{BEN}**", "release 7")


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A school whose teacher Tara is an administrator of the organisation; an import is held."""
    opened = Town(tmp_path)
    Store(opened.store.path, [SCHEMA]).close()
    opened.store.execute(
        """INSERT INTO batches (batch_id, source, format, fingerprint, state, started_at, note)
           VALUES (7, 'x', 'native', 'g', 'held', 0, 'too few')"""
    )
    role_of_tara(opened, 200)
    yield opened
    opened.store.close()


def role_of_tara(town: Town, role: int) -> None:
    links = Links(town.store)
    tara = ZulipUser(TARA, "Tara Teacher", "", role, True, False, "")
    others = [user for user in links.users() if user.user_id != TARA]
    links.keep_users([*others, tara], town.clock)


def state(town: Town) -> tuple[object, ...]:
    """What one of the three would change."""
    students = town.store.value("SELECT count(*) FROM students")
    links = town.store.value("SELECT count(*) FROM links")
    return students, links, tuple(town.released)


@pytest.mark.parametrize("said", SAID)
@pytest.mark.parametrize("is_killed", [False, True], ids=["at the word", "after a crash behind it"])
def test_what_only_admins_may_is_not_done(town: Town, said: str, is_killed: bool) -> None:
    """Whoever may not ask for it any more may not confirm it, either; it does not wait on."""
    town.say(TARA, said)
    token, before = town.token(), state(town)
    if is_killed:
        town.store.execute("UPDATE confirmations SET state = 'confirmed'")
    role_of_tara(town, 400)
    if is_killed:
        town.reopened().resume()
        town.work()
        (told,) = town.zulip.to(TARA)[-1:]
    else:
        told = town.answer(TARA, f"confirm {token}")
    assert state(town) == before
    assert "only an administrator" in told
    assert town.office.confirmations.unfinished() == []


@pytest.mark.parametrize("said", SAID)
def test_an_admin_still_may(town: Town, said: str) -> None:
    """The same words do it while she is one."""
    before = state(town)
    town.say(TARA, said)
    town.say(TARA, f"confirm {town.token()}")
    assert state(town) != before
