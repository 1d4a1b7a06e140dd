"""One CSV of an export: its separator, its header, and its rows in batches with their lines."""

from __future__ import annotations

import csv
import difflib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from nudgebot.errors import ExportError, Problem
from nudgebot.exports.bundle import Member
from nudgebot.exports.cells import clean
from nudgebot.exports.decoding import Lines

ROWS_AT_ONCE = 20_000
SEPARATORS = ",;\t|"


@dataclass(frozen=True)
class Header:
    """What the first line of a file says; `places` are the positions of the known columns."""

    separator: str
    names: tuple[str, ...]
    places: dict[str, int]
    notices: tuple[str, ...]

    @property
    def width(self) -> int:
        """How many cells a row has."""
        return len(self.names)


@dataclass
class Rows:
    """Rows of one file, all as wide as the header, and the line on which each begins."""

    cells: list[Sequence[str]]
    lines: Sequence[int]
    problems: list[Problem] = field(default_factory=list)


def read_header(member: Member, *, known: Collection[str], required: Collection[str]) -> Header:
    """Read the first line; raises ExportError where a required column is missing."""
    with member.open() as file:
        first = next(iter(Lines(file, member.shown)), "")
    if not first.strip():
        raise ExportError(f"{member.shown}:1: the file has no header line.")
    separator, names = _split(first, known)
    places: dict[str, int] = {}
    notices = []
    for place, name in enumerate(names):
        if name in places:
            raise ExportError(f"{member.shown}:1: the column {name} is there twice.")
        if name in known:
            places[name] = place
        elif name:
            notices.append(
                f"{member.shown}:1: {name[:40]}: this column is not known and was kept out"
                f"{_meant(name, set(known) - set(names))}."
            )
    missing = sorted(set(required) - set(places))
    if missing:
        plural = "s" if len(missing) > 1 else ""
        hint = _meant(missing[0], [name for name in names if name and name not in known])
        raise ExportError(
            f"{member.shown}:1: required column{plural} {', '.join(missing)} missing{hint};"
            " nothing of this export was taken."
        )
    return Header(separator, names, places, tuple(notices))


def _split(first: str, known: Collection[str]) -> tuple[str, tuple[str, ...]]:
    best: tuple[str, tuple[str, ...]] = (",", ())
    best_hits = -1
    for separator in SEPARATORS:
        cells = next(csv.reader([first], delimiter=separator), [])
        names = tuple(clean(cell).lower().replace(" ", "_") for cell in cells)
        hits = sum(name in known for name in names)
        if hits > best_hits:
            best, best_hits = (separator, names), hits
    return best


def _meant(name: str, others: Collection[str]) -> str:
    close = difflib.get_close_matches(name, sorted(others), n=1)
    return f", did you mean `{close[0]}`?" if close else ""


class Sheet:
    """Reads the rows below the header; ragged and unreadable ones become problems."""

    def __init__(self, member: Member, header: Header) -> None:
        self._member = member
        self._header = header
        self._line = 1
        self.bytes_read = 0
        self.notices: list[str] = []

    def batches(self) -> Iterator[Rows]:
        """All rows, some thousands at a time; raises ExportError where the file is cut off."""
        with self._member.open() as file:
            lines = Lines(file, self._member.shown)
            reader = csv.reader(lines, delimiter=self._header.separator, strict=True)
            self._line = 2
            next(reader, None)
            while True:
                rows = self._next(reader, lines)
                self.bytes_read = lines.bytes_read
                if rows is None:
                    break
                yield rows
            self._note(lines)

    def _next(self, reader: Iterator[list[str]], lines: Lines) -> Rows | None:
        found: list[Sequence[str]] = []
        problems: list[Problem] = []
        begin = self._line
        try:
            # Unlike a list made of the iterator, this keeps what came before an error.
            found.extend(islice(reader, ROWS_AT_ONCE))
        except csv.Error as error:
            last = reader.line_num  # type: ignore[attr-defined]  # csv has no public type for it
            if "unexpected end" in str(error):
                raise ExportError(
                    f"{self._member.shown}: the file is cut off: a quotation mark that opens after"
                    f" line {self._line_after(found, begin) - 1} is never closed."
                ) from error
            problems.append(self._problem(self._line_after(found, begin), error))
            self._line = last + 1
            return self._straight(found, begin, problems, lines)
        if not found:
            return None
        self._line = reader.line_num + 1  # type: ignore[attr-defined]
        return self._straight(found, begin, problems, lines)

    def _problem(self, line: int, error: csv.Error) -> Problem:
        if "limit" in str(error):
            message = "a cell is far too long; is a quotation mark missing?"
        else:
            message = "the quotation marks do not fit together"
        return Problem(self._member.shown, line, "", message)

    @staticmethod
    def _line_after(found: list[Sequence[str]], begin: int) -> int:
        return begin + sum(map(_height, found))

    def _straight(
        self, found: list[Sequence[str]], begin: int, problems: list[Problem], lines: Lines
    ) -> Rows:
        width = self._header.width
        heights_are_one = self._line - begin == len(found) and not problems
        if heights_are_one and set(map(len, found)) <= {width}:
            return Rows(found, range(begin, begin + len(found)), problems)
        kept, kept_lines = [], []
        line = begin
        for row in found:
            trimmed = self._fitted(row, line, problems)
            if trimmed is not None:
                kept.append(trimmed)
                kept_lines.append(line)
            line += _height(row)
        if problems and not lines.ends_in_newline and problems[-1].line >= self._line - 1:
            raise ExportError(
                f"{self._member.shown}:{problems[-1].line}: the file ends in the middle of a row;"
                " deliver the export again."
            )
        return Rows(kept, kept_lines, problems)

    def _fitted(
        self, row: Sequence[str], line: int, problems: list[Problem]
    ) -> Sequence[str] | None:
        width = self._header.width
        if len(row) == width:
            return row
        if not any(cell.strip() for cell in row):
            return None
        if len(row) > width and not any(cell.strip() for cell in row[width:]):
            return row[:width]
        problems.append(
            Problem(
                self._member.shown, line, "", f"has {len(row)} cells where the header has {width}"
            )
        )
        return None

    def _note(self, lines: Lines) -> None:
        if lines.stray_bytes:
            self.notices.append(
                f"{self._member.shown}:{lines.first_stray_line}: {lines.stray_bytes} bytes are not"
                " UTF-8 and were read as Windows-1252."
            )
        if lines.first_nul_line:
            self.notices.append(
                f"{self._member.shown}:{lines.first_nul_line}: NUL bytes were left out."
            )


def _height(row: Sequence[str]) -> int:
    """How many lines a row takes in its file."""
    return 1 + sum(cell.count("\n") or cell.count("\r") for cell in row if len(cell) > 1)
