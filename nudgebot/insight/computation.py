"""Computes figures for the students of a scope, as of any instant, from the school's tables."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from nudgebot.insight import definitions
from nudgebot.insight.clocks import Clock, clock, offsets
from nudgebot.insight.decline import decline_indicators
from nudgebot.insight.definitions.instants import INSTANTS
from nudgebot.insight.definitions.scores import CLASS_AVERAGES, PERCENTILES
from nudgebot.insight.definitions.statement import TEMPORARY_TABLES, Group, Table
from nudgebot.insight.table import Value
from nudgebot.school.days import to_at, zone_named
from nudgebot.store import Store

CHUNK = 1000
"""Students computed at once: bounds the memory, and for how long a refresh holds the write lock."""

Columns = dict[str, list[Value]]


@dataclass(frozen=True)
class Computed:
    """Figures by metric, all but standing and risk, which need the classmates too.

    `next_at[i]` is when the figures of `student_ids[i]` may change without any new fact;
    `averages` are rows of student id, class id and average in that class.
    """

    student_ids: list[str]
    columns: Columns
    next_at: list[int]
    averages: list[tuple[str, str, float]]


class Computation:
    """All statements as of one instant; the connection's temporary tables are its workbench."""

    def __init__(self, store: Store, zone: ZoneInfo, as_of: datetime) -> None:
        """`zone` is the school's: it holds for students without one of their own."""
        self._store = store
        self._zone = zone
        self._as_of = as_of
        self._at = to_at(as_of)
        self._clocks: dict[str, Clock] = {}
        for statement in TEMPORARY_TABLES.split(";"):
            self._connection.execute(statement)
        self._connection.execute("DELETE FROM zone_offsets")

    @property
    def _connection(self) -> sqlite3.Connection:
        return self._store.connection

    def everybody(self) -> list[str]:
        """The ids of all active students, in order."""
        return [
            row[0]
            for row in self._connection.execute(
                """SELECT student_id FROM students
                   WHERE active AND (gone_at IS NULL OR gone_at > ?) ORDER BY student_id""",
                [self._at],
            )
        ]

    def classmates(self, student_ids: Collection[str]) -> set[str]:
        """Everybody who is or was in a class with one of them, themselves included."""
        return {
            row[0]
            for row in self._connection.execute(
                """SELECT DISTINCT o.person_id
                   FROM (SELECT DISTINCT n.class_id FROM json_each(?) j CROSS JOIN enrollments n
                         WHERE n.person_id = j.value AND n.role = 'student') c
                   CROSS JOIN enrollments o WHERE o.class_id = c.class_id AND o.role = 'student'""",
                [json.dumps(list(student_ids))],
            )
        } | set(student_ids)

    def figures(self, student_ids: Collection[str]) -> Computed:
        """The figures of those of the students who are active, by id."""
        self.aim(student_ids)
        self.prepare(definitions.TABLES)
        ids: list[str] = [
            row[0]
            for row in self._connection.execute("SELECT student_id FROM scope ORDER BY student_id")
        ]
        columns: Columns = {}
        place = {student_id: index for index, student_id in enumerate(ids)}
        for group in definitions.GROUPS:
            columns |= self._columns(group, place)
        for listing in definitions.LISTINGS:
            columns[listing.metric] = self._words(listing.select, ids)
        columns["decline_indicators"] = decline_indicators(columns, len(ids))
        return Computed(ids, columns, self._next_at(ids), self._averages())

    def averages(self, student_ids: Collection[str]) -> list[tuple[str, str, float]]:
        """Only the averages by class, for classmates whose own figures nobody asked for."""
        self.aim(student_ids)
        self.prepare(definitions.STANDING_TABLES)
        return self._averages()

    def standings(self, averages: Collection[tuple[str, str, float]]) -> dict[str, float]:
        """Percentile rank by student, where the averages of whole classes allow one."""
        self._connection.execute("DELETE FROM peers")
        self._connection.executemany("INSERT INTO peers VALUES (?, ?, ?)", averages)
        ranks: dict[str, list[tuple[str, float]]] = {}
        for row in self._connection.execute(PERCENTILES):
            if row["percentile"] is not None:
                found = ranks.setdefault(row["student_id"], [])
                found.append((row["class_id"], row["percentile"]))
        return {
            student_id: mean_rank([rank for _, rank in sorted(each)])
            for student_id, each in ranks.items()
        }

    def aim(self, student_ids: Collection[str]) -> None:
        """Fill the scope, with every student's own calendar."""
        people = self._connection.execute(
            """SELECT s.student_id, s.timezone FROM json_each(:ids) j CROSS JOIN students s
               WHERE s.student_id = j.value AND s.active
                   AND (s.gone_at IS NULL OR s.gone_at > :at)""",
            {"ids": json.dumps(sorted(set(student_ids))), "at": self._at},
        ).fetchall()
        self._connection.execute("DELETE FROM scope")
        self._connection.executemany(
            "INSERT INTO scope VALUES (?, ?, ?, ?, ?)",
            (
                (student_id, wall.zone, wall.day, wall.hour, wall.midnight_at)
                for student_id, name in people
                for wall in (self._clock(name),)
            ),
        )

    def _clock(self, name: str) -> Clock:
        found = self._clocks.get(name)
        if found is None:
            zone = zone_named(name, self._zone)
            found = self._clocks[name] = clock(zone, self._as_of)
            self._connection.executemany(
                "INSERT OR IGNORE INTO zone_offsets VALUES (?, ?, ?, ?)",
                offsets(zone, self._as_of),
            )
        return found

    def _fill(self, table: Table) -> None:
        self._connection.execute(f"DELETE FROM {table.name}")  # noqa: S608  # a constant
        for select in table.selects:
            into = f"INSERT INTO {table.name} ({', '.join(table.columns)}) {select}"
            self._connection.execute(into, {"at": self._at})

    def prepare(self, tables: Sequence[Table]) -> None:
        """Fill tables of the workbench for the students of the scope."""
        for table in tables:
            self._fill(table)

    def rows(self, select: str, **named: str | int) -> list[tuple[Any, ...]]:
        """What a SELECT over the workbench and the school's tables gives, as of the instant."""
        cursor = self._connection.cursor()
        cursor.row_factory = None
        parameters = named | ({"at": self._at} if ":at" in select else {})
        return cursor.execute(select, parameters).fetchall()

    def _columns(self, group: Group, place: Mapping[str, int]) -> Columns:
        """A group's columns, each student's value at her place, None without a row of hers."""
        columns: list[list[Value]] = [[None] * len(place) for _ in group.metrics]
        for student_id, *values in self.rows(group.select):
            index = place[student_id]
            for column, value in zip(columns, values, strict=True):
                # Four digits: no figure depends on the order in which an engine adds.
                column[index] = round(value, 4) if isinstance(value, float) else value
        return dict(zip(group.metrics, columns, strict=True))

    def _words(self, select: str, student_ids: Sequence[str]) -> list[Value]:
        """Lists of words; a student without any row is not known, one with only NULLs has none."""
        found: dict[str, list[str]] = {}
        for student_id, word in self.rows(select):
            words = found.setdefault(student_id, [])
            if word is not None:
                words.append(word)
        return [tuple(found[each]) if each in found else None for each in student_ids]

    def _averages(self) -> list[tuple[str, str, float]]:
        # Rounded before anybody is compared: equal marks in another order stay equal.
        return [
            (student_id, class_id, round(average, 4))
            for student_id, class_id, average in self.rows(CLASS_AVERAGES)
        ]

    def _next_at(self, student_ids: Sequence[str]) -> list[int]:
        soonest = {
            row[0]: row[1]
            for row in self._connection.execute("SELECT student_id, midnight_at FROM scope")
        }
        for select in INSTANTS:
            for student_id, *instants in self.rows(select):
                known = [each for each in instants if each is not None]
                soonest[student_id] = min([soonest[student_id], *known])
        return [soonest[each] for each in student_ids]


def mean_rank(ranks: Sequence[float]) -> float:
    """The mean over a student's classes, rounded as every figure is."""
    return round(sum(ranks) / len(ranks), 4)


def chunks(student_ids: Collection[str]) -> Iterator[list[str]]:
    """The ids in order, in portions that are computed at once."""
    rest = iter(sorted(student_ids))
    while portion := list(islice(rest, CHUNK)):
        yield portion


@contextmanager
def snapshot(store: Store) -> Iterator[None]:
    """One state of the facts for many reads, without keeping writers out."""
    if store.connection.in_transaction:
        yield
        return
    store.connection.execute("BEGIN")
    try:
        yield
        store.connection.execute("COMMIT")
    except BaseException:
        # Left open, it would show this thread the old state, and let it write nothing, for ever.
        store.connection.rollback()
        raise
