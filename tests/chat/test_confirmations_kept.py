"""What is kept of previews: no words longer than they are needed."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from nudgebot.chat.confirmations import Confirmations
from nudgebot.chat.tables import SCHEMA
from nudgebot.nudging.messages import Direct
from nudgebot.store import Store


def test_words_of_previews_are_emptied_and_old_previews_forgotten(
    tmp_path: Path, now: datetime
) -> None:
    """Cancelled and expired ones at once; all but the unfinished after a month."""
    store = Store(tmp_path / "c.db", [SCHEMA])
    kept = Confirmations(store, minutes=15)
    names = ("open", "expired", "cancelled", "confirmed")
    tokens = {
        name: kept.open("k", {"t": name}, asker_id=1, place=Direct((1,)), as_of=now)
        for name in names
    }
    kept.settle(tokens["cancelled"], lambda _: "cancelled", asker_id=1, source="a", as_of=now)
    kept.settle(tokens["confirmed"], lambda _: "confirmed", asker_id=1, source="b", as_of=now)
    store.execute("UPDATE confirmations SET expires_at = 0 WHERE token = ?", [tokens["expired"]])
    kept.prune(now)

    def words() -> dict[str, str]:
        rows = store.rows("SELECT token, payload FROM confirmations")
        found = {row["token"]: row["payload"] for row in rows}
        return {name: found[token] for name, token in tokens.items() if token in found}

    assert words() == {
        "open": '{"t": "open"}',
        "expired": "{}",
        "cancelled": "{}",
        "confirmed": '{"t": "confirmed"}',
    }
    kept.prune(now + timedelta(days=31))
    assert set(words()) == {"confirmed"}
    store.close()
