"""`make torture`: every scenario at its full size, and the table of what came of it."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from torture.apart import run_apart
from torture.registry import VARIABLE, scenarios
from torture.table import HEAD, Row, write_into

LONGEST_SECONDS = 600


def rows(wanted: Sequence[str], *, full: bool = True) -> Iterator[Row]:
    """Run those whose name or kind holds one of the words, or all; ended when time is over."""
    found = scenarios()
    chosen = [
        each
        for each in found.values()
        if not wanted or any(word in each.name or word == each.kind for word in wanted)
    ]
    return run_apart(
        chosen,
        seed=_number("SEED", 1),
        full=full,
        seconds=_number("SECONDS", LONGEST_SECONDS),
        jobs=_number("JOBS", 2),
    )


def _number(name: str, default: int) -> int:
    return int(os.environ.get(f"{VARIABLE}{name}", default))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="torture", description=__doc__)
    parser.add_argument("words", nargs="*", help="only what has one of these words in its name")
    parser.add_argument("--into", type=Path, help="the README that the whole table is written into")
    return parser


def main(words: Sequence[str]) -> int:
    """Print the table; 1 when a row does not hold, and then nothing is written anywhere."""
    options = _parser().parse_args(words)
    logging.getLogger("nudgebot").addHandler(logging.NullHandler())  # what it says is no part of it
    sys.stdout.write(f"{HEAD}\n")
    made = []
    for row in rows(options.words):
        sys.stdout.write(f"{row}\n")
        sys.stdout.flush()
        made.append(row)
    if not made or not all(row.holds for row in made):
        return 1
    if options.into and not options.words:
        order = list(scenarios())
        write_into(options.into, sorted(made, key=lambda row: order.index(row.scenario.name)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
