"""Raw activity as columns, between the readers and the log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


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
