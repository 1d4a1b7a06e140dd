"""Kill -9 of `nudgebot forget` at every step: she is wholly there, or gone from every byte."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from functools import partial
from pathlib import Path
from unittest import mock

from click.testing import CliRunner
from rights.school import ANA, TARA, post

from nudgebot.cli.app import main
from nudgebot.rights import erasure
from nudgebot.school.forgotten import Forgotten
from nudgebot.store import Store
from torture.deaths import Deed, deadly, die
from torture.registry import Figures, Plan, torture
from torture.school_file import (
    Original,
    Rows,
    filled,
    missing,
    names_in,
    original,
    rows_in,
    start,
)

WRITING = "while the file is written anew"
ANY = "at any moment"
STEPS = (
    "before anything is deleted",
    "before the commit",
    "committed",
    WRITING,
    "before the proof",
    ANY,
)


@contextmanager
def trap(step: str, seconds: float) -> Iterator[None]:
    """The process dies at this step; while the file is written anew, after so many seconds."""
    traps: dict[str, AbstractContextManager[None]] = {
        STEPS[0]: deadly(erasure, "_delete", before=True),
        STEPS[1]: deadly(erasure, "blot_out", before=False),
        STEPS[2]: deadly(Store, "write_anew", before=True),
        WRITING: _written_and_killed(seconds),
        STEPS[4]: deadly(erasure, "search", before=True),
    }
    with traps[step]:
        yield


@contextmanager
def _written_and_killed(seconds: float) -> Iterator[None]:
    real = Store.write_anew

    def timed(self: Store) -> None:
        killing = threading.Timer(seconds, os.kill, [os.getpid(), signal.SIGKILL])
        killing.start()
        real(self)
        killing.join()  # late, it dies right behind it

    with mock.patch.object(Store, "write_anew", timed):
        yield


@torture("kill -9 of `forget` at every step of it", kind="database")
def erased(plan: Plan) -> Figures:
    """After the next start she is as she was, or there is no byte of her; and then she can go."""
    dice = plan.dice()
    with closing(_school(plan)) as store:
        at_first = original(store)
    whole = at_first.lay(plan.folder / "whole")
    begun = time.monotonic()
    _forgetting(whole)()
    seconds = time.monotonic() - begun
    after = _by_table(rows_in(whole))
    assert not names_in(whole.parent, ANA), "an erasure that nobody disturbs"
    figures, committed = Figures(0, 0), 0
    for turn in range(plan.size("rounds", short=1, full=6)):
        for step in STEPS:
            database = at_first.lay(plan.folder / f"{turn} {step}")
            assert names_in(database.parent, ANA)
            died = _die(database, step, seconds, dice)
            found = _after(database, at_first, after)
            committed += not found.lost and not names_in(database.parent, ANA)
            _forgetting(database)()
            leaked = found.leaked + names_in(database.parent, ANA)
            once = not (found.lost or found.amiss or leaked)
            figures += Figures(
                1, int(once), lost=found.lost, amiss=found.amiss, leaked=leaked, hits=int(died)
            )
    note = f"{committed} of them were done by the next start"
    return figures + Figures(0, 0, note=note)


def _school(plan: Plan) -> Store:
    """She was written about long ago too, and that was deleted without care."""
    store = filled(plan.folder / "first.db", students=plan.size("students", short=10, full=60))
    for number in range(plan.size("letters", short=100, full=2000)):
        post(store, f"old:{number}", TARA, f"{ANA.name} was here. " * 20)
    store.execute("PRAGMA secure_delete = OFF")
    store.execute("DELETE FROM outbox WHERE key LIKE 'old:%'")
    return store


def _die(database: Path, step: str, seconds: float, dice: random.Random) -> bool:
    deed, moment = _forgetting(database), dice.uniform(0, seconds)
    if step == ANY:
        return die(deed, after_seconds=moment)
    return die(partial(_trapped, deed, step, moment))


def _trapped(deed: Deed, step: str, seconds: float) -> None:
    with trap(step, seconds):
        deed()


def _forgetting(database: Path) -> Deed:
    """`nudgebot forget`, as it is given to a person."""
    zuliprc = database.parent / "zuliprc"
    zuliprc.write_text(f"[nudgebot]\ndatabase = {database}\n", encoding="utf-8")

    def forget() -> None:
        result = CliRunner().invoke(main, ["-c", str(zuliprc), "forget", ANA.student_id, "--yes"])
        assert result.exit_code == 0, result.output

    return forget


def _after(database: Path, at_first: Original, erased_rows: Counter[object]) -> Figures:
    """What a start finds: rows lost though nothing was done, traces left though it was."""
    start(database)
    rows = rows_in(database)
    with closing(Store.reading(database)) as store:
        done = Forgotten(store.connection).student(ANA.student_id)
    if done:
        amiss = int(_by_table(rows) != erased_rows)
        return Figures(0, 0, leaked=names_in(database.parent, ANA), amiss=amiss)
    return Figures(0, 0, lost=missing(at_first.rows, rows), amiss=missing(rows, at_first.rows))


def _by_table(rows: Rows) -> Counter[object]:
    found: Counter[object] = Counter()
    for row, count in rows.items():
        found[row[0]] += count
    return found
