"""`impact`: a teacher's own students, what nudges and she herself did, and how soon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nudgebot.chat.answer import Answer
from nudgebot.chat.command import STAFF, Call, Command, Scope
from nudgebot.chat.commands.dashboard import dashboards, moments, only_period, shown
from nudgebot.errors import CommandError
from nudgebot.insight.report_data import DateRange
from nudgebot.interventions.adoption_impact import read_teachers_impact
from nudgebot.nudging.messages import Button
from nudgebot.school.batches import newest_fact

if TYPE_CHECKING:
    from nudgebot.reports.contents.dashboards import Board


def impact(call: Call) -> Answer:
    """Answer `impact [<period>] [pdf|csv]` for a teacher."""
    said, period = only_period(call)
    teacher_id = call.asker.teacher_id
    if teacher_id is None:
        raise CommandError(
            "You teach no class, so there is no impact of yours; `dashboard` shows the school's."
        )
    board, students = _worked_out(call, teacher_id, period)
    if not students:
        raise CommandError("There are no students whom you teach today.")
    return shown(
        call,
        said,
        board,
        name="impact",
        students=students,
        buttons=(
            Button("Alerts", "What waits for you", "alerts"),
            Button("Dashboard", "The nudges of your students", said.of("dashboard")),
            Button("PDF", "The same as PDF", said.of("impact", "pdf")),
        ),
    )


def _worked_out(call: Call, teacher_id: str, period: DateRange) -> tuple[Board, frozenset[str]]:
    from nudgebot.chat.boards.mentor import mentor_board  # noqa: PLC0415  # loads when asked

    def work() -> tuple[Board, frozenset[str]]:
        begin, end = moments(call, period)
        found = dashboards(call).get_mentor_impact_report(teacher_id, (begin, end))
        students = frozenset(each.student_id for each in found.students_overview)
        done = read_teachers_impact(
            call.office.store,
            call.office.interventions.histories,
            begin,
            end,
            user_id=call.asker.user_id,
            students=students,
            as_of=call.as_of,
        )
        known = newest_fact(call.office.store)
        board = mentor_board(found, done, period=period, as_of=call.as_of, data_as_of=known)
        return board, students

    key = ("impact", teacher_id, call.asker.user_id, period)
    board, students = call.office.remembered.get(key, call.as_of, work)
    return board, students


COMMANDS = (
    Command(
        name="impact",
        usage="impact [<period>] [pdf|csv]",
        summary="Your students: nudges and what they brought, what you did and how soon, who needs "
        "you.",
        help="Without a period it is about the last four weeks. Success stands beside those whom "
        "nobody nudged; with one class that is mostly too early to say.",
        examples=("impact", "impact this term", "impact 8 weeks pdf"),
        roles=STAFF,
        scope=Scope.STUDENTS,
        run=impact,
    ),
)
