"""What became of an export: rows per table, what was wrong, who is touched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from nudgebot.errors import Problem

SHOWN_PROBLEMS = 50


@dataclass(frozen=True)
class TableCount:
    """The rows of one table in an export; read = taken + refused."""

    table: str
    rows_read: int
    rows_taken: int
    rows_refused: int


@dataclass(frozen=True)
class ImportReport:
    """What an import did; holds no student's data.

    `state` is taken, held (an admin must release it) or unchanged. `touched` counts the students
    whose facts changed, `data_as_of` is the newest thing that the export knows.
    """

    batch_id: int
    source: str
    state: str
    tables: tuple[TableCount, ...]
    problems: tuple[Problem, ...]
    notices: tuple[str, ...]
    touched: int
    data_as_of: datetime | None
    note: str

    @property
    def rows_read(self) -> int:
        """The rows of all tables."""
        return sum(each.rows_read for each in self.tables)

    @property
    def rows_taken(self) -> int:
        """The rows of all tables that went in, or were there already."""
        return sum(each.rows_taken for each in self.tables)

    @property
    def rows_refused(self) -> int:
        """The rows of all tables that could not be taken."""
        return sum(each.rows_refused for each in self.tables)

    @property
    def text(self) -> str:
        """The report for people, some lines long."""
        lines = [f"{self.source}: {self.state} (batch {self.batch_id}). {self.note}".rstrip()]
        if self.tables:
            lines.append(f"{'table':<20}{'read':>10}{'taken':>10}{'refused':>10}")
        lines += [
            f"{each.table:<20}{each.rows_read:>10}{each.rows_taken:>10}{each.rows_refused:>10}"
            for each in self.tables
        ]
        if self.state == "taken":
            lines.append(f"students touched: {self.touched}")
        if self.data_as_of is not None:
            lines.append(f"data as of: {self.data_as_of:%Y-%m-%d %H:%M} UTC")
        lines += self.notices
        lines += [str(problem) for problem in self.problems[:SHOWN_PROBLEMS]]
        more = self.rows_refused - SHOWN_PROBLEMS
        if len(self.problems) > SHOWN_PROBLEMS and more > 0:
            lines.append(f"… and {more} more rows like these.")
        return "\n".join(lines)
