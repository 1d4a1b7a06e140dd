"""Reads what fairness is measured by: groups, risk levels now and then, and how it went on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from nudgebot.insight.table import FigureTable
from nudgebot.nudging.cases import Measures
from nudgebot.nudging.dashboards.overview import Basis, ended_cases
from nudgebot.nudging.dashboards.scope import SENT, Scope
from nudgebot.nudging.fairness import BADLY_BELOW, Evidence, Went
from nudgebot.nudging.measures import Span, Workbench
from nudgebot.school.batches import newest_fact
from nudgebot.school.days import local_day, to_at, zone_named
from nudgebot.school.enrollment import IN_FORCE, IN_TERM
from nudgebot.store import Store

LOOK_BACK = timedelta(days=28)
SILENT = timedelta(days=14)
EFFECTS_LOOK_BACK = timedelta(days=180)

FiguresAt = Callable[[datetime], FigureTable]
"""All students' figures as they were at an instant, by what was known then."""


def read_evidence(
    store: Store, basis: Basis, *, now: FigureTable, at: FiguresAt, as_of: datetime
) -> Evidence:
    """What is known as of an instant; `now` are the stored figures."""
    then = as_of - LOOK_BACK
    students = frozenset(now.student_ids)
    levels_then = _levels(at(then))
    scope = Scope(as_of - EFFECTS_LOOK_BACK, as_of)
    return Evidence(
        groups=_groups(store, local_day(as_of, basis.zone)),
        students=students,
        levels=_levels(now),
        nudged=_nudged(store, Scope(then, as_of)),
        levels_then=levels_then,
        went=how_it_went(store, students, basis.zone, since=then, as_of=as_of),
        cases=ended_cases(store, scope, tracking_days=basis.tracking_days),
    )


def _levels(figures: FigureTable) -> dict[str, str]:
    found = figures.columns.get("risk_level", ())
    return {
        student: str(level or "unknown")
        for student, level in zip(figures.student_ids, found, strict=False)
    }


def _nudged(store: Store, scope: Scope) -> frozenset[str]:
    rows = store.rows(
        f"SELECT DISTINCT n.student_id FROM nudges n WHERE {SENT}",  # noqa: S608  # a constant
        scope.parameters,
    )
    return frozenset(row[0] for row in rows)


def _groups(store: Store, day: int) -> dict[str, dict[str, set[str]]]:
    """Language, class, and whatever the school declares; a student may be in several classes."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for student, language in store.rows(
        "SELECT student_id, language FROM students WHERE gone_at IS NULL AND language != ''"
    ):
        found["language"][student].add(language)
    for student, name, class_id in store.rows(
        f"""SELECT e.person_id, c.name, c.class_id FROM enrollments e
            JOIN classes c ON c.class_id = e.class_id
            WHERE e.role = 'student' AND {IN_FORCE} AND {IN_TERM}""",  # noqa: S608  # constants
        {"day": day},
    ):
        found["class"][student].add(f"{name} ({class_id})" if name != class_id else name)
    for student, attribute, value in store.rows(
        "SELECT student_id, attribute, value FROM attributes WHERE gone_at IS NULL"
    ):
        found[attribute][student].add(value)
    return {name: dict(groups) for name, groups in found.items()}


def how_it_went(
    store: Store,
    students: Collection[str],
    zone: ZoneInfo,
    *,
    since: datetime,
    as_of: datetime,
) -> dict[str, Went]:
    """Of each student how it went on since then.

    Badly: what was due since averages below 60 % (what was missed is 0), or there was no activity
    at all in the last two weeks. Well: neither, and something was scored. Else nobody knows.
    """
    known = min(newest_fact(store) or as_of, as_of)
    ordered = sorted(students)
    rows = store.rows("SELECT student_id, timezone FROM students WHERE gone_at IS NULL")
    zones: dict[str, str] = {row[0]: row[1] for row in rows}
    spans = [
        _span(number, student, zones.get(student, ""), (begin, known), zone)
        for number, (student, begin) in enumerate(
            (student, begin) for student in ordered for begin in (since, known - SILENT)
        )
    ]
    bench = Workbench(store, zone, known=known, as_of=as_of)
    bench.lay_out(spans, with_work=ordered)
    measures = bench.after()
    return {
        student: _went(measures.get(2 * place), measures.get(2 * place + 1))
        for place, student in enumerate(ordered)
    }


def _span(
    number: int, student: str, timezone: str, times: tuple[datetime, datetime], zone: ZoneInfo
) -> Span:
    begin, end = times
    day = local_day(begin, zone_named(timezone, zone))
    return Span(number, student, timezone, "", to_at(begin), day, to_at(end))


def _went(whole: Measures | None, lately: Measures | None) -> Went:
    score = None if whole is None else whole.performance
    if score is not None and score < BADLY_BELOW:
        return Went.BADLY
    if lately is not None and lately.engagement == 0:
        return Went.BADLY
    return Went.UNKNOWN if score is None else Went.WELL
