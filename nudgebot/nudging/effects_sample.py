"""Cases as columns, so that a hundred thousand of them are compared in a moment."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np

from nudgebot.nudging.before_after_values import BeforeAfter, Changes, Side
from nudgebot.nudging.case_sheet import CaseSheet
from nudgebot.nudging.cases import Arm, Measures
from nudgebot.nudging.statistics_arms import Flags, Labels, Numbers, Sample

_NUDGED = Arm.NUDGED.value
_SECONDS_A_DAY = 86400.0
NEVER = np.inf


class Columns:
    """The cases of both arms, an entry each in every column; nan is what was not measured."""

    def __init__(self, sheet: CaseSheet) -> None:
        self.nudged: Flags = np.array([arm == _NUDGED for arm in sheet.arm], dtype=bool)
        self.share = _numbers(sheet.share)
        rule = labels(sheet.rule_id)
        # A rule at two shares is two strata: their chances to be held out differ.
        shares, place = np.unique(self.share.round(4), return_inverse=True)
        self.stratum = np.unique(rule * shares.size + place, return_inverse=True)[1]
        self.target = labels(sheet.target)
        self.student = labels(sheet.student_id)
        starts, ends = _numbers(sheet.starts_at), _numbers(sheet.ends_at)
        self.tracking_days = (ends - starts) / _SECONDS_A_DAY
        self.days = _days(starts, ends, _numbers(sheet.target_met_at))
        self.reached = np.isfinite(self.days).astype(float)
        self.before = [
            _numbers(each)
            for each in (sheet.activity_before, sheet.performance_before, sheet.engagement_before)
        ]
        self.after = [
            _numbers(each)
            for each in (sheet.activity_after, sheet.performance_after, sheet.engagement_after)
        ]
        self.changes = [
            (late - early) / np.maximum(early, 1)
            for early, late in zip(self.before, self.after, strict=True)
        ]
        self.overall = _mean_of_known(self.changes)

    def before_after(self, rows: Labels) -> BeforeAfter:
        """Requirement A's figures of some rows, each arm by itself."""
        nudged = self.nudged[rows]
        return BeforeAfter(nudged=self._side(rows[nudged]), held_out=self._side(rows[~nudged]))

    def whole(self) -> Labels:
        """All rows."""
        return np.arange(self.nudged.size)

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


def labels(keys: Sequence[Hashable]) -> Labels:
    """Each key as a number, in order of first appearance."""
    order = {key: place for place, key in enumerate(dict.fromkeys(keys))}
    return np.array([order[key] for key in keys], dtype=np.int64)


def rows_of(keys: Sequence[str]) -> dict[str, Labels]:
    """The rows of each key, in order of the keys."""
    of = labels(keys)
    found = {key: np.flatnonzero(of == place) for place, key in enumerate(dict.fromkeys(keys))}
    return dict(sorted(found.items()))


def _days(starts: Numbers, ends: Numbers, met: Numbers) -> Numbers:
    """Until the target was reached while the case was followed; never where it was not."""
    return np.where((met >= starts) & (met <= ends), (met - starts) / _SECONDS_A_DAY, NEVER)


def _numbers(values: Sequence[float | None]) -> Numbers:
    """Numpy makes nan of None among floats."""
    return np.array(values, dtype=float)


def _mean_of_known(columns: Sequence[Numbers]) -> Numbers:
    table = np.stack(columns)
    known = ~np.isnan(table)
    counts = known.sum(axis=0)
    sums = np.where(known, table, 0.0).sum(axis=0)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def _mean(values: Numbers) -> float | None:
    return float(values.mean()) if values.size else None
