"""How good chances were, once it is known what came of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean

FIFTHS = 5
TOP_SHARE = 0.2


@dataclass(frozen=True)
class Quality:
    """`auc`: how often who failed had the higher chance than who did not (0.5 is guessing).

    `top_precision`: the share who failed among the fifth with the highest chances. `brier`: the
    mean squared error. `calibration_error`: how far the chances of each fifth are from what came
    of it, on average. `fifths`: mean chance and share who failed, the lowest fifth first.
    """

    cases: int
    base_rate: float
    auc: float
    top_precision: float
    brier: float
    calibration_error: float
    fifths: tuple[tuple[float, float], ...]


def quality(chances: Sequence[float], failed: Sequence[bool]) -> Quality:
    """What the chances were worth; both outcomes must occur."""
    cases = len(failed)
    fifths = _fifths(chances, failed)
    return Quality(
        cases=cases,
        base_rate=sum(failed) / cases,
        auc=auc(chances, failed),
        top_precision=top_precision(chances, failed),
        brier=sum((chance - one) ** 2 for chance, one in zip(chances, failed, strict=True)) / cases,
        calibration_error=sum(abs(chance - share) for chance, share in fifths) / len(fifths),
        fifths=fifths,
    )


def mean_quality(found: Sequence[Quality]) -> Quality:
    """The plain mean of several, for the cases their sum; there must be one at least."""
    return Quality(
        cases=sum(each.cases for each in found),
        base_rate=fmean(each.base_rate for each in found),
        auc=fmean(each.auc for each in found),
        top_precision=fmean(each.top_precision for each in found),
        brier=fmean(each.brier for each in found),
        calibration_error=fmean(each.calibration_error for each in found),
        fifths=(),
    )


def auc(signal: Sequence[float], failed: Sequence[bool]) -> float:
    """The area under the receiver operating characteristic; ties count half."""
    order = sorted(range(len(signal)), key=signal.__getitem__)
    ranks = 0.0
    first = 0
    while first < len(order):
        last = first
        while last + 1 < len(order) and signal[order[last + 1]] == signal[order[first]]:
            last += 1
        among = sum(failed[place] for place in order[first : last + 1])
        ranks += among * (first + last + 2) / 2
        first = last + 1
    bad = sum(failed)
    return (ranks - bad * (bad + 1) / 2) / (bad * (len(failed) - bad))


def top_precision(
    signal: Sequence[float], failed: Sequence[bool], share: float = TOP_SHARE
) -> float:
    """The share who failed among the highest; of equals at the edge, as many as come on average."""
    wanted = max(1, round(share * len(signal)))
    edge = sorted(signal, reverse=True)[wanted - 1]
    above = [one for value, one in zip(signal, failed, strict=True) if value > edge]
    equal = [one for value, one in zip(signal, failed, strict=True) if value == edge]
    return (sum(above) + (wanted - len(above)) * sum(equal) / len(equal)) / wanted


def _fifths(chances: Sequence[float], failed: Sequence[bool]) -> tuple[tuple[float, float], ...]:
    order = sorted(range(len(chances)), key=chances.__getitem__)
    edges = [round(part * len(order) / FIFTHS) for part in range(FIFTHS + 1)]
    parts = [order[low:high] for low, high in pairwise(edges) if high > low]
    return tuple((_mean(chances, part), _mean(failed, part)) for part in parts)


def _mean(values: Sequence[float], places: Sequence[int]) -> float:
    return sum(values[each] for each in places) / len(places)
