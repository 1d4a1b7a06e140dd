"""A whole run of the program on a marked school: every command, every job, and what goes wrong."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random

from access.test_every_command import SAID
from contract.forked import execute
from contract.program import Program
from contract.school_files import deliver

from hardening.marked_school import (
    SILENT,
    STUDENTS,
    Pupil,
    Words,
    broken_zip,
    markers_in,
    school_zip,
    write_nudging,
)
from nudgebot.sandbox.mailbox import Mailbox
from nudgebot.sandbox.records import OWNER, SandboxMessage, SandboxUser
from nudgebot.sandbox.server import Sandbox

LOUD = Path(__file__).with_name("loud.py")
LAST = "forget"  # whoever is forgotten cannot be asked about
# What a log must tell of, so that its silence about the school says something: each part once.
TOLD = {
    "the start": "rules? in force",
    "an import": "batch 1 taken",
    "an import that breaks": "an export could not be read: RuntimeError",
    "an answer that breaks": "(handling|answering) failed, try 1 of .* error=RuntimeError",
    "delivery that stumbles": "sending stumbled key=.* error=RuntimeError",
    "words that stumble": "wording stumbled rule=long_silence",
    "a command that breaks": "command failed ref=.* command=adoption.* error=LookupError",
    "a job that breaks": "job interventions failed error=RuntimeError",
    "a job with an error of ours": "job summary: CommandError",
    "a file that cannot be put up": "could not be made ref=|the upload failed",
    "the server away": "Zulip is away",
    "a refused call": "a call to Zulip failed",
    "a lost queue": "the event queue was lost",
    "mail": "mail taken by the server",
    "rules that are broken": "problems? in the rule files; the old rules stay",
    "the backup": "backup made",
    "a thread that dies": "a thread ends by an error error=FileNotFoundError",
    "a warning": "WARNING py.warnings",
    "the end": "nudgebot ends by an error error=RuntimeError",
    "requests": "DEBUG urllib3.connectionpool",
    "ticks": "DEBUG schedule",
    "the client": "DEBUG zulip",
    "templates": "DEBUG jinja2",
    "the mail's library": "DEBUG aiosmtpd",
    "the model": r"DEBUG (openai\.|httpcore)",
    "a line that is badly written": "a value that cannot be shown: %s",
}  # fmt: skip
SECRETS = {
    "smtp_password": "secret-of-the-mail-server",
    "ai_api_key": "secret-of-the-model",
    "inbox_token": "secret-of-the-inbox",
    "ai_headers": "x-more: secret-in-a-header",
}
SECRET = re.compile("secret-\\w+")
BAD_RULE = """\
id: {0}
name: {0}
{0}: {0}
conditions:
  {0}: {{equals: {0}}}
