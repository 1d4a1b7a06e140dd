"""How a file of an export maps to a table: declared, not coded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from nudgebot.exports.cells import Cells, Keys, References, Remembering


class BadRowError(ValueError):
    """A row whose cells do not fit each other; says under which column to report it."""

    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column


@dataclass
class Context:
    """What reading a file needs to know: the feed's zone, and every id met so far, by table."""

    zone: ZoneInfo
    known: dict[str, set[str]]
    decimal_comma: bool = False

    def references(self, table: str, file: str) -> References:
        """Reads ids that the table must hold, or have held; the file is where people look."""
        return References(self.known[table], file)


@dataclass(frozen=True)
class Column:
    """A column of a file: its name there, its reader, and its name in the table.

    `absent` is the text that every cell holds where the file has no such column.
    """

    name: str
    cells: Callable[[Context], Cells]
    required: bool = False
    into: str = ""
    absent: str = ""

    @property
    def stored_as(self) -> str:
        """The column of the table."""
        return self.into or self.name


def simple(
    name: str, read: Callable[[str], Any], *, into: str = "", required: bool = False
) -> Column:
    """A column whose reader needs to know nothing else."""
    return Column(name, lambda _: Remembering(read), required=required, into=into)


def identity(name: str) -> Column:
    """A required column of ids that hardly repeat."""
    return Column(name, lambda _: Keys(), required=True)


def reference(name: str, table: str, *, file: str = "") -> Column:
    """A required column of ids that another file declares, by default that of the table's name."""
    where = file or f"{table}.csv"
    return Column(name, lambda context: context.references(table, where), required=True)


@dataclass(frozen=True)
class Layout:
    """A file, its table, and what makes a row of the one a row of the other.

    `finish` gets a row's values in the order of `columns`, may change them in place, and raises
    BadRowError; with `wins`, the better of two rows with one key is kept, else the first.
    """

    file: str
    table: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    finish: Callable[[list[Any], Context], None] | None = None
    wins: Callable[[Sequence[Any], Sequence[Any]], bool] | None = None
    names: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Name the table's columns once."""
        object.__setattr__(self, "names", tuple(each.stored_as for each in self.columns))

    @property
    def required(self) -> tuple[str, ...]:
        """The columns that the file must have."""
        return tuple(each.name for each in self.columns if each.required)

    @property
    def known(self) -> tuple[str, ...]:
        """The columns that the file may have."""
        return tuple(each.name for each in self.columns)

    @property
    def key_places(self) -> tuple[int, ...]:
        """The positions of the key within a row."""
        return tuple(self.names.index(name) for name in self.key)
