"""Carriers: what takes a message to its reader, and what may be expected of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nudgebot.nudging.messages import Mail, Recipient

AWAY = "AWAY"
"""The code of a DeliveryError that says something about the server, not about the message."""

UNSEARCHABLE = "UNSEARCHABLE"
"""The code of a DeliveryError in doubt that no looking can settle."""

FIRST_WAIT_SECONDS = 30
LONGEST_WAIT_SECONDS = 600


@dataclass(frozen=True)
class Carrier:
    """`failures_in_a_row` make it seem away. What waits longer than `waits_seconds` is refused."""

    name: str
    failures_in_a_row: int
    waits_seconds: int | None = None


ZULIP = Carrier("zulip", failures_in_a_row=5)
# One time-out of a mail server is as long as a hundred messages to Zulip; and a mail of yesterday
# says what is no longer true.
MAIL = Carrier("mail", failures_in_a_row=1, waits_seconds=24 * 3600)
CARRIERS: Mapping[str, Carrier] = {each.name: each for each in (ZULIP, MAIL)}


def carrier_of(recipient: Recipient | Mail) -> Carrier:
    """What carries a message to this recipient."""
    return MAIL if isinstance(recipient, Mail) else ZULIP


def backoff_seconds(times: int) -> int:
    """How long to wait after so many tries: later and later, and then every ten minutes."""
    return min(FIRST_WAIT_SECONDS << min(max(times - 1, 0), 10), LONGEST_WAIT_SECONDS)
