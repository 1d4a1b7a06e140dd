"""`nudges <student>`: what a student got, what came back, what works and what to change."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from nudgebot.chat.answer import Answer
from nudgebot.chat.asked import asked
from nudgebot.chat.command import STAFF, Call, Command, Scope
from nudgebot.chat.commands.dashboard import dashboards, shown
from nudgebot.chat.finder import one_student
from nudgebot.insight.report_data import DateRange
from nudgebot.nudging.dashboards.student import LOOK_BACK
from nudgebot.nudging.messages import Button
from nudgebot.school.batches import newest_fact
from nudgebot.school.days import zone_named

if TYPE_CHECKING:
    from nudgebot.reports.contents.dashboards import Board
    from nudgebot.school.people import Student


def nudges(call: Call) -> Answer:
    """Answer `nudges <student> [pdf|csv]`."""
    said = asked(call)
    student = one_student(call, said.who, said.again("nudges"))
    key = student.student_id
    return shown(
        call,
        said,
        _worked_out(call, student),
        name="nudges",
        students=frozenset({key}),
        ids=(key,),
        buttons=(
            Button("Why", "Why this risk, and which rules", f"why {key}"),
            Button("Message", "Write a message", f"message {key}"),
            Button("PDF", "The same as PDF", f"nudges {key} pdf"),
        ),
    )


def _worked_out(call: Call, student: Student) -> Board:
    from nudgebot.chat.boards.student import student_board  # noqa: PLC0415  # loads when asked

    def work() -> Board:
        last = call.office.today(call.as_of)
        return student_board(
            dashboards(call).get_student_nudging_report(student.student_id),
            name=f"{student.name or student.student_id} ({student.student_id})",
            period=DateRange(last - LOOK_BACK + timedelta(days=1), last, "the last year"),
            data_as_of=newest_fact(call.office.store),
            zone=zone_named(student.timezone, call.office.zone),
        )

    key = ("nudges", student.student_id)
    board: Board = call.office.remembered.get(key, call.as_of, work)
    return board


COMMANDS = (
    Command(
        name="nudges",
        usage="nudges <student> [pdf|csv]",
        summary="The nudges a student got, what came back, what works, and what to change.",
        help="It covers the last year. One student's nudges cannot show an effect: what is usual "
        "without a nudge stands beside each.",
        examples=("nudges 5", "nudges Ana pdf"),
        roles=STAFF,
        scope=Scope.STUDENTS,
        run=nudges,
    ),
)
