"""Two arms compared over many cases: strata, differing shares, and several cases of a student.

**Strata.** Arms are drawn at random within a rule and a share, so only such cases are alike: the
difference is taken inside each stratum, and averaged over strata. Each case weighs one over the
chance of the arm that it is in (Horvitz and Thompson 1952), so that a stratum counts by its cases
however few of them were held out; a stratum in which one arm is empty tells nothing, and drops out.
With one stratum this is the plain difference.

**Students.** A student may have several cases. Arms are drawn case by case, so what a student's
cases share falls on both arms alike, and the plain variance holds for the effect among these cases
(Abadie, Athey, Imbens and Wooldridge 2023). Where the effect itself differs between students, it
would be too small: the ratio of the variance clustered by student (Liang and Zeger 1986) to the
plain one is the design effect, and counts are divided by it (Rao and Scott 1992). A ratio under one
is taken as one. No case is thrown away.

**Baselines.** A mean can be adjusted for each case's baseline, with a slope for each arm (Lin
2013): chance differences between the arms' starting points go, and most of the regression to the
mean that both arms share stops being noise.

Importing this loads numpy: import it where it is needed, not when the program starts.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nudgebot.nudging.statistics import (
    Arm,
    Interval,
    Share,
    always_valid_p,
    newcombe,
    newcombe_p,
    normal_quantile,
    welch,
)

Numbers = NDArray[np.float64]
Labels = NDArray[np.int64]
Flags = NDArray[np.bool_]

LEAST_TO_POOL = 5  # a smaller cell borrows the variance of its arm
LEAST_TO_ADJUST = 20  # cases an arm, below which a slope costs more than it brings


@dataclass(frozen=True)
class Sample:
    """Cases as columns, one entry each; `share` is the chance to be held out, inside 0 to 1."""

    nudged: Flags
    stratum: Labels
    student: Labels
    share: Numbers
    value: Numbers  # nan: not measured
    baseline: Numbers | None = None

    def where(self, keep: Flags) -> Sample:
        """Some of the cases."""
        return Sample(
            nudged=self.nudged[keep],
            stratum=self.stratum[keep],
            student=self.student[keep],
            share=self.share[keep],
            value=self.value[keep],
            baseline=None if self.baseline is None else self.baseline[keep],
        )


@dataclass(frozen=True)
class Difference:
    """Nudged minus held out, with a 95 % interval.

    Arm values are brought to the same mix of strata (and the same baseline), so that their
    difference is the difference. `design_effect` is by how much repeated students widened it.
    """

    nudged_count: int
    held_out_count: int
    nudged: float
    held_out: float
    difference: float
    interval: Interval
    p: float
    always_valid_p: float
    design_effect: float = 1.0


@dataclass(frozen=True)
class _Arms:
    """Sums by stratum (rows: held out, nudged) of a sample in which both arms are everywhere."""

    cell: Labels
    counts: Numbers  # 2 x strata
    means: Numbers  # 2 x strata
    weights: Numbers  # by stratum, adding up to one
    residuals: Numbers  # by case
    design_effect: float
    students: int

    def count(self, arm: int) -> int:
        return int(self.counts[arm].sum())

    def mean(self, arm: int) -> float:
        return float((self.weights * self.means[arm]).sum())

    def effective_count(self, arm: int) -> float:
        """How many cases drawn alike would tell as much, strata weighing what they weigh."""
        return float(1 / (self.weights**2 / self.counts[arm]).sum())


def difference_of_shares(sample: Sample) -> Difference | None:
    """For values that are 0 or 1; None where an arm is empty.

    Newcombe's interval on effective counts, as Yan and Su (2010) stratify it.
    """
    arms = _arms(sample)
    if arms is None:
        return None
    held_out, nudged = (Share(arms.mean(arm), _binomial_count(arms, arm)) for arm in (0, 1))
    return _difference(
        arms,
        newcombe(nudged, held_out, z=normal_quantile()),
        newcombe_p(nudged, held_out),
    )


def difference_of_means(sample: Sample) -> Difference | None:
    """For any values, adjusted where the sample has baselines; None where nothing can be said."""
    adjusted, slopes = _adjusted(sample)
    arms = _arms(adjusted)
    if arms is None:
        return None
    held_out, nudged = (_mean_arm(arms, arm, slopes) for arm in (0, 1))
    freedom = arms.students - 1 if arms.students < arms.cell.size else inf
    found = welch(nudged, held_out, most_freedom=freedom)
    return None if found is None else _difference(arms, *found)


def _difference(arms: _Arms, interval: Interval, p: float) -> Difference:
    one, two = arms.effective_count(1), arms.effective_count(0)
    return Difference(
        nudged_count=arms.count(1),
        held_out_count=arms.count(0),
        nudged=arms.mean(1),
        held_out=arms.mean(0),
        difference=arms.mean(1) - arms.mean(0),
        interval=interval,
        p=p,
        always_valid_p=always_valid_p(p, weight=one * two / (one + two) / arms.design_effect),
        design_effect=arms.design_effect,
    )


def _arms(sample: Sample) -> _Arms | None:
    sample = _comparable(sample)
    if not sample.value.size:
        return None
    _, stratum = np.unique(sample.stratum, return_inverse=True)
    strata = int(stratum.max()) + 1
    cell = stratum + strata * sample.nudged

    def by_cell(values: Any = None) -> Any:
        return np.bincount(cell, values, minlength=2 * strata).astype(float)

    chance = np.where(sample.nudged, 1 - sample.share, sample.share)
    mass = by_cell(1 / chance).reshape(2, strata)
    weights = mass[0] * mass[1] / (mass[0] + mass[1])
    weights /= weights.sum()
    counts = by_cell()
    means = by_cell(sample.value) / counts
    residuals = sample.value - means[cell]
    pull = np.where(sample.nudged, 1, -1) * weights[stratum] * residuals / counts[cell]
    _, student = np.unique(sample.student, return_inverse=True)
    return _Arms(
        cell=cell,
        counts=counts.reshape(2, strata),
        means=means.reshape(2, strata),
        weights=weights,
        residuals=residuals,
        design_effect=_design_effect(pull, student),
        students=int(student.max()) + 1,
    )


def _comparable(sample: Sample) -> Sample:
    """What was measured, in strata where both arms are."""
    sample = sample.where(~np.isnan(sample.value))
    both = np.intersect1d(sample.stratum[sample.nudged], sample.stratum[~sample.nudged])
    return sample.where(np.isin(sample.stratum, both))


def _design_effect(pull: Numbers, student: Labels) -> float:
    """How much larger the variance clustered by student is than the plain one; at least one."""
    students = int(student.max()) + 1
    plain = float((pull**2).sum())
    if students in (1, student.size) or not plain > 0:
        return 1.0
    clustered = float((np.bincount(student, pull) ** 2).sum()) * students / (students - 1)
    return max(1.0, clustered / plain)


def _binomial_count(arms: _Arms, arm: int) -> float:
    """Effective cases of a share: more where strata differ, as less is left to vary inside them."""
    counts, means = arms.counts[arm], arms.means[arm]
    total, strata = float(counts.sum()), counts.size
    overall = float((counts * means).sum()) / total
    spread = overall * (1 - overall) * total / max(total - 1, 1)
    gain = 1.0
    if strata > 1 and spread > 0 and total >= 2 * strata + LEAST_TO_POOL:
        inside = float((counts * means * (1 - means)).sum()) / (total - strata)
        gain = min(1.0, max(0.25, inside / spread))
    return arms.effective_count(arm) / gain / arms.design_effect


def _mean_arm(arms: _Arms, arm: int, slopes: int) -> Arm:
    counts = arms.counts[arm]
    strata = counts.size
    squares = np.bincount(arms.cell, arms.residuals**2, minlength=2 * strata)
    squares = squares.reshape(2, strata)[arm]
    freedom = float(counts.sum()) - strata - slopes
    if freedom <= 0:
        return Arm(arms.mean(arm), 0.0, 0.0)
    pooled = squares.sum() / freedom
    own = squares / np.maximum(counts - 1 - slopes, 1)
    spread = np.where(counts >= LEAST_TO_POOL, own, pooled)
    variance = float((arms.weights**2 * spread / counts).sum()) * arms.design_effect
    return Arm(arms.mean(arm), variance, freedom)


def _adjusted(sample: Sample) -> tuple[Sample, int]:
    """Values moved to the mean baseline of their stratum, and how many slopes that took."""
    if sample.baseline is None:
        return sample, 0
    kept = _comparable(sample.where(~np.isnan(sample.baseline)))
    if min(kept.nudged.sum(), (~kept.nudged).sum()) < LEAST_TO_ADJUST or kept.baseline is None:
        return sample, 0
    _, stratum = np.unique(kept.stratum, return_inverse=True)
    cell = stratum * 2 + kept.nudged
    value = kept.value.copy()
    towards = kept.baseline - _means(kept.baseline, stratum)
    inside = kept.baseline - _means(kept.baseline, cell)
    for arm in (kept.nudged, ~kept.nudged):
        spread = float((inside[arm] ** 2).sum())
        if spread > 0:
            slope = float((inside[arm] * kept.value[arm]).sum()) / spread
            value[arm] -= slope * towards[arm]
    return Sample(kept.nudged, kept.stratum, kept.student, kept.share, value), 1


def _means(values: Numbers, labels: Labels) -> Numbers:
    """For each entry the mean of all that have its label."""
    counts = np.maximum(np.bincount(labels), 1)
    found: Numbers = (np.bincount(labels, values) / counts)[labels]
    return found
