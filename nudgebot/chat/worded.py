"""Puts reports into words; what words and draws them loads when the first one is asked for."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from nudgebot.insight.report_data import (
    ClassComparison,
    ClassReport,
    ClassSkills,
    Comparison,
    SkillAnalytics,
    StudentReport,
    Trend,
)

if TYPE_CHECKING:
    from nudgebot.reports.contents.kinds import Report
    from nudgebot.reports.markdown import Parts


def worded(  # noqa: PLR0911  # one return a kind of report
    found: Report, *, who: str = "", data_as_of: datetime | None = None
) -> Parts:
    """The message that says it; `who` is whose a trend is, `data_as_of` what it does not know."""
    from nudgebot.reports import markdown  # noqa: PLC0415  # the bot's start pays nothing

    match found:
        case StudentReport():
            return markdown.student_message(found)
        case ClassReport():
            return markdown.class_message(found)
        case Trend():
            return markdown.trend_message(found, who, data_as_of=data_as_of)
        case ClassSkills():
            return markdown.skills_message(found, data_as_of=data_as_of)
        case SkillAnalytics():
            return markdown.skill_message(found, data_as_of=data_as_of)
        case Comparison() | ClassComparison():
            return markdown.comparison_message(found, data_as_of=data_as_of)
        case _:
            return markdown.board_message(found)
