"""Fits the weights of the risk formula to what became of students in past terms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import floor
from typing import Any

from nudgebot.errors import InputError
from nudgebot.insight.risk_formula import Formula, Terms, most_presence
from nudgebot.insight.risk_quality import Quality, mean_quality, quality

PRIOR_STUDENTS = 50.0
"""With so many students as these, the former weights and the data count alike."""


EARLIER_STUDENTS, EARLIER_OF_EACH = 100, 20
LAST_STUDENTS, LAST_OF_EACH = 40, 10
ORDER_SLACK = 0.01


@dataclass(frozen=True)
class Case:
    """A student of a past term as she was at one moment, and whether she failed in the end."""

    student_id: str
    term: str
    day: int
    terms: Terms
    failed: bool


@dataclass(frozen=True)
class Counts:
    """Students of some terms, a student of two terms twice, and how many of them failed."""

    terms: tuple[str, ...]
    students: int
    failed: int


def fitted(
    cases: Sequence[Case],
    former: Formula,
    *,
    told: Mapping[str, str],
    prior_students: float = PRIOR_STUDENTS,
) -> Formula:
    """The formula under which these outcomes are likeliest, with the levels of the former one.

    Every moment of every term counts alike, and all of them as much as there are students; the
    three weights are drawn towards the former ones, so that few students do not move them far. No
    weight is negative, and missed work weighs at least as much as absence.
    """
    import numpy as np  # noqa: PLC0415  # half a second that only a fit needs
    from scipy.optimize import minimize  # noqa: PLC0415

    shares = np.array(_shares(cases))
    features = np.array([[1.0, *each.terms] for each in cases])
    failed = np.array([float(each.failed) for each in cases])
    start = np.array([former.base, former.marks, former.standing, former.presence])
    pull = prior_students / 4 * np.array([0.0, 1.0, 1.0, 1.0])

    def loss(weights: Any) -> tuple[float, Any]:
        logits = features @ weights
        likely = np.logaddexp(0.0, logits) - failed * logits
        slope = features.T @ (shares * (1 / (1 + np.exp(-logits)) - failed))
        away = weights - start
        return float(shares @ likely + pull @ away**2 / 2), slope + pull * away

    found = minimize(
        loss,
        start,
        jac=True,
        method="SLSQP",
        bounds=[(-20, 20), (0, 20), (0, 20), (0, 20)],
        constraints={"type": "ineq", "fun": lambda w: most_presence(w[1]) - w[3]},
    )
    base, marks, standing, presence = (float(each) for each in found.x)
    marks = max(0.0, round(marks, 3))
    return replace(
        former,
        base=round(base, 3),
        marks=marks,
        standing=max(0.0, round(standing, 3)),
        presence=max(0.0, min(round(presence, 3), floor(most_presence(marks) * 1000) / 1000)),
        told=dict(told),
    )


@dataclass(frozen=True)
class Refit:
    """A fit on past terms, tried on the last one, which it had not seen.

    `before` and `after` are the former and the new weights on that term, means over its days;
    `formula` is then fitted on all terms, the last one included.
    """

    formula: Formula
    before: Quality
    after: Quality
    earlier: Counts
    last: Counts

    @property
    def better(self) -> bool:
        """Chances nearer to what came of it, and the students not in a worse order."""
        return (
            self.after.brier < self.before.brier and self.after.auc >= self.before.auc - ORDER_SLACK
        )


def refit(cases: Sequence[Case], former: Formula, *, told: Mapping[str, str]) -> Refit:
    """Fit on all terms but the last, try on the last; raises InputError with too few students."""
    names = sorted({each.term for each in cases})
    last = [each for each in cases if each.term == names[-1]] if names else []
    earlier = [each for each in cases if each.term != names[-1]] if names else []
    _enough(counts(earlier), counts(last))
    trial = fitted(earlier, former, told=told)
    return Refit(
        formula=fitted(cases, former, told=told),
        before=_worth(former, last),
        after=_worth(trial, last),
        earlier=counts(earlier),
        last=counts(last),
    )


def counts(cases: Sequence[Case]) -> Counts:
    """How many students there are, and what became of them."""
    outcome = {(each.term, each.student_id): each.failed for each in cases}
    names = tuple(sorted({term for term, _ in outcome}))
    return Counts(names, len(outcome), sum(outcome.values()))


def _enough(earlier: Counts, last: Counts) -> None:
    wanted = ((earlier, EARLIER_STUDENTS, EARLIER_OF_EACH), (last, LAST_STUDENTS, LAST_OF_EACH))
    if all(
        each.students >= students and min(each.failed, each.students - each.failed) >= of_each
        for each, students, of_each in wanted
    ):
        return
    raise InputError(
        "There are too few students of past terms whose outcome is known. A fit needs at least "
        f"{EARLIER_STUDENTS} in earlier terms and {LAST_STUDENTS} in the last one, among them "
        f"{EARLIER_OF_EACH} and {LAST_OF_EACH} who failed and as many who did not; there are "
        f"{earlier.students} ({earlier.failed} failed) and {last.students} ({last.failed} failed). "
        "The weights in force stay."
    )


def _worth(formula: Formula, cases: Sequence[Case]) -> Quality:
    """The mean over the days on which both outcomes are there."""
    found = []
    for day in sorted({each.day for each in cases}):
        there = [each for each in cases if each.day == day]
        failed = [each.failed for each in there]
        if any(failed) and not all(failed):
            found.append(quality([formula.chance_of(each.terms) for each in there], failed))
    return mean_quality(found)


def _shares(cases: Sequence[Case]) -> list[float]:
    moments = Counter((each.term, each.day) for each in cases)
    students = len({(each.term, each.student_id) for each in cases})
    return [students / len(moments) / moments[each.term, each.day] for each in cases]
