"""Who was forgotten: keyed hashes of ids, so that no export brings her back and nobody reads who.

The key lies in the same file. It keeps the hashes apart from those of other schools; whoever holds
the whole file and a list of ids can still try them one by one.
"""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
from datetime import datetime
from typing import Literal

from nudgebot.school.days import to_at
from nudgebot.store import Schema, Store

What = Literal["student", "user"]

SCHEMA = Schema(
    "forgotten",
    (
        (
            "forgotten",
            """
CREATE TABLE forgotten_key (key BLOB NOT NULL);
INSERT INTO forgotten_key SELECT randomblob(32);
CREATE TABLE forgotten (
    hash BLOB PRIMARY KEY,                   -- keyed, of `student` or `user` and the id
    forgotten_at INTEGER NOT NULL
) WITHOUT ROWID;
""",
        ),
        (
            "horizons",
            """
CREATE TABLE horizons (                      -- from which local day on there is raw activity
    what TEXT PRIMARY KEY,
    first_day INTEGER NOT NULL
) WITHOUT ROWID;
""",
        ),
    ),
)
ACTIVITY = "activity"


def first_kept_day(connection: sqlite3.Connection) -> int | None:
    """The local day before which raw activity was dropped: its roll-ups stay, and take no more."""
    there = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'horizons'").fetchone()
    if there is None:
        return None
    row = connection.execute("SELECT first_day FROM horizons WHERE what = ?", [ACTIVITY]).fetchone()
    return None if row is None else int(row[0])


class Forgotten:
    """Those who were forgotten when this was read; empty where the file knows no such table."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        there = connection.execute(
            "SELECT count(*) FROM sqlite_master WHERE name IN ('forgotten', 'forgotten_key')"
        ).fetchone()[0]
        rows = connection.execute("SELECT hash FROM forgotten") if there == 2 else ()
        self._hashes = frozenset(bytes(row[0]) for row in rows)
        self._key = _key(connection) if self._hashes else b""

    def __bool__(self) -> bool:
        """Whether anybody was."""
        return bool(self._hashes)

    def student(self, student_id: str) -> bool:
        """Whether the student of that id was."""
        return bool(self._hashes) and _hash(self._key, "student", student_id) in self._hashes

    def user(self, user_id: int) -> bool:
        """Whether the Zulip user was."""
        return bool(self._hashes) and _hash(self._key, "user", str(user_id)) in self._hashes


def note_forgotten(store: Store, what: What, key: str, as_of: datetime) -> None:
    """Keep the stub of somebody; joins the transaction that it is called in."""
    store.execute(
        "INSERT OR REPLACE INTO forgotten VALUES (?, ?)",
        [_hash(_key(store.connection), what, key), to_at(as_of)],
    )


def take_back(store: Store, student_id: str) -> bool:
    """Let exports bring the student again, as when she comes back to the school; whether one was.

    Nothing of what was erased comes back but what the exports hold.
    """
    wanted = _hash(_key(store.connection), "student", student_id)
    return store.execute("DELETE FROM forgotten WHERE hash = ?", [wanted]).rowcount == 1


def _key(connection: sqlite3.Connection) -> bytes:
    return bytes(connection.execute("SELECT key FROM forgotten_key").fetchone()[0])


def _hash(key: bytes, what: str, text: str) -> bytes:
    return hmac.digest(key, f"{what}:{text}".encode(), hashlib.sha256)
