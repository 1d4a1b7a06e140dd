"""The report on a class, as a chat message for its teachers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nudgebot.insight.class_data import ClassReport, RankedStudent, StrugglingStudent
from nudgebot.reports.charts.card import Chart
from nudgebot.reports.charts.mastery import shaded, states_heatmap
from nudgebot.reports.charts.spread import distribution_chart
from nudgebot.reports.charts.trends import drawable, trend_chart
from nudgebot.reports.contents.classes import FIGURES
from nudgebot.reports.contents.section import names
from nudgebot.reports.figures import PERCENT, count, percent, shown
from nudgebot.reports.messages.parts import (
    RISKS,
    Block,
    Parts,
    bullets,
    cell,
    data_note,
    dense,
    span,
    table,
    trend_lines,
)
from nudgebot.reports.messages.skills import focus_line, skills_table
from nudgebot.reports.names import said, sentence

MOST_RANKED = 40
_IN_TABLE = {
    "accuracy_percent",
    "average_score_percent",
    "engagement_percent",
    "completion_percent",
    "questions_per_student",
    "minutes_per_student",
}


def class_message(report: ClassReport) -> Parts:
    """The class in a line, a small table, who needs attention, one chart, the rest below."""
    return Parts(
        head=_head(report),
        table=_table(report),
        chart=_chart(report),
        blocks=tuple(_blocks(report)),
        foot=data_note(report.data_as_of),
    )


def _head(report: ClassReport) -> str:
    about = f" · {said(report.subject, 40)}" if report.subject else ""
    lines = [f"**{said(report.name)}**{about} · {span(report.period)}"]
    if report.note:
        lines.append(sentence(report.note))
    lines.append(_summary(report))
    if report.skills.note and not report.note:
        lines.append(sentence(report.skills.note))
    if report.struggling:
        lines += ["Who needs attention:", bullets(_needs(each) for each in report.struggling[:3])]
    return "\n".join(lines)


def _summary(report: ClassReport) -> str:
    totals = report.totals
    parts = [f"{count(totals.students, 'student')}, {totals.active_students} active"]
    if totals.accuracy_percent is not None:
        parts.append(f"accuracy {percent(totals.accuracy_percent)} on average")
    if totals.engagement_percent is not None:
        parts.append(f"active on {percent(totals.engagement_percent)} of the days")
    if totals.completion_percent is not None:
        parts.append(f"{percent(totals.completion_percent)} of the assignments handed in")
    return f"{', '.join(parts)}."


def _needs(each: StrugglingStudent) -> str:
    level = RISKS.get(each.risk_level, said(each.risk_level))
    why = f": {sentence(each.reasons[0])}" if each.reasons else ""
    return f"{said(each.name, 60)}, {level}{why}"


def _table(report: ClassReport) -> str:
    now, before = report.totals, report.before
    rows = [
        [
            title,
            cell(shown(getattr(now, field), unit)),
            *([] if before is None else [cell(shown(getattr(before, field), unit))]),
        ]
        for title, field, unit in FIGURES
        if field in _IN_TABLE and getattr(now, field) is not None
    ]
    heads = ["", "This period", *(["Period before"] if before else [])]
    return table(heads, rows)


def _chart(report: ClassReport) -> Chart | None:
    if shaded(report.skills):
        return states_heatmap(report.skills)
    if report.distribution.measured > 1:
        return distribution_chart(report.distribution, report.name)
    drawn = (trend for trend in report.trends if drawable(trend))
    return next((trend_chart(trend, report.name) for trend in drawn), None)


def _blocks(report: ClassReport) -> Iterator[Block]:
    yield Block("Who needs attention, and why", _attention(report))
    if report.skills.skills:
        yield Block("Skills the class struggles with", _skills(report))
    yield Block("Top performers", _ranked(report.top))
    yield Block("Spread", _spread(report))
    yield Block("Progress over time", trend_lines(report.trends))
    if report.others:
        yield Block("Beside the other classes", _others(report))
    ranking = f"All students, by {report.ranked_by.replace('_', ' ')} (for teachers only)"
    known = [each for each in report.ranking if each.place is not None or _measured(each)]
    more = len(report.ranking) - len(known[:MOST_RANKED])
    note = f"\n\nand {count(more, 'student')} more" if more and known else ""
    yield Block(ranking, _ranked(known[:MOST_RANKED]) + note)


def _attention(report: ClassReport) -> str:
    lines = [
        f"{said(each.name, 60)}, {RISKS.get(each.risk_level, said(each.risk_level))}: "
        + "; ".join(sentence(reason) for reason in each.reasons[:4])
        for each in report.struggling
    ]
    silent = names([said(each.name, 60) for each in report.silent[:15]])
    more = f" and {len(report.silent) - 15} more" if len(report.silent) > 15 else ""
    parts = [bullets(lines)]
    if silent:
        parts.append(f"Without any activity in the period: {silent}{more}.")
    return "\n\n".join(part for part in parts if part)


def _skills(report: ClassReport) -> str:
    focus = bullets(map(focus_line, report.skills.focus[:5]))
    parts = [skills_table(report.skills, most=8), f"Worth a lesson:\n{focus}" if focus else ""]
    return "\n\n".join(part for part in parts if part)


def _spread(report: ClassReport) -> str:
    spread = report.distribution
    if not spread.measured:
        return f"{spread.title} is not measured yet for anybody."
    lines = [
        f"{each.low:g} to {each.high:g}{PERCENT}: {count(each.students, 'student')}"
        for each in spread.bins
        if each.students
    ]
    if spread.median is not None:
        lines.append(
            f"Half of them are between {shown(spread.lower_quartile, 'percent')} and "
            f"{shown(spread.upper_quartile, 'percent')}; the median is {percent(spread.median)}"
        )
    if spread.not_measured:
        lines.append(f"{count(spread.not_measured, 'student')} not measured yet")
    return f"{spread.title}:\n{bullets(lines, most=20)}"


def _measured(each: RankedStudent) -> bool:
    figures = (each.accuracy_percent, each.average_score_percent, each.questions, each.xp)
    return any(figure is not None for figure in figures)


def _ranked(students: Sequence[RankedStudent]) -> str:
    rows = [
        [
            "–" if each.place is None else str(each.place),
            said(each.name, 60),
            cell(shown(each.accuracy_percent, "percent")),
            cell(shown(each.average_score_percent, "percent")),
            cell(shown(each.questions, "")),
            cell(shown(each.xp, "")),
        ]
        for each in students
    ]
    return dense(("", "Student", "Accuracy", "Score", "Questions", "XP"), rows)


def _others(report: ClassReport) -> str:
    classes = (report.totals, *report.others[:4])
    rows = [
        [title, *(cell(shown(getattr(each, field), unit)) for each in classes)]
        for title, field, unit in FIGURES
        if any(getattr(each, field) is not None for each in classes)
    ]
    return table(("", *(said(each.name, 30) for each in classes)), rows)
