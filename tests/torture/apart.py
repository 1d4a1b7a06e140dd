"""A scenario in a process of its own, which ends in time whatever happens in it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import tempfile
import time
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

from torture.registry import Figures, Plan, Scenario
from torture.table import Row


def run_apart(scenario: Scenario, *, seed: int, full: bool, seconds: float) -> Row:
    """Run it, as often as it wants to be in a full run, each time with another seed.

    After so many seconds it is killed, with every process that it started: a row that hangs must
    not take the time of the others.
    """
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="torture") as folder:
        fork = multiprocessing.get_context("fork")  # the scenes need not be imported again
        ours, theirs = fork.Pipe(duplex=False)
        plan = Plan(Path(folder), seed, full)
        child = fork.Process(target=_work, args=(scenario, plan, theirs))
        child.start()
        theirs.close()
        found = _hear(ours, seconds)
        _end(child)
    took = time.monotonic() - begun
    if isinstance(found, Figures):
        return Row(scenario, found, took)
    return Row(scenario, None, took, found)


def _work(scenario: Scenario, plan: Plan, answer: Connection) -> None:
    os.setsid()  # what it starts can be ended with it
    figures = Figures(0, 0)
    try:
        for turn in range(scenario.repeats if plan.full else 1):
            folder = plan.folder / str(turn)
            folder.mkdir()
            figures += scenario.run(replace(plan, folder=folder, seed=plan.seed + turn))
        answer.send(figures)
    except Exception:
        answer.send("it broke")
        raise  # the process prints it


def _hear(answer: Connection, seconds: float) -> Figures | str:
    with answer:
        if not answer.poll(max(seconds, 0)):
            return "it was not done in time"
        try:
            found: Figures | str = answer.recv()
        except EOFError:
            return "its process died"
        return found


def _end(child: multiprocessing.process.BaseProcess) -> None:
    """Its end, and that of its group."""
    child.join(1)
    child.kill()
    with suppress(ProcessLookupError):  # nobody is left
        os.killpg(child.pid or 0, signal.SIGKILL)
    child.join()
