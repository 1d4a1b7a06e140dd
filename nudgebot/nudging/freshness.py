"""Whether the data are fresh enough to nudge anybody."""

from __future__ import annotations

from datetime import datetime

from nudgebot.school.days import from_at, to_at
from nudgebot.store import Store


def freshness(store: Store, *, stale_after_hours: int, as_of: datetime) -> str:
    """Why the data are stale, in a sentence; empty while they are fresh.

    What counts is the newest fact of the batches taken, not when a file came: an old file that
    comes again is not news.
    """
    newest = store.value(
        "SELECT MAX(COALESCE(data_as_of_at, started_at)) FROM batches WHERE state = 'taken'"
    )
    if newest is None:
        return "No export has been read yet."
    if to_at(as_of) - newest <= stale_after_hours * 3600:
        return ""
    known = from_at(newest)
    return f"The data are stale: the newest are of {known:%Y-%m-%d %H:%M} UTC."
