"""The program in a process of its own, forked from one in which it has been imported already.

It spares each start a second or two of imports; all else is as if it were started from a shell.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path

from nudgebot.cli import main
from nudgebot.cli.app import COMMANDS

Main = Callable[[Sequence[str]], object]


def command_line(words: Sequence[str]) -> None:
    """What `nudgebot` does with these words; in the process."""
    main(list(words))


def execute(command: Sequence[str], words: Sequence[str]) -> None:
    """Another program with these words, in the place of the process; for what has to be exact."""
    os.execv(command[0], [*command, *words])  # noqa: S606  # the tests' own words


def fork(
    program: Main, words: Sequence[str], *, environment: Mapping[str, str], folder: Path, log: Path
) -> BaseProcess:
    """Start it in this folder, both its outputs at the end of the log; `program` is pickled.

    Its exit code is that of its `SystemExit`, and negative for the signal that ended it.
    """
    given = (program, list(words), dict(environment), folder, log)
    process = _context().Process(target=_run, args=given)
    process.start()
    return process


@cache
def _context() -> ForkServerContext:
    found = multiprocessing.get_context("forkserver")
    commands = {known.place.partition(":")[0] for known in COMMANDS.values()}
    found.set_forkserver_preload(["contract.forked", *sorted(commands)])
    return found


def _run(
    program: Main, words: Sequence[str], environment: Mapping[str, str], folder: Path, log: Path
) -> None:
    opened = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for output in (1, 2):
        os.dup2(opened, output)
    os.close(opened)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    program(words)
