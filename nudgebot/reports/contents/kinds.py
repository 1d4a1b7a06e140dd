"""From a report to its contents, by its type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from nudgebot.errors import InputError
from nudgebot.insight.class_data import ClassComparison, ClassReport
from nudgebot.insight.report_data import Comparison, StudentReport
from nudgebot.insight.skill_data import ClassSkills, SkillAnalytics
from nudgebot.insight.trend_data import DateRange, Trend
from nudgebot.reports.contents.classes import class_contents, classes_contents
from nudgebot.reports.contents.dashboards import Board, board_contents
from nudgebot.reports.contents.section import Contents, kept, told, trend_sections
from nudgebot.reports.contents.skills import skill_contents, skills_contents
from nudgebot.reports.contents.student import comparison_section, student_contents

Report = (
    StudentReport
    | ClassReport
    | ClassSkills
    | SkillAnalytics
    | Comparison
    | ClassComparison
    | Trend
    | Board
)
# What requirement B calls `report_type`, and the reports that it fits.
TYPES: Mapping[str, type] = {
    "student": StudentReport,
    "class": ClassReport,
    "skills": ClassSkills,
    "skill": SkillAnalytics,
    "comparison": Comparison,
    "class_comparison": ClassComparison,
    "trend": Trend,
    "dashboard": Board,
}


def contents(report: Report, title: str = "") -> Contents:
    """The report's contents; `title` says whose a trend is, which the trend itself does not."""
    if isinstance(report, Trend):
        return _trend(report, title)
    return _MAKERS[type(report)](report)


def checked(report: Report, report_type: str) -> None:
    """Raise InputError unless the report is of the type that was asked for."""
    wanted = TYPES.get(report_type)
    if wanted is None:
        raise InputError(f"There is no such report; take one of {', '.join(TYPES)}.")
    if not isinstance(report, wanted):
        raise InputError(f"These figures are not those of a {report_type} report.")


def _comparison(comparison: Comparison) -> Contents:
    return Contents(
        kind="Comparison with the class",
        title=comparison.student_name,
        about=comparison.class_name,
        period=told(comparison.period),
        as_of=comparison.period.last_day,
        data_as_of=None,
        note="",
        sections=kept([comparison_section(comparison)]),
    )


def _trend(trend: Trend, title: str) -> Contents:
    period = _stretch(trend)
    return Contents(
        kind="Trend",
        title=title or trend.title,
        about=trend.title if title else "",
        period=told(period) if period else "",
        as_of=period.last_day if period else date(1970, 1, 1),
        data_as_of=None,
        note="",
        sections=kept(trend_sections([trend])),
    )


def _stretch(trend: Trend) -> DateRange | None:
    """The days that the points cover; None where there are none."""
    if not trend.points:
        return None
    first, last = trend.points[0], trend.points[-1]
    # A month is called by its first day, even where the period begins in the middle of it.
    begin = trend.points[1].begin - timedelta(days=first.days) if last != first else first.begin
    return DateRange(begin, last.begin + timedelta(days=last.days - 1))


_MAKERS: Mapping[type, Callable[[Any], Contents]] = {
    StudentReport: student_contents,
    ClassReport: class_contents,
    ClassSkills: skills_contents,
    SkillAnalytics: skill_contents,
    Comparison: _comparison,
    ClassComparison: classes_contents,
    Board: board_contents,
}
