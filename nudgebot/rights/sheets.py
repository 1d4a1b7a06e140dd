"""A student's rows as tables that people read: titles beside ids, times as times, nobody else."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from nudgebot.reports.spreadsheet import guarded
from nudgebot.rights.catalogue import CATALOGUE
from nudgebot.rights.holding import OF_STUDENT, Holding
from nudgebot.rights.subject import Subject
from nudgebot.school.days import from_at, from_day
from nudgebot.store import Store

ANOTHER = "(another student)"
# The table and column that hold what an id is called.
_TITLES = {
    "class_id": ("classes", "name"),
    "exam_id": ("exams", "title"),
    "assignment_id": ("assignments", "title"),
    "skill_id": ("skills", "name"),
    "content_id": ("content", "title"),
}
_OF_PEOPLE = ("student_id", "tutor_id")
Cell = str | int | float | None


@dataclass(frozen=True)
class Sheet:
    """Rows of one table; `what` they are, in a sentence."""

    name: str
    what: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def csv(self) -> bytes:
        """As CSV: UTF-8 with a byte order mark, no text that a spreadsheet takes for a formula."""
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(self.columns)
        for row in self.rows:
            writer.writerow([guarded(each) if isinstance(each, str) else each for each in row])
        return out.getvalue().encode("utf-8-sig", errors="replace")


def sheets_of(store: Store, subject: Subject, zone: tzinfo) -> list[Sheet]:
    """Every table that holds anything of the student, in the catalogue's order."""
    found = [_sheet(store, subject, each, zone) for each in CATALOGUE if each.in_copy]
    return [each for each in found if each.rows]


def _sheet(store: Store, subject: Subject, holding: Holding, zone: tzinfo) -> Sheet:
    source = holding.view or holding.table
    whose = OF_STUDENT if holding.view else holding.whose
    cursor = store.execute(f"SELECT * FROM {source} WHERE {whose}", subject.parameters)  # noqa: S608  # the catalogue's own
    names = [each[0] for each in cursor.description]
    columns: list[str] = []
    cells: list[list[Cell]] = []
    rows = cursor.fetchall()
    for place, name in enumerate(names):
        if name in holding.withheld:
            continue
        values = [_cell(name, row[place], subject, zone) for row in rows]
        columns.append(name)
        cells.append(values)
        if name in _TITLES:
            columns.append(name.replace("_id", "_title"))
            cells.append(_titles(store, name, values))
    return Sheet(source, holding.what, tuple(columns), tuple(zip(*cells, strict=True)))


def _cell(column: str, value: Any, subject: Subject, zone: tzinfo) -> Cell:
    if isinstance(value, bytes):
        return value.hex()
    if column in _OF_PEOPLE and value != subject.student_id:
        return ANOTHER
    if isinstance(value, int) and (column == "at" or column.endswith("_at")):
        return from_at(value).astimezone(zone).isoformat()
    if isinstance(value, int) and (column == "day" or column.endswith("_day")):
        return from_day(value).isoformat()
    found: Cell = value
    return found


def _titles(store: Store, column: str, ids: Sequence[Cell]) -> list[Cell]:
    table, title = _TITLES[column]
    rows = store.rows(
        f"SELECT {column}, {title} FROM {table}"  # noqa: S608  # own names
        f" WHERE {column} IN (SELECT value FROM json_each(?))",
        [json.dumps(sorted({str(each) for each in ids}))],
    )
    found = {row[0]: row[1] for row in rows}
    return [found.get(str(each)) for each in ids]


def messages_sheet(store: Store, subject: Subject, zone: tzinfo) -> Sheet:
    """What was said: letters to her and about her to her guardians, and her own words."""
    said = [*_letters(store, subject), *_own_words(store, subject)]
    rows = [
        (from_at(at).astimezone(zone).isoformat(), *rest)
        for at, *rest in sorted(said, key=lambda each: (each[0], str(each[1:])))
    ]
    return Sheet(
        "messages",
        "All messages and e-mails to the student and her guardians, and her own, oldest first.",
        ("at", "way", "by", "what became of it", "text"),
        tuple(rows),
    )


def _letters(store: Store, subject: Subject) -> Iterable[tuple[Any, ...]]:
    whose = next(each.whose for each in CATALOGUE if each.table == "outbox")
    for row in store.rows(
        f"SELECT * FROM outbox WHERE letter != '' AND ({whose})",  # noqa: S608  # the catalogue's own
        subject.parameters,
    ):
        letter = json.loads(row["letter"])
        by = "e-mail" if "address" in letter["recipient"] else "Zulip"
        way = f"to {letter['recipient']['name']}" if by == "e-mail" else "to her"
        text = "\n".join(filter(None, [letter["heading"], letter["content"]]))
        yield row["claimed_at"], way, by, row["state"], text


def _own_words(store: Store, subject: Subject) -> Iterable[tuple[Any, ...]]:
    for row in store.rows("SELECT * FROM answers WHERE student_id = ?", [subject.student_id]):
        readers = row["passed_to"]
        yield row["at"], "from her", "Zulip", f"passed on to {readers}", row["text"]


def utc(moment: datetime) -> str:
    """A moment in UTC, to the second."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")
