"""`make torture`: every scenario at its full size, and the table of what came of it."""

from __future__ import annotations

import os
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from torture.registry import VARIABLE, Figures, Plan, Scenario, scenarios

HEAD = (
    "| kind | what befell it | struck | tries | lost | twice | leaked | amiss | open | seconds |",
    "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|",
)
LONGEST_SECONDS = 600


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
        name = self.scenario.name + (f" ({of.note})" if of is not None and of.note else "")
        counts: Sequence[object] = ["—"] * 7
        if of is not None:
            counts = [of.hits, of.tries, of.lost, of.twice, of.leaked, of.amiss, of.unsettled]
        cells = [self.scenario.kind, self.error or name, *counts, f"{self.seconds:.1f}"]
        return f"| {' | '.join(map(str, cells))} |"


def rows(wanted: Sequence[str], *, full: bool = True) -> Iterator[Row]:
    """Run those whose name holds one of the words, or all; none is begun when time is over."""
    seed = int(os.environ.get(f"{VARIABLE}SEED", "1"))
    until = time.monotonic() + int(os.environ.get(f"{VARIABLE}SECONDS", LONGEST_SECONDS))
    for scenario in scenarios().values():
        if wanted and not any(word in scenario.name for word in wanted):
            continue
        if time.monotonic() > until:
            yield Row(scenario, None, 0.0, f"{scenario.name}: not run, the time was over")
            continue
        yield run(scenario, seed=seed, full=full)


def run(scenario: Scenario, *, seed: int, full: bool) -> Row:
    """One scenario in a folder of its own."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="torture") as folder:
        try:
            figures = scenario.run(Plan(Path(folder), seed, full))
        except Exception:  # noqa: BLE001  # one that breaks must not keep the others from the table
            traceback.print_exc()
            text = f"{scenario.name}: the scenario broke"
            return Row(scenario, None, time.monotonic() - begun, text)
    return Row(scenario, figures, time.monotonic() - begun)


def main(wanted: Sequence[str]) -> int:
    """Print the table; 1 when a row does not hold."""
    sys.stdout.write("\n".join(HEAD) + "\n")
    held = True
    for row in rows(wanted):
        sys.stdout.write(f"{row}\n")
        sys.stdout.flush()
        held = held and row.holds
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
