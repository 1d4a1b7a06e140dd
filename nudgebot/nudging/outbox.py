"""The outbox: claim, send, settle; no message twice, and none lost without being seen.

A claim (the primary key) is written before anything is sent, and holds the whole message. What
happens then is sorted by one question, "could the server have taken it?":

no, and another try makes sense   released: tried again, later and later, for as long as it takes
no, and the refusal is final      refused, with the reason
nobody can tell                   unsettled: looked for in its conversation before anything else

A claim that a killed process left behind is unsettled too. Only a message that was looked for,
some time after it was tried, and is not there, is released. An outage, however long, uses nothing
up; what is bounded is how often something odd may happen to one message while others get through.

A mail cannot be looked for: in doubt it stays unsettled, for a person to ask. It is not tried for
longer than a day, and a mail server that is away keeps nothing in Zulip waiting.

What is too long for one message is claimed as several parts at once. Each waits for the one before
it, and the last has the message's own key: how that one stands is how the whole of it stands.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from nudgebot.errors import DeliveryError
from nudgebot.nudging.carriage import (
    AWAY,
    CARRIERS,
    FIRST_WAIT_SECONDS,
    LONGEST_WAIT_SECONDS,
    UNSEARCHABLE,
    ZULIP,
    backoff_seconds,
    carrier_of,
)
from nudgebot.nudging.letter import from_letter, local_id_of, parts_of, to_letter
from nudgebot.nudging.messages import Messenger, Outgoing
from nudgebot.nudging.posted import Posted, posted_of, seems_away
from nudgebot.school.days import from_at, to_at
from nudgebot.store import Store

log = logging.getLogger(__name__)

__all__ = ["MAX_LOOKS", "Outbox", "Posted", "seems_away"]

MAX_LOOKS = 150  # about a day: later and later, and then every ten minutes
# In these very words, and nothing else, SQLite finds the few by their own index.
_OPEN = "state IN ('claimed', 'released', 'unsettled')"
# Nothing more happens to such a message by itself.
_OVER = "(state IN ('sent', 'refused') OR (state = 'unsettled' AND next_try_at IS NULL))"


class Outbox:
    """Sends messages, each key at most once.

    `grace_seconds` is how long after a try the server may still take the message: only after it
    a message that is not found counts as not sent. `clock` tells the moment of each try; without
    it that is the `as_of` of the call, which may be long gone at the end of a batch. One process
    at a time may use an outbox; its threads may share it.
    """

    def __init__(
        self,
        store: Store,
        messenger: Messenger,
        *,
        clock: Callable[[], datetime] | None = None,
        grace_seconds: int = 120,
    ) -> None:
        self._store = store
        self._messenger = messenger
        self._clock = clock
        self._grace_seconds = grace_seconds
        self._sending: set[str] = set()
        self._guard = threading.Lock()

    def post(self, message: Outgoing, as_of: datetime) -> Posted:
        """Claim and send; a key that was claimed before is not sent again, its state is told."""
        if self.claim(message, as_of):
            return self.push(message, as_of)
        return self._stand(message.key)

    def claim(self, message: Outgoing, as_of: datetime, *, owner_retries: bool = False) -> bool:
        """Reserve the right to send; False if the key was ever claimed.

        With `owner_retries` a released message waits for `take_back` instead of being sent again
        by `run`, and is never in parts. Joins the transaction that it is called in.
        """
        parts = [message] if owner_retries else parts_of(message)
        befores = [None, *(part.key for part in parts)]
        at = to_at(self._now(as_of))
        with self._store.transaction() as connection:
            for part, before in reversed(list(zip(parts, befores, strict=False))):
                cursor = connection.execute(
                    """INSERT INTO outbox
                       (key, purpose, letter, state, owner_retries, claimed_at, tried_at, after_key,
                        carrier, floor_message_id)
                       VALUES (?, ?, ?, 'claimed', ?, ?, ?, ?, ?,
                               (SELECT COALESCE(MAX(message_id), 0) FROM outbox))
                       ON CONFLICT DO NOTHING""",
                    [
                        *(part.key, part.purpose, to_letter(part), owner_retries, at, at, before),
                        carrier_of(part.recipient).name,
                    ],
                )
                if cursor.rowcount == 0:
                    return False
        return True

    def push(self, message: Outgoing, as_of: datetime) -> Posted:
        """Send what the caller has claimed itself, unless `run` has taken that over meanwhile."""
        for part in parts_of(message):
            posted = self._push(part, as_of)
            if posted.state != "sent":
                break
        return posted if posted.key == message.key else self._stand(message.key)

    def _push(self, message: Outgoing, as_of: datetime) -> Posted:
        with self._held(message.key) as free:
            if free and self._begin(message.key, as_of):
                return self._send(message, as_of)
        return self._stand(message.key)

    def take_back(self, key: str) -> bool:
        """Forget a released message, so that its owner may decide anew what is said."""
        cursor = self._store.execute(
            "DELETE FROM outbox WHERE key = ? AND state = 'released' AND owner_retries", [key]
        )
        return cursor.rowcount == 1

    def run(self, as_of: datetime) -> list[Posted]:
        """Settle what is unsettled and try again what was released, as far as it is time.

        Leaves a carrier alone that seems away: what is left is as due at the next run, and a caller
        with other work is not kept waiting by one time-out after the other. Mail comes last.
        """
        done: dict[str, list[Posted]] = {name: [] for name in CARRIERS}
        for row in self._store.rows(
            f"""SELECT key, carrier FROM outbox o
                WHERE {_OPEN} AND ((state = 'claimed' AND tried_at <= :before)
                    OR (state = 'unsettled' AND next_try_at <= :at)
                    OR (state = 'released' AND next_try_at <= :at AND NOT owner_retries))
                AND (after_key IS NULL OR EXISTS (
                    SELECT 1 FROM outbox WHERE key = o.after_key AND {_OVER}))
                ORDER BY carrier = 'mail', purpose = 'urgent_answer' DESC, claimed_at, key""",  # noqa: S608  # a constant of this module
            {"at": to_at(as_of), "before": to_at(as_of) - self._grace_seconds},
        ):
            key, by_carrier = row["key"], done[row["carrier"]]
            if seems_away(by_carrier, CARRIERS[row["carrier"]].failures_in_a_row):
                self._wait_with(key, by_carrier[-1].key)
                continue
            with self._held(key) as free:
                if free:
                    by_carrier.append(self._resume(key, as_of))
        return [posted for by_carrier in done.values() for posted in by_carrier]

    def _wait_with(self, key: str, other: str) -> None:
        """A mail waits as long as the one that found the server away: one time-out for them all."""
        self._store.execute(
            """UPDATE outbox SET next_try_at = (SELECT next_try_at FROM outbox WHERE key = ?)
               WHERE key = ? AND carrier = 'mail' AND state = 'released'
               AND (SELECT state FROM outbox WHERE key = ?) = 'released'""",
            [other, key, other],
        )

    def unsettled(self) -> list[Posted]:
        """What nobody can tell about yet, and what waits for another try; oldest first."""
        rows = self._store.rows(f"SELECT * FROM outbox WHERE {_OPEN} ORDER BY claimed_at, key")  # noqa: S608  # the same
        return [posted_of(row) for row in rows]

    def refused(self, since: datetime) -> list[Posted]:
        """What was refused for good since then, oldest first; each with its reason."""
        rows = self._store.rows(
            """SELECT * FROM outbox WHERE state = 'refused' AND settled_at >= ?
               ORDER BY settled_at, key""",
            [to_at(since)],
        )
        return [posted_of(row) for row in rows]

    def find(self, key: str) -> Posted | None:
        """How the message of a key stands, if there is one."""
        row = self._row(key)
        return None if row is None else posted_of(row)

    def prune(self, before: datetime) -> int:
        """Empty the letters of what was settled before then; the claims stay. Returns how many."""
        cursor = self._store.execute(
            """UPDATE outbox SET letter = '' WHERE letter != '' AND settled_at < ?
               AND state IN ('sent', 'refused')""",
            [to_at(before)],
        )
        return cursor.rowcount

    @contextmanager
    def _held(self, key: str) -> Iterator[bool]:
        """Only one thread at a time works on a key; False where another one does."""
        with self._guard:
            free = key not in self._sending
            self._sending.add(key)
        try:
            yield free
        finally:
            if free:
                with self._guard:
                    self._sending.discard(key)

    def _row(self, key: str) -> sqlite3.Row | None:
        return self._store.row("SELECT * FROM outbox WHERE key = ?", [key])

    def _stand(self, key: str) -> Posted:
        return self.find(key) or Posted(key, "claimed", None, "It is being sent.")

    def _now(self, as_of: datetime) -> datetime:
        return as_of if self._clock is None else max(as_of, self._clock())

    def _begin(self, key: str, as_of: datetime) -> bool:
        """Whether the first try may begin: not where `run` has begun one meanwhile.

        Only whoever holds the key asks, so between this and the send nobody else begins. When it
        begins is noted where the claim is no longer new; a write costs as much as a send.
        """
        row = self._row(key)
        if row is None or row["state"] != "claimed" or row["attempts"] != 1:
            return False
        now = to_at(self._now(as_of))
        if now - row["tried_at"] >= self._grace_seconds // 8:
            self._store.execute("UPDATE outbox SET tried_at = ? WHERE key = ?", [now, key])
        return True

    def _claim_again(self, key: str, as_of: datetime) -> bool:
        cursor = self._store.execute(
            """UPDATE outbox SET state = 'claimed', attempts = attempts + 1, tried_at = :now
               WHERE key = :key AND state = 'released' AND next_try_at <= :now""",
            {"key": key, "now": to_at(self._now(as_of))},
        )
        return cursor.rowcount == 1

    def _resume(self, key: str, as_of: datetime) -> Posted:
        row = self._row(key)
        before = self.find(row["after_key"] or "") if row is not None else None
        if before is not None and before.state != "sent":
            return self._end_with(key, before, as_of)
        if row is not None and row["state"] in ("claimed", "unsettled"):
            looked = self._look(row, as_of)
            if looked.away:
                return looked
            row = self._row(key)
        if row is None or row["owner_retries"] or not self._claim_again(key, as_of):
            return self._stand(key)
        return self._send(from_letter(key, row["letter"]), as_of)

    def _end_with(self, key: str, before: Posted, as_of: datetime) -> Posted:
        """What comes behind a part that never arrives, or may never have, is not sent alone."""
        reason = f"The part before it: {before.reason}"
        return self._settle(key, before.state, as_of, reason=reason)

    def _send(self, message: Outgoing, as_of: datetime) -> Posted:
        try:
            message_id = self._messenger.send(message, local_id=local_id_of(message.key))
        except DeliveryError as error:
            if error.accepted is False:
                return self._not_accepted(message.key, error, as_of)
            return self._doubt(message.key, str(error), as_of, given_up=error.code == UNSEARCHABLE)
        except Exception:  # whatever it was, the server may have the message
            log.exception("sending stumbled key=%s", local_id_of(message.key))
            return self._doubt(message.key, "The program stumbled while sending.", as_of)
        return self._settle(message.key, "sent", as_of, message_id=message_id)

    def _not_accepted(self, key: str, error: DeliveryError, as_of: datetime) -> Posted:
        row = self._row(key)
        if row is None or error.retry_after_seconds is None:
            return self._settle(key, "refused", as_of, reason=str(error))
        carrier = CARRIERS[row["carrier"]]
        waited = to_at(self._now(as_of)) - row["claimed_at"]
        if carrier.waits_seconds is not None and waited >= carrier.waits_seconds:
            reason = f"{error} It was tried for a day, so it was given up."
            return self._settle(key, "refused", as_of, reason=reason)
        wait = max(error.retry_after_seconds, backoff_seconds(row["attempts"]))
        posted = self._settle(key, "released", as_of, reason=str(error), wait_seconds=wait)
        return replace(posted, away=carrier == ZULIP or error.code == AWAY)

    def _doubt(self, key: str, reason: str, as_of: datetime, *, given_up: bool = False) -> Posted:
        # The try may have begun long ago, in the queue of a server that asks for patience.
        self._store.execute(
            "UPDATE outbox SET tried_at = ? WHERE key = ?", [to_at(self._now(as_of)), key]
        )
        wait = None if given_up else 0
        posted = self._settle(key, "unsettled", as_of, reason=reason, wait_seconds=wait)
        return replace(posted, away=True)

    def _look(self, row: sqlite3.Row, as_of: datetime) -> Posted:
        key = row["key"]
        try:
            message_id = self._messenger.find(
                from_letter(key, row["letter"]),
                local_id=local_id_of(key),
                since=from_at(row["claimed_at"]),
                after_id=row["floor_message_id"],
            )
        except DeliveryError as error:
            return self._not_looked(row, error, as_of)
        except Exception:  # one that cannot be looked for must not hold up the others
            log.exception("looking for a message stumbled key=%s", local_id_of(key))
            return self._look_later(row, "The program stumbled while looking for it.", as_of)
        if message_id is None:
            return self._not_there(row, as_of)
        if self._is_of_another(message_id, row):
            reason = "An equal message was found, but it is another one."
            return self._look_later(row, reason, as_of)
        return self._settle(key, "sent", as_of, message_id=message_id)

    def _not_looked(self, row: sqlite3.Row, error: DeliveryError, as_of: datetime) -> Posted:
        if error.code == UNSEARCHABLE:
            return self._settle(row["key"], "unsettled", as_of, reason=str(error))
        if error.accepted is False and error.retry_after_seconds is None:
            return self._look_later(row, str(error), as_of)
        return self._wait_for_zulip(row, str(error), as_of)

    def _not_there(self, row: sqlite3.Row, as_of: datetime) -> Posted:
        """It may still come; some time after the try it never arrived, and is tried again."""
        key, reason = row["key"], row["reason"]
        rest = row["tried_at"] + self._grace_seconds - to_at(self._now(as_of))
        if rest > 0:
            return self._settle(key, "unsettled", as_of, reason=reason, wait_seconds=rest)
        looks = self._count_look(row)
        if looks >= MAX_LOOKS:
            reason = f"Given up: after {row['attempts']} tries it is still not there."
            return self._settle(key, "refused", as_of, reason=reason)
        reason = "It was looked for and is not there."
        wait = backoff_seconds(looks) if looks > 1 else 0
        return self._settle(key, "released", as_of, reason=reason, wait_seconds=wait)

    def _is_of_another(self, message_id: int, row: sqlite3.Row) -> bool:
        """Whether it is an equal message's, or may be one's that is being sent at this moment."""
        found = self._store.rows(
            f"""SELECT key, message_id FROM outbox WHERE key != ?
                AND (message_id = ? OR ({_OPEN} AND state = 'claimed' AND letter = ?))""",  # noqa: S608  # the same
            [row["key"], message_id, row["letter"]],
        )
        return any(e["message_id"] == message_id or e["key"] in self._sending for e in found)

    def _count_look(self, row: sqlite3.Row) -> int:
        looks: int = row["looks"] + 1
        self._store.execute("UPDATE outbox SET looks = ? WHERE key = ?", [looks, row["key"]])
        return looks

    def _wait_for_zulip(self, row: sqlite3.Row, reason: str, as_of: datetime) -> Posted:
        """An outage: the longer it has lasted, the longer the next look can wait."""
        lasted = to_at(self._now(as_of)) - row["tried_at"]
        wait = min(max(lasted // 2, FIRST_WAIT_SECONDS), LONGEST_WAIT_SECONDS)
        key = row["key"]
        posted = self._settle(key, "unsettled", as_of, reason=reason, wait_seconds=wait)
        return replace(posted, away=True)

    def _look_later(self, row: sqlite3.Row, reason: str, as_of: datetime) -> Posted:
        looks = self._count_look(row)
        given_up = looks >= MAX_LOOKS
        return self._settle(
            row["key"],
            "unsettled",
            as_of,
            reason=f"{reason} Look for it by hand." if given_up else reason,
            wait_seconds=None if given_up else backoff_seconds(looks),
        )

    def _settle(
        self,
        key: str,
        state: str,
        as_of: datetime,
        *,
        message_id: int | None = None,
        reason: str = "",
        wait_seconds: float | None = None,
    ) -> Posted:
        at = to_at(self._now(as_of))
        self._store.execute(
            """UPDATE outbox SET state = :state, message_id = :message_id, reason = :reason,
               settled_at = :settled_at, next_try_at = :next_try_at WHERE key = :key""",
            {
                "key": key,
                "state": state,
                "message_id": message_id,
                "reason": reason,
                "settled_at": at if state in ("sent", "refused") else None,
                "next_try_at": None
                if wait_seconds is None or state in ("sent", "refused")
                else at + round(wait_seconds),
            },
        )
        given_up = state == "unsettled" and wait_seconds is None
        return Posted(key, state, message_id, reason, given_up)
