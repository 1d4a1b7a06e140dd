"""The analytics service: requirement B's functions (step 7.4) for chat, command line and pages.

Every function answers from the school's tables as of the instant that the service was made for,
and gives frozen values of `report_data.py`, which say their shapes and units. What is not measured
is None in them, and small or empty groups are said to be so in `note`: none of that is an error.
An InputError, one clear sentence, is raised for an id that is not there, a metric that does not
exist, and a period that ends before it begins, lies in the future or is over five years long.
Who may see whom is not decided here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from nudgebot.errors import InputError
from nudgebot.insight.class_report import class_comparison, class_report, read_class
from nudgebot.insight.class_skills import class_skills, skill_analytics
from nudgebot.insight.computation import Computation, snapshot
from nudgebot.insight.period import Span, last_days, span
from nudgebot.insight.period_facts import Reading
from nudgebot.insight.report_data import (
    ClassComparison,
    ClassReport,
    ClassSkills,
    Comparison,
    DateRange,
    SkillAnalytics,
    StudentReport,
    Trend,
)
from nudgebot.insight.risk_formula import Formula
from nudgebot.insight.roster import Roster
from nudgebot.insight.skill_book import skill_book
from nudgebot.insight.student_report import Scene, compare_with_class, student_report
from nudgebot.insight.trend_metrics import metric_named
from nudgebot.insight.trends import class_trend, student_trend
from nudgebot.school.people import SchoolClass
from nudgebot.store import Store

DEFAULT_DAYS = 28


class Analytics:
    """Reports, trends, skills and comparisons of a school as of one instant."""

    def __init__(
        self,
        store: Store,
        *,
        zone: ZoneInfo,
        thresholds: Mapping[str, float],
        as_of: datetime,
        formula: Formula | None = None,
    ) -> None:
        """`zone` is the school's; `thresholds` are the scores at which the risk levels begin.

        Without a `formula` the risk is the shipped one's.
        """
        self._scene = Scene(store, zone, dict(thresholds), formula)
        self._store = store
        self._zone = zone
        self._as_of = as_of
        self._roster = Roster(store, zone, as_of)

    def get_student_performance_report(
        self, student_id: str, date_range: DateRange | None = None
    ) -> StudentReport:
        """All about one active student; without a period about the last 28 days."""
        with snapshot(self._store):
            return student_report(
                self._scene, student_id, self._student_span(student_id, date_range)
            )

    def get_class_performance_report(
        self,
        class_id: str,
        date_range: DateRange | None = None,
        *,
        other_class_ids: Sequence[str] = (),
    ) -> ClassReport:
        """All about one class; `other_class_ids` are classes to show beside it."""
        with snapshot(self._store):
            group, seen = self._class_span(class_id, date_range)
            return class_report(self._scene, group, seen, other_class_ids)

    def get_student_trend_data(
        self, student_id: str, metric: str, days: int = DEFAULT_DAYS
    ) -> Trend:
        """One metric of a student over the last days, today included.

        The metrics are accuracy, questions, time, xp, engagement, assignments and mastery.
        """
        return self.get_student_trend(
            student_id, metric, last_days(days, self._as_of, self._zone_of(student_id))
        )

    def get_student_trend(self, student_id: str, metric: str, date_range: DateRange) -> Trend:
        """One metric of a student over a period."""
        wanted = metric_named(metric)
        with snapshot(self._store):
            seen = self._student_span(student_id, date_range)
            computation = Computation(self._store, self._zone, seen.as_of)
            computation.aim([student_id])
            facts = self._reading(computation, seen, wanted.name).facts()
            doings = facts.students[student_id]
            return student_trend(wanted, doings, facts.known, first=seen.first, last=seen.last)

    def get_class_trend_data(self, class_id: str, metric: str, days: int = DEFAULT_DAYS) -> Trend:
        """One metric of a class over the last days, as the mean over its students."""
        return self.get_class_trend(class_id, metric, last_days(days, self._as_of, self._zone))

    def get_class_trend(self, class_id: str, metric: str, date_range: DateRange) -> Trend:
        """One metric of a class over a period."""
        wanted = metric_named(metric)
        with snapshot(self._store):
            group, seen = self._class_span(class_id, date_range)
            computation = Computation(self._store, self._zone, seen.as_of)
            computation.aim(self._roster.students(class_id, seen.last))
            book = skill_book(computation)
            facts = self._reading(computation, seen, wanted.name).facts(
                subject=book.matching(group.subject), tasks_of=class_id
            )
            if wanted.name == "mastery":
                practised = {skill for each in facts.students.values() for skill in each.tracks}
                facts = facts.only(book.taught(group.subject, practised))
            return class_trend(wanted, facts, first=seen.first, last=seen.last)

    def get_skill_analytics(self, class_id: str, skill_id: str) -> SkillAnalytics:
        """One skill in one class, as of now, from all practice so far."""
        with snapshot(self._store):
            group, seen = self._class_span(class_id, None)
            computation = Computation(self._store, self._zone, seen.as_of)
            book = skill_book(computation)
            each = read_class(computation, self._roster, group, seen, book)
            students = list(each.facts.students.values())
            if skill_id not in book and not any(skill_id in one.tracks for one in students):
                raise InputError("There is no skill of this id; the id is the one in the export.")
            return skill_analytics(group, students, skill_id, book, today=seen.last)

    def get_class_skills(self, class_id: str) -> ClassSkills:
        """All skills of a class, as of now: heatmap, hardest skills, where to begin."""
        with snapshot(self._store):
            group, seen = self._class_span(class_id, None)
            computation = Computation(self._store, self._zone, seen.as_of)
            book = skill_book(computation)
            each = read_class(computation, self._roster, group, seen, book)
            return class_skills(group, list(each.facts.students.values()), book, today=seen.last)

    def get_student_comparison(
        self, student_id: str, class_id: str, date_range: DateRange | None = None
    ) -> Comparison:
        """A student beside a class of hers, in what the class is about."""
        with snapshot(self._store):
            self._zone_of(student_id)
            group, seen = self._class_span(class_id, date_range)
            return compare_with_class(self._scene, student_id, group, seen)

    def get_class_comparison(
        self, class_id: str, other_class_id: str, date_range: DateRange | None = None
    ) -> ClassComparison:
        """Two classes side by side, each in what it is about."""
        with snapshot(self._store):
            other = self._roster.school_class(other_class_id)
            group, seen = self._class_span(class_id, date_range)
            if other.class_id == group.class_id:
                raise InputError("A class is not compared with itself; name two classes.")
            return class_comparison(self._scene, group, other, seen)

    def _reading(self, computation: Computation, seen: Span, metric: str) -> Reading:
        return Reading(
            computation,
            first=seen.first,
            last=seen.last,
            tracks=metric == "mastery",
            tasks=metric == "assignments",
        )

    def _zone_of(self, student_id: str) -> ZoneInfo:
        return self._roster.zone_of(student_id)

    def _student_span(self, student_id: str, period: DateRange | None) -> Span:
        zone = self._zone_of(student_id)
        return span(period or last_days(DEFAULT_DAYS, self._as_of, zone), self._as_of, [zone])

    def _class_span(self, class_id: str, period: DateRange | None) -> tuple[SchoolClass, Span]:
        """The class, and the period as its students see it, each in her own zone."""
        group = self._roster.school_class(class_id)
        wanted = period or last_days(DEFAULT_DAYS, self._as_of, self._zone)
        zones = self._roster.students(
            class_id, span(wanted, self._as_of, [self._zone]).last
        ).values()
        return group, span(wanted, self._as_of, [self._zone, *zones])
