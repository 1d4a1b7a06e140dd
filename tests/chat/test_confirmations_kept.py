"""What is kept of previews: no words longer than they are needed."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from nudgebot.chat.confirmations import Confirmations, new_token
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
        name: kept.open("k", {"t": name}, asker_id=1, place=Direct((1,)), as_of=now).token
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


def test_what_gave_way_is_emptied_and_a_token_is_never_a_word_or_a_number(
    tmp_path: Path, now: datetime
) -> None:
    """`change 2026 …` and `change dead …` begin with words, not with a preview's word."""
    store = Store(tmp_path / "c.db", [SCHEMA])
    kept = Confirmations(store, minutes=15)
    first, second = (
        kept.open("k", {"t": 1}, asker_id=1, place=Direct((1,)), as_of=now, about="x")
        for _ in range(2)
    )
    assert (first.replaces, second.replaces) == (False, True)
    kept.prune(now)
    states = "SELECT state, payload FROM confirmations ORDER BY number"
    assert [tuple(row) for row in store.rows(states)] == [
        ("replaced", "{}"),
        ("open", '{"t": 1}'),
    ]
    tokens = {new_token() for _ in range(500)}
    assert not [each for each in tokens if each.isalpha() or each.isdecimal()]
    store.close()
