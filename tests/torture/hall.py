"""A school in a sandbox with the real service at work for it, on a clock that can be moved."""

from __future__ import annotations

import io
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from unittest import mock

from contract.school_files import Pupil, Teacher, deliver, export, write_rules
from endurance.verdict import OPEN_STATES

from nudgebot import wiring
from nudgebot.errors import NudgebotError
from nudgebot.sandbox.records import OWNER, SandboxMessage
from nudgebot.sandbox.server import Sandbox
from nudgebot.service import ticks
from nudgebot.settings import Settings, read_settings
from torture.ledger import NUDGE_WORD, Ledger, People, figures_of, name_of, word_of
from torture.registry import Figures
from torture.shifted import ShiftedClock

PATIENCE_SECONDS = 60.0
LOOK_AGAIN_SECONDS = 0.05
REST_SECONDS = 1.2  # until time is moved on: a tick, and a little
STEP_SECONDS = 150  # more than the two minutes for which a lost answer may still come
Seen = TypeVar("Seen")


class Hall:
    """The people, the export and the service; start and stop it as often as it takes."""

    def __init__(self, sandbox: Sandbox, folder: Path, clock: ShiftedClock, students: int) -> None:
        self.sandbox = sandbox
        self.clock = clock
        self.folder = folder
        owner = sandbox.add_user("Olive Owner", role=OWNER)
        bot = sandbox.add_user("nudgebot", is_bot=True, owner=owner)
        teacher = sandbox.add_user("Tara Teacher")
        self.present = sandbox.add_user("Pia Present")
        self.stream = sandbox.add_stream("class-7b", [teacher, bot])
        users = {n: sandbox.add_user(name_of(n)) for n in range(students)}
        self.people = People(bot, owner, teacher, users)
        self.ledger = Ledger(sandbox, self.people)
        self.asked: dict[str, SandboxMessage] = {}
        self.zuliprc = folder / "zuliprc"
        self.zuliprc.write_text(sandbox.zuliprc(bot), encoding="utf-8")
        self.zuliprc.chmod(0o600)
        self.inbox = folder / "inbox"
        self.inbox.mkdir(parents=True, exist_ok=True)
        self.rules, self.templates = write_rules(folder, word=NUDGE_WORD)
        self.database = folder / "school.db"
        self._log = io.StringIO()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self.ended: list[NudgebotError] = []

    @staticmethod
    def now() -> datetime:
        """The real time, for a program that is a process of its own."""
        return datetime.now(UTC)

    def settings(self) -> Settings:
        """What the service runs with: fast, and without chance."""
        return read_settings(self.zuliprc, {}).replaced(
            database=self.database,
            inbox=self.inbox,
            backup_folder=self.folder / "backups",
            inbox_poll_seconds=1,
            inbox_settle_seconds=0,
            rules_file_path=self.rules,
            templates_path=self.templates,
            sends_per_minute=600_000,
            holdout_share=0.0,
            one_tap_answers=False,
        )

    def school_files(self, *more: Pupil) -> bytes:
        """The export as of now: everybody has been silent for weeks, but for one."""
        pupils = [
            Pupil(f"s{n}", user.full_name, user.user_id, silent=True)
            for n, user in self.people.students.items()
        ]
        pupils.append(Pupil("here", self.present.full_name, self.present.user_id))
        teacher = Teacher(self.people.teacher.full_name, self.people.teacher.user_id)
        return export([*pupils, *more], teacher, stream=self.stream.name, as_of=self.clock())

    def deliver(self, name: str = "school.zip") -> None:
        """Put the export into the inbox."""
        deliver(self.inbox, name, self.school_files())

    def known(self) -> None:
        """Wait until the students are known; who writes before is a stranger."""
        self.until(lambda: self.rows("SELECT 1 FROM students"), "the first import")

    # The service

    def start(self) -> None:
        """Run the service in threads of this process."""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="service")
        self._thread.start()

    def _serve(self) -> None:
        try:
            wiring.serve(self.settings(), self.zuliprc, clock=self.clock, stopping=self._stopping)
        except NudgebotError as error:
            self.ended.append(error)

    def stop(self) -> None:
        """Tell it to end, and see it off."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    @property
    def is_running(self) -> bool:
        """Whether the service still lives."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def log(self) -> str:
        """All that was logged."""
        return self._log.getvalue()

    def hear(self) -> logging.Handler:
        """Keeps what is logged."""
        handler = logging.StreamHandler(self._log)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        return handler

    # Looking

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """What the database answers to a reader; nothing while there is no such table."""
        if not self.database.exists():
            return []
        with closing(
            sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=10)
        ) as connection:
            connection.row_factory = sqlite3.Row
            try:
                return connection.execute(sql, parameters).fetchall()
            except sqlite3.OperationalError as error:
                if "no such table" in str(error):
                    return []
                raise

    def until(
        self, look: Callable[[], Seen], what: str, *, seconds: float = PATIENCE_SECONDS
    ) -> Seen:
        """The first true value of `look`; an error at the deadline."""
        deadline = time.monotonic() + seconds
        while not (found := look()):
            if time.monotonic() > deadline:
                tail = "\n".join(self.log.splitlines()[-40:])
                raise AssertionError(f"{what}: not within {seconds:.0f} s {self.ended}\n{tail}")
            time.sleep(LOOK_AGAIN_SECONDS)
        return found

    def listening(self) -> bool:
        """Whether the bot waits for events at this moment."""
        return self.sandbox.polling(self.people.bot)

    def nudged(self, count: int) -> None:
        """Wait until so many nudges have arrived; time passes meanwhile."""
        self._pass_until(lambda: sum(self.ledger.nudges().values()) >= count, PATIENCE_SECONDS)

    # Acting

    def answer(self, turn: int = 0, *, only: Sequence[int] | None = None) -> None:
        """Every student writes her own word to the bot."""
        for number in self.people.students if only is None else only:
            user = self.people.students[number]
            word = word_of(number, turn)
            self.asked[word] = self.sandbox.say(user, f"I will, {word}", self.people.bot)

    def is_settled(self) -> bool:
        """Everything said is handled, every nudge has been sent, and the outbox is done."""
        handled = {row["source"] for row in self.rows("SELECT source FROM chat_handled")}
        sources = {f"message:{each.message_id}" for each in self.asked.values()}
        parts = [row["state"] for row in self.rows("SELECT state FROM nudge_parts")]
        return (
            sources <= handled
            and len(parts) >= len(self.people.students)
            and not {"waiting", "posted"} & set(parts)
            and not any(state in OPEN_STATES for state in self._states().values())
        )

    def settle(self, seconds: float = PATIENCE_SECONDS) -> bool:
        """Let time pass until nothing is open any more; whether it came to that."""
        return self._pass_until(self.is_settled, seconds)

    def settled_within(self, seconds: float) -> bool:
        """Whether a program of its own comes to have nothing open in this time."""
        deadline = time.monotonic() + seconds
        while not (done := self.is_settled()) and time.monotonic() < deadline:
            time.sleep(LOOK_AGAIN_SECONDS)
        return done

    def _pass_until(self, look: Callable[[], bool], seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        moved = time.monotonic()
        while not (found := look()) and time.monotonic() < deadline and self.is_running:
            if time.monotonic() - moved > REST_SECONDS:
                self.clock.move(STEP_SECONDS)
                moved = time.monotonic()
            time.sleep(LOOK_AGAIN_SECONDS)
        return found

    def _states(self) -> dict[str, str]:
        return {row["key"]: row["state"] for row in self.rows("SELECT key, state FROM outbox")}

    def states(self) -> dict[str, str]:
        """The outbox's word on each message that has to arrive, under the ledger's names."""
        of_key = self._states()
        found = {
            f"nudge {row['student_id'][1:]}": of_key.get(row["outbox_key"], "")
            for row in self.rows("SELECT * FROM nudges JOIN nudge_parts USING (nudge_key)")
        }
        for word, message in self.asked.items():
            relay = f"answer:{message.message_id}:{self.people.teacher.user_id}"
            found[f"relay {word}"] = of_key.get(relay, "")
            found[f"thanks {word}"] = of_key.get(f"reply:message:{message.message_id}:0", "")
        return found

    def figures(self, *, hits: int, but_refused: bool = False, note: str = "") -> Figures:
        """Nudges, words passed on and thanks, each of which has to be there once.

        With `but_refused` what the server refused, and the outbox says so, was not to be there.
        """
        states = self.states()
        copies = {**self.ledger.nudges(), **self.ledger.relays(self.asked)}
        # Thanks are all alike: one that is missing is the one that is not known to be sent.
        words = sorted(self.asked, key=lambda word: states.get(f"thanks {word}") != "sent")
        copies |= self.ledger.thanks(words)
        if but_refused:
            copies = {k: n for k, n in copies.items() if n or states.get(k) != "refused"}
        counted = figures_of(copies, states)
        return counted + Figures(0, 0, leaked=self.ledger.leaks(self.log), hits=hits, note=note)


@contextmanager
def hall(folder: Path, students: int, server_clock: ShiftedClock | None = None) -> Iterator[Hall]:
    """The hall; its service is stopped at the end. The server's clock is the bot's, or its own."""
    clock = ShiftedClock()
    servers = clock if server_clock is None else server_clock
    with Sandbox(rate_limit=None, clock=servers.unix) as sandbox:
        made = Hall(sandbox, folder, clock, students)
        with hurried(), heard(made):
            try:
                yield made
            finally:
                made.stop()


@contextmanager
def hurried() -> Iterator[None]:
    """Nobody waits five seconds for a tick: only the rhythm of the service is another."""
    with (
        mock.patch.object(ticks, "DELIVER_SECONDS", 1),
        mock.patch.object(ticks, "RULES_SECONDS", 1),
        mock.patch.object(wiring, "CATCH_UP_SECONDS", 1),
    ):
        yield


@contextmanager
def heard(made: Hall) -> Iterator[None]:
    """Keep what the program logs at the level it is logged at in a school."""
    handler, logger = made.hear(), logging.getLogger("nudgebot")
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
