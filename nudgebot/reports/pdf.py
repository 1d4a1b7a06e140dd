"""A report as a PDF to print: typeset from a template, all outside text handed over as data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any

from nudgebot.errors import InputError
from nudgebot.insight.report_data import Comparison, StudentReport, for_students
from nudgebot.markup import clean
from nudgebot.reports.charts.card import Chart
from nudgebot.reports.contents.kinds import Report, checked, contents
from nudgebot.reports.contents.section import Contents, Section
from nudgebot.reports.drawing import draw, template
from nudgebot.reports.figures import Figure, day, moment
from nudgebot.reports.fonts import FAMILIES, Fonts, book
from nudgebot.reports.names import isolated

PAPERS: Mapping[str, str] = {"a4": "a4", "letter": "us-letter"}
_WORDY = {"text", "state", "work state", "risk"}


def export_report_pdf(
    report_data: Report,
    report_type: str,
    *,
    paper: str = "a4",
    school: str = "",
    title: str = "",
    fonts: Fonts | None = None,
    zone: tzinfo = UTC,
    data_as_of: datetime | None = None,
) -> bytes:
    """The PDF of a report (requirement B): a few pages of tables and charts, ready to print.

    `report_type` is student, class, skills, skill, comparison, class_comparison, trend or
    dashboard, and must fit `report_data`; `paper` is a4 or letter; `school` stands at the top of
    each page; `title` says whose a trend is; moments are told in `zone`; `data_as_of` is that of
    the message, for reports that do not know it themselves. A sheet about one student never says
    her place among others. Raises InputError with what to write instead. The same figures give the
    same bytes.
    """
    checked(report_data, report_type)
    if paper.lower() not in PAPERS:
        raise InputError(f"There is no such paper; take one of {', '.join(PAPERS)}.")
    import typst  # noqa: PLC0415  # loads when first used: the bot's start pays nothing

    fonts = fonts or Fonts()
    if isinstance(report_data, StudentReport | Comparison):
        report_data = for_students(report_data)
    whole = contents(report_data, title)
    whole = replace(whole, data_as_of=data_as_of or whole.data_as_of)
    data = {**_page(whole, zone), "school": clean(school), "paper": PAPERS[paper.lower()]}
    compiled = typst.compile(
        template("report.typ"),
        format="pdf",
        font_paths=book(fonts),
        timestamp=int(_instant(whole.as_of).timestamp()),
        sys_inputs={"report": json.dumps(data), "fonts": json.dumps(FAMILIES)},
    )
    assert isinstance(compiled, bytes), "a PDF is one file"  # noqa: S101  # for the type
    return compiled


def _page(whole: Contents, zone: tzinfo) -> dict[str, Any]:
    return {
        "kind": whole.kind,
        "title": isolated(clean(whole.title)) or "Report",
        "about": clean(whole.about),
        "period": clean(whole.period),
        "as_of": _as_of(whole, zone),
        "note": clean(whole.note),
        "sections": [_section(each, zone) for each in whole.sections if _on_paper(each)],
    }


def _as_of(whole: Contents, zone: tzinfo) -> str:
    if whole.data_as_of:
        return f"Data as of {moment(whole.data_as_of, zone)}"
    at = whole.as_of
    return f"As of {moment(at, zone) if isinstance(at, datetime) else day(at)}"


def _instant(at: datetime | date) -> datetime:
    return at if isinstance(at, datetime) else datetime.combine(at, time(), UTC)


def _on_paper(section: Section) -> bool:
    return section.printed or bool(section.charts)


def _section(section: Section, zone: tzinfo) -> dict[str, Any]:
    width = len(section.columns)
    rows = [
        [clean(row.item), *(_cell(figure, zone) for figure in row.figures)]
        for row in (section.rows if section.printed else ())
    ]
    padded = [[*row, *[""] * (width - len(row))] for row in rows]
    kept = [place for place in range(width) if place < 2 or not _nothing(padded, place)]
    return {
        "title": clean(section.title),
        "notes": [clean(note) for note in section.notes],
        "charts": [_chart(chart) for chart in section.charts],
        "columns": [clean(section.columns[place]) for place in kept],
        "widths": [_width(place, section, padded) for place in kept],
        "rows": [[row[place] for place in kept] for row in padded],
    }


def _nothing(rows: list[list[str]], place: int) -> bool:
    """Whether nothing is measured in the whole column."""
    return all(row[place] in {"–", ""} for row in rows)


def _chart(chart: Chart) -> dict[str, Any]:
    spec = {**chart.spec, "background": "#ffffff"}
    return {**draw(spec).plain(), "alt": chart.alt}


def _cell(figure: Figure, zone: tzinfo) -> str:
    """A dash for what is not measured, which the page's foot explains."""
    if isinstance(figure.value, datetime):
        return moment(figure.value, zone)
    return "–" if figure.value is None else clean(str(figure))


def _width(place: int, section: Section, rows: list[list[str]]) -> int:
    """0 for a column of numbers, at the right; else its share of the page, by its longest words."""
    figures = [row.figures[place - 1] for row in section.rows if 0 < place <= len(row.figures)]
    if place and all(figure.unit not in _WORDY for figure in figures):
        return 0
    longest = max((len(row[place]) for row in rows), default=0)
    return min(max(longest, len(section.columns[place]), 12), 48)
