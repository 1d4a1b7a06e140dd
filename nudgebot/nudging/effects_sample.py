"""Cases as columns, so that a hundred thousand of them are compared in a moment."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence

import numpy as np

from nudgebot.nudging.before_after import reached_in_time
from nudgebot.nudging.before_after_values import BeforeAfter, Changes, Side
from nudgebot.nudging.cases import Arm, Case, Measures
from nudgebot.nudging.statistics_arms import Flags, Labels, Numbers, Sample

_SECONDS_A_DAY = 86400.0
NEVER = np.inf


class Columns:
    """The cases of both arms, an entry each in every column; nan is what was not measured."""

    def __init__(self, cases: Sequence[Case]) -> None:
        self.nudged: Flags = np.array([case.arm is Arm.NUDGED for case in cases], dtype=bool)
        self.share = _numbers(case.share for case in cases)
        self.stratum = labels((case.rule_id, round(case.share, 4)) for case in cases)
        self.student = labels(case.student_id for case in cases)
        self.days = _numbers(_days(case) for case in cases)
        self.reached = np.isfinite(self.days).astype(float)
        self.before = _measures([case.before for case in cases])
        self.after = _measures([case.after for case in cases])
        self.changes = [
            (late - early) / np.maximum(early, 1)
            for early, late in zip(self.before, self.after, strict=True)
        ]
        self.overall = _mean_of_known(self.changes)

    def before_after(self, rows: Sequence[int]) -> BeforeAfter:
        """Requirement A's figures of some rows, each arm by itself."""
        mine = np.array(rows, dtype=np.int64)
        nudged = self.nudged[mine]
        return BeforeAfter(nudged=self._side(mine[nudged]), held_out=self._side(mine[~nudged]))

    def _side(self, rows: Labels) -> Side:
        known = [~np.isnan(each[rows]) for each in self.changes]
        overall = self.overall[rows][~np.isnan(self.overall[rows])]

        def means(columns: Sequence[Numbers]) -> list[float | None]:
            return [_mean(each[rows][use]) for each, use in zip(columns, known, strict=True)]

        return Side(
            cases=int(rows.size),
            measured=int(overall.size),
            before=Measures(*means(self.before)),
            after=Measures(*means(self.after)),
            changes=Changes(*means(self.changes)),
            overall_impact=_mean(overall),
            improved=_mean((overall > 0).astype(float)),
            reached=_mean(self.reached[rows]),
        )

    def sample(self, rows: Labels, value: Numbers, baseline: Numbers | None = None) -> Sample:
        """Some rows with one of the columns as what is compared."""
        return Sample(
            nudged=self.nudged[rows],
            stratum=self.stratum[rows],
            student=self.student[rows],
            share=self.share[rows],
            value=value[rows],
            baseline=None if baseline is None else baseline[rows],
        )


def followed(case: Case) -> bool:
    """Whether a case belongs to an arm and was followed to its end."""
    return case.closed and case.arm is not Arm.EXEMPT


def drawn(case: Case) -> bool:
    """Whether it was also drawn by lot, so that it can be compared."""
    return followed(case) and 0 < case.share < 1


def labels(keys: Iterable[Hashable]) -> Labels:
    """Each key as a number, in order of first appearance."""
    seen: dict[Hashable, int] = {}
    return np.array([seen.setdefault(key, len(seen)) for key in keys], dtype=np.int64)


def _days(case: Case) -> float:
    if case.target_met_at is None or not reached_in_time(case):
        return NEVER
    return (case.target_met_at - case.starts_at).total_seconds() / _SECONDS_A_DAY


def _numbers(values: Iterable[float]) -> Numbers:
    return np.fromiter(values, dtype=float)


def _measures(found: Sequence[Measures]) -> list[Numbers]:
    """Activity, performance and engagement; numpy makes nan of None among floats."""
    return [
        np.array([each.activity for each in found], dtype=float),
        np.array([each.performance for each in found], dtype=float),
        np.array([each.engagement for each in found], dtype=float),
    ]


def _mean_of_known(columns: Sequence[Numbers]) -> Numbers:
    table = np.stack(columns)
    known = ~np.isnan(table)
    counts = known.sum(axis=0)
    sums = np.where(known, table, 0.0).sum(axis=0)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def _mean(values: Numbers) -> float | None:
    return float(values.mean()) if values.size else None
