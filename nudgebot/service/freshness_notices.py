"""Word to the admins that the data are stale, and that they are fresh again."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from nudgebot.nudging.freshness import staleness
from nudgebot.school.days import from_at
from nudgebot.service.notices import Notices
from nudgebot.settings import Settings
from nudgebot.store import Store

DIGITS = 12
AGAIN_AFTER = timedelta(days=7)
TOLD = "FROM outbox WHERE key >= ? AND key < ?"
FRESH = "The data are fresh again, and nudging goes on."


class FreshnessNotices:
    """Tells of each standstill of the exports once, once a week while it lasts, and of its end.

    What was told stands in the outbox, so that a restart repeats nothing and forgets no end.
    """

    def __init__(self, settings: Settings, store: Store, notices: Notices) -> None:
        self._settings = settings
        self._store = store
        self._notices = notices

    def look(self, as_of: datetime) -> str:
        """Why the data are stale (empty: they are fresh); the admins know of it afterwards."""
        stale = staleness(
            self._store,
            stale_after_hours=self._settings["stale_after_hours"],
            zone=self._settings["timezone"],
            as_of=as_of,
        )
        if stale:
            which = hashlib.sha256(stale.encode()).hexdigest()[:DIGITS]
            text = f"{stale} Nobody is nudged until news arrive in the inbox."
            self._notices.tell("stale", text, as_of, once=f"{which}:{self._week(which, as_of)}")
        else:
            self._told_fresh(as_of)
        return stale

    def _week(self, which: str, as_of: datetime) -> int:
        """How many weeks ago a standstill was first told."""
        first = self._store.value(
            f"SELECT min(claimed_at) {TOLD}",
            _span(which),
        )
        return 0 if first is None else max(0, (as_of - from_at(first)) // AGAIN_AFTER)

    def _told_fresh(self, as_of: datetime) -> None:
        """Tell those who were told of the newest standstill, and nobody who is an admin since."""
        newest = self._store.row(
            f"SELECT key {TOLD} ORDER BY claimed_at DESC, key DESC LIMIT 1",
            ["notice:stale:", "notice:stale;"],
        )
        which = "" if newest is None else newest["key"].split(":")[2]
        if len(which) != DIGITS:
            return  # none, or one of an older version, which told by the day
        rows = self._store.rows(f"SELECT key {TOLD}", _span(which))
        told = {int(row["key"].rpartition(":")[2]) for row in rows}
        self._notices.tell("fresh", FRESH, as_of, once=which, only=told)


def _span(which: str) -> list[str]:
    return [f"notice:stale:{which}:", f"notice:stale:{which};"]
