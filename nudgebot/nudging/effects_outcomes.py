"""The figures of one group of cases, measure by measure, before anything is said about them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from nudgebot.nudging import effects_words as words
from nudgebot.nudging.effects_sample import NEVER, Columns
from nudgebot.nudging.effects_values import Measure, Outcome
from nudgebot.nudging.statistics_arms import (
    Difference,
    Labels,
    Numbers,
    Sample,
    difference_of_means,
    difference_of_shares,
)

_UNLIKE_P = 0.01  # below it, the arms were not measured alike
_CHANGES = (Measure.ACTIVITY, Measure.PERFORMANCE, Measure.ENGAGEMENT)


class Compared:
    """Some rows of the columns, nudged against held out."""

    def __init__(self, columns: Columns, rows: Labels, *, minimum: int) -> None:
        self._columns = columns
        self._rows = rows
        self._minimum = minimum

    def outcomes(self) -> tuple[Outcome, ...]:
        """The target, requirement A's three changes, and their mean."""
        columns = self._columns
        target = self._sample(columns.reached)
        return (
            self._outcome(Measure.TARGET, target, difference_of_shares(target)),
            *(
                self._change(measure, value, baseline)
                for measure, value, baseline in zip(
                    _CHANGES, columns.changes, columns.before, strict=True
                )
            ),
            self._change(Measure.OVERALL, columns.overall),
        )

    def median_days(self, *, nudged: bool) -> float | None:
        """Days until half of an arm had reached the target; None: fewer than half did."""
        sample = self._sample(self._columns.days)
        mine = np.sort(sample.value[sample.nudged == nudged])
        if not mine.size:
            return None
        found = float(mine[(mine.size - 1) // 2])
        return None if found == NEVER else found

    def _sample(self, value: Numbers, baseline: Numbers | None = None) -> Sample:
        return self._columns.sample(self._rows, value, baseline)

    def _change(self, measure: Measure, value: Numbers, baseline: Numbers | None = None) -> Outcome:
        sample = self._sample(value, baseline)
        outcome = self._outcome(measure, sample, difference_of_means(sample))
        known = ~np.isnan(sample.value)
        if not outcome.measured or known.all():
            return outcome
        return replace(outcome, caution=_unlike(replace(sample, value=known.astype(float))))

    def _outcome(self, measure: Measure, sample: Sample, found: Difference | None) -> Outcome:
        if found is None:
            known = ~np.isnan(sample.value)
            nudged = int((known & sample.nudged).sum())
            return Outcome(measure, nudged, int(known.sum()) - nudged, self._minimum)
        empty = Outcome(measure, found.nudged_count, found.held_out_count, self._minimum)
        if min(found.nudged_count, found.held_out_count) < self._minimum:
            return empty
        return replace(
            empty,
            nudged=found.nudged,
            held_out=found.held_out,
            difference=found.difference,
            low=found.interval.low,
            high=found.interval.high,
            p=found.p,
            always_valid_p=found.always_valid_p,
        )


def _unlike(known: Sample) -> str:
    """Why the measured are no longer alike: a nudge that brings work in also changes whose marks
    there are, and then marks say nothing about it."""
    found = difference_of_shares(known)
    if found is None or found.p >= _UNLIKE_P:
        return ""
    return words.unlike(found.nudged, found.held_out)
