"""`NudgingAnalyticsDashboard` of requirement A: its three reports by their names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from nudgebot.errors import InputError
from nudgebot.insight.table import FigureTable
from nudgebot.nudging.dashboards.mentor import Mentor, MentorImpactReport, read_mentor
from nudgebot.nudging.dashboards.overview import (
    Basis,
    SystemOverview,
    ended_sheet,
    read_overview,
)
from nudgebot.nudging.dashboards.scope import DateRange, Scope, scope_of
from nudgebot.nudging.dashboards.student import StudentNudgingReport, read_student
from nudgebot.nudging.effects import Effects
from nudgebot.nudging.effects_values import Effect, Grouping
from nudgebot.nudging.profiles import Profile
from nudgebot.school.days import local_day
from nudgebot.school.people import People
from nudgebot.store import Store

SCHOOL_LOOK_BACK = timedelta(days=90)
DEFAULT_DAYS = 28

ProfileOf = Callable[[str, datetime], Profile]
FiguresOf = Callable[[Collection[str]], FigureTable]


class NudgingAnalyticsDashboard:
    """Reads the reports as of an instant; who may see them is not decided here."""

    def __init__(
        self,
        store: Store,
        basis: Basis,
        *,
        as_of: datetime,
        profile_of: ProfileOf | None = None,
        figures_of: FiguresOf | None = None,
        school: Callable[[], Sequence[Effect]] | None = None,
    ) -> None:
        """`school` gives the whole school's effects by type, where somebody has them at hand."""
        self._store = store
        self._basis = basis
        self._as_of = as_of
        self._profile_of = profile_of
        self._figures_of = figures_of
        self._school = school or self.effects_by_type

    def get_system_overview(
        self, date_range: DateRange, *, students: Collection[str] | None = None
    ) -> SystemOverview:
        """The overview from a moment up to another, of the whole school or of these students."""
        return read_overview(self._store, scope_of(date_range, students), self._basis)

    def get_student_nudging_report(self, student_id: str) -> StudentNudgingReport:
        """What a student got in the last year, what came back, and what to change."""
        if self._profile_of is None:
            raise InputError("The report of a student needs the profiles that were learned.")
        return read_student(
            self._store,
            self._profile_of(student_id, self._as_of),
            self._as_of,
            zone=self._basis.zone,
            minimum=self._basis.minimum,
            school=self._school(),
        )

    def get_mentor_impact_report(
        self, mentor_id: str, date_range: DateRange | None = None
    ) -> MentorImpactReport:
        """What nudges did for a teacher's students of today; the last four weeks if not told.

        Raises InputError for somebody who is no teacher.
        """
        people, day = People(self._store), local_day(self._as_of, self._basis.zone)
        teacher = people.teacher(mentor_id)
        if teacher is None or self._figures_of is None:
            raise InputError("There is no teacher of this id.")
        classes = people.classes_of(mentor_id, role="teacher", day=day)
        students = people.students_in([each.class_id for each in classes], day=day)
        ids = frozenset(each.student_id for each in students)
        date_range = date_range or (self._as_of - timedelta(days=DEFAULT_DAYS), self._as_of)
        return read_mentor(
            self._store,
            Mentor(mentor_id, teacher.name, classes, students),
            scope_of(date_range, ids),
            self._basis,
            figures=self._figures_of(ids),
            school=self._school(),
        )

    def effects_by_type(self) -> tuple[Effect, ...]:
        """The whole school's effects over three months."""
        scope = Scope(self._as_of - SCHOOL_LOOK_BACK, self._as_of)
        closed = ended_sheet(self._store, scope, tracking_days=self._basis.tracking_days)
        return Effects(closed, minimum=self._basis.minimum).by(Grouping.TYPE)
