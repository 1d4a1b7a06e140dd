"""Is there a trend at all? Mann and Kendall's rank test, which no single odd value can sway."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from math import erfc, sqrt

LEAST_POINTS = 8
"""Fewer points can hardly be significant, and the normal approximation is poor for them."""


def mann_kendall(values: Sequence[float]) -> tuple[int, float]:
    """Kendall's S (rises less falls over all pairs) and the two-sided p-value.

    Mann 1945, Kendall 1975; variance corrected for ties, with continuity correction, and, as
    neighbouring days are alike, for the correlation of neighbours (Yue and Wang 2004): without
    that a slow wave passes for a trend. The p-value is 1 where all values are equal.
    """
    count = len(values)
    score = sum(
        (late > early) - (late < early)
        for place, early in enumerate(values)
        for late in values[place + 1 :]
    )
    ties = sum(each * (each - 1) * (2 * each + 5) for each in Counter(values).values())
    variance = (count * (count - 1) * (2 * count + 5) - ties) / 18 * _inflation(values)
    if variance <= 0 or not score:
        return score, 1.0
    standing = (abs(score) - 1) / sqrt(variance)
    return score, erfc(standing / sqrt(2))


def _inflation(values: Sequence[float]) -> float:
    """By how much alike neighbours widen the variance; 1 where they are not alike.

    The correlation is that of what is left after a straight line is taken away: else a real
    trend would count as alikeness and hide itself.
    """
    count = len(values)
    if count < 3:
        return 1.0
    middle, mean = (count - 1) / 2, sum(values) / count
    steepness = sum((place - middle) * value for place, value in enumerate(values)) * 12
    steepness /= count * (count * count - 1)
    rest = [value - mean - steepness * (place - middle) for place, value in enumerate(values)]
    spread = sum(each * each for each in rest)
    if spread <= 1e-12 * max(1.0, sum(value * value for value in values)):
        return 1.0
    alike = sum(a * b for a, b in pairwise(rest)) / spread
    # Under chance alone the correlation is within 1.645 / sqrt(n) in 19 of 20 series.
    if alike <= 1.645 / sqrt(count):
        return 1.0
    return (1 + alike) / (1 - alike)
