"""Files change while they are read: an export is replaced, a rule file is broken."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock
from zoneinfo import ZoneInfo

from contract.people import words_in

from nudgebot.exports.bundle import Member
from nudgebot.exports.importer import Importer
from nudgebot.exports.inbox import Inbox
from nudgebot.sandbox.records import SandboxMessage
from nudgebot.store import Store
from nudgebot.wiring import SCHEMAS
from torture.hall import hall
from torture.registry import Figures, Plan, torture

NOW = datetime(2026, 11, 19, 14, 30, tzinfo=UTC)
LOOKS = 6
TABLES = {
    "students.csv": ("student_id,name", "s{n},Nia {version}"),
    "teachers.csv": ("teacher_id,name", "t{n},Tara {version}"),
    "classes.csv": ("class_id,name", "c{n},Class {version}"),
    "skills.csv": ("skill_id,name", "k{n},Skill {version}"),
}


def _files(version: str, rows: int) -> dict[str, str]:
    """An export in which everything bears its version."""
    return {
        name: "\n".join([head, *(row.format(n=n, version=version) for n in range(rows)), ""])
        for name, (head, row) in TABLES.items()
    }


def _zip(files: dict[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return packed.getvalue()


def _replace(path: Path, files: dict[str, str], how: str) -> None:
    """Put another export where one is: by one rename, by writing over it, or file by file."""
    if how == "zip renamed":
        other = path.parent.parent / "other.zip"
        other.write_bytes(_zip(files))
        other.replace(path)
    elif how == "zip overwritten":
        path.write_bytes(_zip(files))
    elif how == "folder renamed":
        other = path.parent.parent / "other"
        _fill(other, files)
        path.rename(path.parent.parent / "old")
        other.rename(path)
        shutil.rmtree(path.parent.parent / "old")
    else:
        _fill(path, files)


def _fill(folder: Path, files: dict[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


@contextmanager
def _at_opening(number: int, act: Any) -> Iterator[list[int]]:
    """Do something when a member of the export is opened for this time; the list counts it."""
    opened, struck, real = [0], [0], Member.open

    @contextmanager
    def watched(self: Member) -> Iterator[Any]:
        opened[0] += 1
        with real(self) as found:
            if opened[0] == number:
                struck[0] += 1
                act()
            yield found

    with mock.patch.object(Member, "open", watched):
        yield struck


def _versions(store: Store) -> set[str]:
    """The versions that the school's tables speak of."""
    names = [
        row[0]
        for table in ("students", "teachers", "classes", "skills")
        for row in store.rows(f"SELECT name FROM {table}")  # noqa: S608  # constants of this module
    ]
    return {name.split()[-1] for name in names}


@torture("export replaced while it is read")
def replaced(plan: Plan) -> Figures:
    """At each opening of a file, in four ways; never a mixture, and in the end the new one."""
    rows = plan.size("rows", short=20, full=2000)
    figures = Figures(0, 0)
    for how in ("zip renamed", "zip overwritten", "folder renamed", "file by file"):
        for number in range(1, plan.size("openings", short=5, full=9)):
            folder = plan.folder / f"{how.replace(' ', '-')}{number}"
            figures += _one_replacing(folder, how, number, rows)
    return figures


def _one_replacing(folder: Path, how: str, number: int, rows: int) -> Figures:
    inbox_folder = folder / "inbox"
    path = inbox_folder / ("school.zip" if how.startswith("zip") else "school")
    inbox_folder.mkdir(parents=True)
    if how.startswith("zip"):
        path.write_bytes(_zip(_files("old", rows)))
    else:
        _fill(path, _files("old", rows))
    store = Store(folder / "school.db", SCHEMAS)
    importer = Importer(store, zone=ZoneInfo("UTC"), max_drop_share=0.1)
    inbox = Inbox(inbox_folder, importer, format_name="native", settle_seconds=0)
    new = _files("new", rows + 1)
    mixed = 0
    with _at_opening(number, lambda: _replace(path, new, how)) as struck:
        for look in range(LOOKS):
            inbox.poll(NOW + timedelta(seconds=look))
            mixed += len(_versions(store)) > 1
    arrived = _versions(store) == {"new"} or not struck[0]
    count = store.value("SELECT COUNT(*) FROM students")
    store.close()
    whole = arrived and count == rows + struck[0]
    return Figures(
        tries=struck[0], once=int(whole), lost=int(not whole), amiss=mixed, hits=struck[0]
    )


@torture("rule file broken during a reload")
def broken_rules(plan: Plan) -> Figures:
    """The old rules stay and nudge; the admin is told of each mistake once, and of no other."""
    rounds = plan.size("rounds", short=2, full=6)
    with hall(plan.folder, plan.size("messages", short=5, full=40)) as school:
        school.start()
        school.until(school.listening, "listening")
        broken = school.rules / "broken.yaml"

        def told() -> list[SandboxMessage]:
            people = school.people
            said = school.sandbox.messages_to(people.owner, sender=people.bot)
            return [each for each in said if "broken.yaml:" in words_in(each.content)]

        for turn in range(rounds):
            # Another line each time: the same words are said once a day.
            broken.write_text("\n" * turn + "id: broken\nname: [unclosed\n", encoding="utf-8")
            school.until(partial(lambda wanted: len(told()) >= wanted, turn + 1), "the word")
        school.deliver()
        school.known()
        school.answer()
        school.settle()
        figures = school.figures(hits=rounds)
        return figures + Figures(tries=rounds, once=rounds, twice=max(len(told()) - rounds, 0))
