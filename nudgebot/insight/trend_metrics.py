"""The metrics that have a trend: what each is called, counted in, and made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType

from nudgebot.errors import InputError


@dataclass(frozen=True)
class TrendMetric:
    """One metric: `least_change` is what is worth a word, in its unit or as a share of itself.

    `rate` metrics are sums that grow with the days (questions, minutes, XP), so that halves of a
    period are compared by the week. `finest` is the finest grain that makes sense.
    """

    name: str
    title: str
    unit: str
    shape: str
    count_unit: str
    least_change: float
    rate: bool = False
    finest: str = "day"


METRICS: Mapping[str, TrendMetric] = MappingProxyType(
    {
        each.name: each
        for each in (
            TrendMetric("accuracy", "Accuracy", "percent", "line", "answers", 2.0),
            TrendMetric(
                "questions", "Questions answered", "questions", "bar", "sessions", 0.1, rate=True
            ),
            TrendMetric("time", "Time spent", "minutes", "bar", "active days", 0.1, rate=True),
            TrendMetric("xp", "XP", "XP", "bar", "sessions", 0.1, rate=True),
            TrendMetric(
                "engagement",
                "Active days a week",
                "days a week",
                "bar",
                "active days",
                0.5,
                finest="week",
            ),
            TrendMetric(
                "assignments",
                "Assignments handed in",
                "percent",
                "line",
                "assignments due",
                5.0,
                finest="week",
            ),
            TrendMetric(
                "mastery", "Skills mastered", "skills", "line", "skills started", 1.0, finest="week"
            ),
        )
    }
)

_OTHER_NAMES = MappingProxyType(
    {
        "questions answered": "questions",
        "questions_answered": "questions",
        "minutes": "time",
        "time spent": "time",
        "time_spent": "time",
        "active days": "engagement",
        "active_days": "engagement",
        "activity": "engagement",
        "assignment": "assignments",
        "completion": "assignments",
        "assignment completion": "assignments",
        "skills": "mastery",
        "mastered": "mastery",
        "skill mastery": "mastery",
        "experience": "xp",
    }
)


def metric_named(name: str) -> TrendMetric:
    """The metric of that name; raises InputError that lists them, with the likeliest one."""
    wanted = " ".join(name.casefold().split())
    wanted = _OTHER_NAMES.get(wanted, wanted)
    found = METRICS.get(wanted)
    if found is not None:
        return found
    known = ", ".join(METRICS)
    close = get_close_matches(wanted, [*METRICS, *_OTHER_NAMES], n=1)
    hint = f" Did you mean {_OTHER_NAMES.get(close[0], close[0])}?" if close else ""
    raise InputError(f"There is no trend of that name.{hint} The metrics are {known}.")
