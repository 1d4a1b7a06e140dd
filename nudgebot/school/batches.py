"""What is known of the batches that were taken."""

from __future__ import annotations

from datetime import datetime

from nudgebot.school.days import from_at
from nudgebot.store import Store


def newest_fact(store: Store) -> datetime | None:
    """The moment of the newest fact that any export brought; None before the first one.

    Lists of people and classes have no such moment: that they came says nothing about activity.
    """
    at = store.value("SELECT MAX(data_as_of_at) FROM batches WHERE state = 'taken'")
    return None if at is None else from_at(at)
