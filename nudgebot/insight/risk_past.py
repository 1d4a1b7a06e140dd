"""Students of past terms as they were then, with what became of them: what a fit learns from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from nudgebot.insight.computation import Computation, chunks, snapshot
from nudgebot.insight.figures import Figures
from nudgebot.insight.risk_fit import Case
from nudgebot.insight.risk_formula import terms
from nudgebot.school.days import from_day, to_day
from nudgebot.store import Store

MOMENT_DAYS = (14, 28, 56, 84, 112)
"""Days after a term's start on which its students are looked at, as far as it was that long."""
LAST_SHARE = 0.8

Outcomes = Mapping[tuple[str, str], bool]
"""By student and class: whether the student failed in it."""


@dataclass(frozen=True)
class Term:
    """Classes that began and ended on the same days."""

    first: date
    last: date
    class_ids: tuple[str, ...]

    @property
    def name(self) -> str:
        """The term by its days, which sort by its start."""
        return f"{self.first} to {self.last}"


def past_terms(store: Store, today: int) -> list[Term]:
    """The terms that are over, the oldest first; a class without both days is in none."""
    found: dict[tuple[int, int], list[str]] = {}
    for class_id, first, last in store.rows(
        """SELECT class_id, term_start_day, term_end_day FROM classes
           WHERE term_start_day IS NOT NULL AND term_end_day < ? AND term_start_day < term_end_day
           ORDER BY term_start_day, term_end_day, class_id""",
        [today],
    ):
        found.setdefault((first, last), []).append(class_id)
    return [
        Term(from_day(first), from_day(last), tuple(class_ids))
        for (first, last), class_ids in found.items()
    ]


def past_cases(
    store: Store, figures: Figures, term: Term, outcomes: Outcomes, *, zone: ZoneInfo
) -> Iterator[Case]:
    """Each student on each of the days on which she was in a class whose outcome is known.

    Whoever failed in one class counts as failed. Only what was known on the day is looked at.
    """
    failed: dict[str, bool] = {}
    for (student_id, class_id), outcome in outcomes.items():
        if class_id in term.class_ids:
            failed[student_id] = failed.get(student_id, False) or outcome
    long = (term.last - term.first).days
    for days in MOMENT_DAYS:
        if days <= LAST_SHARE * long:
            day = from_day(to_day(term.first) + days)
            there = [each for each in _enrolled(store, term, day) if each in failed]
            for student_id, row in figures.at(_evening(day, zone), there).rows():
                yield Case(student_id, term.name, days, terms(row), failed[student_id])


def final_averages(
    store: Store, term: Term, *, zone: ZoneInfo, pass_mark_percent: float
) -> dict[tuple[str, str], bool]:
    """Outcomes by the average in each class on the term's last day: below the pass mark failed.

    Whoever was not enrolled any more on that day has no outcome.
    """
    found: dict[tuple[str, str], bool] = {}
    with snapshot(store):
        computation = Computation(store, zone, _evening(term.last, zone))
        for portion in chunks(_enrolled(store, term, term.last)):
            for student_id, class_id, average in computation.averages(portion):
                if class_id in term.class_ids:
                    found[student_id, class_id] = average < pass_mark_percent
    return found


def _enrolled(store: Store, term: Term, day: date) -> list[str]:
    found: set[str] = set()
    for class_id in term.class_ids:
        found.update(
            row[0]
            for row in store.rows(
                """SELECT person_id FROM enrollments
                   WHERE class_id = ? AND role = 'student' AND gone_at IS NULL
                       AND (begin_day IS NULL OR begin_day <= ?)
                       AND (end_day IS NULL OR end_day >= ?)""",
                [class_id, to_day(day), to_day(day)],
            )
        )
    return sorted(found)


def _evening(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(23, 59, 59), zone)
