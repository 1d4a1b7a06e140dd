"""Whoever is no administrator of the organisation any more is none here, either: within seconds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from chat.town import ADMIN, Town
from torture.hall import Hall, hall

from nudgebot.chat.directory import ROLE_SECONDS, Directory
from nudgebot.chat.opening import open_access
from nudgebot.errors import DeliveryError
from nudgebot.sandbox.records import SandboxMessage
from nudgebot.school.links import ZulipUser

MEMBER, OWNER = 400, 100


@dataclass
class FakeRoles:
    """Zulip's word on users; without one it does not answer."""

    role: int | None
    is_active: bool = True
    asked: list[int] = field(default_factory=list)

    def user_now(self, user_id: int) -> ZulipUser:
        self.asked.append(user_id)
        if self.role is None:
            raise DeliveryError("Zulip is away.", accepted=False)
        return ZulipUser(user_id, "X", "", self.role, self.is_active, False, "")


@pytest.mark.parametrize(
    ("roles", "sees_all"),
    [
        pytest.param(FakeRoles(OWNER), True, id="still one"),
        pytest.param(FakeRoles(MEMBER), False, id="none any more"),
        pytest.param(FakeRoles(OWNER, is_active=False), False, id="deactivated"),
        pytest.param(FakeRoles(None), True, id="nobody says otherwise"),
    ],
)
def test_an_admin_of_the_organisation_is_looked_up(
    tmp_path: Path, roles: FakeRoles, sees_all: bool
) -> None:
    """Who was one when all users were last read."""
    town = Town(tmp_path)
    access = open_access(town.store, town.office.settings, town.zulip, roles)
    assert access.asker(ADMIN, town.clock).sees_all is sees_all
    town.store.close()


def test_who_is_named_in_the_settings_is_not_asked_about(tmp_path: Path) -> None:
    """And neither is anybody who was no admin before."""
    town, roles = Town(tmp_path, admins=(ADMIN,)), FakeRoles(MEMBER)
    access = open_access(town.store, town.office.settings, town.zulip, roles)
    for user_id in (ADMIN, 9, 21, 11, 999):
        assert access.asker(user_id, town.clock).sees_all is (user_id == ADMIN)
    assert roles.asked == []
    town.store.close()


def test_zulip_is_asked_once_in_a_while() -> None:
    """An admin who talks much costs one question in half a minute."""
    asked, clock = [], [0.0]

    def read(url: str, _: object) -> dict[str, object]:
        asked.append(url)
        return {"user": {"user_id": 8, "full_name": "X", "role": OWNER}}

    directory = Directory(read, lambda: clock[0], read, me=lambda: 5)
    for moment in (0.0, ROLE_SECONDS - 1, ROLE_SECONDS, ROLE_SECONDS + 1):
        clock[0] = moment
        assert directory.user_now(8).role == OWNER
    assert asked == ["users/8", "users/8"]


@pytest.fixture
def school(tmp_path: Path) -> Iterator[Hall]:
    """A service that has read everybody's roles."""
    with hall(tmp_path, 2) as opened:
        opened.start()
        opened.until(opened.listening, "listening")
        opened.deliver()
        opened.known()
        yield opened


def test_over_the_wire_who_was_demoted_is_refused(school: Hall) -> None:
    """Though users are read again only much later."""
    sandbox, people = school.sandbox, school.people
    sandbox.change_user(people.owner, role=MEMBER)
    before = len(sandbox.messages())
    sandbox.say(people.owner, "audit s0", people.bot)

    def answers() -> list[SandboxMessage]:
        bot = people.bot.user_id
        return [m for m in sandbox.messages()[before:]
                if m.sender_id == bot and people.owner.user_id in m.participants]  # fmt: skip

    told = school.until(answers, "an answer")
    assert "Who looked" not in told[0].content
    assert "I do not know yet who you" in told[0].content
