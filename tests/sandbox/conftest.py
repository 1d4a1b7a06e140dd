"""A sandbox with a small school in it, and real Zulip clients that are closed after the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import zulip

from nudgebot.sandbox.realm import School, found_school
from nudgebot.sandbox.records import SandboxUser
from nudgebot.sandbox.server import Sandbox

from .bench import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock) -> Iterator[Sandbox]:
    with Sandbox(rate_limit=None, clock=clock) as running:
        yield running


@pytest.fixture
def school(sandbox: Sandbox) -> School:
    return found_school(sandbox)


@pytest.fixture
def connect() -> Iterator[Callable[[Sandbox, SandboxUser], zulip.Client]]:
    """Makes real clients; `retry_on_errors` is off, so that a fault is seen as it is."""
    made: list[zulip.Client] = []

    def make(sandbox: Sandbox, user: SandboxUser) -> zulip.Client:
        now = sandbox.user(user)
        client = zulip.Client(
            email=now.delivery_email, api_key=now.api_key, site=sandbox.url, retry_on_errors=False
        )
        made.append(client)
        return client

    yield make
    for client in made:
        if client.session is not None:
            client.session.close()


@pytest.fixture
def bot(sandbox: Sandbox, school: School, connect: Callable[..., zulip.Client]) -> zulip.Client:
    """The bot's client."""
    return connect(sandbox, school.bot)


@pytest.fixture
def teacher(sandbox: Sandbox, school: School, connect: Callable[..., zulip.Client]) -> zulip.Client:
    """The teacher's client."""
    return connect(sandbox, school.teacher)


@pytest.fixture
def student(sandbox: Sandbox, school: School, connect: Callable[..., zulip.Client]) -> zulip.Client:
    """The first student's client."""
    return connect(sandbox, school.students[0])