"""


class MarkedRun:
    """One sandbox, one mail server, one program; `play` plays it all."""

    def __init__(self, sandbox: Sandbox, mailbox: Mailbox, folder: Path, seed: int) -> None:
        self.sandbox, self.mailbox, self.folder = sandbox, mailbox, folder
        self.words = words = Words(Random(seed))  # noqa: S311  # no secret
        self.owner = self._person("owner", role=OWNER)
        self.teacher = self._person("teacher")
        self.stranger = self._person("stranger")
        self.students = [self._person("student") for _ in range(STUDENTS)]
        self.bot = sandbox.add_user("nudgebot", is_bot=True, owner=self.owner)
        staff = [self.owner, self.teacher, self.bot]
        self.room = sandbox.add_stream(words("stream").lower(), [*staff, *self.students])
        self.staff_room = sandbox.add_stream("staff", staff, private=True)
        self.pupils = [
            Pupil(f"s{n}", user.full_name, user.user_id, silent=n <= SILENT)
            for n, user in enumerate(self.students, start=1)
        ]
        self.rules, self.templates = write_nudging(folder, words)
        self.program = self._program()

    def _person(self, what: str, *, role: int = 400) -> SandboxUser:
        address = self.words.address(what)
        return self.sandbox.add_user(self.words(what), email=address, role=role)

    def _program(self) -> Program:
        zuliprc = self.folder / "zuliprc"
        zuliprc.write_text(self.sandbox.zuliprc(self.bot), encoding="utf-8")
        zuliprc.chmod(0o600)
        program = Program(
            zuliprc,
            self.folder,
            **SECRETS,
            rules_file_path=self.rules,
            templates_path=self.templates,
            backup_folder=self.folder / "backups",
            lms_outbox=self.folder / "outbox",
            inbox_urls="http://127.0.0.1:9/secret-path/a.zip?key=secret-key",
            ai_base_url="http://secret-user:secret-word@127.0.0.1:9/v1",
            ai_model="model",
            ai_seconds=1,
            safeguarding_contacts=self.owner.user_id,
            staff_stream=self.staff_room.name,
            school_name=self.words("school"),
            smtp_host=self.mailbox.host,
            smtp_port=self.mailbox.port,
            smtp_security="none",
            mail_from="nudgebot@school.example",
            sends_per_minute=600_000,
            log_level="debug",
        )
        loud = [sys.executable, str(LOUD), self.words("error"), str(self.json_log), "run"]
        program.main = partial(execute, loud)
        return program

    @property
    def json_log(self) -> Path:
        """Where the same is told as JSON."""
        return self.folder / "log.json"

    # Playing

    def play(self, *, whole: bool = True) -> None:
        """From the first import to the end, faults among it; else with a tenth of the commands."""
        program = self.program
        program.start()
        program.until(program.listening, "listening")
        self._import()
        self._nudges()
        self._students_talk()
        self._everybody_asks(1 if whole else 10)
        self._break_rules()
        self._fail()
        self._forget()
        program.stop()

    def _import(self) -> None:
        now = datetime.now(UTC)
        files = school_zip(
            self.words, self.pupils, self.teacher.user_id, stream=self.room.name, as_of=now
        )
        deliver(self.program.inbox, "school.zip", files)
        self._until_row("SELECT 1 FROM students", "the import")
        for name in ("broken.zip", "worse.zip"):
            deliver(self.program.inbox, name, broken_zip(self.words))

    def _nudges(self) -> None:
        self._until_row("SELECT 1 FROM outbox WHERE purpose = 'nudge' AND state = 'sent'", "nudge")
        self._until_row("SELECT 1 FROM alerts", "an alert")

    def _students_talk(self) -> None:
        for user in self.students:
            self._say(user, f"I will, {self.words('answer')} and {self.words.mark()}")
        self._say(self.students[3], f"wrong {self.words('wrong')}")
        self._say(self.students[4], f"I want to die {self.words('cry')}")
        self._say(self.stranger, f"report student {self.pupils[0].name}")
        self._say(self.teacher, f"parent s1 inactive {self.words('concern')}")
        self._say(self.teacher, "confirm")
        self._until(self.mailbox.mails, "a mail")

    def _everybody_asks(self, every: int) -> None:
        """Each command of the registry, by its ids and by words; what asks is confirmed."""
        self.mailbox.refuse(self.words.addresses["parent"][3])
        self.mailbox.answer(f"550 5.7.1 No {self.words('refusal')}", n=1)
        for number, (key, text) in enumerate(SAID.items()):
            left_out = number % every and key != "adoption"
            if key in (LAST, "student stop") or left_out:
                continue
            name = self.pupils[number % STUDENTS].name if number % 2 else "s4"
            said = text.format(s=name, c="c1", n=1, t="") + f" {self.words('more')}" * (number % 3)
            self._say(self.students[3] if key.startswith("student ") else self.teacher, said)
            self._say(self.owner, said)
        files = ("report student s4 pdf", "report class c1 pdf", "trend student s4 accuracy")
        for text in files[: 1 if every > 1 else None]:
            self._say(self.teacher, text)
        for text in (
            f"message s4 {self.words('letter')}",
            f"meet s4 tomorrow 15:00 at {self.words('place')}",
            "assign s4 frac",
            f"snooze s1 3 {self.words('why')}",
            f"resolve 1 {self.words('note')}",
            f"parent s4 other {self.words('concern')}",
        ):
            self._say(self.teacher, text)
            self._say(self.teacher, "confirm")
        mention = f"@**{self.bot.full_name}** report student {self.pupils[4].name}"
        topic = self.words("topic")
        self.sandbox.post(self.teacher, mention, stream=self.room, topic=topic)
        self._answered()

    def _break_rules(self) -> None:
        path = self.rules / f"{self.words('file')}.yaml"
        path.write_text(BAD_RULE.format(self.words("rule")))
        (self.templates / "broken.md").write_text(f"---\ntitle: {self.words('t')}\n---\n{{{{ x")
        self._logged("in the rule files; the old rules stay")
        path.unlink()

    def _fail(self) -> None:
        faults = self.sandbox.faults
        faults.answer(status=500, n=1, method="GET", path="/events")
        faults.answer(status=502, n=1, processed=True, method="POST", path="/messages")
        faults.drop_before(2, method="POST", path="/messages")
        faults.drop_after(1, method="POST", path="/messages")
        faults.lose_queues()
        self._say(self.teacher, f"history {self.pupils[1].name}")
        self._logged("the event queue was lost")

    def _forget(self) -> None:
        self._say(self.owner, "forget s6")
        self._answered()
        self._say(self.owner, "confirm")
        self._until_row("SELECT 1 FROM forgotten", "the erasure")

    # Waiting

    def _say(self, user: SandboxUser, text: str) -> SandboxMessage:
        return self.sandbox.say(user, text, self.bot)

    def _answered(self) -> None:
        """The last word of staff has its answer: they are answered in their order."""
        asked = self._say(self.teacher, "help")

        def answered() -> bool:
            return any(
                each.message_id > asked.message_id
                for each in self.sandbox.messages_to(self.teacher, sender=self.bot)
                if "help <command>" in each.content or "`help`" in each.content
            )

        self._until(answered, "the last answer")

    def _until(self, look: Callable[[], object], what: str) -> None:
        self.program.until(look, what)

    def _until_row(self, sql: str, what: str) -> None:
        self.program.until(lambda: self.program.rows(sql), what)

    def _logged(self, words: str) -> None:
        self.program.until(lambda: words in self.program.log, words)

    # Looking

    def logged(self) -> list[str]:
        """Every line of both logs, and whatever else went to the outputs."""
        return [*self.program.log.splitlines(), *self.json_log.read_text("utf-8").splitlines()]

    def leaks(self) -> list[str]:
        """Lines with a word, a mark or a secret in them."""
        users = [*self.students, self.owner, self.teacher, self.bot]
        keys = {each.api_key for each in users}
        return [
            line
            for line in self.logged()
            if markers_in(line) or SECRET.search(line) or any(key in line for key in keys)
        ]

    def untold(self) -> list[str]:
        """The parts of the run of which the log says nothing."""
        return [what for what, form in TOLD.items() if not re.search(form, self.program.log)]


@contextmanager
def marked_run(folder: Path, seed: int) -> Iterator[MarkedRun]:
    """The run, not played yet; at its end the program is killed if it still lives."""
    with Mailbox() as mailbox, Sandbox(rate_limit=None) as sandbox:
        run = MarkedRun(sandbox, mailbox, folder, seed)
        with run.program:
            yield run
