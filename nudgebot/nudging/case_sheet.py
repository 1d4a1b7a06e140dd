"""Cases as columns of plain values, for the figures of a hundred thousand of them at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from itertools import compress
from typing import Any

from nudgebot.nudging.cases import Arm, Case
from nudgebot.school.days import to_at
from nudgebot.store import Store

_EXEMPT = Arm.EXEMPT.value
Known = Sequence[float | None]


@dataclass(frozen=True, eq=False)
class CaseSheet:
    """One entry a case in every column, in the same order; moments are seconds since 1970."""

    student_id: Sequence[str] = ()
    rule_id: Sequence[str] = ()
    type: Sequence[str] = ()
    channel: Sequence[str] = ()
    tone: Sequence[str] = ()
    hour: Sequence[int] = ()
    target: Sequence[str] = ()
    arm: Sequence[str] = ()
    share: Sequence[float] = ()
    closed: Sequence[int] = ()
    starts_at: Sequence[float] = ()
    ends_at: Sequence[float] = ()
    target_met_at: Known = ()
    activity_before: Known = ()
    performance_before: Known = ()
    engagement_before: Known = ()
    activity_after: Known = ()
    performance_after: Known = ()
    engagement_after: Known = ()

    def __len__(self) -> int:
        return len(self.arm)

    def where(self, keep: Iterable[object]) -> CaseSheet:
        """Some of the cases, in the same order."""
        marks = [bool(each) for each in keep]
        if all(marks):
            return self
        return _sheet([list(compress(getattr(self, name), marks)) for name in NAMES])

    @property
    def followed(self) -> CaseSheet:
        """What belongs to an arm and was followed to its end."""
        return self.where(self._marks())

    @property
    def drawn(self) -> CaseSheet:
        """Of these, what was also drawn by lot, so that it can be compared."""
        return self.where(
            mark and 0 < share < 1 for mark, share in zip(self._marks(), self.share, strict=True)
        )

    def _marks(self) -> Iterator[bool]:
        return (
            bool(closed) and arm != _EXEMPT
            for closed, arm in zip(self.closed, self.arm, strict=True)
        )


NAMES = tuple(each.name for each in fields(CaseSheet))


def sheet_of(cases: Iterable[Case]) -> CaseSheet:
    """The cases in columns."""
    rows = [_row(case) for case in cases]
    return _sheet(list(zip(*rows, strict=True))) if rows else CaseSheet()


def read_sheet(
    store: Store, started: tuple[datetime, datetime], *, ended: tuple[datetime, datetime]
) -> CaseSheet:
    """The closed cases that started from one moment up to another, and ended within `ended`."""
    cursor = store.connection.cursor()
    cursor.row_factory = None  # plain tuples: half the time of a hundred thousand rows
    selected = ", ".join("state = 'closed'" if name == "closed" else name for name in NAMES)
    rows = cursor.execute(
        f"""SELECT {selected} FROM cases WHERE starts_at >= ? AND starts_at < ?
            AND state = 'closed' AND ends_at >= ? AND ends_at <= ?
            ORDER BY starts_at, case_id""",  # noqa: S608  # names of this module
        [*map(to_at, started), *map(to_at, ended)],
    ).fetchall()
    return _sheet(list(zip(*rows, strict=True))) if rows else CaseSheet()


def _sheet(columns: Sequence[Sequence[Any]]) -> CaseSheet:
    return CaseSheet(*columns)


def _row(case: Case) -> tuple[object, ...]:
    met = case.target_met_at
    return (
        case.student_id,
        case.rule_id,
        case.type,
        case.channel,
        case.tone,
        case.hour,
        case.target,
        case.arm.value,
        case.share,
        case.closed,
        case.starts_at.timestamp(),
        case.ends_at.timestamp(),
        None if met is None else met.timestamp(),
        case.before.activity,
        case.before.performance,
        case.before.engagement,
        case.after.activity,
        case.after.performance,
        case.after.engagement,
    )
