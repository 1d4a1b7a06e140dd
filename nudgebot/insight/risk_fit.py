"""Fits the weights of the risk formula to what became of students in past terms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import floor
from typing import Any

from nudgebot.insight.risk_formula import Formula, Terms, most_presence

PRIOR_STUDENTS = 50.0
"""With so many students as these, the former weights and the data count alike."""


@dataclass(frozen=True)
class Case:
    """A student of a past term as she was at one moment, and whether she failed in the end."""

    student_id: str
    term: str
    day: int
    terms: Terms
    failed: bool


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


def _shares(cases: Sequence[Case]) -> list[float]:
    moments = Counter((each.term, each.day) for each in cases)
    students = len({(each.term, each.student_id) for each in cases})
    return [students / len(moments) / moments[each.term, each.day] for each in cases]
