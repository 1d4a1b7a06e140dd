"""Puts figures into the database and takes them out again; lists of words are JSON there."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence

from nudgebot.insight.catalogue import METRICS
from nudgebot.insight.metric import Unit
from nudgebot.insight.table import FigureTable, Value
from nudgebot.insight.tables import FIGURES, FIGURES_INDEX
from nudgebot.store import Store

Stored = tuple[int | float | str | None, ...]
"""A student's values in the catalogue's order, as the database holds them."""

NAMES: tuple[str, ...] = tuple(metric.name for metric in METRICS)
_LISTS = frozenset(index for index, metric in enumerate(METRICS) if metric.unit is Unit.WORDS)
_COLUMNS = ", ".join(NAMES)


def stored(columns: Mapping[str, Sequence[Value]], index: int) -> Stored:
    """One row of columns as the database holds it; a metric without a column is not known."""
    return tuple(
        json.dumps(value, ensure_ascii=False) if isinstance(value, tuple) else value
        for name in NAMES
        for value in (columns[name][index] if name in columns else None,)
    )


def taken(row: Stored) -> dict[str, Value]:
    """The values by metric."""
    return {
        name: _words(value) if place in _LISTS else value
        for place, (name, value) in enumerate(zip(NAMES, row, strict=True))
    }


def laid_out(student_ids: Sequence[str], rows: Sequence[Stored]) -> FigureTable:
    """Stored rows as a table."""
    turned: Iterable[Sequence[Value]] = zip(*rows, strict=True) if rows else [()] * len(NAMES)
    columns = {
        name: [_words(each) for each in column] if place in _LISTS else list(column)
        for place, (name, column) in enumerate(zip(NAMES, turned, strict=True))
    }
    return FigureTable(list(student_ids), columns)


def _words(value: Value) -> Value:
    return tuple(json.loads(value)) if isinstance(value, str) else value


class Shelf:
    """The table of figures."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def fit(self) -> None:
        """Lay the table out anew where it was made for another catalogue; its figures go."""
        held = {row["name"] for row in self._store.rows("PRAGMA table_info(figures)")}
        if held == {"student_id", "next_at", *NAMES}:
            return
        with self._store.transaction():
            self._store.execute("DROP TABLE figures")
            self._store.execute(FIGURES)
            self._store.execute(FIGURES_INDEX)
            self._store.execute("DELETE FROM figures_state")

    def rows(self, student_ids: Collection[str] | None = None) -> dict[str, Stored]:
        """What is stored, by student, in the order of the ids."""
        cursor = self._store.connection.cursor()
        cursor.row_factory = None
        if student_ids is None:
            found = cursor.execute(
                f"SELECT student_id, {_COLUMNS} FROM figures ORDER BY student_id"  # noqa: S608  # the catalogue's names
            )
        else:
            found = cursor.execute(
                f"""SELECT f.student_id, {_COLUMNS} FROM json_each(?) j CROSS JOIN figures f
                    WHERE f.student_id = j.value ORDER BY f.student_id""",  # noqa: S608  # the same
                [json.dumps(sorted(set(student_ids)))],
            )
        return {row[0]: row[1:] for row in found}

    def put(self, rows: Iterable[tuple[str, int, Stored]]) -> None:
        """Store students' rows, each with the instant until which it is good."""
        marks = ", ".join("?" * (len(NAMES) + 2))
        self._store.executemany(
            f"INSERT OR REPLACE INTO figures (student_id, next_at, {_COLUMNS}) VALUES ({marks})",  # noqa: S608  # the same
            ((student_id, next_at, *row) for student_id, next_at, row in rows),
        )

    def put_relative(self, rows: Iterable[tuple[str, float | None, str, float | None]]) -> None:
        """Store what depends on the classmates: id, percentile rank, risk level, risk score."""
        self._store.executemany(
            """UPDATE figures SET percentile_rank = ?2, risk_level = ?3, risk_score = ?4
               WHERE student_id = ?1""",
            rows,
        )

    def drop(self, student_ids: Collection[str]) -> None:
        """Forget students who are no longer active."""
        self._store.executemany(
            "DELETE FROM figures WHERE student_id = ?", ([each] for each in student_ids)
        )
