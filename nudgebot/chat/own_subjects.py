"""What a teacher writes of in chat: her own subjects with a student, before others."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from nudgebot.chat.access import Asker
from nudgebot.chat.office import Office
from nudgebot.chat.reading import figures_of
from nudgebot.insight.table import Value
from nudgebot.interventions.own_subjects import OwnSubjects

Row = Mapping[str, Value]


def own_subjects(office: Office, asker: Asker, as_of: datetime) -> OwnSubjects:
    """The school as the asker teaches in it."""
    return OwnSubjects(office.store, office.people, office.zone, asker.teacher_id, as_of)


def subjects_with(
    office: Office, asker: Asker, student_ids: Collection[str], as_of: datetime
) -> dict[str, frozenset[str]]:
    """The subjects in which she teaches each student; none where that sets no bounds."""
    return own_subjects(office, asker, as_of).with_each(student_ids)


def figures_for(office: Office, asker: Asker, student_id: str, as_of: datetime) -> Row:
    """A student's figures as she writes of them; empty where there are none yet."""
    row = figures_of(office, student_id) or {}
    own = own_subjects(office, asker, as_of)
    return own.named({student_id: row}, others=True)[student_id]


def figures_to_choose_by(
    office: Office, asker: Asker, rows: Mapping[str, Row], as_of: datetime
) -> dict[str, Row]:
    """The figures that put students into a group: what counts as overdue is her own subjects'."""
    return own_subjects(office, asker, as_of).counted(rows)


def in_own_subjects(
    office: Office,
    asker: Asker,
    rows: Mapping[str, Row],
    as_of: datetime,
    *,
    others: bool,
) -> dict[str, Row]:
    """The figures with work and skills of her own subjects in the place of others'."""
    return own_subjects(office, asker, as_of).named(rows, others=others)
