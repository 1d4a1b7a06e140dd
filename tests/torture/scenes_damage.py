"""The database is damaged, in many ways: it is refused as it is, and the backup brings all back."""

from __future__ import annotations

import random
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from nudgebot.cli.app import main
from nudgebot.errors import NudgebotError
from nudgebot.sandbox.records import OWNER
from nudgebot.sandbox.server import Sandbox
from nudgebot.settings import read_settings
from nudgebot.store.backups import back_up
from nudgebot.wiring import serve
from torture.registry import Figures, Plan, torture
from torture.school_file import (
    LATE,
    LOG,
    NIGHT,
    Original,
    filled,
    held_bytes,
    missing,
    original,
    rows_in,
    start,
)

PAGE = 4096
HEADER = 100  # bytes
ADVICE = "nudgebot restore"
Damage = Callable[[bytearray, random.Random], None]


def _garble(content: bytearray, begin: int, end: int, dice: random.Random) -> None:
    content[begin:end] = dice.randbytes(end - begin)


def _scattered(content: bytearray, dice: random.Random) -> None:
    """Bytes here and there, in the heads of pages as well as in what they hold."""
    for _ in range(dice.randint(1, 5)):
        page = dice.randrange(len(content) // PAGE) * PAGE
        begin = page + dice.choice((0, dice.randrange(PAGE)))
        _garble(content, begin, min(begin + dice.randint(1, 64), page + PAGE), dice)


def _emptied(content: bytearray, dice: random.Random) -> None:
    """Pages full of zeros."""
    for _ in range(dice.randint(1, 5)):
        begin = dice.randrange(len(content) // PAGE) * PAGE
        content[begin : begin + PAGE] = bytes(PAGE)


def _cut_off(content: bytearray, dice: random.Random) -> None:
    """Shorter: nothing left, at the end of a page, or anywhere."""
    whole_pages = dice.randrange(len(content) // PAGE) * PAGE
    del content[dice.choice((0, whole_pages, dice.randrange(len(content)))) :]


def _beheaded(content: bytearray, dice: random.Random) -> None:
    """Bytes of the file's own header."""
    begin = dice.randrange(HEADER)
    _garble(content, begin, min(begin + dice.randint(1, 16), HEADER), dice)


def _exchanged(content: bytearray, dice: random.Random) -> None:
    """Two pages, each in the place of the other."""
    one, other = (each * PAGE for each in dice.sample(range(len(content) // PAGE), 2))
    kept = content[one : one + PAGE]
    content[one : one + PAGE] = content[other : other + PAGE]
    content[other : other + PAGE] = kept


DAMAGES: tuple[Damage, ...] = (_scattered, _emptied, _cut_off, _beheaded, _exchanged)


@dataclass(frozen=True)
class Desk:
    """A sound file with its log, its backup, and the place where it is damaged."""

    database: Path
    zuliprc: Path
    sound: Original
    backup: Path

    def put(self, content: bytes) -> None:
        """The file in the place of what there is, with its log, as a killed process leaves it."""
        for each in self.database.parent.glob("*school.db*"):
            each.unlink()
        self.database.write_bytes(content)
        self.database.with_name(self.database.name + LOG).write_bytes(self.sound.log)

    def is_damaged(self) -> bool:
        """What SQLite's whole check finds in a copy; a file emptied is none that was made so."""
        content = self.database.read_bytes()
        copy = self.database.parent / "copy.db"
        copy.write_bytes(content)
        copy.with_name(copy.name + LOG).write_bytes(self.sound.log)
        try:
            with closing(sqlite3.connect(copy)) as connection:
                found = [row[0] for row in connection.execute("PRAGMA integrity_check(1)")]
        except (sqlite3.DatabaseError, UnicodeDecodeError):
            return True
        return not content or found != ["ok"]

    def start(self) -> str:
        """The real service, told to end as soon as it has begun; the sentence it ended with.

        Anything but a sentence, as a traceback, comes through.
        """
        stopping = threading.Event()
        stopping.set()
        settings = read_settings(self.zuliprc, {})
        try:
            serve(settings, self.zuliprc, clock=lambda: NIGHT, stopping=stopping)
        except NudgebotError as error:
            return str(error)
        return ""

    def restore(self) -> bool:
        """`nudgebot restore` with the backup, as it is given to a person."""
        words = ["-c", str(self.zuliprc), "restore", str(self.backup)]
        return CliRunner().invoke(main, words).exit_code == 0


@contextmanager
def desk(folder: Path, students: int) -> Iterator[Desk]:
    """A school's file with its nightly backup, and a server for a bot to start at."""
    work, backups, zuliprc = folder / "work", folder / "backups", folder / "zuliprc"
    work.mkdir()
    database = folder / "school.db"
    with Sandbox(rate_limit=None) as sandbox:
        owner = sandbox.add_user("Olive Owner", role=OWNER)
        bot = sandbox.add_user("nudgebot", is_bot=True, owner=owner)
        zuliprc.write_text(
            f"{sandbox.zuliprc(bot)}\n[nudgebot]\ndatabase = {work / 'school.db'}\n"
            f"backup_folder = {backups}\n",
            encoding="utf-8",
        )
        zuliprc.chmod(0o600)
        with closing(filled(database, students=students)) as store:
            store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            store.executemany(LATE, [[f"late{n}"] for n in range(30)])
            sound = original(store)
            backup = back_up(database, backups, as_of=NIGHT).path
        yield Desk(work / "school.db", zuliprc, sound, backup)


@torture("database damaged: bytes, pages, its header, its length", kind="database")
def damaged(plan: Plan) -> Figures:
    """What a check can find is refused with advice and left as it is; the backup is all back."""
    dice, figures = plan.dice(), Figures(0, 0)
    count = plan.size("damages", short=10, full=250)
    with desk(plan.folder, plan.size("students", short=5, full=60)) as at:
        at.put(at.sound.content)
        assert not at.is_damaged()
        assert not at.start(), "the sound file is taken"
        for number in range(count):
            content = bytearray(at.sound.content)
            DAMAGES[number % len(DAMAGES)](content, dice)
            at.put(bytes(content))
            figures += _one(at)
    return figures + Figures(0, 0, note=f"{figures.hits} of them found by the check")


def _one(at: Desk) -> Figures:
    found = at.is_damaged()
    before = held_bytes(at.database)
    said = at.start()
    if not found and not said:
        return Figures(tries=1, once=1)  # no check tells a value from another
    refused = ADVICE in said and "\n" not in said and held_bytes(at.database) == before
    lost = (
        missing(at.sound.rows, rows_in(at.database))
        if at.restore()
        else sum(at.sound.rows.values())
    )
    start(at.database)
    right = refused
    return Figures(tries=1, once=int(right), lost=lost, amiss=int(not right), hits=1)
