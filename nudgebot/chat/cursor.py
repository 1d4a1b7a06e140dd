"""How far the listener has come, and what has had its effects; all of it survives a restart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from nudgebot.school.days import to_at
from nudgebot.store import Store

KEPT = timedelta(days=60)


@dataclass(frozen=True)
class Position:
    """Where the listener stands; `queue_id` None means that there is no queue to go on with."""

    queue_id: str | None
    last_event_id: int
    floor_message_id: int
    last_message_id: int


class Cursor:
    """Keeps the one position; it moves only after what it passes has had its effects."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def position(self) -> Position | None:
        """Where the listener stands; None before its first run ever."""
        row = self._store.row("SELECT * FROM chat_cursor")
        if row is None:
            return None
        return Position(
            queue_id=row["queue_id"],
            last_event_id=row["last_event_id"],
            floor_message_id=row["floor_message_id"],
            last_message_id=row["last_message_id"],
        )

    def queue_id(self) -> str | None:
        """The live queue, for sends that want to hear their echo."""
        found: str | None = self._store.value("SELECT queue_id FROM chat_cursor")
        return found

    def begin(self, newest_message_id: int) -> None:
        """The first run ever: what is older was there before the bot and is never replayed."""
        self._store.execute(
            "INSERT OR IGNORE INTO chat_cursor VALUES (1, NULL, -1, ?, ?)",
            [newest_message_id, newest_message_id],
        )

    def enter(self, queue_id: str, last_event_id: int) -> None:
        """Go on with this queue; an event id is never carried from one queue to another."""
        self._store.execute(
            "UPDATE chat_cursor SET queue_id = ?, last_event_id = ?", [queue_id, last_event_id]
        )

    def leave(self) -> None:
        """The queue is lost."""
        self._store.execute("UPDATE chat_cursor SET queue_id = NULL, last_event_id = -1")

    def move(self, *, event_id: int = -1, message_id: int = -1) -> None:
        """These, and all before them, have had their effects."""
        self._store.execute(
            """UPDATE chat_cursor SET last_event_id = max(last_event_id, ?),
               last_message_id = max(last_message_id, ?)""",
            [event_id, message_id],
        )


class Memory:
    """Remembers what has had its effects, and which own messages have come back."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def is_handled(self, source: str) -> bool:
        """Whether this message or reaction has had its effects."""
        return (
            self._store.value("SELECT 1 FROM chat_handled WHERE source = ?", [source]) is not None
        )

    def handle(self, source: str, as_of: datetime) -> None:
        """It has its effects; joins the transaction in which it has them."""
        self._store.execute(
            "INSERT OR IGNORE INTO chat_handled VALUES (?, ?)", [source, to_at(as_of)]
        )

    def keep_echo(self, local_id: str, message_id: int, as_of: datetime) -> None:
        """An own message came back under the id that it was sent with."""
        self._store.execute(
            "INSERT OR IGNORE INTO chat_echoes VALUES (?, ?, ?)",
            [local_id, message_id, to_at(as_of)],
        )

    def echo(self, local_id: str) -> int | None:
        """The message id of an own message that came back."""
        found: int | None = self._store.value(
            "SELECT message_id FROM chat_echoes WHERE local_id = ?", [local_id]
        )
        return found

    def is_anothers(self, message_id: int) -> bool:
        """Whether an own message is already taken for what was sent under some key."""
        found = self._store.value("SELECT 1 FROM outbox WHERE message_id = ?", [message_id])
        return found is not None

    def prune(self, as_of: datetime) -> None:
        """Forget what is too old to come again."""
        before = to_at(as_of - KEPT)
        self._store.execute("DELETE FROM chat_handled WHERE at < ?", [before])
        self._store.execute("DELETE FROM chat_echoes WHERE at < ?", [before])
