"""Reports worked out a moment ago, kept in memory while the data are the same; never on disk."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from nudgebot.store import Store

Worked = TypeVar("Worked")
Version = tuple[int, int]

LONGEST = timedelta(minutes=5)
MOST = 128


@dataclass(frozen=True)
class _Kept:
    value: Any
    version: Version
    as_of: datetime


class Remembered:
    """Whoever asks again, or asks for the PDF of what she has just read, does not wait again.

    What is kept is as of at most five minutes ago, and of the same imports: a new one makes all
    of it old. Who may see it is asked each time, before this is.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._guard = threading.Lock()
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()

    def get(self, key: Hashable, as_of: datetime, work: Callable[[], Worked]) -> Worked:
        """What was worked out under this key, else what `work` gives now."""
        version = self._version()
        with self._guard:
            kept = self._kept.get(key)
        if kept is not None and kept.version == version and _is_fresh(kept.as_of, as_of):
            found: Worked = kept.value
            return found
        value = work()
        with self._guard:
            self._kept[key] = _Kept(value, version, as_of)
            self._kept.move_to_end(key)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return value

    def forget(self) -> None:
        """Nothing of it counts any more."""
        with self._guard:
            self._kept.clear()

    def _version(self) -> Version:
        row = self._store.row(
            "SELECT COUNT(*), COALESCE(MAX(batch_id), 0) FROM batches"
            " WHERE state IN ('taken', 'released')"
        )
        return (0, 0) if row is None else (row[0], row[1])


def _is_fresh(kept: datetime, as_of: datetime) -> bool:
    return timedelta(0) <= as_of - kept <= LONGEST
