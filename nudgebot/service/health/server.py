"""The Zulip server: reachable, how old, what it lacks, and whether its clock is ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path

from nudgebot.chat.connection import connect
from nudgebot.chat.gateway import Gateway
from nudgebot.chat.server_facts import ZulipServer, clock_ahead_seconds, server_of, switched_off
from nudgebot.errors import DeliveryError
from nudgebot.service.health.database import open_to_others
from nudgebot.service.health.finding import Finding, State
from nudgebot.settings import Settings

OLDEST_TRIED = 218
WARN_SECONDS, FAIL_SECONDS = 30, 300


def zuliprc_findings(zuliprc: Path, variables: Mapping[str, str]) -> Iterator[Finding]:
    """Whether there is a key, and who may read it."""
    if not zuliprc.exists() and "ZULIP_API_KEY" not in variables:
        advice = "Name it with --config, or run in its folder; Zulip gives it under Settings, Bots."
        yield Finding("zuliprc", State.FAIL, f"{zuliprc} is not there.", advice)
    if open_to_others(zuliprc):
        sentence = f"{zuliprc} holds the bot's key and can be read by other accounts."
        yield Finding("zuliprc", State.FAIL, sentence, f"chmod 600 {zuliprc}")
    elif zuliprc.exists():
        yield Finding("zuliprc", State.OK, "for its owner only.")


def server_findings(
    zuliprc: Path, settings: Settings, clock: Callable[[], datetime]
) -> Iterator[Finding]:
    """Ask the server a few questions; nothing is sent. Raises NudgebotError where it is away."""
    gateway = Gateway(partial(connect, zuliprc), sends_per_minute=60)
    try:
        yield from level_findings(server_of(gateway.client, gateway.me))
        yield from clock_findings(clock_ahead_seconds(gateway.client, clock))
        yield from _stream_findings(gateway, settings["staff_stream"])
    finally:
        gateway.close()


def level_findings(server: ZulipServer) -> Iterator[Finding]:
    """What the server's feature level switches off."""
    level = server.feature_level
    sentence = f"{server.site} answers: version {server.version}, feature level {level}."
    yield Finding("server", State.OK, sentence)
    if level < OLDEST_TRIED:
        sentence = f"feature level {level} is older than any that was tried ({OLDEST_TRIED})."
        yield Finding("server", State.WARN, sentence, "Update the Zulip server to 8.0 or later.")
    for lacking in switched_off(level):
        yield Finding("server", State.OK, f"at its feature level, {lacking}.")


def clock_findings(ahead_seconds: float | None) -> Iterator[Finding]:
    """Whether this machine's clock agrees with the server's."""
    if ahead_seconds is None:
        yield Finding("clock", State.OK, "the server does not tell its time.")
        return
    apart = abs(ahead_seconds)
    way = "ahead of" if ahead_seconds > 0 else "behind"
    sentence = f"this machine's clock is {apart:,.0f} seconds {way} the server's."
    if apart < WARN_SECONDS:
        yield Finding("clock", State.OK, sentence)
    else:
        state = State.FAIL if apart >= FAIL_SECONDS else State.WARN
        yield Finding("clock", state, sentence, "Have this machine's clock set over the network.")


def _stream_findings(gateway: Gateway, stream: str) -> Iterator[Finding]:
    if not stream:
        return
    try:
        gateway.subscribers(stream)
    except DeliveryError as error:
        advice = "Make the stream of the setting staff_stream, and subscribe the bot to it."
        yield Finding("staff stream", State.WARN, str(error), advice)
    else:
        yield Finding("staff stream", State.OK, "there, and the bot reads it.")
