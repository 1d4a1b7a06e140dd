"""What a teacher writes of: the subjects of her own classes with a student, before others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from nudgebot.insight.subject_counts import work_in_subjects
from nudgebot.insight.subject_figures import Named, of_subjects_first
from nudgebot.insight.table import Value
from nudgebot.school.days import local_day
from nudgebot.school.people import People
from nudgebot.store import Store

Row = Mapping[str, Value]
Subjects = Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class OwnSubjects:
    """A school as one teacher sees it; `teacher_id` is None for who sees all of it."""

    store: Store
    people: People
    zone: ZoneInfo
    teacher_id: str | None
    as_of: datetime

    def with_each(self, student_ids: Collection[str]) -> dict[str, frozenset[str]]:
        """The subjects in which she teaches each student; none where that sets no bounds.

        It sets none to an admin, and to who has a class with the student that is of no subject.
        """
        if self.teacher_id is None:
            return dict.fromkeys(student_ids, frozenset())
        day = local_day(self.as_of, self.zone)
        taught = {
            each.class_id
            for each in self.people.classes_of(self.teacher_id, role="teacher", day=day)
        }
        found = {}
        for student_id in student_ids:
            classes = self.people.classes_of(student_id, role="student", day=day)
            subjects = {each.subject for each in classes if each.class_id in taught}
            found[student_id] = frozenset() if "" in subjects else frozenset(subjects)
        return found

    def named(self, rows: Mapping[str, Row], *, others: bool) -> dict[str, Row]:
        """The figures with work and skills of her own subjects in the place of others'.

        Where there is none of hers, another's is named with its subject; without `others` it is
        not named at all.
        """
        changed = dict(rows)
        for subjects, ids in self._alike(rows).items():
            found = of_subjects_first(self.store, ids, subjects, zone=self.zone, as_of=self.as_of)
            for student_id, things in found.items():
                for thing in things:
                    changed[student_id] = _with(changed[student_id], thing, subjects, others=others)
        return changed

    def counted(self, rows: Mapping[str, Row]) -> dict[str, Row]:
        """The figures with the counts of work of her own subjects in the place of all.

        What the figures in force do not know stays unknown, and no count grows: they may be some
        minutes older than what is counted here.
        """
        changed = dict(rows)
        for subjects, ids in self._alike(rows).items():
            found = work_in_subjects(self.store, ids, subjects, zone=self.zone, as_of=self.as_of)
            for student_id, counts in found.items():
                row = changed[student_id]
                changed[student_id] = {
                    **row,
                    **{name: _at_most(count, row.get(name)) for name, count in counts.items()},
                }
        return changed

    def _alike(self, rows: Collection[str]) -> dict[frozenset[str], list[str]]:
        """The students by the subjects that set bounds."""
        alike: dict[frozenset[str], list[str]] = defaultdict(list)
        for student_id, subjects in self.with_each(rows).items():
            if subjects:
                alike[subjects].append(student_id)
        return alike


def _at_most(count: int, known: Value) -> Value:
    return min(count, known) if isinstance(known, int | float) else None


def _with(row: Row, thing: Named, subjects: frozenset[str], *, others: bool) -> Row:
    name = next(iter(thing.figures))
    if row.get(name) is None:
        return row  # the figures in force do not know of it
    if not thing.subject or thing.subject in subjects:
        return {**row, **thing.figures}
    if not others:
        return {**row, **dict.fromkeys(thing.figures)}
    return {**row, **thing.figures, name: f"{thing.figures[name]} ({thing.subject})"}
