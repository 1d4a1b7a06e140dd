"""How many nudges went out: in all, by type, by rule, by week."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from nudgebot.nudging.dashboards.scope import SENT, Scope
from nudgebot.school.days import from_at
from nudgebot.store import Store


@dataclass(frozen=True)
class Week:
    """Nudges of seven days (fewer at the beginning of a period) of the school's calendar."""

    begin: date
    days: int
    nudges: int


@dataclass(frozen=True)
class Sent:
    """What went out; a nudge may go to the student, to her teacher, or to both.

    `by_type` and `by_rule` (by the rule's name) begin with the most frequent.
    """

    total: int
    to_students: int
    students: int
    by_type: Mapping[str, int] = field(default_factory=dict)
    by_rule: Mapping[str, int] = field(default_factory=dict)
    weeks: tuple[Week, ...] = ()


def read_sent(store: Store, scope: Scope, *, zone: ZoneInfo) -> Sent:
    """Count what went out."""
    rows = store.rows(
        f"""SELECT n.type, n.rule_name, COUNT(*) AS nudges, SUM(n.to_student) AS to_students
            FROM nudges n WHERE {SENT} GROUP BY n.type, n.rule_id""",  # noqa: S608  # a constant
        scope.parameters,
    )
    types: Counter[str] = Counter()
    rules: Counter[str] = Counter()
    for row in rows:
        types[row["type"]] += row["nudges"]
        rules[row["rule_name"]] += row["nudges"]
    students: int = store.value(
        f"SELECT COUNT(DISTINCT n.student_id) FROM nudges n WHERE {SENT}",  # noqa: S608  # a constant
        scope.parameters,
    )
    return Sent(
        total=sum(types.values()),
        to_students=sum(row["to_students"] for row in rows),
        students=students,
        by_type=dict(types.most_common()),
        by_rule=dict(rules.most_common()),
        weeks=_weeks(store, scope, zone),
    )


def _weeks(store: Store, scope: Scope, zone: ZoneInfo) -> tuple[Week, ...]:
    """Counted back from the last day, as the trends are."""
    rows = store.rows(
        f"SELECT n.changed_at / 900, COUNT(*) FROM nudges n WHERE {SENT} GROUP BY 1",  # noqa: S608  # a constant
        scope.parameters,
    )
    counts: Counter[date] = Counter()
    for quarter, nudges in rows:  # no zone changes its day within a quarter of an hour
        counts[_day(from_at(quarter * 900), zone)] += nudges
    first, last = _day(scope.begin, zone), _day(scope.end - timedelta(seconds=1), zone)
    weeks = []
    while last >= first:
        begin = max(last - timedelta(days=6), first)
        days = [begin + timedelta(days=at) for at in range((last - begin).days + 1)]
        weeks.append(Week(begin, len(days), sum(counts[day] for day in days)))
        last = begin - timedelta(days=1)
    return tuple(reversed(weeks))


def _day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()
