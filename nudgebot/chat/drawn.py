"""What is drawn and printed for an answer: charts as pictures, reports as PDF and CSV."""

from __future__ import annotations

from datetime import datetime

from nudgebot.chat.answer import Answer, Attachment, File
from nudgebot.chat.asked import Asked
from nudgebot.chat.command import Call
from nudgebot.chat.enclosing import file_name
from nudgebot.chat.office import Office
from nudgebot.reports.charts.card import Chart
from nudgebot.reports.contents.kinds import Report
from nudgebot.reports.drawing import png
from nudgebot.reports.fonts import Fonts
from nudgebot.reports.pdf import export_report_pdf
from nudgebot.reports.spreadsheet import export_report_csv

WHAT = {"pdf": "PDF", "csv": "CSV"}


def fonts_of(office: Office) -> Fonts:
    """The bundled fonts, and the school's own."""
    return Fonts(folder=office.settings["fonts_path"])


def pictures(call: Call, chart: Chart | None, *ids: str) -> tuple[Attachment, ...]:
    """The chart as a picture, where there is one; `ids` of whom it is about name the file."""
    if chart is None:
        return ()

    def make() -> File:
        return File(png(chart.spec, fonts_of(call.office)), chart.label, chart.alt)

    return (Attachment(_name(call, chart.name, ids, "png"), "chart", make),)


def handed_over(
    call: Call,
    said: Asked,
    report: Report,
    *,
    report_type: str,
    caption: str,
    ids: tuple[str, ...],
    students: frozenset[str],
    title: str = "",
) -> Answer:
    """The answer that is nothing but the report as the PDF or CSV that was asked for.

    `caption` is finished Markdown; `title` says whose a trend is.
    """
    name = _name(call, report_type.replace("_", "-"), ids, said.form)

    def make() -> File:
        if said.form == "csv":
            return File(export_report_csv(report, title=title), name)
        settings = call.office.settings
        pdf = export_report_pdf(
            report,
            report_type,
            paper=settings["paper"],
            school=settings["school_name"],
            title=title,
            fonts=fonts_of(call.office),
        )
        return File(pdf, name)

    file = Attachment(name, WHAT[said.form], make, caption)
    return Answer("", students=students, attachments=(file,))


def _name(call: Call, what: str, ids: tuple[str, ...], kind: str) -> str:
    return file_name(what, *ids, _day(call.as_of, call.office), kind=kind)


def _day(as_of: datetime, office: Office) -> str:
    return office.today(as_of).isoformat()
