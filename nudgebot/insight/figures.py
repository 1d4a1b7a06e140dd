"""Keeps every student's figures up to date: only those whose facts or whose day have moved on.

A student is computed anew when an import touched her, or when the instant has come at which her
figures may change by themselves: the end of her day, something due, written or released. What she
is measured against, her classmates, follows in a second step: standings are stored by class, and
where an average moved, that class is ranked anew, and the risk of those whose rank moved.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32
from zoneinfo import ZoneInfo

from nudgebot.insight import definitions
from nudgebot.insight.computation import Columns, Computation, chunks, snapshot
from nudgebot.insight.definitions.scores import CLASS_AVERAGES
from nudgebot.insight.events import Event, changes
from nudgebot.insight.risk import RiskAssessment, assess, score_and_level
from nudgebot.insight.risk_factors import NEEDS
from nudgebot.insight.risk_formula import Formula, shipped_formula
from nudgebot.insight.shelf import NAMES, Shelf, Stored, laid_out, stored, taken
from nudgebot.insight.standing import Standings
from nudgebot.insight.table import FigureTable, Value
from nudgebot.school.days import from_at, to_at, zone_named
from nudgebot.store import Store

SET_BACK = timedelta(hours=1)
_RELATIVE = tuple(NAMES.index(name) for name in ("percentile_rank", "risk_level", "risk_score"))


@dataclass(frozen=True)
class Refresh:
    """What a refresh did: whose figures differ from before, new students included.

    `events` are all that wait to be acted on, of this refresh and of earlier ones, by student: they
    stay in the database until `Figures.settle`, so that a process that dies in between loses none.
    """

    changed: frozenset[str]
    events: tuple[Event, ...]


class Figures:
    """The figures of a school; `zone` is the school's, `thresholds` where the risk levels begin.

    Without a `formula` the risk is the shipped one's.
    """

    def __init__(
        self,
        store: Store,
        *,
        zone: ZoneInfo,
        thresholds: Mapping[str, float],
        formula: Formula | None = None,
    ) -> None:
        self._store = store
        self._zone = zone
        self._thresholds = dict(thresholds)
        self._formula = formula or shipped_formula()
        self._shelf = Shelf(store)
        self._shelf.fit()
        self._standings = Standings(store)

    def computed_at(self) -> datetime | None:
        """As of when the stored figures hold; None before the first computation."""
        at = self._store.value("SELECT computed_at FROM figures_state")
        return None if at is None else from_at(at)

    def table(self, student_ids: Collection[str] | None = None) -> FigureTable:
        """The stored figures of the active students, or of those of them that are named, by id."""
        rows = self._shelf.rows(student_ids)
        return laid_out(list(rows), list(rows.values()))

    def refresh(self, as_of: datetime) -> Refresh:
        """Bring the stored figures up to this instant; takes the students off `touched`.

        Everything is computed anew, and nothing compared, where the stored figures are of another
        basis (zone, thresholds, definitions) or of a much later instant. A clock that was set back
        a little is waited for: what was computed holds until it is there again.
        """
        state = self._store.row("SELECT computed_at, basis FROM figures_state")
        if state is not None and timedelta() < from_at(state["computed_at"]) - as_of < SET_BACK:
            as_of = from_at(state["computed_at"])
        at = to_at(as_of)
        if state is None or state["basis"] != self._basis() or state["computed_at"] > at:
            self.recompute(as_of)
            return Refresh(frozenset(self._shelf.rows()), self._events())
        due = self._store.rows(
            """WITH taught AS (
                   SELECT DISTINCT n.class_id FROM touched t CROSS JOIN enrollments n
                   WHERE n.person_id = t.student_id AND n.role = 'student'
               )
               SELECT student_id FROM touched
               UNION SELECT student_id FROM figures WHERE next_at <= ?
               UNION SELECT f.student_id  -- they may be in a class of active students by now
               FROM taught c CROSS JOIN enrollments o CROSS JOIN figures f
               WHERE o.class_id = c.class_id AND o.role = 'student'
                   AND f.student_id = o.person_id AND f.days_enrolled IS NULL""",
            [at],
        )
        return Refresh(self._advance([row[0] for row in due], as_of), self._events())

    def settle(self, events: Iterable[Event]) -> None:
        """These have been acted on; the same change later is an event of its own."""
        self._store.executemany(
            "DELETE FROM events WHERE student_id = ? AND kind = ? AND detail = ?",
            [(each.student_id, each.kind, each.detail) for each in events],
        )

    def _events(self) -> tuple[Event, ...]:
        rows = self._store.rows("SELECT kind, student_id, detail FROM events ORDER BY 2, 1")
        return tuple(Event(*row) for row in rows)

    def recompute(self, as_of: datetime) -> None:
        """Compute everything anew; the answer is the one that refreshing would have given."""
        with self._store.transaction():
            for table in ("figures", "figures_state", "standings", "unranked", "unranked_classes"):
                self._store.execute(f"DELETE FROM {table}")  # noqa: S608  # constants
            touched = {row[0] for row in self._store.rows("SELECT student_id FROM touched")}
        everybody = Computation(self._store, self._zone, as_of).everybody()
        self._advance(touched.union(everybody), as_of)

    def at(self, as_of: datetime, student_ids: Collection[str] | None = None) -> FigureTable:
        """The figures as they were, or will be, at an instant, by what was known; stores nothing.

        The classmates are looked at too, as far as the students are measured against them.
        """
        with snapshot(self._store):
            computation = Computation(self._store, self._zone, as_of)
            wanted = computation.everybody() if student_ids is None else list(set(student_ids))
            parts = [computation.figures(portion) for portion in chunks(wanted)]
            averages = [row for part in parts for row in part.averages]
            for portion in chunks(computation.classmates(wanted) - set(wanted)):
                averages += computation.averages(portion)
            ranks = computation.standings(averages)
        ids = [each for part in parts for each in part.student_ids]
        columns: Columns = {name: [] for name in NAMES}
        for part in parts:
            for name, values in part.columns.items():
                columns[name] += values
        columns["percentile_rank"] = [ranks.get(each) for each in ids]
        self._rate(columns, len(ids))
        return FigureTable(ids, columns)

    def risk(self, student_id: str, as_of: datetime) -> RiskAssessment | None:
        """The whole risk assessment of one student as of an instant; None for nobody active."""
        table = self.at(as_of, [student_id])
        if not len(table):
            return None
        zone = self._store.value("SELECT timezone FROM students WHERE student_id = ?", [student_id])
        today = as_of.astimezone(zone_named(zone, self._zone)).date()
        return assess(table.row(0), thresholds=self._thresholds, today=today, formula=self._formula)

    def _basis(self) -> str:
        selects = [each for table in definitions.TABLES for each in table.selects]
        selects += [group.select for group in definitions.GROUPS]
        selects += [listing.select for listing in definitions.LISTINGS]
        digest = crc32("".join([*selects, CLASS_AVERAGES]).encode())
        scale = [sorted(self._thresholds.items()), sorted(self._formula.weights.items())]
        return json.dumps([self._zone.key, *scale, digest])

    def _advance(self, student_ids: Iterable[str], as_of: datetime) -> frozenset[str]:
        """Compute these students as of the instant, portion by portion, then the standings.

        Gives back whose figures differ.
        """
        computation = Computation(self._store, self._zone, as_of)
        changed: set[str] = set()
        portions = list(chunks(set(student_ids)))
        if len(portions) == 1:
            with self._store.transaction():
                self._own(computation, portions[0], changed)
                self._relative(changed)
                self._note(as_of)
        else:
            for portion in portions:
                with self._store.transaction():
                    self._own(computation, portion, changed)
            self._relative(changed)
            self._note(as_of)
        return frozenset(changed)

    def _own(self, computation: Computation, portion: list[str], changed: set[str]) -> None:
        """A portion's own figures, and the events that they bring."""
        before = self._shelf.rows(portion)
        computed = computation.figures(portion)
        self._standings.replace(portion, computed.averages)
        self._shelf.drop(set(before) - set(computed.student_ids))
        rows: list[tuple[str, int, Stored]] = []
        events: list[tuple[str, str, str]] = []
        for index, student_id in enumerate(computed.student_ids):
            old = before.get(student_id)
            new = _with_relative(stored(computed.columns, index), old)
            rows.append((student_id, computed.next_at[index], new))
            if new != old:
                changed.add(student_id)
                if old is not None:
                    found = changes(taken(old), taken(new)).items()
                    events += [(student_id, kind, detail) for kind, detail in found]
        self._shelf.put(rows)
        self._store.executemany("INSERT OR REPLACE INTO events VALUES (?, ?, ?)", events)
        self._store.executemany(
            "DELETE FROM touched WHERE student_id = ?", ([each] for each in portion)
        )

    def _relative(self, changed: set[str]) -> None:
        """Rank what waits for it, and assess the risk of whoever that concerns."""
        with self._store.transaction():
            self._standings.rank()
        for portion in chunks(self._standings.waiting()):
            with self._store.transaction():
                ranks = self._standings.settle(portion)
                rows = self._shelf.rows(portion)
                moved = []
                for student_id, row in rows.items():
                    figures = dict(taken(row)) | {"percentile_rank": ranks.get(student_id)}
                    score, level = score_and_level(figures, self._thresholds, self._formula)
                    new = (ranks.get(student_id), level, score)
                    if new != tuple(row[place] for place in _RELATIVE):
                        moved.append((student_id, *new))
                self._shelf.put_relative(moved)
                changed.update(student_id for student_id, *_ in moved)

    def _rate(self, columns: dict[str, list[Value]], rows: int) -> None:
        for index in range(rows):
            row = {name: columns[name][index] for name in NEEDS}
            score, level = score_and_level(row, self._thresholds, self._formula)
            columns["risk_score"].append(score)
            columns["risk_level"].append(level)

    def _note(self, as_of: datetime) -> None:
        with self._store.transaction():
            self._store.execute("DELETE FROM figures_state")
            self._store.execute(
                "INSERT INTO figures_state VALUES (?, ?)", [to_at(as_of), self._basis()]
            )


def _with_relative(row: Stored, old: Stored | None) -> Stored:
    """The row with the old standing and risk, which hold until the classmates are done."""
    if old is None:
        return row
    values = list(row)
    for place in _RELATIVE:
        values[place] = old[place]
    return tuple(values)
