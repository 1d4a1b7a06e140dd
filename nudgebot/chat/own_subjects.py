"""What a teacher writes of: the subjects of her own classes with a student, before others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from nudgebot.chat.access import Asker
from nudgebot.chat.office import Office
from nudgebot.chat.reading import figures_of
from nudgebot.insight.subject_figures import Named, of_subjects_first
from nudgebot.insight.table import Value
from nudgebot.school.days import local_day

Row = Mapping[str, Value]


def subjects_with(
    office: Office, asker: Asker, student_ids: Collection[str], as_of: datetime
) -> dict[str, frozenset[str]]:
    """The subjects in which she teaches each student; none where that sets no bounds.

    It sets none to an admin, and to who has a class with the student that is of no subject.
    """
    if asker.teacher_id is None:
        return dict.fromkeys(student_ids, frozenset())
    day = local_day(as_of, office.zone)
    taught = {
        each.class_id
        for each in office.people.classes_of(asker.teacher_id, role="teacher", day=day)
    }
    found = {}
    for student_id in student_ids:
        classes = office.people.classes_of(student_id, role="student", day=day)
        subjects = {each.subject for each in classes if each.class_id in taught}
        found[student_id] = frozenset() if "" in subjects else frozenset(subjects)
    return found


def figures_for(office: Office, asker: Asker, student_id: str, as_of: datetime) -> Row:
    """A student's figures as she writes of them; empty where there are none yet."""
    row = figures_of(office, student_id) or {}
    return in_own_subjects(office, asker, {student_id: row}, as_of, others=True)[student_id]


def in_own_subjects(
    office: Office,
    asker: Asker,
    rows: Mapping[str, Row],
    as_of: datetime,
    *,
    others: bool,
) -> dict[str, Row]:
    """The figures with work and skills of her own subjects in the place of others'.

    Where there is none of hers, another's is named with its subject; without `others` it is not
    named at all.
    """
    alike: dict[frozenset[str], list[str]] = defaultdict(list)
    for student_id, subjects in subjects_with(office, asker, rows, as_of).items():
        alike[subjects].append(student_id)
    changed = dict(rows)
    for subjects, ids in alike.items():
        if not subjects:
            continue
        found = of_subjects_first(office.store, ids, subjects, zone=office.zone, as_of=as_of)
        for student_id, things in found.items():
            for thing in things:
                changed[student_id] = _with(changed[student_id], thing, subjects, others=others)
    return changed


def _with(row: Row, thing: Named, subjects: frozenset[str], *, others: bool) -> Row:
    name = next(iter(thing.figures))
    if row.get(name) is None:
        return row  # the figures in force do not know of it
    if not thing.subject or thing.subject in subjects:
        return {**row, **thing.figures}
    if not others:
        return {**row, **dict.fromkeys(thing.figures)}
    return {**row, **thing.figures, name: f"{thing.figures[name]} ({thing.subject})"}
