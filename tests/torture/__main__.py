"""`make torture`: every scenario at its full size, and the table of what came of it."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from torture.apart import run_apart
from torture.registry import VARIABLE, scenarios
from torture.table import HEAD, Row, write_into

LONGEST_SECONDS = 600


def rows(wanted: Sequence[str], *, full: bool = True) -> Iterator[Row]:
    """Run those whose name or kind holds one of the words, or all; ended when time is over."""
    seed = int(os.environ.get(f"{VARIABLE}SEED", "1"))
    until = time.monotonic() + int(os.environ.get(f"{VARIABLE}SECONDS", LONGEST_SECONDS))
    for scenario in scenarios().values():
        if wanted and not any(w in scenario.name or w == scenario.kind for w in wanted):
            continue
        left = until - time.monotonic()
        if left <= 0:
            yield Row(scenario, None, 0.0, "not begun, the time was over")
            continue
        yield run_apart(scenario, seed=seed, full=full, seconds=left)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="torture", description=__doc__)
    parser.add_argument("words", nargs="*", help="only what has one of these words in its name")
    parser.add_argument("--into", type=Path, help="the README that the whole table is written into")
    return parser


def main(words: Sequence[str]) -> int:
    """Print the table; 1 when a row does not hold, and then nothing is written anywhere."""
    options = _parser().parse_args(words)
    sys.stdout.write(f"{HEAD}\n")
    made = []
    for row in rows(options.words):
        sys.stdout.write(f"{row}\n")
        sys.stdout.flush()
        made.append(row)
    if not made or not all(row.holds for row in made):
        return 1
    if options.into and not options.words:
        write_into(options.into, made)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
