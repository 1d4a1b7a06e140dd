"""The words of the names of everybody in the school, which no model can know."""

from __future__ import annotations

import re

from nudgebot.store import Store

_WORD = re.compile(r"[^\W\d_]{2,}")


def names_of(store: Store) -> frozenset[str]:
    """The case-folded words of all names."""
    rows = store.rows(
        """SELECT name FROM students UNION SELECT given_name FROM students
           UNION SELECT name FROM teachers UNION SELECT name FROM guardians"""
    )
    return frozenset(
        word.casefold() for row in rows if row["name"] for word in _WORD.findall(row["name"])
    )
