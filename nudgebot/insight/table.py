"""Figures of many students side by side: a column a metric, a row a student."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

Value = int | float | str | tuple[str, ...] | None
"""A metric's value; None is "not known", which is never the same as zero or fine."""


@dataclass(frozen=True)
class FigureTable:
    """`columns[metric][i]` is the figure of `student_ids[i]`; all columns are equally long."""

    student_ids: Sequence[str]
    columns: Mapping[str, Sequence[Value]]

    def __len__(self) -> int:
        return len(self.student_ids)

    def row(self, index: int) -> dict[str, Value]:
        """All figures of one student, by metric name."""
        return {name: column[index] for name, column in self.columns.items()}

    def rows(self) -> Iterator[tuple[str, dict[str, Value]]]:
        """Every student's id with her figures."""
        for index, student_id in enumerate(self.student_ids):
            yield student_id, self.row(index)

    def only(self, indexes: Sequence[int]) -> FigureTable:
        """The table of these rows, in this order."""
        return FigureTable(
            [self.student_ids[index] for index in indexes],
            {name: [column[index] for index in indexes] for name, column in self.columns.items()},
        )
