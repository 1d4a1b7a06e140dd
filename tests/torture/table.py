"""The table of what came of each scenario, as it is printed and as it stands in the README."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from torture.registry import Figures, Scenario

HEADS = (
    "kind", "what befell it", "struck", "tries", "lost", "twice", "leaked", "amiss", "open",
    "seconds", "remark",
)  # fmt: skip
HEAD = f"| {' | '.join(HEADS)} |\n|---|---|{'---:|' * 8}---|"
NOTHING_OF = ("lost", "twice", "leaked", "amiss")  # the aim is 0 in each row
SECTION = re.compile("<!-- torture -->\n.*?<!-- /torture -->", re.DOTALL)


@dataclass(frozen=True)
class Row:
    """One scenario's line; without figures it broke, and the error says how."""

    scenario: Scenario
    figures: Figures | None
    seconds: float
    error: str = ""

    @property
    def holds(self) -> bool:
        """Whether nothing was lost, doubled or leaked."""
        return self.figures is not None and self.figures.holds

    def __str__(self) -> str:
        of = self.figures
        counts: Sequence[str] = ["—"] * 7
        if of is not None:
            figures = [of.hits, of.tries, of.lost, of.twice, of.leaked, of.amiss, of.unsettled]
            counts = [f"{each:,}" for each in figures]
        remark = self.error or (of.note if of else "")
        cells = [self.scenario.kind, self.scenario.name, *counts, f"{self.seconds:.1f}", remark]
        return f"| {' | '.join(cells)} |"


def write_into(readme: Path, rows: Iterable[Row]) -> None:
    """Put the whole table in the place of the one in the README's section."""
    lines = "\n".join([HEAD, *map(str, rows)])
    text = readme.read_text("utf-8")
    section = f"<!-- torture -->\n{lines}\n<!-- /torture -->"
    readme.write_text(SECTION.sub(lambda _: section, text), "utf-8")


def read_from(readme: Path) -> list[dict[str, str]]:
    """The rows of the table in the README, by heading; none where there is no such section."""
    found = SECTION.search(readme.read_text("utf-8"))
    lines = found[0].splitlines()[3:-1] if found else []
    return [
        dict(zip(HEADS, (cell.strip() for cell in line.strip("| ").split(" |")), strict=False))
        for line in lines
    ]
