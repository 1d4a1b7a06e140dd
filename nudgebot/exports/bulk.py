"""Many rows in few statements: one prepared INSERT takes some hundred rows at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from itertools import chain
from typing import Any

ROWS_AT_ONCE = 200


def insert(
    connection: sqlite3.Connection,
    table: str,
    names: Sequence[str],
    columns: Sequence[Sequence[Any]],
    *,
    conflict: str = "",
) -> None:
    """Insert rows that are given as columns; `conflict` is the statement's ON CONFLICT clause.

    Nearly twice as fast as `executemany`, which starts the statement anew for every row.
    """
    flat = list(chain.from_iterable(zip(*columns, strict=True)))
    width = len(names)
    at_once = min(ROWS_AT_ONCE, connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER) // width)
    head = f"INSERT INTO {table} ({', '.join(names)}) VALUES "  # noqa: S608  # own names
    marks = f"({', '.join('?' * width)})"
    step = at_once * width
    whole = len(flat) // step * step
    statement = f"{head}{', '.join([marks] * at_once)} {conflict}"
    for begin in range(0, whole, step):
        connection.execute(statement, flat[begin : begin + step])
    rest = flat[whole:]
    if rest:
        connection.execute(f"{head}{', '.join([marks] * (len(rest) // width))} {conflict}", rest)
