"""The languages in which the students of today are to be spoken to."""

from __future__ import annotations

from collections import Counter

from nudgebot.store import Store


def spoken_languages(store: Store, default: str) -> Counter[str]:
    """How many students of today each language has, by its first subtag, as `de` of `de-AT`.

    `default` is the school's, for students without one of their own; it is in it without any, too.
    """
    rows = store.rows(
        """SELECT language, COUNT(*) AS students FROM students
           WHERE active AND gone_at IS NULL GROUP BY language"""
    )
    found = Counter({base_language(default): 0})
    for row in rows:
        found[base_language(row["language"] or default)] += row["students"]
    return found


def base_language(tag: str) -> str:
    """`pt` of `pt-BR` and `pt_BR`."""
    return tag.strip().replace("_", "-").split("-")[0].lower()
