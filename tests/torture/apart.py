"""Scenarios in processes of their own, several at a time, each of which ends in time."""

from __future__ import annotations

import multiprocessing
import os
import signal
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import Connection, wait
from pathlib import Path

from torture.registry import ALONE, Figures, Plan, Scenario
from torture.table import Row

SOON_SECONDS = 1.0


class Child:
    """The process of one scenario; it is killed at its end, with all that it started."""

    def __init__(self, scenario: Scenario, *, seed: int, full: bool) -> None:
        fork = multiprocessing.get_context("fork")  # the scenes need not be imported again
        self.scenario = scenario
        self._begun = time.monotonic()
        self._folder = tempfile.TemporaryDirectory(prefix="torture")
        self.answer, theirs = fork.Pipe(duplex=False)
        plan = Plan(Path(self._folder.name), seed, full)
        self._process = fork.Process(target=_work, args=(scenario, plan, theirs))
        self._process.start()
        theirs.close()

    def end(self) -> Row:
        """Its row; call it when it has answered, or when its time is over."""
        found = self._hear()
        self._process.join(SOON_SECONDS)
        self._process.kill()
        with suppress(ProcessLookupError):  # nobody is left
            os.killpg(self._process.pid or 0, signal.SIGKILL)
        self._process.join()
        self._folder.cleanup()
        took = time.monotonic() - self._begun
        if isinstance(found, Figures):
            return Row(self.scenario, found, took)
        return Row(self.scenario, None, took, found)

    def _hear(self) -> Figures | str:
        with self.answer:
            if not self.answer.poll():
                return "it was not done in time"
            try:
                found: Figures | str = self.answer.recv()
            except EOFError:
                return "its process died"
            return found


def _work(scenario: Scenario, plan: Plan, answer: Connection) -> None:
    """As often as the scenario wants it in a full run, each time with another seed."""
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


def run_apart(
    scenarios: Iterable[Scenario], *, seed: int, full: bool, seconds: float, jobs: int = 1
) -> Iterator[Row]:
    """The rows as they are done, so many at a time; those of the kind `load` have no neighbours.

    After so many seconds whatever runs is killed and nothing is begun any more: a row that hangs
    makes the whole no longer.
    """
    until = time.monotonic() + seconds
    waiting, running = list(scenarios), list[Child]()
    while waiting or running:
        while waiting and _may_begin(waiting[0], running, jobs) and time.monotonic() < until:
            running.append(Child(waiting.pop(0), seed=seed, full=full))
        left = until - time.monotonic()
        ready = wait([child.answer for child in running], max(left, 0)) if running else []
        for child in [each for each in running if each.answer in ready or left <= 0]:
            running.remove(child)
            yield child.end()
        if left <= 0:
            yield from (Row(each, None, 0.0, "not begun, the time was over") for each in waiting)
            return


def _may_begin(scenario: Scenario, running: list[Child], jobs: int) -> bool:
    kinds = {child.scenario.kind for child in running}
    if scenario.kind == ALONE or ALONE in kinds:
        return not running
    return len(running) < jobs
