"""The real program as a process of its own: started, watched, stopped, killed."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from contract.forked import Main, command_line, fork

PATIENCE_SECONDS = 30.0
STOP_SECONDS = 5.0
LOOK_AGAIN_SECONDS = 0.05
Seen = TypeVar("Seen")


def environment(**settings: object) -> dict[str, str]:
    """This process's variables without what would speak to nudgebot, and these settings."""
    foreign = ("NUDGEBOT_", "ZULIP_")
    # Chance and a second message below each nudge are there only where a test is about them.
    settings = {"holdout_share": 0, "one_tap_answers": "false"} | settings
    kept = {name: text for name, text in os.environ.items() if not name.startswith(foreign)}
    return kept | {f"NUDGEBOT_{name.upper()}": str(value) for name, value in settings.items()}


class Program:
    """`nudgebot run` in a folder, which holds its database, inbox and log unless settings differ.

    Leaving the block kills what still runs. `main` is what the process does with the `words` of the
    command line; a test may set another, which lays a trap first.
    """

    def __init__(self, zuliprc: Path, folder: Path, **settings: object) -> None:
        self.main: Main = command_line
        self.folder = folder
        self.database = folder / "school.db"
        self.inbox = folder / "inbox"
        self.inbox.mkdir(parents=True, exist_ok=True)
        self.words = ["-c", str(zuliprc), "run"]
        own: dict[str, object] = {
            "database": self.database,
            "inbox": self.inbox,
            "inbox_poll_seconds": 1,
            "inbox_settle_seconds": 0,
        }
        self._environment = environment(**(own | settings))
        self._log = folder / "run.log"
        self._process: BaseProcess | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.is_running:
            self.kill()

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.is_alive()

    @property
    def log(self) -> str:
        """All that it has said so far, on both outputs, over all its starts."""
        return self._log.read_text(encoding="utf-8") if self._log.exists() else ""

    def start(self) -> None:
        assert not self.is_running
        self._process = fork(
            self.main,
            self.words,
            environment=self._environment,
            folder=self.folder,
            log=self._log,
        )

    def kill(self) -> None:
        """`kill -9`: nothing in the program gets to know of it."""
        assert self._process is not None
        self._process.kill()
        self._process.join()

    def stop(self) -> int:
        """SIGTERM; the exit code, and a failed test where there is none in time."""
        assert self._process is not None
        self._process.terminate()
        return self.ended("SIGTERM", seconds=STOP_SECONDS)

    def ended(self, why: str, *, seconds: float = PATIENCE_SECONDS) -> int:
        """The exit code, once it has ended by itself; a failed test where it goes on."""
        assert self._process is not None
        self._process.join(seconds)
        code = self._process.exitcode
        assert code is not None, f"{why} did not end it within {seconds:.0f} s:\n{self._tail()}"
        return code

    def until(
        self, look: Callable[[], Seen], what: str, *, seconds: float = PATIENCE_SECONDS
    ) -> Seen:
        """The first true value of `look`; a failed test at the deadline or when the program ends.

        For what has no event to wait for: the program's own files.
        """
        assert self._process is not None
        deadline = time.monotonic() + seconds
        while not (found := look()):
            if time.monotonic() > deadline:
                raise AssertionError(f"{what}: not within {seconds:.0f} s\n{self._tail()}")
            self._process.join(LOOK_AGAIN_SECONDS)
            code = self._process.exitcode
            assert code is None, f"{what}: the program ended with {code}\n{self._tail()}"
        return found

    def listening(self) -> bool:
        """Whether it has a place to listen from; what is said from then on is heard."""
        return bool(self.rows("SELECT 1 FROM chat_cursor WHERE queue_id IS NOT NULL"))

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """What its database answers to a reader; nothing as long as there is no such table."""
        if not self.database.exists():
            return []
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=10)
        connection.row_factory = sqlite3.Row
        try:
            return connection.execute(sql, parameters).fetchall()
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):
                return []
            raise
        finally:
            connection.close()

    def _tail(self) -> str:
        return "\n".join(self.log.splitlines()[-40:])
