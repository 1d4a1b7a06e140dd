"""`adoption`: how teachers use what there is, beside the goals; no teacher is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nudgebot.chat.answer import Answer
from nudgebot.chat.command import ADMINS, Call, Command, Scope
from nudgebot.chat.commands.dashboard import dashboards, moments, only_period, shown
from nudgebot.insight.report_data import DateRange
from nudgebot.interventions.adoption import read_adoption
from nudgebot.nudging.messages import Button
from nudgebot.school.batches import newest_fact
from nudgebot.school.days import local_day

if TYPE_CHECKING:
    from nudgebot.reports.contents.dashboards import Board


def adoption(call: Call) -> Answer:
    """Answer `adoption [<period>] [pdf|csv]`."""
    said, period = only_period(call)
    return shown(
        call,
        said,
        _worked_out(call, period),
        name="adoption",
        students=None,
        buttons=(
            Button("Dashboard", "Nudges and what they bring about", said.of("dashboard")),
            Button("PDF", "The same as PDF", said.of("adoption", "pdf")),
        ),
    )


def _worked_out(call: Call, period: DateRange) -> Board:
    from nudgebot.chat.boards.adoption import adoption_board  # noqa: PLC0415  # loads when asked

    def work() -> Board:
        begin, end = moments(call, period)
        overview = dashboards(call).get_system_overview((begin, end))
        found = read_adoption(call.office.store, begin, end, teacher_users=_teachers(call))
        return adoption_board(
            found,
            overview.effectiveness_metrics,
            period=period,
            as_of=call.as_of,
            data_as_of=newest_fact(call.office.store),
        )

    board: Board = call.office.remembered.get(("adoption", period), call.as_of, work)
    return board


def _teachers(call: Call) -> dict[str, int | None]:
    """The Zulip user of each teacher who has a class in term today, None for who is not linked."""
    office = call.office
    users = office.links.table("teacher").user_ids
    day = local_day(call.as_of, office.zone)
    return {
        each.teacher_id: users.get(each.teacher_id)
        for each in office.people.teachers()
        if office.people.classes_of(each.teacher_id, role="teacher", day=day)
    }


COMMANDS = (
    Command(
        name="adoption",
        usage="adoption [<period>] [pdf|csv]",
        summary="How teachers use reports and interventions, beside the goals.",
        help="Looking at reports is of the last week, exporting of the last month, the rest of the "
        "period (four weeks without one). Nobody is named.",
        examples=("adoption", "adoption this term", "adoption csv"),
        roles=ADMINS,
        scope=Scope.NOBODY,
        run=adoption,
    ),
)
