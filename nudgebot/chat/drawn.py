"""What is drawn and printed for an answer: charts as pictures, reports as PDF and CSV."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from nudgebot.chat.answer import Answer, Attachment, File
from nudgebot.chat.asked import Asked
from nudgebot.chat.command import Call
from nudgebot.chat.enclosing import file_name
from nudgebot.chat.office import Office
from nudgebot.school.batches import newest_fact
from nudgebot.school.days import to_at
from nudgebot.settings import Settings

if TYPE_CHECKING:
    from nudgebot.reports.charts.card import Chart
    from nudgebot.reports.contents.kinds import Report

WHAT = {"pdf": "PDF", "csv": "CSV"}


def pictures(call: Call, chart: Chart | None, *ids: str) -> tuple[Attachment, ...]:
    """The chart as a picture, where there is one; `ids` of whom it is about name the file."""
    if chart is None:
        return ()
    folder: Path = call.office.settings["fonts_path"]

    def make() -> File:
        from nudgebot.reports.drawing import png  # noqa: PLC0415  # loads when first used
        from nudgebot.reports.fonts import Fonts  # noqa: PLC0415

        return File(png(chart.spec, Fonts(folder)), chart.label, chart.alt)

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

    settings, known = call.office.settings, newest_fact(call.office.store)

    def make() -> File:
        content = exported(report, report_type, said.form, settings, title=title, data_as_of=known)
        _note_export(call, report_type, said.form)
        return File(content, name)

    file = Attachment(name, WHAT[said.form], make, caption)
    return Answer("", students=students, attachments=(file,))


def _note_export(call: Call, report_type: str, form: str) -> None:
    """Who took which kind of report away; nothing about whom it is."""
    call.office.store.execute(
        "INSERT INTO exports (at, user_id, report, form) VALUES (?, ?, ?, ?)",
        [to_at(call.as_of), call.asker.user_id, report_type, form],
    )


def exported(
    report: Report,
    report_type: str,
    form: str,
    settings: Settings,
    *,
    title: str = "",
    paper: str = "",
    data_as_of: datetime | None = None,
) -> bytes:
    """A report as pdf or csv, as the school's settings have it; the paper may be another.

    `data_as_of` is the moment of the newest fact, as messages say it.
    """
    from nudgebot.reports.fonts import Fonts  # noqa: PLC0415  # loads when first used
    from nudgebot.reports.pdf import export_report_pdf  # noqa: PLC0415
    from nudgebot.reports.spreadsheet import export_report_csv  # noqa: PLC0415

    if form == "csv":
        return export_report_csv(
            report, title=title, zone=settings["timezone"], data_as_of=data_as_of
        )
    return export_report_pdf(
        report,
        report_type,
        paper=paper or settings["paper"],
        school=settings["school_name"],
        title=title,
        fonts=Fonts(settings["fonts_path"]),
        zone=settings["timezone"],
        data_as_of=data_as_of,
    )


def _name(call: Call, what: str, ids: tuple[str, ...], kind: str) -> str:
    return file_name(what, *ids, _day(call.as_of, call.office), kind=kind)


def _day(as_of: datetime, office: Office) -> str:
    return office.today(as_of).isoformat()
