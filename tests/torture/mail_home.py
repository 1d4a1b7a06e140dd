"""Ten mails to parents, a real mail server that goes down, and kill -9 in the middle of it."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from contract.program import Program
from contract.school_files import Pupil, Teacher, deliver, export
from interventions.post_office import PostOffice, free_port

from nudgebot.sandbox.records import OWNER
from nudgebot.sandbox.server import Sandbox

ROOT = Path(__file__).parents[2]
MAILS = 10
OFF_SECONDS = 600  # how long the machine seems to have been off before a restart
MOMENT_SECONDS = 30.0
ADDRESSES = [f"guardian{number}@family.example" for number in range(MAILS)]
# At which word of the conversation with the mail server the process dies.
PLACES = ("on_recipient", "on_data", "after_data")


@dataclass
class Trap:
    """Holds a mail back at a place until the process that sends it is killed."""

    place: str
    mail: int
    reached: threading.Event = field(default_factory=threading.Event)
    killed: threading.Event = field(default_factory=threading.Event)
    seen: int = 0

    def set_in(self, office: PostOffice) -> None:
        setattr(office, self.place, self._hold)

    def _hold(self, _: str) -> str:
        self.seen += 1
        if self.seen == self.mail:
            self.reached.set()
            assert self.killed.wait(MOMENT_SECONDS)
            return "451 gone"  # which of them is kept already, `after_data`, is kept all the same
        return ""


class Home:
    """One student with ten guardians, her teacher, and the program that knows them."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        self.sandbox = sandbox
        owner = sandbox.add_user("Olive Owner", role=OWNER)
        self.bot = sandbox.add_user("nudgebot", is_bot=True, owner=owner)
        self.teacher = sandbox.add_user("Tara Teacher")
        ana = sandbox.add_user("Ana Alvarez")
        self.port = free_port()
        zuliprc = folder / "zuliprc"
        zuliprc.write_text(sandbox.zuliprc(self.bot), encoding="utf-8")
        self.program = Program(
            zuliprc,
            folder,
            rules_file_path=ROOT / "rules",
            templates_path=ROOT / "message_templates",
            smtp_host="127.0.0.1",
            smtp_port=self.port,
            smtp_security="none",
            mail_from="bot@school.example",
        )
        pupil = Pupil("s1", ana.full_name, ana.user_id)
        teacher = Teacher(self.teacher.full_name, self.teacher.user_id)
        school = export([pupil], teacher, stream="")
        deliver(self.program.inbox, "school.zip", with_guardians(school))

    def say(self, text: str, heard: Callable[[str], bool]) -> None:
        """The teacher says it; waits for an answer of this kind."""
        self.sandbox.say(self.teacher, text, self.bot)
        self.wait_for(lambda: any(map(heard, self.told())), text)

    def told(self) -> list[str]:
        found = self.sandbox.messages_to(self.teacher, sender=self.bot)
        return [message.content for message in found]

    def wait_for(self, look: Callable[[], bool], what: str) -> None:
        assert self.sandbox.wait_for(look, MOMENT_SECONDS), f"{what}\n{self.program.log[-3000:]}"

    def states(self) -> dict[str, str]:
        """What the program shows of each guardian's mail."""
        rows = self.program.rows("SELECT address, state FROM parent_notifications")
        return {row["address"]: row["state"] for row in rows}

    def outbox(self) -> dict[str, str]:
        """What the outbox says of each of them, nothing where it has none yet."""
        rows = self.program.rows(
            """SELECT p.address, o.state FROM parent_notifications p
               JOIN outbox o ON o.key = p.key"""
        )
        return {row["address"]: row["state"] for row in rows}


def in_doubt(text: str) -> bool:
    return "nobody can tell" in text and "parent again" in text


def with_guardians(school: bytes) -> bytes:
    """The export with ten guardians of the one student, and no others."""
    lines = [f"g{n},s1,Guardian {n},{each},true" for n, each in enumerate(ADDRESSES)]
    head = "guardian_id,student_id,name,email,may_contact"
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(school)) as old, zipfile.ZipFile(packed, "w") as new:
        for name in set(old.namelist()) - {"guardians.csv"}:
            new.writestr(name, old.read(name))
        new.writestr("guardians.csv", "\n".join([head, *lines, ""]))
    return packed.getvalue()


@contextmanager
def home_in(folder: Path) -> Iterator[Home]:
    with Sandbox(rate_limit=None) as sandbox:
        home = Home(sandbox, folder)
        with home.program:
            home.program.start()
            home.program.until(home.program.listening, "listening")
            home.program.until(lambda: home.program.rows("SELECT 1 FROM guardians"), "the import")
            yield home


def send_and_be_killed(home: Home, trap: Trap, office: PostOffice) -> None:
    """Ten mails are confirmed; at the trap the process dies, and the server with it."""
    trap.set_in(office)
    with office.open(port=home.port):
        home.say("parent s1 inactive", lambda text: "Guardian 9" in text)
        home.sandbox.say(home.teacher, "confirm", home.bot)
        assert trap.reached.wait(MOMENT_SECONDS), home.program.log[-3000:]
        home.program.kill()
        trap.killed.set()


def restart_without_a_server(home: Home, trap: Trap) -> None:
    """It goes on where it was: what was not tried waits now, and then it is killed once more."""
    home.program.start()
    waiting = MAILS - trap.mail
    home.program.until(
        lambda: list(home.outbox().values()).count("released") == waiting, "the rest to wait"
    )
    home.program.kill()
