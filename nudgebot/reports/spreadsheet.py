"""A report as CSV for a spreadsheet: one figure a line, guarded, the same figures as elsewhere.

Columns: section, row (its number in the section), item, figure, value, unit, shown. `value` is the
exact figure (a point for decimals, ISO dates, empty where not measured), `shown` what the message
and the PDF say.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, tzinfo

from nudgebot.markup import clean
from nudgebot.reports.contents.kinds import Report, contents
from nudgebot.reports.contents.section import Contents, Section, row
from nudgebot.reports.figures import Figure, Raw, moment

HEADER = ("section", "row", "item", "figure", "value", "unit", "shown")
# What a spreadsheet may take for the beginning of a formula, in wide forms too.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def export_report_csv(
    report_data: Report,
    *,
    title: str = "",
    zone: tzinfo = UTC,
    data_as_of: datetime | None = None,
) -> bytes:
    """The CSV of a report: UTF-8 with a byte order mark, lines ended as spreadsheets expect.

    `title` says whose a trend is; moments are told in `zone`; `data_as_of` is that of the message,
    for reports that do not know it themselves. A text that a spreadsheet could take for a formula
    has an apostrophe before it; numbers stay numbers.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADER)
    whole = contents(report_data, title)
    whole = replace(whole, data_as_of=data_as_of or whole.data_as_of)
    for section in (_about(whole), *whole.sections):
        writer.writerows(_lines(section, zone))
    return out.getvalue().encode("utf-8-sig", errors="replace")


def _about(whole: Contents) -> Section:
    told = {
        "Kind": whole.kind,
        "Of": whole.title,
        "In": whole.about,
        "Period": whole.period,
        "Note": whole.note,
    }
    moments = {"As of": whole.as_of, "Data as of": whole.data_as_of}
    rows = [row(name, (words, "text")) for name, words in told.items() if words]
    rows += [
        row(name, (at, "moment" if isinstance(at, datetime) else "day"))
        for name, at in moments.items()
        if at
    ]
    return Section("Report", ("", ""), tuple(rows))


def _lines(section: Section, zone: tzinfo) -> Iterator[tuple[str | int | float, ...]]:
    for number, each in enumerate(section.rows, start=1):
        for column, figure in zip(section.columns[1:], each.figures, strict=False):
            head = (guarded(section.title), number, guarded(each.item), guarded(column))
            yield (*head, *_figure(figure, zone))
    for number, note in enumerate(section.notes, start=1):
        yield (guarded(section.title), number, "Note", "", "", "text", guarded(note))


def _figure(figure: Figure, zone: tzinfo) -> tuple[str | float, str, str]:
    if isinstance(figure.value, datetime):
        local = figure.value.astimezone(zone)
        return local.isoformat(), figure.unit, moment(local, zone)
    return _value(figure.value), figure.unit, guarded(str(figure))


def _value(value: Raw) -> str | float:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    return guarded(value) if isinstance(value, str) else value


def guarded(text: str) -> str:
    """Text in one line that no spreadsheet takes for a formula."""
    line = clean(text)
    return f"'{line}" if line.startswith(_FORMULA) else line
