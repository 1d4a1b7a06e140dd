"""Rows of a file to rows of a table: whole columns at once, row by row where one is bad."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

from nudgebot.errors import Problem
from nudgebot.exports.cells import BadCellError, Cells
from nudgebot.exports.header import Header
from nudgebot.exports.layout import BadRowError, Column, Context, Layout
from nudgebot.exports.sheet import Part

Row = Sequence[Any]


@dataclass
class Parsed:
    """Some rows of one file, as columns of equal length in the layout's order.

    `texts` are the columns of the file that the rows come from. `refused_keys` are the keys of
    rows that were refused but say whose they are; `nameless` counts refused rows that do not.
    """

    columns: list[Sequence[Any]]
    lines: Sequence[int]
    texts: Sequence[Sequence[str]]
    problems: list[Problem] = field(default_factory=list)
    refused_keys: list[tuple[Any, ...]] = field(default_factory=list)
    nameless: int = 0

    @property
    def refused(self) -> int:
        """How many rows were refused."""
        return len(self.refused_keys) + self.nameless

    @property
    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The rows."""
        return zip(*self.columns, strict=True)


class Parser:
    """Reads the batches of one file by its layout."""

    def __init__(self, layout: Layout, header: Header, context: Context, *, shown: str) -> None:
        self._layout = layout
        self._context = context
        self._shown = shown
        self._cells: list[Cells] = [column.cells(context) for column in layout.columns]
        self._places = [header.places.get(column.name) for column in layout.columns]

    def parse(self, part: Part) -> Parsed:
        """The values of a batch; rows that cannot be taken are among the problems."""
        if part.lines:
            try:
                return self._fast(part)
            except (BadCellError, BadRowError):
                pass
        return self._slow(part)

    def _fast(self, part: Part) -> Parsed:
        texts, count = part.columns, len(part.lines)
        columns = [
            _absent(cells, column, count) if place is None else cells.column(texts[place])
            for column, cells, place in zip(
                self._layout.columns, self._cells, self._places, strict=True
            )
        ]
        finish = self._layout.finish
        if finish is not None:
            rows = list(map(list, zip(*columns, strict=True)))
            for row in rows:
                finish(row, self._context)
            columns = list(zip(*rows, strict=True))
        return Parsed(columns, part.lines, part.columns, part.problems, [], len(part.problems))

    def _slow(self, part: Part) -> Parsed:
        rows: list[list[Any]] = []
        lines: list[int] = []
        texts: list[Sequence[str]] = []
        parsed = Parsed([], lines, [], part.problems, [], len(part.problems))
        for line, cells in zip(part.lines, zip(*part.columns, strict=True), strict=True):
            if not any(map(str.strip, cells)):
                continue
            row = self._row(cells, line, parsed)
            if row is not None:
                rows.append(row)
                lines.append(line)
                texts.append(cells)
        parsed.columns = turned(rows, len(self._layout.columns))
        parsed.texts = turned(texts, len(part.columns))
        return parsed

    def _row(self, texts: Sequence[str], line: int, parsed: Parsed) -> list[Any] | None:
        row: list[Any] = []
        bad = False
        for place, column, cells in zip(
            self._places, self._layout.columns, self._cells, strict=True
        ):
            text = column.absent if place is None else texts[place]
            try:
                row.append(cells.cell(text))
            except BadCellError as error:
                parsed.problems.append(Problem(self._shown, line, column.name, str(error)))
                row.append(BadCellError)
                bad = True
        if not bad:
            try:
                if self._layout.finish is not None:
                    self._layout.finish(row, self._context)
            except BadRowError as error:
                parsed.problems.append(Problem(self._shown, line, error.column, str(error)))
            else:
                return row
        key = tuple(row[place] for place in self._layout.key_places)
        if BadCellError in key:
            parsed.nameless += 1
        else:
            parsed.refused_keys.append(key)
        return None


def turned(rows: Sequence[Sequence[Any]], width: int) -> list[Sequence[Any]]:
    """The columns of rows; as many as there must be, also where there is no row."""
    return list(zip(*rows, strict=True)) if rows else [() for _ in range(width)]


def _absent(cells: Cells, column: Column, count: int) -> Sequence[Any]:
    return list(repeat(cells.cell(column.absent), count))
