"""The realm that `NUDGEBOT_REALM_DIR` names, else the sandbox; its people, and the bot at work."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from contract.people import Person
from contract.program import Program
from contract.school_files import Pupil, Teacher, deliver, export, write_more, write_rules
from nudgebot.chat.connection import connect
from nudgebot.chat.gateway import Gateway
from nudgebot.chat.incoming import Me
from nudgebot.sandbox.mailbox import Mailbox
from nudgebot.sandbox.realm import found_school, write_realm
from nudgebot.sandbox.server import Sandbox

SILENT = 2  # the number of the student whom the rules select
# By number: one who is weak in both skills, and one who could help.
RIGHT_OF_TEN = {3: (5, 6), 4: (10, 10)}


@dataclass(frozen=True)
class Realm:
    """A server with people, as its folder of zuliprc files shows it."""

    folder: Path
    staff_stream: str
    class_stream: str

    @property
    def bot_zuliprc(self) -> Path:
        return self.folder / "bot.zuliprc"

    def zuliprc(self, name: str) -> Path:
        return self.folder / f"{name}.zuliprc"


@dataclass(frozen=True)
class Cast:
    """The people of the scenarios; `word` is in what this run's rule says, and in no other's."""

    teacher: Person
    students: tuple[Person, ...]
    word: str

    @property
    def silent(self) -> Person:
        """The student for whom the rule holds."""
        return self.students[SILENT - 1]

    def student(self, student_id: str) -> Person:
        """The student of that id in the export."""
        return self.students[int(student_id.removeprefix("s")) - 1]

    def pupils(self) -> list[Pupil]:
        return [
            Pupil(
                f"s{number}",
                each.full_name,
                each.user_id,
                silent=number == SILENT,
                right_of_ten=RIGHT_OF_TEN.get(number),
            )
            for number, each in enumerate(self.students, start=1)
        ]


@pytest.fixture(scope="module")
def realm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Realm]:
    named = os.environ.get("NUDGEBOT_REALM_DIR")
    if named:
        yield read_realm(Path(named).resolve())
        return
    folder = tmp_path_factory.mktemp("realm")
    with Sandbox() as sandbox:
        write_realm(sandbox, found_school(sandbox), folder)
        yield read_realm(folder)


def read_realm(folder: Path) -> Realm:
    streams = json.loads((folder / "realm.json").read_text(encoding="utf-8"))
    return Realm(folder, streams["staff_stream"], streams["class_stream"])


@pytest.fixture(scope="module")
def cast(realm: Realm) -> Iterator[Cast]:
    teacher = Person(realm.zuliprc("teacher"))
    students = tuple(Person(realm.zuliprc(f"student{number}")) for number in range(1, 6))
    yield Cast(teacher, students, f"word{uuid.uuid4().hex[:12]}")
    for each in (teacher, *students):
        each.close()


@pytest.fixture(scope="module")
def gateway(realm: Realm) -> Iterator[Gateway]:
    """The bot's own gateway, beside the program that runs."""
    opened = Gateway(lambda: connect(realm.bot_zuliprc, {}), sends_per_minute=60)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def me(gateway: Gateway) -> Me:
    """The bot's account."""
    return gateway.me


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    """The school's mail server, on this machine whatever the realm is."""
    with Mailbox() as opened:
        yield opened


@pytest.fixture(scope="module")
def program(
    realm: Realm, cast: Cast, mailbox: Mailbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Program]:
    """The program at work on a school of five, of whom one has been silent."""
    folder = tmp_path_factory.mktemp("nudgebot")
    rules, templates = write_rules(folder, word=cast.word)
    write_more(rules, templates)
    settings = {
        "rules_file_path": rules,
        "templates_path": templates,
        "staff_stream": realm.staff_stream,
        "timezone": "UTC",
        "lms_outbox": folder / "outbox",
        "smtp_host": mailbox.host,
        "smtp_port": mailbox.port,
        "smtp_security": "none",
        "mail_from": "nudgebot@school.example",
        "mail_reply_to": "office@school.example",
    }
    with Program(realm.bot_zuliprc, folder, **settings) as running:
        teacher = Teacher(cast.teacher.full_name, cast.teacher.user_id)
        content = export(cast.pupils(), teacher, stream=realm.class_stream)
        deliver(running.inbox, "school.zip", content)
        running.start()
        running.until(running.listening, "listening")
        running.until(lambda: running.rows("SELECT 1 FROM students"), "the first import")
        yield running
        if running.is_running:
            assert running.stop() == 0
