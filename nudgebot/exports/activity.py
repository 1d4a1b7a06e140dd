"""Raw activity as columns, between the readers and the log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any


@dataclass
class Activities:
    """Columns of equal length; `bare_days` says where a row has a day only, None: nowhere.

    `ids` may hold empty texts, `minutes` and `progress` None.
    """

    ids: Sequence[str]
    students: Sequence[str]
    ats: Sequence[int]
    kinds: Sequence[str]
    contents: Sequence[str]
    subjects: Sequence[str]
    events: Sequence[int]
    minutes: Sequence[float | None]
    progress: Sequence[float | None]
    bare_days: Sequence[bool] | None = None

    def chosen(self, choice: Sequence[bool]) -> Activities:
        """The rows for which the choice is true."""
        bare = None if self.bare_days is None else tuple(compress(self.bare_days, choice))

        def some(column: Sequence[Any]) -> tuple[Any, ...]:
            return tuple(compress(column, choice))

        return Activities(
            some(self.ids),
            some(self.students),
            some(self.ats),
            some(self.kinds),
            some(self.contents),
            some(self.subjects),
            some(self.events),
            some(self.minutes),
            some(self.progress),
            bare,
        )
