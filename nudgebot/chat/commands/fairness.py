"""`fairness`: whether risk levels and nudges treat groups of students alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from nudgebot.chat.answer import Answer
from nudgebot.chat.asked import asked
from nudgebot.chat.command import ADMINS, Call, Command, Scope
from nudgebot.chat.commands.dashboard import basis_of, shown
from nudgebot.errors import CommandError
from nudgebot.insight.figures import Figures
from nudgebot.insight.report_data import DateRange
from nudgebot.nudging.fairness import compare
from nudgebot.nudging.fairness_evidence import LOOK_BACK, read_evidence
from nudgebot.nudging.messages import Button
from nudgebot.school.batches import newest_fact

if TYPE_CHECKING:
    from nudgebot.chat.asked import Asked
    from nudgebot.reports.contents.dashboards import Board


def fairness(call: Call) -> Answer:
    """Answer `fairness [pdf|csv]`; looking four weeks back takes a while in a large school."""
    said = asked(call)
    if said.words or said.period:
        raise CommandError("It takes nothing but `pdf` or `csv`: `fairness csv`.")

    def errand(_: Callable[[], datetime]) -> Answer:
        return _answer(call, said)

    return Answer("I look back four weeks; this can take a minute.", private=True, errand=errand)


def _answer(call: Call, said: Asked) -> Answer:
    buttons = (
        Button("Dashboard", "Nudges and what they bring about", "dashboard"),
        Button("CSV", "All groups as a table", "fairness csv"),
    )
    board = _worked_out(call)
    return shown(call, said, board, name="fairness", students=None, buttons=buttons)


def _worked_out(call: Call) -> Board:
    from nudgebot.chat.boards.fairness import fairness_board  # noqa: PLC0415  # loads when asked

    office = call.office

    def work() -> Board:
        figures = Figures(
            office.store,
            zone=office.zone,
            thresholds=office.settings["academic_risk_thresholds"],
        )
        basis = basis_of(call)
        evidence = read_evidence(
            office.store, basis, now=office.figures.table(), at=figures.at, as_of=call.as_of
        )
        last = office.today(call.as_of)
        return fairness_board(
            compare(evidence, minimum=basis.minimum),
            period=DateRange(last - LOOK_BACK + timedelta(days=1), last, "the last 4 weeks"),
            as_of=call.as_of,
            data_as_of=newest_fact(office.store),
        )

    board: Board = office.remembered.get(("fairness",), call.as_of, work)
    return board


COMMANDS = (
    Command(
        name="fairness",
        usage="fairness [pdf|csv]",
        summary="Whether risk levels and nudges treat languages, classes and other groups alike.",
        help="By language, class, and what `attributes.csv` declares: who is flagged and nudged, "
        "how often the risk level was right, and the effect. Groups under ten are not shown.",
        examples=("fairness", "fairness csv"),
        roles=ADMINS,
        scope=Scope.NOBODY,
        run=fairness,
    ),
)
