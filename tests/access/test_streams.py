"""Who can read a stream: only of a private one can that be told, and it is asked each time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nudgebot.chat.connection import connect
from nudgebot.chat.directory import Directory
from nudgebot.chat.gateway import Gateway
from nudgebot.errors import DeliveryError
from nudgebot.sandbox.realm import found_school
from nudgebot.sandbox.server import Sandbox

CLOSED = {"invite_only": True, "is_web_public": False, "history_public_to_subscribers": True}
NOBODY_ID = 3


class FakeServer:
    """A server with one stream, 7, that has two people and the bot in it."""

    def __init__(self, stream: dict[str, Any]) -> None:
        self.stream = stream
        self.registered = 0

    def read(self, url: str, _request: dict[str, Any]) -> dict[str, Any]:
        if url == "users":
            people = [(1, False), (2, False), (5, True)]
            return {"members": [
                {"user_id": key, "full_name": "X", "is_bot": is_bot} for key, is_bot in people
            ]}  # fmt: skip
        if url == "streams/7/members":
            return {"subscribers": [1, 2, 5]}
        assert url == "streams/7"
        return {"stream": self.stream}

    def ask(self, url: str, request: dict[str, Any]) -> dict[str, Any]:
        assert url == "register"
        assert request["fetch_event_types"] == ["realm_user_groups"]
        self.registered += 1
        return {"realm_user_groups": [{"id": NOBODY_ID, "name": "role:nobody"},
                                      {"id": 4, "name": "role:everyone"}]}  # fmt: skip

    def directory(self) -> Directory:
        return Directory(self.read, lambda: 0.0, self.ask, me=lambda: 5)


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({}, id="private"),
        pytest.param({"history_public_to_subscribers": False}, id="with protected history"),
        pytest.param({"can_subscribe_group": NOBODY_ID}, id="nobody joins by herself"),
        pytest.param(
            {"can_add_subscribers_group": {"direct_members": [], "direct_subgroups": []}},
            id="nobody adds others",
        ),
    ],
)
def test_a_private_stream_is_read_by_its_subscribers(more: dict[str, Any]) -> None:
    """Bots left out."""
    server = FakeServer(CLOSED | more)
    directory = server.directory()
    assert directory.humans_reading(7) == {1, 2}
    assert directory.humans_reading(7) == {1, 2}
    assert server.registered <= 1


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"invite_only": False}, id="public"),
        pytest.param({"is_web_public": True}, id="for the whole web"),
        pytest.param({"invite_only": None}, id="not said"),
        pytest.param({"can_subscribe_group": 4}, id="everyone may join"),
        pytest.param({"can_subscribe_group": 77}, id="some group may join"),
        pytest.param({"can_add_subscribers_group": {"direct_members": [9]}}, id="one may add"),
        pytest.param({"can_add_subscribers_group": {"direct_subgroups": [4]}}, id="a group may"),
    ],
)
def test_of_any_other_stream_it_cannot_be_told(more: dict[str, Any]) -> None:
    """Whoever may join by herself reads it without joining."""
    with pytest.raises(DeliveryError, match="Others than its subscribers"):
        FakeServer(CLOSED | more).directory().humans_reading(7)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A running server."""
    with Sandbox(rate_limit=None) as opened:
        yield opened


@pytest.fixture
def gateway(sandbox: Sandbox, tmp_path: Path) -> Iterator[Gateway]:
    """The bot of a school in the sandbox."""
    school = found_school(sandbox)
    zuliprc = tmp_path / "zuliprc"
    zuliprc.write_text(sandbox.zuliprc(school.bot), encoding="utf-8")
    opened = Gateway(lambda: connect(zuliprc, {}), sends_per_minute=6000, wait=lambda _: False)
    yield opened
    opened.close()


def test_over_http_too(sandbox: Sandbox, gateway: Gateway) -> None:
    """By name, by the new name, by id; and whoever joined a moment ago is among the readers."""
    staff, class_stream = sandbox.streams()
    people = {user.user_id for user in sandbox.users() if user.label in {"admin", "teacher"}}
    assert gateway.humans_reading("class-7b-staff") == people
    sandbox.rename_stream(staff, "staff room")
    newcomer = sandbox.add_user("New Comer")
    sandbox.subscribe(staff, newcomer)
    assert gateway.humans_reading(staff.stream_id) == people | {newcomer.user_id}
    with pytest.raises(DeliveryError, match="Others than its subscribers"):
        gateway.humans_reading(class_stream.stream_id)


def test_a_private_stream_that_the_bot_is_not_in_is_not_told_of(
    sandbox: Sandbox, gateway: Gateway
) -> None:
    """It may be mentioned there all the same."""
    secret = sandbox.add_stream("secret", sandbox.users()[:1], private=True)
    with pytest.raises(DeliveryError):
        gateway.humans_reading(secret.stream_id)
