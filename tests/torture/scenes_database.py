"""The file is full, or somebody else's for a while, while imports, nudges and answers go on."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
import time
import weakref
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Self
from unittest import mock

from nudgebot.service import Job
from nudgebot.service.ticks import Ticks
from nudgebot.store import database
from torture.hall import hall
from torture.registry import Figures, Plan, torture

WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE", "COMMIT", "WITH")
PLENTY = 1_000_000_000  # pages
FULL = "database or disk is full"
LOCKED = "database is locked"
IMPATIENT_SECONDS = 0.1
HITS = 3  # so often it strikes before it is over
# Takes the lock and lets it go as it is told, on a line each.
LOCKER = """
import sqlite3, sys
other = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
for line in sys.stdin:
    other.execute(line)
    print("done", flush=True)
"""


class Disk:
    """A disk that fills up: no new page for anybody, or no write at all."""

    def __init__(self) -> None:
        self.is_full = False
        self._guard = threading.Lock()
        self._open: weakref.WeakSet[sqlite3.Connection] = weakref.WeakSet()

    def hold(self, connection: sqlite3.Connection) -> None:
        """A connection that is to feel it."""
        with self._guard:
            self._open.add(connection)

    def fill(self, *, whole: bool) -> None:
        """From now on there is no room; unless it is `whole`, pages that are there can be used."""
        self.is_full = whole
        if not whole:
            self._limit(1)  # as many as there are, where there are more

    def make_room(self) -> None:
        """As if nothing had been."""
        self.is_full = False
        self._limit(PLENTY)

    def _limit(self, pages: int) -> None:
        with self._guard:
            found = list(self._open)
        for each in found:
            with suppress(sqlite3.ProgrammingError):  # closed meanwhile
                sqlite3.Connection.execute(each, f"PRAGMA max_page_count = {pages:d}")

    def refuse(self, sql: str) -> None:
        """What a full disk says to a write."""
        if self.is_full and sql.lstrip().upper().startswith(WRITES):
            error = sqlite3.OperationalError(FULL)
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error


class Watched(sqlite3.Connection):
    """A connection to a file on a disk; it counts by their words the errors that it raises."""

    disk: Disk
    counts: Counter[str]

    def execute(self, sql: str, *given: Any) -> sqlite3.Cursor:
        with self._counting():
            self.disk.refuse(sql)
            return super().execute(sql, *given)

    def executemany(self, sql: str, *given: Any) -> sqlite3.Cursor:
        with self._counting():
            self.disk.refuse(sql)
            return super().executemany(sql, *given)

    @contextmanager
    def _counting(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            self.counts[str(error)] += 1
            raise


@contextmanager
def watched() -> Iterator[tuple[Disk, Counter[str]]]:
    """Every connection opened within the block is to a file on this disk, and counts its errors."""
    disk, counts, connect = Disk(), Counter[str](), sqlite3.connect

    def opened(*given: Any, **options: Any) -> sqlite3.Connection:
        connection = connect(*given, factory=Watched, **options)
        connection.disk, connection.counts = disk, counts
        disk.hold(connection)
        return connection

    with mock.patch.object(sqlite3, "connect", opened):
        yield disk, counts


@contextmanager
def often() -> Iterator[None]:
    """The hour's evaluation, which makes up for one that failed, comes every other second."""
    real = Ticks.jobs

    def jobs(self: Ticks) -> list[Job]:
        return [
            replace(each, every_seconds=2) if each.name == "evaluation" else each
            for each in real(self)
        ]

    with mock.patch.object(Ticks, "jobs", jobs):
        yield


@torture("disk full during imports, evaluations, sends and answers", kind="database")
def full(plan: Plan) -> Figures:
    """Again and again there is no room for a while; then all of it comes, once."""
    dice = plan.dice()
    students = plan.size("messages", short=4, full=30)
    with often(), watched() as (disk, hits), hall(plan.folder, students) as school:

        def strike(*, whole: bool) -> None:
            before = hits[FULL]
            disk.fill(whole=whole)
            if whole:
                school.until(lambda: hits[FULL] >= before + HITS, "a refusal")
            else:  # much goes into pages that are there
                time.sleep(dice.uniform(0.2, 0.6))
            disk.make_room()

        school.start()
        school.until(school.listening, "listening")
        disk.fill(whole=True)
        school.deliver()
        strike(whole=True)
        school.known()
        for turn in range(plan.size("bouts", short=1, full=8)):
            asked = dice.sample(range(students), students // 2)
            if plan.full:
                school.answer(turn, only=asked)
            strike(whole=turn % 2 == 0)
            if not plan.full:  # by then its answers are heard
                school.answer(turn, only=asked)
            school.nudged(dice.randrange(students // 2))
        school.settle()
        return school.figures(hits=hits[FULL])


class Locker:
    """Another program that takes the file for itself, as a person's database browser does."""

    def __init__(self, path: Path) -> None:
        words = [sys.executable, "-S", "-c", LOCKER, str(path)]
        self._process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def say(self, sql: str) -> None:
        """Have it done; a lock is there when this returns."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{sql}\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline() == "done\n"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()


@torture("database locked by another program for a while", kind="database")
def locked(plan: Plan) -> Figures:
    """For longer than the bot waits, while it imports, nudges and hears; then all comes, once."""
    dice = plan.dice()
    students = plan.size("messages", short=4, full=30)
    impatient = mock.patch.object(database, "BUSY_TIMEOUT_SECONDS", IMPATIENT_SECONDS)
    with impatient, often(), watched() as (_, hits), hall(plan.folder, students) as school:
        school.start()
        school.until(school.listening, "listening")
        with Locker(school.database) as other:

            def strike(act: Callable[[], object]) -> None:
                before = hits[LOCKED]
                other.say("BEGIN IMMEDIATE")
                act()
                school.until(lambda: hits[LOCKED] >= before + HITS, "a locked file")
                other.say("ROLLBACK")

            strike(school.deliver)
            school.known()
            for turn in range(plan.size("bouts", short=1, full=8)):
                asked = dice.sample(range(students), students // 2)
                answer = partial(school.answer, turn, only=asked)
                strike(answer if plan.full else lambda: None)
                if not plan.full:
                    answer()
                school.nudged(dice.randrange(students // 2))
        school.settle()
        return school.figures(hits=hits[LOCKED])
