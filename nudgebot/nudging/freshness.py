"""Whether the data are fresh enough to nudge anybody."""

from __future__ import annotations

from datetime import datetime, timedelta

from nudgebot.school.days import from_at
from nudgebot.store import Store


def newest(store: Store) -> datetime | None:
    """The moment of the newest fact that any export brought; None before the first one."""
    at = store.value(
        "SELECT MAX(COALESCE(data_as_of_at, started_at)) FROM batches WHERE state = 'taken'"
    )
    return None if at is None else from_at(at)


def staleness(store: Store, *, stale_after_hours: int, as_of: datetime) -> str:
    """Why the data are stale, in a sentence; empty while they are fresh.

    What counts is the newest fact of the batches taken, not when a file came: an old file that
    comes again is not news.
    """
    known = newest(store)
    if known is None:
        return "No export has been read yet."
    if as_of - known <= timedelta(hours=stale_after_hours):
        return ""
    return f"The data are stale: the newest are of {known:%Y-%m-%d %H:%M} UTC."
