"""The report on one student, as a chat message for a teacher."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nudgebot.insight.report_data import (
    Activity,
    Assignment,
    Comparison,
    StudentReport,
    Totals,
)
from nudgebot.markup import global_time
from nudgebot.reports.charts.card import Chart
from nudgebot.reports.charts.mastery import progress_chart
from nudgebot.reports.charts.trends import drawable, trend_chart
from nudgebot.reports.contents.section import names
from nudgebot.reports.contents.student import average_score, unscored
from nudgebot.reports.figures import count, day, percent, shown
from nudgebot.reports.messages.beside import standing_block
from nudgebot.reports.messages.parts import (
    RISKS,
    Block,
    Parts,
    bullets,
    cell,
    data_note,
    span,
    table,
    trend_lines,
)
from nudgebot.reports.messages.people import engagement_lines
from nudgebot.reports.messages.skills import standings_table
from nudgebot.reports.names import said, sentence

CHARTED = ("accuracy", "mastery", "questions", "engagement", "time", "assignments", "xp")
_ROWS = (
    ("Accuracy", "accuracy_percent", "percent", "accuracy"),
    ("Questions", "questions", "questions", "questions"),
    ("Time", "minutes", "minutes", "time"),
    ("XP", "xp", "XP", "xp"),
    ("Active days", "active_days", "", "active_days"),
)


def student_message(report: StudentReport) -> Parts:
    """The student in a line, a small table, one chart, and everything else under spoilers."""
    return Parts(
        head=_head(report),
        table=_table(report),
        chart=_chart(report),
        blocks=tuple(_blocks(report)),
        foot=data_note(report.data_as_of),
    )


def _head(report: StudentReport) -> str:
    classes = names([said(each.name, 40) for each in report.classes]) or "in no class"
    lines = [f"**{said(report.name)}** · {classes} · {span(report.period)}"]
    if report.note:
        lines.append(sentence(report.note))
    summary = _summary(report)
    if summary:
        lines.append(summary)
    lines += [_risk(report), *_strong_and_weak(report)]
    if not report.skills and not report.note:
        lines.append("There is no skill data.")
    return "\n".join(lines)


def _summary(report: StudentReport) -> str:
    now, counts = report.totals, report.assignment_counts
    parts = []
    if now.accuracy_percent is not None:
        parts.append(f"{percent(now.accuracy_percent)} right of {now.questions:,} questions")
    if now.active_days is not None:
        parts.append(f"active on {now.active_days} of {count(now.days, 'day')}")
    if counts.due:
        parts.append(f"{counts.done + counts.late} of {count(counts.due, 'assignment')} handed in")
    text = ", ".join(parts)
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _risk(report: StudentReport) -> str:
    risk = report.risk
    if risk is None:
        return "Risk: no data yet."
    level = RISKS.get(risk.overall_risk_level, said(risk.overall_risk_level))
    first = f": {sentence(risk.reasons[0])}" if risk.reasons else ""
    return f"Risk: **{level}**{first}."


def _strong_and_weak(report: StudentReport) -> Iterator[str]:
    for label, found in (("Strong in", report.strengths), ("Weak in", report.weaknesses)):
        if found:
            each = [f"{said(one.name, 40)} ({percent(one.percent)})" for one in found[:3]]
            yield f"{label} {names(each)}."


def _table(report: StudentReport) -> str:
    beside = next((each for each in report.comparisons if _same(report.totals, each)), None)
    rows = [
        [
            title,
            cell(shown(getattr(report.totals, field), unit)),
            *([cell(shown(getattr(report.before, field), unit))] if report.before else []),
            *([_average(beside, metric, unit)] if beside else []),
        ]
        for title, field, unit, metric in _ROWS
        if getattr(report.totals, field) is not None
    ]
    head = ["", "This period"]
    head += ["Period before"] if report.before else []
    head += ["Class average"] if beside else []
    return table(head, rows)


def _same(totals: Totals, beside: Comparison) -> bool:
    """Whether the class's averages are of the same work: all of it, not one subject's."""
    found = [(beside.figure(metric), getattr(totals, field)) for _, field, _, metric in _ROWS]
    return beside.compared and all(
        each is None or each.value is None or each.value == value for each, value in found
    )


def _average(beside: Comparison, metric: str, unit: str) -> str:
    found = beside.figure(metric)
    return "–" if found is None else cell(shown(found.class_average, unit))


def _chart(report: StudentReport) -> Chart | None:
    for metric in CHARTED:
        trend = report.trend(metric)
        if trend is not None and drawable(trend):
            return trend_chart(trend, report.name)
    started = [each for each in report.skills if each.answers]
    return progress_chart(started, report.name) if len(started) > 1 else None


def _blocks(report: StudentReport) -> Iterator[Block]:
    yield Block("Why this risk, and what may help", _why(report))
    if report.skills:
        states = report.skill_states
        title = f"Skills: {states.mastered} of {states.total} mastered"
        yield Block(title, _skills(report))
    yield Block("Progress over time", trend_lines(report.trends))
    for comparison in report.comparisons:
        yield standing_block(comparison)
    yield Block("Assignments and exams", _work(report))
    yield Block("Activity, streaks and achievements", _activity(report))


def _why(report: StudentReport) -> str:
    risk = report.risk
    if risk is None or not (risk.reasons or risk.recommended_interventions):
        return ""
    lines = [bullets(sentence(reason) for reason in risk.reasons)]
    if risk.recommended_interventions:
        lines.append(f"What may help (look again by {day(risk.next_review_date)}):")
        lines.append(bullets(sentence(step) for step in risk.recommended_interventions))
    return "\n\n".join(line for line in lines if line)


def _skills(report: StudentReport) -> str:
    parts = [standings_table(report.skills, "Skill", [each.name for each in report.skills])]
    begin = [
        f"{said(each.standing.name, 40)}: begin with "
        f"{names([said(name, 40) for name in each.begin_with])}"
        for each in report.weak_skills
        if each.begin_with
    ]
    if report.stuck_skills:
        stuck = [said(each.name, 40) for each in report.stuck_skills]
        parts.append(f"Ten or more sessions without mastery: {names(stuck)}.")
    parts += [bullets(begin, most=6), sentence(report.mastery_rule)]
    return "\n\n".join(part for part in parts if part)


def _work(report: StudentReport) -> str:
    exams = [
        f"{day(each.day)}, {said(each.title, 60)}: "
        f"**{'missed' if each.missed else percent(each.percent)}**"
        for each in report.exams
    ]
    subjects = [
        f"{said(each.subject, 40)}: "
        + (
            unscored(each)
            or f"{percent(each.average_percent)} on average over {count(each.items, 'piece')} "
            "of work"
        )
        for each in report.subjects
    ]
    parts = [
        _under("Assignments", [_assignment(each) for each in _urgent_first(report.assignments)]),
        _under("Exams", exams),
        _under("Subjects", subjects),
    ]
    score = average_score(report)
    if score is not None:
        place = f", percentile {report.percentile:.0f}" if report.percentile is not None else ""
        parts.append(f"Average score of the last 180 days: {percent(score)}{place}.")
    return "\n\n".join(part for part in parts if part)


def _under(title: str, lines: list[str], *, most: int = 10) -> str:
    return f"{title}:\n{bullets(lines, most=most)}" if lines else ""


def _urgent_first(assignments: Sequence[Assignment]) -> list[Assignment]:
    """Missing ones, then those to come, then what was handed in, the newest first."""
    order = ("missed", "to_come")
    newest = sorted(assignments, key=lambda each: each.due_at, reverse=True)
    return sorted(newest, key=lambda each: order.index(each.state) if each.state in order else 2)


def _assignment(each: Assignment) -> str:
    title, due = said(each.title, 60), global_time(each.due_at)
    score = "" if each.score_percent is None else f", {percent(each.score_percent)}"
    words = {
        "missed": f"**missing**, was due {due}: {title}",
        "to_come": f"due {due}: {title}",
        "late": f"handed in late, was due {due}: {title}{score}",
    }
    return words.get(each.state, f"handed in, due {due}: {title}{score}")


def _activity(report: StudentReport) -> str:
    lines = list(engagement_lines(report))
    recent = [_did(each) for each in report.recent_activity]
    earned = [
        f"{said(each.title, 60)}: "
        + (f"earned on {day(each.earned_on)}" if each.earned_on else
           shown(each.progress_percent, "percent"))
        for each in report.achievements
    ]  # fmt: skip
    parts = [
        bullets(lines),
        _under("Recently", recent, most=8),
        _under("Achievements", earned, most=8),
    ]
    return "\n\n".join(part for part in parts if part)


def _did(each: Activity) -> str:
    name = f" {said(each.name, 40)}" if each.name else ""
    details = [
        count(each.count, "question") if each.kind == "practice" else "",
        "" if each.minutes is None else shown(each.minutes, "minutes"),
        "" if each.score_percent is None else percent(each.score_percent),
    ]
    told_of = ", ".join(detail for detail in details if detail)
    return f"{day(each.day)}, {said(each.kind, 20)}{name}" + (f": {told_of}" if told_of else "")
