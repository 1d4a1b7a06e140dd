"""Commands that are too old to be carried out: remembered until the asker is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from nudgebot.chat.answer import Answer, Reply, code
from nudgebot.chat.confirmations import place_text, read_place
from nudgebot.chat.incoming import Incoming
from nudgebot.markup import clean, global_time
from nudgebot.school.days import from_at, to_at
from nudgebot.store import Store

MOST_SHOWN = 10
LONGEST_SHOWN = 80


@dataclass(frozen=True)
class Notice:
    """What one conversation is told; `source` names it for ever."""

    source: str
    reply: Reply
    message_ids: tuple[int, ...]
    asker_id: int


class Skipped:
    """Keeps the commands by conversation."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def keep(self, incoming: Incoming, command: str) -> None:
        """Note a command that was not carried out."""
        self._store.execute(
            "INSERT OR IGNORE INTO chat_skipped VALUES (?, ?, ?, ?, ?)",
            [
                incoming.message_id,
                place_text(incoming.place),
                incoming.sender_id,
                clean(command)[:LONGEST_SHOWN],
                to_at(incoming.sent_at),
            ],
        )

    def notices(self) -> Iterator[Notice]:
        """One notice for each conversation in which something was skipped."""
        by_place: dict[str, list[tuple[int, int, str, datetime]]] = {}
        for row in self._store.rows("SELECT * FROM chat_skipped ORDER BY message_id"):
            entry = (row["message_id"], row["sender_id"], row["command"], from_at(row["sent_at"]))
            by_place.setdefault(row["place"], []).append(entry)
        for place, entries in by_place.items():
            said = [f"- {code(command)}" for _, _, command, _ in entries[:MOST_SHOWN]]
            if len(entries) > MOST_SHOWN:
                said.append(f"- and {len(entries) - MOST_SHOWN} more")
            first, last = global_time(entries[0][3]), global_time(entries[-1][3])
            head = (
                f"I was away at {first}"
                if len(entries) == 1
                else f"I was away from {first} to {last}"
            )
            text = "\n".join([f"{head} and left this undone; ask again if it matters:", *said])
            yield Notice(
                source=f"skipped:{entries[-1][0]}",
                reply=Reply(read_place(place), Answer(text)),
                message_ids=tuple(entry[0] for entry in entries),
                asker_id=entries[-1][1],
            )

    def forget(self, message_ids: tuple[int, ...]) -> None:
        """They have been told."""
        self._store.executemany(
            "DELETE FROM chat_skipped WHERE message_id = ?", [[each] for each in message_ids]
        )
