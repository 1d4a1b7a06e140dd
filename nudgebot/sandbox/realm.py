"""A realm directory: the files by which a test finds a server, be it the sandbox or a real one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from nudgebot.sandbox.records import OWNER, SandboxStream, SandboxUser
from nudgebot.sandbox.server import Sandbox

STUDENT_NAMES = ("Ana Alvarez", "Ben Baker", "Chi Chen", "Dora Diaz", "Emil Evers")


@dataclass(frozen=True)
class School:
    """The people and streams that a realm directory speaks of."""

    bot: SandboxUser
    owner: SandboxUser
    teacher: SandboxUser
    students: tuple[SandboxUser, ...]
    staff_stream: SandboxStream
    class_stream: SandboxStream


def found_school(sandbox: Sandbox) -> School:
    """Fill a sandbox with one bot, its owner, a teacher, five students and two streams.

    The staff stream is private to the owner, the teacher and the bot; in the class stream are all.
    """
    owner = sandbox.add_user("Olive Owner", role=OWNER, label="admin")
    bot = sandbox.add_user("nudgebot", is_bot=True, owner=owner, label="bot")
    teacher = sandbox.add_user("Tara Teacher", label="teacher")
    students = tuple(sandbox.add_user(name, label="student") for name in STUDENT_NAMES)
    staff = sandbox.add_stream("class-7b-staff", [owner, teacher, bot], private=True)
    everybody = [owner, teacher, bot, *students]
    class_stream = sandbox.add_stream("class-7b", everybody)
    return School(bot, owner, teacher, students, staff, class_stream)


def write_realm(sandbox: Sandbox, school: School, directory: Path) -> None:
    """Write bot, owner, teacher and student1 … `.zuliprc`, and `realm.json` with the streams."""
    directory.mkdir(parents=True, exist_ok=True)
    people = {"bot": school.bot, "owner": school.owner, "teacher": school.teacher}
    people |= {f"student{n}": one for n, one in enumerate(school.students, start=1)}
    for name, user in people.items():
        path = directory / f"{name}.zuliprc"
        path.touch(mode=0o600)
        path.write_text(sandbox.zuliprc(user), encoding="utf-8")
    streams = {
        "staff_stream": school.staff_stream.name,
        "class_stream": school.class_stream.name,
    }
    text = json.dumps(streams, indent=2)
    (directory / "realm.json").write_text(text + "\n", encoding="utf-8")
