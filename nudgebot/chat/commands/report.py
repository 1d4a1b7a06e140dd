"""`report student` and `report class`: the performance reports, in words, as PDF and as CSV."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from nudgebot.chat.answer import Answer
from nudgebot.chat.asked import Asked, asked, range_of
from nudgebot.chat.command import STAFF, Call, Command, Scope
from nudgebot.chat.drawn import handed_over, pictures
from nudgebot.chat.finder import named, one_class, one_student
from nudgebot.chat.reading import analytics, stale_note
from nudgebot.chat.worded import worded
from nudgebot.insight.report_data import ClassReport, DateRange, StudentReport
from nudgebot.markup import esc
from nudgebot.nudging.messages import Button
from nudgebot.school.days import local_day
from nudgebot.school.people import Student

if TYPE_CHECKING:
    from nudgebot.reports.markdown import Parts

MOST_OTHERS = 8
ORDINARY_CLASS = 40


def report_student(call: Call) -> Answer:
    """Answer `report student <student> [<period>] [pdf|csv]`."""
    said = asked(call)
    student = one_student(call, said.who, said.again("report student"))
    period = range_of(call, said, _classes_of(call, student) if "term" in said.period else None)
    report, parts = _student_worked_out(call, student.student_id, period)
    key, students = student.student_id, frozenset({student.student_id})
    if said.form:
        return handed_over(
            call,
            said,
            report,
            report_type="student",
            caption=f"Performance report of **{named(student)}**, {report.period}:",
            ids=(key,),
            students=students,
        )
    return Answer(
        parts.text() + stale_note(call.office, call.as_of),
        students=students,
        heading=f"What next for {student.first_name}?",
        buttons=_next_for_student(said, key),
        attachments=pictures(call, parts.chart if _is_anything(report) else None, key),
    )


def _classes_of(call: Call, student: Student) -> list[str]:
    """Her classes of today, whose term is meant."""
    day = local_day(call.as_of, call.office.zone)
    found = call.office.people.classes_of(student.student_id, role="student", day=day)
    return [each.class_id for each in found]


def _is_anything(report: StudentReport) -> bool:
    """Whether the period holds anything that is worth a picture."""
    return bool(report.totals.active_days or report.assignment_counts.due)


def _student_worked_out(
    call: Call, student_id: str, period: DateRange
) -> tuple[StudentReport, Parts]:
    def work() -> tuple[StudentReport, Parts]:
        found = analytics(call.office, call.as_of).get_student_performance_report(
            student_id, period
        )
        return found, worded(found)

    return call.office.remembered.get(("student", student_id, period), call.as_of, work)


def _next_for_student(said: Asked, key: str) -> tuple[Button, ...]:
    report = f"report student {key}"
    return (
        Button("Message", "Write a message", f"message {key}"),
        Button("Assign", "Practice for the weakest skills", f"assign {key}"),
        Button("Why", "Why this risk, and which nudges", f"why {key}"),
        Button("PDF", "The report as PDF, to print", said.of(report, "pdf")),
        Button("Trend", "Accuracy over time", said.of(f"trend student {key} accuracy")),
        Button("Compare", "Beside the class", said.of(f"compare student {key}")),
    )


def report_class(call: Call) -> Answer:
    """Answer `report class <class> [<period>] [pdf|csv]`."""
    said = asked(call)
    chosen = one_class(call, said.who, said.again("report class"))
    period = range_of(call, said, [chosen.class_id])
    report, parts = _class_worked_out(call, chosen.class_id, period)
    key = chosen.class_id
    students = frozenset(each.student_id for each in report.ranking)
    if said.form:
        return handed_over(
            call,
            said,
            report,
            report_type="class",
            caption=f"Report of **{esc(chosen.name)}**, {report.period}:",
            ids=(key,),
            students=students,
        )
    return Answer(
        parts.text() + stale_note(call.office, call.as_of),
        students=students,
        heading=f"What next for {chosen.name}?",
        buttons=_next_for_class(said, key),
        attachments=pictures(call, parts.chart, key),
        ahead=tuple(
            partial(_student_worked_out, call, each, period) for each in _likely_next(report)
        ),
    )


def _likely_next(report: ClassReport) -> list[str]:
    """Whose report may be asked for after the class's: anybody's in a class of an ordinary size."""
    everybody = [each.student_id for each in report.ranking]
    if len(everybody) <= ORDINARY_CLASS:
        return everybody
    struggling = [each.student_id for each in report.struggling]
    return struggling + [each.student_id for each in report.top]


def _class_worked_out(call: Call, class_id: str, period: DateRange) -> tuple[ClassReport, Parts]:
    others = _others(call, class_id)

    def work() -> tuple[ClassReport, Parts]:
        found = analytics(call.office, call.as_of).get_class_performance_report(
            class_id, period, other_class_ids=others
        )
        return found, worded(found)

    return call.office.remembered.get(("class", class_id, period, others), call.as_of, work)


def _others(call: Call, class_id: str) -> tuple[str, ...]:
    """The teacher's other classes; an admin has none of her own."""
    if call.asker.sees_all:
        return ()
    ids = [each.class_id for each in call.asker.sight.classes()]
    return tuple(each for each in ids if each != class_id)[:MOST_OTHERS]


def _next_for_class(said: Asked, key: str) -> tuple[Button, ...]:
    return (
        Button("Struggling", "Write to those who struggle", f"message struggling {key}"),
        Button("Skills", "Which skills the class struggles with", f"skills {key}"),
        Button("Trend", "Accuracy over time", said.of(f"trend class {key} accuracy")),
        Button("PDF", "The report as PDF, to print", said.of(f"report class {key}", "pdf")),
        Button("CSV", "The figures as a table", said.of(f"report class {key}", "csv")),
    )


COMMANDS = (
    Command(
        name="report student",
        usage="report student <student> [<period>] [pdf|csv]",
        summary="How a student is doing: figures, skills, trends, the class beside, what is due.",
        help="Without a period it is about the last four weeks. "
        "A student is an id, a name, a part of a name, or a Zulip mention. "
        "`pdf` gives a report to print, `csv` a table.",
        examples=(
            "report student 5",
            "report student Ana 7 days",
            "report student 5 this term pdf",
        ),
        aliases=("report",),
        roles=STAFF,
        scope=Scope.STUDENTS,
        run=report_student,
    ),
    Command(
        name="report class",
        usage="report class <class> [<period>] [pdf|csv]",
        summary="How a class is doing: averages, who leads and who struggles, skills, trends.",
        help="Without a period it is about the last four weeks. Your other classes stand beside "
        "it.",
        examples=("report class 7B", "report class 7B 2026-10-01..2026-10-31 csv"),
        roles=STAFF,
        scope=Scope.STUDENTS,
        run=report_class,
    ),
)
