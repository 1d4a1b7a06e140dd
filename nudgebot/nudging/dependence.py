"""Dependence: whether nudged students come to do less by themselves, on days without a message.

Nobbe et al. (2024, npj Science of Learning): pupils who got reminders studied more on days with
one, and less on days without than pupils who never got any. Here the held-out are those others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from nudgebot.nudging.cases import Arm
from nudgebot.nudging.effects_words import interval
from nudgebot.school.days import to_at
from nudgebot.store import Store

LOOK_BACK = timedelta(days=365)
BELIEVED = 0.05

# The day of the nudge itself, and every day with another one, is left out: in both arms.
_QUIET_DAYS = """
WITH spans AS (
    SELECT case_id, student_id, start_day + 1 AS first_day,
        start_day + (ends_at - starts_at) / 86400 - 1 AS last_day
    FROM cases WHERE state = 'closed' AND arm != 'exempt' AND starts_at > :since
        AND ends_at <= :as_of),
spoken AS (
    SELECT DISTINCT s.case_id, n.due_day AS day
    FROM spans s JOIN nudges n ON n.student_id = s.student_id
    WHERE n.due_day BETWEEN s.first_day AND s.last_day AND n.to_student AND n.state = 'sent'),
lively AS (
    SELECT DISTINCT s.case_id, a.day
    FROM spans s JOIN activity_days a ON a.student_id = s.student_id
        AND a.day BETWEEN s.first_day AND s.last_day
    WHERE NOT EXISTS (SELECT 1 FROM spoken p WHERE p.case_id = s.case_id AND p.day = a.day)),
spoken_counts AS (SELECT case_id, COUNT(*) AS days FROM spoken GROUP BY case_id),
lively_counts AS (SELECT case_id, COUNT(*) AS days FROM lively GROUP BY case_id)
SELECT c.rule_id, c.student_id, c.arm, c.share, c.engagement_before,
    s.last_day - s.first_day + 1 - COALESCE(p.days, 0) AS quiet_days,
    COALESCE(l.days, 0) AS active_days
FROM spans s JOIN cases c ON c.case_id = s.case_id
LEFT JOIN spoken_counts p ON p.case_id = s.case_id
LEFT JOIN lively_counts l ON l.case_id = s.case_id
WHERE quiet_days > 0 ORDER BY c.case_id
"""


@dataclass(frozen=True)
class QuietDays:
    """A case's days without a message, and on how many of them the student was active.

    `before` is the share of days with activity before the case; None: not measured.
    """

    rule_id: str
    student_id: str
    arm: Arm
    share: float
    quiet_days: int
    active_days: int
    before: float | None = None


class Sign(StrEnum):
    """What may be said."""

    LESS = "less by themselves"
    MORE = "more by themselves"
    UNCLEAR = "no clear difference"
    EARLY = "too early to say"


@dataclass(frozen=True)
class Dependence:
    """Nudged against held out on days without a message; shares of days, `rule_id` empty: all.

    Figures are None while it is too early. The interval is at 95 %.
    """

    rule_id: str
    nudged_count: int
    held_out_count: int
    minimum: int
    nudged: float | None = None
    held_out: float | None = None
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    sign: Sign = Sign.EARLY

    @property
    def text(self) -> str:
        """A sentence or two with the numbers."""
        if self.nudged is None or self.held_out is None or self.difference is None:
            return (
                f"Too early to say: {self.nudged_count} nudged and {self.held_out_count} held out "
                f"so far, {self.minimum} of each are needed."
            )
        told = (
            f"On days without a message the nudged were active {100 * self.nudged:.0f} % of the "
            f"time, the held out {100 * self.held_out:.0f} % "
            f"(difference {interval(self.low, self.high)})."
        )
        means = {
            Sign.LESS: " They may have come to wait for messages: send fewer.",
            Sign.MORE: " The habit seems to carry over to other days.",
        }
        return told + means.get(self.sign, "")


def quiet_days(store: Store, as_of: datetime) -> list[QuietDays]:
    """The closed cases of both arms of the last year, with their days without a message."""
    rows = store.rows(_QUIET_DAYS, {"since": to_at(as_of - LOOK_BACK), "as_of": to_at(as_of)})
    return [
        QuietDays(
            rule_id=row["rule_id"],
            student_id=row["student_id"],
            arm=Arm(row["arm"]),
            share=row["share"],
            quiet_days=row["quiet_days"],
            active_days=row["active_days"],
            before=row["engagement_before"],
        )
        for row in rows
    ]


def dependence(cases: Iterable[QuietDays], *, minimum: int) -> tuple[Dependence, ...]:
    """Overall first, then by rule; `minimum` is how many cases of each arm it takes."""
    found = [each for each in cases if 0 < each.share < 1]
    by_rule: dict[str, list[QuietDays]] = {}
    for each in found:
        by_rule.setdefault(each.rule_id, []).append(each)
    return (
        _compared("", found, minimum),
        *(_compared(rule_id, by_rule[rule_id], minimum) for rule_id in sorted(by_rule)),
    )


def _compared(rule_id: str, cases: Sequence[QuietDays], minimum: int) -> Dependence:
    import numpy as np  # noqa: PLC0415  # loaded when it is asked for

    from nudgebot.nudging import statistics_arms  # noqa: PLC0415  # brings numpy

    nudged = [each.arm is Arm.NUDGED for each in cases]
    early = Dependence(rule_id, sum(nudged), len(cases) - sum(nudged), minimum)
    if min(early.nudged_count, early.held_out_count) < max(minimum, 2):
        return early
    strata: dict[tuple[str, float], int] = {}
    people: dict[str, int] = {}
    sample = statistics_arms.Sample(
        nudged=np.array(nudged, dtype=bool),
        stratum=np.array(
            [strata.setdefault((c.rule_id, round(c.share, 4)), len(strata)) for c in cases]
        ),
        student=np.array([people.setdefault(c.student_id, len(people)) for c in cases]),
        share=np.array([each.share for each in cases]),
        value=np.array([each.active_days / each.quiet_days for each in cases]),
        baseline=np.array([each.before for each in cases], dtype=float),
    )
    found = statistics_arms.difference_of_means(sample)
    if found is None:
        return early
    # It is looked at every week, so an ordinary p would find something sooner or later.
    believed = found.always_valid_p <= BELIEVED
    sign = Sign.LESS if found.difference < 0 else Sign.MORE
    return Dependence(
        rule_id=rule_id,
        nudged_count=found.nudged_count,
        held_out_count=found.held_out_count,
        minimum=minimum,
        nudged=found.nudged,
        held_out=found.held_out,
        difference=found.difference,
        low=found.interval.low,
        high=found.interval.high,
        sign=sign if believed else Sign.UNCLEAR,
    )
