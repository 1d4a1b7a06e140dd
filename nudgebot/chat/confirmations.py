"""Open questions: a preview's token, bound to its asker, used once, gone after a while."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from nudgebot.errors import CommandError
from nudgebot.nudging.messages import Direct, InStream, Recipient
from nudgebot.school.days import to_at
from nudgebot.store import Store

KEPT = timedelta(days=30)  # so long a late click is told that it is settled or expired
UNKNOWN = "There is nothing of yours to confirm under that word; it may have expired. Ask again."
USED = "That has been settled already; nothing happens twice."
EXPIRED = "That preview has expired, so nothing was done. Ask again for a fresh one."
REPLACED = "A newer preview of yours took the place of that one, so nothing was done."


@dataclass(frozen=True)
class Confirmation:
    """Something to be confirmed; `payload` is what its kind needs to be done."""

    token: str
    asker_id: int
    kind: str
    payload: Mapping[str, Any]
    place: Recipient
    state: str
    message_id: int | None
    about: str = ""
    expires_at: int = 0
    settled_by: str = ""

    @property
    def identity(self) -> str:
        """Its name for ever: a token comes again once an old one is forgotten, this never does."""
        return f"{self.token}.{self.expires_at}"

    def waits(self, as_of: datetime) -> bool:
        """Whether it may still be confirmed."""
        return self.state == "open" and self.expires_at > to_at(as_of)


@dataclass(frozen=True)
class Opened:
    """A new preview's token, and whether older ones of the asker's gave way to it."""

    token: str
    replaces: bool


def place_text(place: Recipient) -> str:
    """A place as JSON."""
    if isinstance(place, Direct):
        return json.dumps({"user_ids": place.user_ids})
    return json.dumps({"stream": place.stream, "topic": place.topic})


def read_place(text: str) -> Recipient:
    """The place that the JSON was made of."""
    parts = json.loads(text)
    if "user_ids" in parts:
        return Direct(tuple(parts["user_ids"]))
    return InStream(parts["stream"], parts["topic"])


class Confirmations:
    """Keeps them; whatever is doubtful about a token fails closed."""

    def __init__(self, store: Store, *, minutes: int) -> None:
        self._store = store
        self._life = timedelta(minutes=minutes)

    def open(
        self,
        kind: str,
        payload: Mapping[str, Any],
        *,
        asker_id: int,
        place: Recipient,
        as_of: datetime,
        about: str = "",
    ) -> Opened:
        """A token for something that waits for its asker's word.

        What she left open of the same kind about the same one gives way: nobody is written to
        twice because a first try was forgotten.
        """
        row = [
            asker_id,
            kind,
            json.dumps(payload),
            place_text(place),
            to_at(as_of),
            to_at(as_of + self._life),
            about,
        ]
        with self._store.transaction():
            replaces = self._replace(asker_id, kind, about, as_of)
            while True:
                token = new_token()
                cursor = self._store.execute(
                    """INSERT INTO confirmations
                       (token, asker_id, kind, payload, place, made_at, expires_at, about, state,
                        number)
                       VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'open',
                               (SELECT coalesce(max(number), 0) + 1 FROM confirmations))
                       ON CONFLICT DO NOTHING""",
                    [token, *row],
                )
                if cursor.rowcount == 1:
                    return Opened(token, replaces)

    def _replace(self, asker_id: int, kind: str, about: str, as_of: datetime) -> bool:
        if not about:
            return False
        older = self._store.execute(
            """UPDATE confirmations SET state = 'replaced'
               WHERE asker_id = ? AND kind = ? AND about = ? AND state = 'open'
               AND expires_at > ?""",
            [asker_id, kind, about, to_at(as_of)],
        )
        return older.rowcount > 0

    def attach(self, token: str, message_id: int) -> None:
        """Reactions on this message of the bot's count for the token from now on."""
        self._store.execute(
            "UPDATE confirmations SET message_id = ? WHERE token = ?", [message_id, token]
        )

    def on_message(self, message_id: int) -> Confirmation | None:
        """What reactions on a message stand for."""
        row = self._store.row("SELECT * FROM confirmations WHERE message_id = ?", [message_id])
        return None if row is None else _confirmation(row)

    def newest(self, asker_id: int, *, source: str = "") -> Confirmation | None:
        """The asker's newest preview, whatever became of it.

        For a word that is heard again, the one that it settled: `source` is what said it.
        """
        row = self._store.row(
            """SELECT * FROM confirmations WHERE asker_id = ?
               ORDER BY coalesce(settled_by, '') = ? DESC, number DESC LIMIT 1""",
            [asker_id, source or "none"],
        )
        return None if row is None else _confirmation(row)

    def waiting(self, as_of: datetime, *, asker_id: int | None = None) -> list[Confirmation]:
        """All that still waits for a word, of everybody or of one asker; the newest first."""
        rows = self._store.rows(
            """SELECT * FROM confirmations WHERE state = 'open' AND expires_at > :at
               AND (:asker IS NULL OR asker_id = :asker) ORDER BY number DESC""",
            {"at": to_at(as_of), "asker": asker_id},
        )
        return [_confirmation(row) for row in rows]

    def unfinished(self) -> list[Confirmation]:
        """What was confirmed and not carried to its end, as after a crash."""
        rows = self._store.rows("SELECT * FROM confirmations WHERE state = 'confirmed'")
        return [_confirmation(row) for row in rows]

    def look(self, token: str, *, asker_id: int, as_of: datetime) -> Confirmation:
        """The asker's open question; raises CommandError for any other, never telling whose."""
        row = self._row(token)
        if row is None or row["asker_id"] != asker_id:
            raise CommandError(UNKNOWN)
        if row["state"] != "open":
            raise CommandError(REPLACED if row["state"] == "replaced" else USED)
        if row["expires_at"] <= to_at(as_of):
            raise CommandError(EXPIRED)
        return _confirmation(row)

    def settle(
        self,
        token: str,
        decide: Callable[[Confirmation], str],
        *,
        asker_id: int,
        source: str,
        as_of: datetime,
    ) -> Confirmation:
        """Give it the state that is decided on, once; the same word heard again changes nothing."""
        with self._store.transaction():
            row = self._row(token)
            if row is not None and row["settled_by"] == source and row["asker_id"] == asker_id:
                return _confirmation(row)
            found = self.look(token, asker_id=asker_id, as_of=as_of)
            state = decide(found)
            self._store.execute(
                "UPDATE confirmations SET state = ?, settled_by = ? WHERE token = ?",
                [state, source, found.token],
            )
        return replace(found, state=state, settled_by=source)

    def finish(self, token: str) -> None:
        """All that was confirmed has been done; its words are not kept here any longer."""
        self._store.execute(
            "UPDATE confirmations SET state = 'done', payload = '{}' WHERE token = ?", [token]
        )

    def prune(self, as_of: datetime) -> None:
        """Empty what expired or was cancelled, and forget what nobody asks about any more."""
        at = to_at(as_of)
        with self._store.transaction():
            self._store.execute(
                """UPDATE confirmations SET payload = '{}' WHERE payload != '{}'
                   AND (state IN ('cancelled', 'replaced')
                        OR (state = 'open' AND expires_at <= ?))""",
                [at],
            )
            self._store.execute(
                "DELETE FROM confirmations WHERE state != 'confirmed' AND made_at < ?",
                [at - int(KEPT.total_seconds())],
            )

    def _row(self, token: str) -> sqlite3.Row | None:
        return self._store.row(
            "SELECT * FROM confirmations WHERE token = ?", [token.strip().lower()]
        )


def _confirmation(row: sqlite3.Row) -> Confirmation:
    return Confirmation(
        token=row["token"],
        asker_id=row["asker_id"],
        kind=row["kind"],
        payload=json.loads(row["payload"]),
        place=read_place(row["place"]),
        state=row["state"],
        message_id=row["message_id"],
        about=row["about"],
        expires_at=row["expires_at"],
        settled_by=row["settled_by"] or "",
    )


def new_token() -> str:
    """Four characters with a digit and a letter among them: never a word, a year or a number."""
    while True:
        token = secrets.token_hex(2)
        if not token.isalpha() and not token.isdecimal():
            return token
