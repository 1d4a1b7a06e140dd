"""Reads the native format: a CSV per table."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from nudgebot.errors import ExportError
from nudgebot.exports.activity import Activities
from nudgebot.exports.batch import Batch
from nudgebot.exports.bundle import Bundle, Member, name_of
from nudgebot.exports.header import Header, read_header
from nudgebot.exports.layout import Layout
from nudgebot.exports.moments import is_bare_day
from nudgebot.exports.native_layouts import (
    ACTIVITIES,
    LAYOUTS,
    PEOPLE,
    PRACTICE,
    STUDENTS,
    TRUTHS,
)
from nudgebot.exports.parsing import Parsed, Parser
from nudgebot.exports.sheet import Sheet

# Of these tables the times tell how new an export is.
_KNOWS = {
    "exam_results": "changed_at",
    "submissions": "submitted_at",
    "achievements": "earned_at",
}

# What no two people should have in common, and how it is called.
_ONE_OF_A_KIND = {"students": ("email", "zulip_user_id"), "teachers": ("zulip_user_id",)}
_SHARED = {"email": "an address", "zulip_user_id": "a Zulip user"}


@dataclass(frozen=True)
class Found:
    """A file of the export, its layout and its header."""

    layout: Layout
    member: Member
    header: Header


@dataclass
class NativeExport:
    """An export whose headers are in order; hands its rows to a batch."""

    found: dict[str, Found]
    notices: list[str] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How many bytes there are to be read."""
        return sum(each.member.size for each in self.found.values())

    @property
    def tables(self) -> frozenset[str]:
        """The tables of which there are files."""
        return frozenset(each.layout.table for each in self.found.values())

    def people(self, batch: Batch) -> None:
        """Hand over students, teachers, classes and enrolments."""
        for layout in PEOPLE:
            self._truth(layout, batch)

    def facts(self, batch: Batch) -> None:
        """Hand over the rest."""
        for layout in TRUTHS[len(PEOPLE) :]:
            self._truth(layout, batch)
        batch.know_exams()
        if ACTIVITIES.file in self.found:
            self._activities(batch)
        if PRACTICE.file in self.found:
            found = self.found[PRACTICE.file]
            batch.practice(parts(found, batch), found.member.shown)

    def _truth(self, layout: Layout, batch: Batch) -> None:
        found = self.found.get(layout.file)
        if found is None:
            return
        shown = found.member.shown
        known = layout.names.index(_KNOWS[layout.table]) if layout.table in _KNOWS else None
        marks: dict[str, list[Any]] = {name: [] for name in _ONE_OF_A_KIND.get(layout.table, ())}

        def watched() -> Iterator[Parsed]:
            for parsed in parts(found, batch):
                if known is not None:
                    batch.know(parsed.columns[known])
                for name, values in marks.items():
                    values.extend(parsed.columns[layout.names.index(name)])
                yield parsed

        batch.truth(layout, watched(), shown)
        for name, values in marks.items():
            shared = sum(count for value, count in Counter(values).items() if value and count > 1)
            if shared:
                batch.notices.append(
                    f"{shown}: {name}: {shared} {layout.table} share {_SHARED[name]} with another"
                    " one; nobody is recognised by it."
                )

    def _activities(self, batch: Batch) -> None:
        found = self.found[ACTIVITIES.file]
        at_place = found.header.places["at"]
        for parsed in parts(found, batch):
            ids, students, ats, kinds, contents, subjects, minutes, progress = parsed.columns
            bare = None
            if min(map(len, parsed.texts[at_place]), default=16) < 16:
                bare = [is_bare_day(text) for text in parsed.texts[at_place]]
            ones = [1] * len(ats)
            rows = Activities(
                ids, students, ats, kinds, contents, subjects, ones, minutes, progress, bare
            )
            batch.refuse("activities", parsed.problems, parsed.refused)
            batch.activities(rows, parsed.lines, found.member.shown)


def parts(found: Found, batch: Batch) -> Iterator[Parsed]:
    """The rows of a file, parsed, some thousands at a time."""
    batch.context.decimal_comma = found.header.separator != ","
    sheet = Sheet(found.member, found.header)
    parser = Parser(found.layout, found.header, batch.context, shown=found.member.shown)
    for part in sheet.parts():
        yield parser.parse(batch.forgotten.without(part, found.header))
        batch.progress(found.member.shown, sheet.bytes_read)
    batch.notices += sheet.notices


def open_native(bundle: Bundle) -> NativeExport:
    """Check which files there are and their headers; raises ExportError before any write."""
    if STUDENTS.file not in bundle.members and not _any_known(bundle):
        raise ExportError(
            f"{name_of(bundle.path)} holds no file of the native format; it needs students.csv."
        )
    found: dict[str, Found] = {}
    by_file = {layout.file: layout for layout in LAYOUTS}
    notices = [f"{each}: this file is not known and was not read." for each in bundle.others]
    for name, member in bundle.members.items():
        layout = by_file.get(name)
        if layout is None:
            close = difflib.get_close_matches(name, by_file, n=1)
            meant = f", did you mean {close[0]}?" if close else "."
            notices.append(f"{member.shown}: this file is not known and was not read{meant}")
            continue
        header = read_header(member, known=layout.known, required=layout.required)
        found[name] = Found(layout, member, header)
        notices += header.notices
        if name == "exams.csv" and "released" not in header.places:
            notices.append(
                f"{member.shown}: without a column `released` all results count at once."
            )
    return NativeExport(found, notices)


def _any_known(bundle: Bundle) -> bool:
    return any(layout.file in bundle.members for layout in LAYOUTS)
