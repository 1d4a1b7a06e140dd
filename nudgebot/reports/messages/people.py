"""How a student takes part, in lines."""

from __future__ import annotations

from collections.abc import Iterator

from nudgebot.insight.engagement import ContentKind
from nudgebot.insight.report_data import StudentReport
from nudgebot.reports.contents.section import names
from nudgebot.reports.contents.student import DECLINE, WEEKDAYS
from nudgebot.reports.figures import count, percent, shown
from nudgebot.reports.names import said


def engagement_lines(report: StudentReport) -> Iterator[str]:
    """Streaks, habits, content and the signs of decline; what is not measured is left out."""
    if report.current_streak_days is not None:
        longest = shown(report.highest_streak_days, "days")
        yield f"Streak now {count(report.current_streak_days, 'day')}, the longest {longest}"
    found = report.engagement
    if found is None:
        return
    pattern = found.daily_activity_pattern
    weekdays = names([WEEKDAYS[place] for place, _ in pattern.most_active_days])
    hours = names([f"{hour}:00" for hour, _ in pattern.most_active_hours])
    if weekdays:
        yield f"Most active on {weekdays}" + (f", at {hours}" if hours else "")
    for each in found.content_engagement:
        yield (f"{said(each.kind, 20).capitalize()}: {_amount(each)} on {count(each.days, 'day')}")
    if found.video_completion_rate is not None:
        yield f"Videos seen to the end: {percent(100 * found.video_completion_rate)}"
    if found.exam_participation_rate is not None:
        yield f"Exams taken: {percent(100 * found.exam_participation_rate)}"
    if found.decline_indicators:
        signs = names([DECLINE.get(each, said(each)) for each in found.decline_indicators])
        yield f"Signs of decline: {signs}"


def _amount(each: ContentKind) -> str:
    """The time, or the events where the export knows no times."""
    return shown(each.minutes, "minutes") if each.minutes else count(each.events, "event")
