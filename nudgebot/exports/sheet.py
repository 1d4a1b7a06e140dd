"""The rows of one CSV below its header, as columns of cells, with the line of each row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from nudgebot.errors import ExportError, Problem
from nudgebot.exports.bundle import Member
from nudgebot.exports.decoding import Texts
from nudgebot.exports.header import Header


@dataclass
class Part:
    """Some rows of a file as columns, the line on which each row begins, and what was wrong."""

    columns: Sequence[Sequence[str]]
    lines: Sequence[int]
    problems: list[Problem] = field(default_factory=list)


def columns_of(text: str, separator: str, width: int) -> list[list[str]] | None:
    """The columns of a text whose cells are all plain or all in quotation marks, else None.

    Text is cut at all separators at once, without a step for each row; a mark that cannot stand
    in the text takes the place of each line's end and proves afterwards that every row is as wide
    as it must be.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if not text.endswith("\n"):
        text += "\n"
    rows = text.count("\n")
    if '"' not in text:
        cells = text.replace("\n", f"{separator}\0{separator}").split(separator)
        cells.pop()
    elif text[0] == '"' and text.endswith('"\n') and text.count('"') == 2 * rows * width:
        between = f'"{separator}"'
        cells = text[1:-2].replace('"\n"', f"{between}\0{between}").split(between)
        cells.append("\0")
    else:
        return None
    step = width + 1
    ends = cells[width::step]
    if len(cells) != rows * step or ends.count("\0") != rows or "\r" in text:
        return None
    return [cells[place::step] for place in range(width)]


class Sheet:
    """Reads the rows below the header; ragged and unreadable ones become problems."""

    def __init__(self, member: Member, header: Header) -> None:
        self._member = member
        self._header = header
        self._line = 1
        self.bytes_read = 0
        self.notices: list[str] = []

    def parts(self) -> Iterator[Part]:
        """All rows, some thousands at a time; raises ExportError where the file is cut off."""
        with self._member.open() as file:
            texts = Texts(file, self._member.shown)
            blocks = iter(texts)
            self._line = 1
            for block in blocks:
                text = block
                if self._line == 1:
                    _, _, text = block.partition("\n")
                    self._line = 2
                if text:
                    yield self._part(text, blocks)
                self.bytes_read = texts.bytes_read
            self._note(texts)

    def _part(self, text: str, blocks: Iterator[str]) -> Part:
        columns = columns_of(text, self._header.separator, self._header.width)
        if columns is None:
            return self._careful(text, blocks)
        begin = self._line
        self._line += len(columns[0])
        return Part(columns, range(begin, self._line))

    def _careful(self, text: str, blocks: Iterator[str]) -> Part:
        """Read with all the rules of CSV; a row that runs on beyond the block takes the next."""
        feed = _Feed(text, blocks)
        reader = csv.reader(feed, delimiter=self._header.separator, strict=True)
        rows: list[Sequence[str]] = []
        lines: list[int] = []
        problems: list[Problem] = []
        while not feed.is_used_up:
            line = self._line + feed.taken
            try:
                row = self._fitted(next(reader), line, problems)
            except csv.Error as error:
                self._unreadable(error, line, problems)
            else:
                if row is not None:
                    rows.append(row)
                    lines.append(line)
        self._line += feed.taken
        if problems and problems[-1].line == self._line - 1 and not feed.ends_in_newline:
            raise ExportError(
                f"{self._member.shown}:{self._line - 1}: the file ends in the middle of a row;"
                " deliver the export again."
            )
        columns = list(zip(*rows, strict=True)) if rows else [()] * self._header.width
        return Part(columns, lines, problems)

    def _unreadable(self, error: csv.Error, line: int, problems: list[Problem]) -> None:
        if "unexpected end" in str(error):
            raise ExportError(
                f"{self._member.shown}:{line}: a quotation mark opens here and is never closed;"
                " the file is cut off or damaged. Nothing of this export was taken."
            ) from error
        if "limit" in str(error):
            message = "a cell is far too long; is a quotation mark missing?"
        else:
            message = "the quotation marks do not fit together"
        problems.append(Problem(self._member.shown, line, "", message))

    def _fitted(
        self, row: Sequence[str], line: int, problems: list[Problem]
    ) -> Sequence[str] | None:
        width = self._header.width
        if len(row) == width:
            return row
        if not any(map(str.strip, row)):
            return None
        if len(row) > width and not any(map(str.strip, row[width:])):
            return row[:width]
        message = f"the row has {len(row)} cells where the header has {width}"
        problems.append(Problem(self._member.shown, line, "", message))
        return None

    def _note(self, texts: Texts) -> None:
        shown = self._member.shown
        if texts.stray_bytes:
            self.notices.append(
                f"{shown}:{texts.first_stray_line}: bytes that are not UTF-8 were read as"
                f" Windows-1252 ({texts.stray_bytes} in all)."
            )
        if texts.first_nul_line:
            self.notices.append(f"{shown}:{texts.first_nul_line}: NUL bytes were left out.")


class _Feed:
    """Lines of a block for the CSV reader, and of the following ones while a row is not over."""

    def __init__(self, text: str, blocks: Iterator[str]) -> None:
        self._lines = io.StringIO(text, newline="").readlines()
        self._blocks = blocks
        self._next = 0
        self.taken = 0

    @property
    def is_used_up(self) -> bool:
        return self._next >= len(self._lines)

    @property
    def ends_in_newline(self) -> bool:
        return not self._lines or self._lines[-1].endswith(("\n", "\r"))

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self.is_used_up:
            self._lines = io.StringIO(next(self._blocks), newline="").readlines()
            self._next = 0
        line = self._lines[self._next]
        self._next += 1
        self.taken += 1
        return line
