"""Intervals and error rates: what can be said of two groups, and how sure one may be.

Everything here takes plain numbers; `statistics_arms` brings cases into that form.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import erfc, exp, inf, log, sqrt
from statistics import NormalDist
from typing import NamedTuple

CONFIDENCE = 0.95
LOOK_SCALE = 0.2  # the effect `always_valid_p` is tuned to, in standard deviations: small
_FINEST_Z = 40.0


class Interval(NamedTuple):
    """What the truth may be."""

    low: float
    high: float


class Share(NamedTuple):
    """A proportion, and of how many cases; an effective number need not be whole."""

    value: float
    cases: float


def normal_quantile(confidence: float = CONFIDENCE) -> float:
    """How many standard errors an interval of this confidence reaches to either side."""
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def wilson(share: Share, *, z: float) -> Interval:
    """A proportion's score interval (Wilson 1927); it never leaves 0 to 1, nor shrinks to a point.

    With an effective number of cases instead of a counted one it serves weighted and clustered
    data (Korn and Graubard 1998).
    """
    value, count = share
    centre = (value + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * sqrt(value * (1 - value) / count + z * z / (4 * count**2))
    return Interval(max(0.0, centre - half), min(1.0, centre + half))


def newcombe(first: Share, second: Share, *, z: float) -> Interval:
    """The interval of `first` minus `second` (Newcombe 1998, method 10: hybrid score)."""
    one, two = wilson(first, z=z), wilson(second, z=z)
    difference = first.value - second.value
    below = sqrt((first.value - one.low) ** 2 + (two.high - second.value) ** 2)
    above = sqrt((one.high - first.value) ** 2 + (second.value - two.low) ** 2)
    # Beyond 1 there is no difference of shares; rounding gets there by a hair.
    return Interval(max(difference - below, -1.0), min(difference + above, 1.0))


def newcombe_p(first: Share, second: Share) -> float:
    """The two-sided p at which `newcombe` just touches zero, so that both always agree."""
    if first.value < second.value:
        first, second = second, first
    if first.value == second.value:
        return 1.0
    near, far = 0.0, _FINEST_Z
    for _ in range(50):
        z = (near + far) / 2
        near, far = (z, far) if newcombe(first, second, z=z).low > 0 else (near, z)
    return erfc(near / sqrt(2))


class Arm(NamedTuple):
    """A mean with the variance of that mean, and the degrees of freedom it was estimated with."""

    mean: float
    variance: float
    freedom: float


def welch(first: Arm, second: Arm, *, most_freedom: float = inf) -> tuple[Interval, float] | None:
    """The interval of `first` minus `second` and its two-sided p (Welch 1947, Satterthwaite 1946).

    None where nothing varies. `most_freedom` bounds the degrees of freedom, as few students do.
    """
    from scipy.special import stdtr, stdtrit  # noqa: PLC0415  # loaded when it is asked for

    variance = first.variance + second.variance
    if not variance > 0 or min(first.freedom, second.freedom) <= 0:
        return None
    freedom = min(
        most_freedom,
        variance**2 / (first.variance**2 / first.freedom + second.variance**2 / second.freedom),
    )
    difference, error = first.mean - second.mean, sqrt(variance)
    half = float(stdtrit(freedom, 0.5 + CONFIDENCE / 2)) * error
    p = 2 * float(stdtr(freedom, -abs(difference) / error))
    return Interval(difference - half, difference + half), p


def benjamini_hochberg(found: Sequence[float]) -> list[float]:
    """Each p as the false discovery rate at which it would be believed (Benjamini, Hochberg 1995).

    Of what is believed at 0.05 about one in twenty is chance, however many were compared.
    """
    count = len(found)
    order = sorted(range(count), key=found.__getitem__, reverse=True)
    lowest, adjusted = 1.0, [1.0] * count
    for place, index in enumerate(order):
        lowest = min(lowest, found[index] * count / (count - place))
        adjusted[index] = lowest
    return adjusted


def always_valid_p(p: float, *, weight: float) -> float:
    """The p that may be looked at every day, and be acted on the first day that it is small.

    An ordinary p looked at again and again while cases come in falls under 0.05 by chance far more
    often than one time in twenty. This is the mixture likelihood ratio of Robbins (1970), as in
    Johari, Pekelis and Walsh (2017), with effects of `LOOK_SCALE` standard deviations in mind;
    `weight` is n1 n0 / (n1 + n0), in effective cases. Always the larger of the two.
    """
    if p >= 1 or weight <= 0:
        return 1.0
    z = -NormalDist().inv_cdf(max(p, 1e-300) / 2)
    known = weight * LOOK_SCALE**2
    evidence = z * z * known / (2 * (1 + known)) - 0.5 * log(1 + known)
    return max(p, min(1.0, exp(-evidence)))
