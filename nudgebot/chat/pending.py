"""Lines of replies of which something is left to do once their fate is known."""

from __future__ import annotations

from dataclasses import dataclass

from nudgebot.nudging.letter import from_letter, to_letter
from nudgebot.nudging.messages import InStream, Outgoing
from nudgebot.store import Store


@dataclass(frozen=True)
class Line:
    """One message of a reply; `token` is the confirmation that it asks for."""

    message: Outgoing
    token: str = ""


class Pending:
    """Keeps them from the claim on, so that a crash or a late send leaves nothing undone."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def keep(self, line: Line, *, asker_id: int) -> None:
        """A line that asks for a word, or that may have to be said elsewhere; no other."""
        if line.token or isinstance(line.message.recipient, InStream):
            self._store.execute(
                "INSERT OR IGNORE INTO pending_lines VALUES (?, ?, ?, ?)",
                [line.message.key, asker_id, line.token, to_letter(line.message)],
            )

    def all(self) -> list[tuple[Line, int]]:
        """Every line that is kept, with its asker's Zulip user id."""
        rows = self._store.rows("SELECT * FROM pending_lines ORDER BY key")
        return [
            (Line(from_letter(row["key"], row["letter"]), row["token"]), row["asker_id"])
            for row in rows
        ]

    def forget(self, key: str) -> None:
        """Nothing is left to do."""
        self._store.execute("DELETE FROM pending_lines WHERE key = ?", [key])
