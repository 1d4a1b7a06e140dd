"""How a message in the outbox stands."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from nudgebot.nudging.carriage import ZULIP


@dataclass(frozen=True)
class Posted:
    """How a message stands: claimed, sent, released, refused or unsettled, and why.

    `given_up` is an unsettled one that is no longer looked for. `away` is what a try or a look
    that the server did not answer as it should says about itself; it is not kept.
    """

    key: str
    state: str
    message_id: int | None
    reason: str
    given_up: bool = False
    away: bool = False


def posted_of(row: sqlite3.Row) -> Posted:
    """A row of `outbox` as a value."""
    given_up = row["state"] == "unsettled" and row["next_try_at"] is None
    return Posted(row["key"], row["state"], row["message_id"], row["reason"], given_up)


def seems_away(posted: Sequence[Posted], failures: int = ZULIP.failures_in_a_row) -> bool:
    """Whether the last few tries and looks all failed."""
    return sum(each.away for each in posted[-failures:]) == failures
