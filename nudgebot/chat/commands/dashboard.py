"""`dashboard`: what was sent, what came back, and what it brings about; no names, only groups."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING

from nudgebot.chat.answer import Answer, code
from nudgebot.chat.asked import Asked, asked, range_of
from nudgebot.chat.command import STAFF, Call, Command, Scope
from nudgebot.chat.drawn import handed_over, pictures
from nudgebot.chat.periods import HINT
from nudgebot.chat.reading import stale_note
from nudgebot.chat.worded import worded
from nudgebot.errors import CommandError
from nudgebot.insight.report_data import DateRange
from nudgebot.nudging.adaptation import Adaptation, tones_in
from nudgebot.nudging.dashboards.analytics import NudgingAnalyticsDashboard
from nudgebot.nudging.dashboards.overview import Basis
from nudgebot.nudging.effects_values import Effect
from nudgebot.nudging.messages import Button
from nudgebot.nudging.profiles import Profile
from nudgebot.school.batches import newest_fact

if TYPE_CHECKING:
    from nudgebot.reports.contents.dashboards import Board


def dashboards(call: Call) -> NudgingAnalyticsDashboard:
    """Requirement A's dashboards of this school, as of the call."""
    office = call.office

    def lessons() -> Adaptation:
        tones = partial(tones_in, office.book.templates)
        confidence = office.settings["personalization_confidence_threshold"]
        return Adaptation(office.store, tones=tones, confidence=confidence)

    def school() -> Sequence[Effect]:
        own = NudgingAnalyticsDashboard(office.store, basis_of(call), as_of=call.as_of)
        effects: Sequence[Effect] = office.remembered.get(
            ("effects by type",), call.as_of, own.effects_by_type
        )
        return effects

    def profile_of(student_id: str, as_of: datetime) -> Profile:
        adaptation: Adaptation = office.remembered.get(("lessons",), as_of, lessons)
        return adaptation.profile_of(student_id, as_of)

    return NudgingAnalyticsDashboard(
        office.store,
        basis_of(call),
        as_of=call.as_of,
        profile_of=profile_of,
        figures_of=office.figures.table,
        school=school,
    )


def basis_of(call: Call) -> Basis:
    """What the figures rest on, by the school's settings."""
    settings = call.office.settings
    return Basis(
        zone=call.office.zone,
        tracking_days=settings["nudge_effectiveness_tracking_days"],
        minimum=settings["effect_minimum_cases"],
        rule_names={rule.id: rule.name for rule in call.office.book.rules.rules},
    )


def moments(call: Call, period: DateRange) -> tuple[datetime, datetime]:
    """From the first moment of the period on, up to its end or now."""
    zone = call.office.zone
    begin = datetime.combine(period.first_day, time(), zone)
    end = datetime.combine(period.last_day + timedelta(days=1), time(), zone)
    return begin, min(end, max(call.as_of, begin))


def only_period(call: Call) -> tuple[Asked, DateRange]:
    """The words of a command that takes nothing but a period; raises CommandError for others."""
    said = asked(call)
    if said.words:
        raise CommandError(f"I do not know the period {code(said.who)}. {HINT}")
    return said, range_of(call, said)


def visible(call: Call) -> frozenset[str] | None:
    """The students whom a group's figures are about; None for the whole school."""
    if call.asker.sees_all:
        return None
    return frozenset(student.student_id for student in call.asker.sight.students())


def dashboard(call: Call) -> Answer:
    """Answer `dashboard [<period>] [pdf|csv]`."""
    said, period = only_period(call)
    students = visible(call)
    if students is not None and not students:
        raise CommandError("There are no students whom you teach today.")
    board = _worked_out(call, period, students)
    return shown(
        call,
        said,
        board,
        name="dashboard",
        students=students,
        buttons=(
            Button("PDF", "The dashboard as PDF, to print", said.of("dashboard", "pdf")),
            Button("CSV", "All figures as a table", said.of("dashboard", "csv")),
            Button("Impact", "What you do, and what comes of it", said.of("impact"))
            if call.asker.teacher_id is not None
            else Button("Adoption", "How teachers use all this", "adoption"),
        ),
    )


def _worked_out(call: Call, period: DateRange, students: frozenset[str] | None) -> Board:
    from nudgebot.chat.boards.overview import overview_board  # noqa: PLC0415  # loads when asked

    def work() -> Board:
        found = dashboards(call).get_system_overview(moments(call, period), students=students)
        return overview_board(
            found,
            title="The whole school" if students is None else "Your students",
            period=period,
            as_of=call.as_of,
            data_as_of=newest_fact(call.office.store),
        )

    board: Board = call.office.remembered.get(("dashboard", period, students), call.as_of, work)
    return board


def shown(
    call: Call,
    said: Asked,
    board: Board,
    *,
    name: str,
    students: frozenset[str] | None,
    buttons: tuple[Button, ...] = (),
    ids: tuple[str, ...] = (),
) -> Answer:
    """A board as the answer, in the form that was asked for.

    Figures of the whole school name nobody and are about everybody: they go to the asker alone.
    """
    private, seen = students is None, students or frozenset()
    if said.form:
        answer = handed_over(
            call,
            said,
            board,
            report_type="dashboard",
            caption=f"**{board.kind}**, {board.period}:",
            ids=(name, *ids),
            students=seen,
        )
        return Answer("", students=seen, attachments=answer.attachments, private=private)
    drawn = [picture for chart in board.charts[:2] for picture in pictures(call, chart, *ids)]
    return Answer(
        worded(board).text() + stale_note(call.office, call.as_of),
        students=seen,
        heading="What next?",
        buttons=buttons,
        attachments=tuple(drawn),
        private=private,
    )


COMMANDS = (
    Command(
        name="dashboard",
        usage="dashboard [<period>] [pdf|csv]",
        summary="What nudges went out, what came back, and what they bring about.",
        help="Without a period it is about the last four weeks. Effects compare the nudged with "
        "those held out by lot; below the minimum it is too early to say. Admins see the whole "
        "school, teachers their own students; nobody is named.",
        examples=("dashboard", "dashboard this term", "dashboard 12 weeks pdf"),
        roles=STAFF,
        scope=Scope.STUDENTS,
        run=dashboard,
    ),
)
