"""The copy of everything that is held about a student, as one zip to hand over."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from nudgebot.markup import clean
from nudgebot.rights.catalogue import CATALOGUE
from nudgebot.rights.proof import whole
from nudgebot.rights.retention_words import period_in_words
from nudgebot.rights.sheets import ANOTHER, Cell, Sheet, messages_sheet, sheets_of
from nudgebot.rights.subject import SHORTEST_SEARCHED, Subject, subject_of
from nudgebot.store import Store

MESSAGES_SHOWN = 20


@dataclass(frozen=True)
class Copy:
    """A student's copy; `rows` counts all rows of all tables."""

    data: bytes
    files: tuple[str, ...]
    rows: int


def copy_of(
    store: Store,
    student_id: str,
    as_of: datetime,
    *,
    zone: tzinfo,
    keep_days: Mapping[str, int],
    report: bytes | None = None,
) -> Copy:
    """Everything that is held, also about a student who is gone from the exports.

    `report` is the PDF of her report, where one can be made; `keep_days` the retention settings.
    No other student's name is in it. Raises InputError for nobody.
    """
    subject = subject_of(store, student_id)
    tables = sheets_of(store, subject, zone)
    everything = [messages_sheet(store, subject, zone), *tables]
    everything = _without_others(store, subject, everything)
    files: dict[str, bytes] = {
        "README.txt": _readme(subject, as_of, everything, keep_days, has_report=report is not None),
        "overview.md": _overview(subject, as_of, everything, zone),
    }
    if report is not None:
        files["report.pdf"] = report
    files["messages.csv"] = everything[0].csv()
    files |= {f"tables/{each.name}.csv": each.csv() for each in everything[1:]}
    rows = sum(len(each.rows) for each in everything[1:])
    return Copy(_zipped(files, as_of.astimezone(zone)), tuple(files), rows)


def _without_others(store: Store, subject: Subject, sheets: Sequence[Sheet]) -> list[Sheet]:
    """The same without other students' names in what people wrote."""
    texts = "\n".join(
        cell for sheet in sheets for row in sheet.rows for cell in row if isinstance(cell, str)
    ).casefold()
    named = [
        row[0]
        for row in store.rows(
            """SELECT DISTINCT name FROM students WHERE student_id != ? AND name != ?
               AND length(name) >= ? AND name NOT IN (SELECT name FROM teachers)""",
            [subject.student_id, subject.name, SHORTEST_SEARCHED],
        )
        if row[0].casefold() in texts
    ]
    patterns = [whole(name) for name in sorted(named, key=len)[::-1]]
    return [_blotted(sheet, patterns) for sheet in sheets] if patterns else list(sheets)


def _blotted(sheet: Sheet, patterns: Sequence[re.Pattern[str]]) -> Sheet:
    def cell(value: Cell) -> Cell:
        for pattern in patterns if isinstance(value, str) else ():
            value = pattern.sub(ANOTHER, str(value))
        return value

    rows = tuple(tuple(map(cell, row)) for row in sheet.rows)
    return replace(sheet, rows=rows)


def _readme(
    subject: Subject,
    as_of: datetime,
    sheets: Sequence[Sheet],
    keep_days: Mapping[str, int],
    *,
    has_report: bool,
) -> bytes:
    kept = {each.view or each.table: each.setting for each in CATALOGUE}
    lines = [
        f"Everything that nudgebot holds about {clean(subject.name)} (id {subject.student_id}),",
        f"as of {as_of:%Y-%m-%d %H:%M} UTC.",
        "",
        "overview.md   A summary to read, in plain words.",
    ]
    if has_report:
        lines.append("report.pdf    The report that teachers see, to read or print.")
    lines += [
        "messages.csv  All messages and e-mails to the student and her guardians, and her own.",
        "",
        "The folder tables holds every row of every table, one file a table. They open in any",
        "spreadsheet. Empty cells are what is not known. Other students are not named.",
        "",
    ]
    for sheet in sheets[1:]:
        rows = "1 row" if len(sheet.rows) == 1 else f"{len(sheet.rows):,} rows"
        lines += [
            f"tables/{sheet.name}.csv ({rows})",
            f"    {sheet.what}",
            f"    Kept {period_in_words(kept.get(sheet.name, ''), keep_days)}.",
        ]
    lines += [
        "",
        "Not in here: what Zulip itself keeps, above all the direct messages with the bot; the",
        "student sees them in Zulip. Nor what the school's learning system holds: ask the school.",
    ]
    return ("\r\n".join(lines) + "\r\n").encode()


def _overview(subject: Subject, as_of: datetime, sheets: Sequence[Sheet], zone: tzinfo) -> bytes:
    local = as_of.astimezone(zone)
    lines = [
        f"# What is held about {clean(subject.name)}",
        "",
        f"As of {local:%Y-%m-%d %H:%M}.",
        "",
    ]
    lines += [f"- {sheet.what} ({len(sheet.rows):,})" for sheet in sheets[1:]]
    for sheet in sheets:
        if sheet.name in ("students", "enrollments", "exam_results", "submissions", "guardians"):
            lines += ["", f"## {sheet.what.rstrip('.')}", "", *_table(sheet)]
    newest = sheets[0].rows[::-1][:MESSAGES_SHOWN]
    if newest:
        lines += ["", "## The newest messages", ""]
        lines += [f"- {row[0]} {row[1]}: {clean(str(row[4]))}" for row in newest]
    return ("\n".join(lines) + "\n").encode()


def _table(sheet: Sheet) -> list[str]:
    """The sheet as a Markdown table, without columns in which there is nothing."""
    places = [
        place
        for place in range(len(sheet.columns))
        if any(row[place] not in (None, "") for row in sheet.rows)
    ]
    head = [sheet.columns[place].replace("_", " ") for place in places]
    rows = [[_shown(row[place]) for place in places] for row in sheet.rows]
    return [f"| {' | '.join(each)} |" for each in (head, ["---"] * len(head), *rows)]


def _shown(value: object) -> str:
    return "" if value is None else clean(str(value)).replace("|", "\\|")


def _zipped(files: Mapping[str, bytes], moment: datetime) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            stamp = max(moment.timetuple()[:6], (1980, 1, 1, 0, 0, 0))
            archive.writestr(zipfile.ZipInfo(name, stamp), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
