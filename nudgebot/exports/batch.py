"""One batch on its way into the tables, in one transaction: counts, problems, who is touched."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from zoneinfo import ZoneInfo

from nudgebot.errors import Problem
from nudgebot.exports import guard
from nudgebot.exports.activity import Activities
from nudgebot.exports.activity_log import ActivityLog
from nudgebot.exports.forgotten_rows import ForgottenRows
from nudgebot.exports.layout import Context, Layout
from nudgebot.exports.parsing import Parsed
from nudgebot.exports.practice_log import PracticeLog
from nudgebot.exports.report import TableCount
from nudgebot.exports.rollups import pairs_of_content, roll_again
from nudgebot.exports.touched import students_behind
from nudgebot.exports.truth import Changes, Key, Row, compare, write
from nudgebot.exports.zones import Walls, move
from nudgebot.school.forgotten import Forgotten

MAX_PROBLEMS = 1000
_SCORED = """SELECT at FROM exams WHERE gone_at IS NULL AND exam_id IN (
    SELECT exam_id FROM exam_results WHERE gone_at IS NULL AND score IS NOT NULL)"""
# Tables whose ids other tables name, and the column of the id.
NAMED = {
    "students": "student_id",
    "teachers": "teacher_id",
    "classes": "class_id",
    "skills": "skill_id",
    "exams": "exam_id",
    "assignments": "assignment_id",
}


class Batch:
    """What a reader hands its rows to."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        *,
        zone: ZoneInfo,
        as_of_at: int,
        progress: Callable[[str, int], None],
    ) -> None:
        self._connection = connection
        self._zone = zone
        self._as_of_at = as_of_at
        self._progress = progress
        self.context = Context(zone, {table: self._ids(table) for table in NAMED})
        self.forgotten = ForgottenRows(Forgotten(connection))
        self.problems: list[Problem] = []
        self.notices: list[str] = []
        self.touched: set[str] = set()
        self.data_as_of_at: int | None = None
        self.changed = False
        self._taken: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()
        self._repeated: Counter[str] = Counter()
        self._losses: list[guard.Loss] = []
        self._log: ActivityLog | None = None

    def _ids(self, table: str) -> set[str]:
        rows = self._connection.execute(f"SELECT {NAMED[table]} FROM {table}")  # noqa: S608  # own names
        return {row[0] for row in rows}

    def progress(self, shown: str, bytes_read: int) -> None:
        """Tell how far a file has been read."""
        self._progress(shown, bytes_read)

    @property
    def counts(self) -> tuple[TableCount, ...]:
        """Rows per table, in the order in which the tables were read."""
        tables = dict.fromkeys([*self._taken, *self._refused])
        return tuple(
            TableCount(
                table,
                self._taken[table] + self._refused[table],
                self._taken[table],
                self._refused[table],
            )
            for table in tables
        )

    @property
    def losses(self) -> list[guard.Loss]:
        """What the tables lost so far, and what could not be read; repeated rows could."""
        unread = [
            guard.unread(each.table, each.rows_refused - self._repeated[each.table], each.rows_read)
            for each in self.counts
        ]
        return self._losses + unread

    def refuse(
        self, table: str, problems: Sequence[Problem], rows: int, *, repeated: bool = False
    ) -> None:
        """Note rows that cannot be taken; beyond a thousand problems only the rows are counted.

        `repeated` says that they are refused only because the same is there already.
        """
        if rows:
            self._refused[table] += rows
        if repeated:
            self._repeated[table] += rows
        self.problems.extend(problems[: max(0, MAX_PROBLEMS - len(self.problems))])

    def take(self, table: str, rows: int) -> None:
        """Count rows that went in, or were there already."""
        self._taken[table] += rows

    def truth(
        self, layout: Layout, parts: Iterable[Parsed], shown: str, *, counted: bool = True
    ) -> Changes:
        """Make a table hold exactly these rows, and note whose facts that changes.

        Without `counted` the caller counts the rows, under the names of its own files.
        """
        rows: dict[Key, Row] = {}
        lines: dict[Key, int] = {}
        keep: set[Key] = set()
        nameless = 0
        places = layout.key_places
        for parsed in parts:
            self.refuse(layout.table, parsed.problems, parsed.refused)
            keep.update(parsed.refused_keys)
            nameless += parsed.nameless
            for line, row in zip(parsed.lines, parsed.rows, strict=True):
                key = tuple([row[place] for place in places])
                if key not in rows or self._wins(layout, row, rows[key], (line, lines[key], shown)):
                    rows[key] = row
                    lines[key] = line
        if counted:
            self.take(layout.table, len(rows))
        if nameless:
            self.notices.append(
                f"{shown}: since some rows could not be read at all, no row was marked as gone."
            )
        changes = compare(self._connection, layout, rows, keep=keep, keep_all=nameless > 0)
        self._losses += guard.losses(changes)
        self._write(changes)
        return changes

    def _wins(self, layout: Layout, row: Row, old: Row, place: tuple[int, int, str]) -> bool:
        """Of two rows with one key one is refused; whether it is the old one."""
        line, old_line, shown = place
        wins = layout.wins is not None and layout.wins(row, old)
        kept, refused = (line, old_line) if wins else (old_line, line)
        message = f"is the same as on line {kept}; that one was taken"
        problem = Problem(shown, refused, "+".join(layout.key), message)
        self.refuse(layout.table, [problem], 1, repeated=True)
        return wins

    def _write(self, changes: Changes) -> None:
        if not changes:
            return
        self.changed = True
        table = changes.layout.table
        subjects = self._subjects() if table == "content" else {}
        zones = self._zones() if table == "students" else {}
        write(self._connection, changes, gone_at=self._as_of_at)
        if table in NAMED:
            place = changes.layout.names.index(NAMED[table])
            self.context.known[table].update(row[place] for row in changes.written.values())
        self.touched |= students_behind(self._connection, changes)
        if table == "content":
            self._content_moved(subjects)
        if table == "students":
            self._students_moved(zones)

    def _subjects(self) -> dict[str, str]:
        return dict(map(tuple, self._connection.execute("SELECT content_id, subject FROM content")))

    def _zones(self) -> dict[str, str]:
        return dict(
            map(tuple, self._connection.execute("SELECT student_id, timezone FROM students"))
        )

    def _content_moved(self, before: Mapping[str, str]) -> None:
        """Roll up anew what takes its subject from content whose subject is another now."""
        moved = [
            each for each, subject in self._subjects().items() if before.get(each, "") != subject
        ]
        pairs = pairs_of_content(self._connection, moved)
        roll_again(self._connection, pairs.keys())
        self.touched.update(pairs.values())

    def _students_moved(self, before: Mapping[str, str]) -> None:
        """Put the activity of students in another zone than before on the days of that zone."""
        after = self._zones()
        moved = {each for each, zone in before.items() if after[each] != zone}
        if moved:
            roll_again(self._connection, move(self._connection, moved, self.walls))

    @property
    def walls(self) -> Walls:
        """The students' zones as they are now."""
        return Walls({each: name for each, name in self._zones().items() if name}, self._zone)

    def activities(
        self, rows: Activities, lines: Sequence[int], shown: str, *, table: str = "activities"
    ) -> None:
        """Add raw activity; the rows are counted under the table's name."""
        if self._log is None:
            self._log = ActivityLog(
                self._connection,
                self.walls,
                students=self.context.known["students"],
                subjects=self._subjects(),
            )
        refused = self._log.add(rows)
        problems = [
            Problem(shown, lines[place], column, reason) for place, column, reason in refused
        ]
        self.refuse(table, problems, len(problems), repeated=True)
        self.take(table, len(rows.ats) - len(problems))
        self.know(rows.ats)

    def practice(self, parts: Iterable[Parsed], shown: str) -> None:
        """Add practice sessions; one that is there already is corrected."""
        log = PracticeLog(self._connection, self.walls)
        for parsed in parts:
            problems = [
                Problem(shown, parsed.lines[place], column, reason)
                for place, column, reason in log.add(parsed)
            ]
            self.refuse("practice", parsed.problems, parsed.refused)
            self.refuse("practice", problems, len(problems), repeated=True)
            self.take("practice", len(parsed.lines) - len(problems))
            self.know(parsed.columns[3])
        self.touched |= log.touched
        self.changed = self.changed or bool(log.touched)

    def know(self, ats: Sequence[int | None]) -> None:
        """Note times of things that happened; the newest that is not in the future counts."""
        newest = max(filter(None, ats), default=0)
        if newest > self._as_of_at:
            newest = max((at for at in ats if at and at <= self._as_of_at), default=0)
        if newest > (self.data_as_of_at or 0):
            self.data_as_of_at = newest

    def know_exams(self) -> None:
        """Note when the newest exam was of which this batch brought a score, date or no date."""
        if self._taken["exam_results"]:
            self.know(list(map(itemgetter(0), self._connection.execute(_SCORED))))

    def finish(self) -> None:
        """Write what is still in memory."""
        if self._log is not None:
            self._log.finish()
            if self._log.too_old:
                self.notices.append(
                    f"activities: {self._log.too_old} rows are older than single activities are"
                    " kept (keep_activity_days); what was counted of them stays as it is."
                )
            self.touched |= self._log.touched
            self.changed = self.changed or bool(self._log.touched)
