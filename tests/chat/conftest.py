"""A school in a sandbox: its people in Zulip, and clients that talk to it over loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import zulip

from chat.town import Town
from nudgebot.chat.connection import connect
from nudgebot.chat.gateway import Gateway
from nudgebot.sandbox.realm import School, found_school
from nudgebot.sandbox.server import Sandbox


@dataclass(frozen=True)
class Realm:
    """A sandbox with its people, and the bot's zuliprc."""

    sandbox: Sandbox
    school: School
    zuliprc: Path

    def connect(self) -> zulip.Client:
        """A client of the bot's."""
        return connect(self.zuliprc, {})


@pytest.fixture
def realm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Realm]:
    """A running sandbox without a rate limit."""
    for name in ("ZULIP_EMAIL", "ZULIP_API_KEY", "ZULIP_SITE", "ZULIP_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    with Sandbox(rate_limit=None) as sandbox:
        school = found_school(sandbox)
        zuliprc = tmp_path / "zuliprc"
        zuliprc.write_text(sandbox.zuliprc(school.bot), encoding="utf-8")
        yield Realm(sandbox, school, zuliprc)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A school with an office, without a server."""
    opened = Town(tmp_path)
    yield opened
    opened.store.close()


@pytest.fixture
def gateway(realm: Realm) -> Iterator[Gateway]:
    """The bot's gateway, which never waits for real."""
    opened = Gateway(realm.connect, sends_per_minute=6000, wait=lambda _: False)
    yield opened
    opened.close()


@pytest.fixture
def gateway_with(realm: Realm) -> Iterator[Callable[..., Gateway]]:
    """Makes gateways of other settings, and closes them."""
    made: list[Gateway] = []

    def make(**settings: object) -> Gateway:
        made.append(Gateway(realm.connect, **({"sends_per_minute": 6000} | settings)))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for each in made:
        each.close()
