"""Two processes on one database, by whatever path: the second refuses, the next start is free."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path

from click.testing import CliRunner
from rights.school import BEN

from nudgebot.cli.app import main
from nudgebot.sandbox.records import OWNER, SandboxUser
from nudgebot.sandbox.server import Sandbox
from nudgebot.store.backups import back_up
from nudgebot.store.lock import is_held
from torture.deaths import apart
from torture.registry import Figures, Plan, torture
from torture.school_file import NIGHT, Rows, filled, missing, rows_in

LASTING = ("students", "answers", "consents", "nudges", "outbox", "practice", "exam_results")
START_SECONDS = 30.0
REFUSED = 2
RUNS = "runs on"
SETTINGS = """
[nudgebot]
database = {database}
backup_folder = {folder}/backups
inbox = {folder}/inbox
enable_nudging_system = false
"""


@dataclass(frozen=True)
class House:
    """A database that is reached on several paths, each with a zuliprc of its own."""

    folder: Path
    sandbox: Sandbox
    bot: SandboxUser

    @property
    def database(self) -> Path:
        """The file itself."""
        return self.folder / "school.db"

    def paths(self) -> dict[str, Path]:
        """A zuliprc for each way to the file."""
        linked, other = self.folder / "linked.db", self.folder / "other"
        linked.symlink_to(self.database)
        other.symlink_to(self.folder)
        ways = {
            "plain": self.database,
            "linked": linked,
            "linked folder": other / "school.db",
            "relative": Path("school.db"),
            "there and back": self.folder / "other" / ".." / self.folder.name / "school.db",
        }
        return {name: self._zuliprc(name, path) for name, path in ways.items()}

    def _zuliprc(self, name: str, path: Path) -> Path:
        zuliprc = self.folder / f"{name.replace(' ', '-')}.zuliprc"
        settings = SETTINGS.format(database=path, folder=self.folder)
        zuliprc.write_text(self.sandbox.zuliprc(self.bot) + settings, encoding="utf-8")
        zuliprc.chmod(0o600)
        return zuliprc

    def command(self, zuliprc: Path, *words: str) -> tuple[int, str]:
        """What a command ends with and says, in a process of its own."""
        found: tuple[int, str] = apart(partial(self._invoke, zuliprc, words))
        return found

    def _invoke(self, zuliprc: Path, words: Sequence[str]) -> tuple[int, str]:
        os.chdir(self.folder)
        result = CliRunner().invoke(main, ["-c", str(zuliprc), *words])
        return result.exit_code, result.output

    def _run(self, zuliprc: Path) -> None:
        os._exit(self._invoke(zuliprc, ["run"])[0])

    def start(self, zuliprcs: Sequence[Path]) -> list[BaseProcess]:
        """`nudgebot run` on each of the paths, all at the same time."""
        fork = multiprocessing.get_context("fork")
        started = [fork.Process(target=self._run, args=(each,)) for each in zuliprcs]
        for each in started:
            each.start()
        return list(started)

    def listening(self) -> None:
        """Wait until one of them hears."""
        self.sandbox.wait_for(
            lambda: is_held(self.database) and self.sandbox.polling(self.bot), START_SECONDS
        )

    def rows(self) -> Rows:
        """Rows that no start changes."""
        return Rows({row: n for row, n in rows_in(self.database).items() if row[0] in LASTING})


@contextmanager
def house(folder: Path) -> Iterator[House]:
    """The database is there, with something in it."""
    filled(folder / "school.db", students=5).close()
    with Sandbox(rate_limit=None) as sandbox:
        owner = sandbox.add_user("Olive Owner", role=OWNER)
        yield House(folder, sandbox, sandbox.add_user("nudgebot", is_bot=True, owner=owner))


@torture("two processes on one database", kind="database")
def two(plan: Plan) -> Figures:
    """Of several that start at once one lives; who comes later is refused until kill -9."""
    dice, figures = plan.dice(), Figures(0, 0)
    with house(plan.folder) as at:
        ways = at.paths()
        backup = back_up(at.database, plan.folder / "backups", as_of=NIGHT).path
        before = at.rows()
        for _ in range(plan.size("rounds", short=1, full=4)):
            at_once = dice.sample(list(ways.values()), plan.size("at_once", short=3, full=5))
            living = _the_one(at, at_once)
            figures += _at_once(len(at_once), living)
            try:
                figures += _later(at, ways, backup, plan)
                alive = [each for each in living if each.exitcode is None]
                figures += Figures(0, 0, amiss=len(living) - len(alive))
            finally:
                for each in living:
                    each.kill()
                    each.join()
        lost = missing(before, at.rows())
        # Whoever was killed holds nothing any more.
        code, _ = at.command(ways["linked"], "forget", BEN.student_id, "--yes")
        return figures + Figures(1, int(code == 0), lost=lost, amiss=int(code != 0))


def _the_one(at: House, zuliprcs: Sequence[Path]) -> list[BaseProcess]:
    """Those of several that live when all the others have ended: it should be one."""
    started = at.start(zuliprcs)
    at.listening()
    left = list(started)
    while len(left) > 1:
        ended = wait([each.sentinel for each in left], START_SECONDS)
        if not ended:
            break
        for each in [one for one in left if one.sentinel in ended]:
            each.join()
            left.remove(each)
    wrong = [each for each in started if each not in left and each.exitcode != REFUSED]
    return left + wrong


def _at_once(count: int, living: Sequence[BaseProcess]) -> Figures:
    right = len(living) == 1
    return Figures(count, count if right else 0, amiss=int(not right), hits=count - 1)


def _later(at: House, ways: dict[str, Path], backup: Path, plan: Plan) -> Figures:
    figures = Figures(0, 0)
    refused = [("run",), ("forget", BEN.student_id, "--yes"), ("restore", str(backup))]
    for turn, zuliprc in enumerate(ways.values()):
        # Each of them on each of the paths; in a short run each path once.
        for words in refused if plan.full else [refused[turn % len(refused)]]:
            code, said = at.command(zuliprc, *words)
            lines = [each for each in said.splitlines() if each]
            right = code == REFUSED and RUNS in said and len(lines) == 1
            figures += Figures(1, int(right), amiss=int(not right), hits=1)
    for words in (("backup",), ("forget", BEN.student_id)):  # these do no harm beside it
        code, _ = at.command(ways["plain"], *words)
        figures += Figures(1, int(code == 0), amiss=int(code != 0))
    return figures
