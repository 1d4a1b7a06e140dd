"""How long the dashboard of a whole school takes to work out, the first time and after that.

    python -m benchmarks.dashboard_speed [--students 10000] [--cases 120000] [--runs 5]

CPU seconds of the system overview of four weeks, without the words and the charts; the first one in
the process also loads what it needs.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from zoneinfo import ZoneInfo

from nudgebot.nudging.dashboards.analytics import NudgingAnalyticsDashboard
from nudgebot.nudging.dashboards.overview import Basis
from nudgebot.store import Store
from nudgebot.wiring import SCHEMAS


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--students", type=int, default=10_000)
    parser.add_argument("--cases", type=int, default=120_000)
    parser.add_argument("--runs", type=int, default=5)
    wanted = parser.parse_args(words)
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    school = import_module("dashboards.school")
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "school.db", SCHEMAS)
        school.fill(store, cases=wanted.cases, students=wanted.students)
        basis = Basis(ZoneInfo("UTC"), 14, 30)
        seconds = []
        for _ in range(wanted.runs + 1):
            begun = time.process_time()
            read = NudgingAnalyticsDashboard(store, basis, as_of=school.NOW)
            read.get_system_overview(school.last_days(28))
            seconds.append(time.process_time() - begun)
        store.close()
    print(f"{wanted.students:,} students, {wanted.cases:,} cases: the first {seconds[0]:.2f} s, "
          f"then {statistics.median(seconds[1:]):.2f} s (median of {wanted.runs})")  # fmt: skip


if __name__ == "__main__":
    main()
