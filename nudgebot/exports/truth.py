"""Bulk truth: a table becomes what a file says, by the difference between the two."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nudgebot.exports.layout import Layout

Key = tuple[Any, ...]
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Changes:
    """What a file changes in its table: rows by key, without `gone_at`.

    `before` holds the rows that were in force, `written` those that are new, other or back, and
    `gone` the keys of those that the file no longer has.
    """

    layout: Layout
    before: Mapping[Key, Row] = field(default_factory=dict)
    written: Mapping[Key, Row] = field(default_factory=dict)
    gone: Collection[Key] = ()

    def __bool__(self) -> bool:
        return bool(self.written or self.gone)

    def after(self) -> dict[Key, Row]:
        """The rows that are in force once the change is written."""
        gone = set(self.gone)
        kept = {key: row for key, row in self.before.items() if key not in gone}
        return kept | dict(self.written)

    def values(self, column: str) -> set[Any]:
        """All values of a column in the rows that change, as they were and as they become."""
        place = self.layout.names.index(column)
        found = {row[place] for row in self.written.values()}
        found |= {self.before[key][place] for key in self.written if key in self.before}
        found |= {self.before[key][place] for key in self.gone}
        return found


def compare(
    connection: sqlite3.Connection,
    layout: Layout,
    rows: Mapping[Key, Row],
    *,
    keep: Collection[Key] = (),
    keep_all: bool = False,
) -> Changes:
    """What would change if the table were to hold these rows.

    A key in `keep` is not gone though no row has it: its row was there but could not be read.
    With `keep_all` nothing is gone, since unreadable rows do not say whose they were.
    """
    names = ", ".join(layout.names)
    places = layout.key_places
    before: dict[Key, Row] = {}
    for found in connection.execute(
        f"SELECT {names} FROM {layout.table} WHERE gone_at IS NULL"  # noqa: S608  # own names
    ):
        row = tuple(found)
        before[tuple(row[place] for place in places)] = row
    written = {key: row for key, row in rows.items() if before.get(key) != row}
    kept = set(keep)
    gone = [] if keep_all else [key for key in before if key not in rows and key not in kept]
    return Changes(layout, before, written, gone)


def write(connection: sqlite3.Connection, changes: Changes, *, gone_at: int) -> None:
    """Bring the table up to date; rows that are gone stay, marked with the time."""
    layout = changes.layout
    names = ", ".join(layout.names)
    marks = ", ".join("?" for _ in layout.names)
    others = [name for name in layout.names if name not in layout.key]
    sets = ", ".join([*(f"{name} = excluded.{name}" for name in others), "gone_at = NULL"])
    connection.executemany(
        f"INSERT INTO {layout.table} ({names}) VALUES ({marks})"  # noqa: S608  # own names
        f" ON CONFLICT ({', '.join(layout.key)}) DO UPDATE SET {sets}",
        _sorted(changes.written),
    )
    where = " AND ".join(f"{name} = ?" for name in layout.key)
    connection.executemany(
        f"UPDATE {layout.table} SET gone_at = ? WHERE {where}",  # noqa: S608  # own names
        [(gone_at, *key) for key in changes.gone],
    )


def _sorted(rows: Mapping[Key, Row]) -> Sequence[Row]:
    """In the order of the table's key, in which a B-tree grows fastest."""
    return [rows[key] for key in sorted(rows)]
