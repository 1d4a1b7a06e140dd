"""How soon a report is there, beside a bare echo bot on the same sandbox, in one run.

    python -m benchmarks.report_speed [--students 10000] [--rounds 25] [--reuse FOLDER]

The sandbox speaks HTTP on loopback; `nudgebot run` and the echo bot are processes of their own
with the real Zulip client. A teacher asks both in turn, about another student each time, and what
is measured is the time from her message to the answer. All figures are medians, warm: each kind of
question was asked before. Messages are not paced here (`sends_per_minute`), so that what is
measured is work, not waiting.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from nudgebot.exports.importer import Importer
from nudgebot.sandbox.records import OWNER, SandboxMessage, SandboxUser
from nudgebot.sandbox.sample import write_sample_school
from nudgebot.sandbox.server import Sandbox
from nudgebot.school.days import local_day
from nudgebot.settings import Settings, read_settings
from nudgebot.wiring import make_figures, open_store

PATIENCE_SECONDS = 60.0
TEACHERS = 720  # at least as many as the sample school has for its students
ECHO = """\
import sys, zulip
client = zulip.Client(config_file=sys.argv[1])
me = client.get_profile()["user_id"]
def answer(message):
    if message["sender_id"] != me:
        to = [each["id"] for each in message["display_recipient"] if each["id"] != me]
        client.send_message({"type": "private", "to": to, "content": message["content"]})
client.call_on_each_message(answer)
"""
STARTS = {
    "python -c 'import nudgebot.cli'": "import nudgebot.cli",
    "what nudgebot run imports": "import nudgebot.cli.run",
    "the same with the libraries of charts and PDF": "import nudgebot.cli.run, vl_convert, typst",
}
LAZY = """\
import nudgebot.cli.run, sys
late = ("vl_convert", "typst", "nudgebot.reports.charts", "nudgebot.reports.pdf")
print(*(name for name in sys.modules if name.startswith(late)))
"""


@dataclass(frozen=True)
class Town:
    """A school in a sandbox: its teacher, and the two bots."""

    sandbox: Sandbox
    teacher: SandboxUser
    nudgebot: SandboxUser
    echo: SandboxUser
    folder: Path

    def zuliprc(self, user: SandboxUser) -> Path:
        """The account's file."""
        path = self.folder / f"{user.full_name}.zuliprc"
        path.touch(mode=0o600)
        path.write_text(self.sandbox.zuliprc(user), encoding="utf-8")
        return path

    def ask(
        self, bot: SandboxUser, text: str, *wanted: Callable[[SandboxMessage], bool]
    ) -> list[float]:
        """The seconds until each of the wanted messages was there; waits until all is quiet."""
        sandbox = self.sandbox
        assert sandbox.wait_for(lambda: sandbox.polling(bot), PATIENCE_SECONDS)
        begin = time.perf_counter()
        asked = sandbox.say(self.teacher, text, bot)
        seconds = []
        for is_it in wanted:
            found = sandbox.wait_for(partial(self._since, asked, bot, is_it), PATIENCE_SECONDS)
            seconds.append(time.perf_counter() - begin)
            assert found, f"{text!r} was not answered"
        return seconds

    def _since(
        self, asked: SandboxMessage, bot: SandboxUser, is_it: Callable[[SandboxMessage], bool]
    ) -> bool:
        realm = self.sandbox.realm  # looked at under the lock that `wait_for` holds
        for message_id in reversed(realm.message_ids):
            if message_id <= asked.message_id:
                return False
            message = realm.messages[message_id]
            if message.sender_id == bot.user_id and is_it(message):
                return True
        return False


def anything(_: SandboxMessage) -> bool:
    return True


def linked(kind: str) -> Callable[[SandboxMessage], bool]:
    return lambda message: "/user_uploads/" in message.content and f".{kind})" in message.content


def buttons(message: SandboxMessage) -> bool:
    return bool(message.choices)


@contextmanager
def town(students: int, folder: Path) -> Iterator[Town]:
    """Everybody of the school has an account, as the real ones would."""
    with Sandbox(rate_limit=None) as sandbox:
        owner = sandbox.add_user("Olive Owner", role=OWNER)
        bots = [sandbox.add_user(n, is_bot=True, owner=owner) for n in ("nudgebot", "echo")]
        teachers = [sandbox.add_user(f"Teacher {n}") for n in range(1, TEACHERS + 1)]
        for number in range(1, students + 1):
            sandbox.add_user(f"Student {number}")
        yield Town(sandbox, teachers[0], bots[0], bots[1], folder)


def user_ids(students: int, first_teacher: SandboxUser) -> dict[str, int]:
    """The accounts follow each other: first the teachers, then the students."""
    first = first_teacher.user_id
    ids = {f"t{n}": first + n - 1 for n in range(1, TEACHERS + 1)}
    return ids | {str(n): first + TEACHERS + n - 1 for n in range(1, students + 1)}


def fill(settings: Settings, folder: Path, students: int, ids: dict[str, int]) -> None:
    """The school's database, unless it is there from an earlier run."""
    if settings["database"].exists():
        return
    now = datetime.now(UTC)
    zone = settings["timezone"]
    export = folder / "export"
    write_sample_school(
        export,
        students=students,
        days=60,
        seed=1,
        today=now.astimezone(zone).date(),
        timezone=zone.key,
        until=now,
        zulip_user_ids=ids,
    )
    store = open_store(settings)
    Importer(store, zone=zone, max_drop_share=1.0).ingest(export, format_name="native", as_of=now)
    make_figures(store, settings).refresh(now)
    store.close()


def taught(settings: Settings) -> dict[str, list[str]]:
    """The classes of the teacher, and who is in them and at work: others have no chart."""
    store = open_store(settings)
    rows = store.rows(
        """SELECT s.class_id, s.person_id FROM enrollments t JOIN enrollments s
           ON s.class_id = t.class_id AND s.role = 'student' AND s.end_day IS NULL
           WHERE t.person_id = 't1' AND t.role = 'teacher' AND EXISTS (
               SELECT 1 FROM practice p WHERE p.student_id = s.person_id AND p.day > ?)
           ORDER BY s.class_id, s.person_id""",
        [local_day(datetime.now(UTC), settings["timezone"]) - 21],
    )
    store.close()
    found: dict[str, list[str]] = {}
    for class_id, student_id in rows:
        found.setdefault(class_id, []).append(student_id)
    return found


@contextmanager
def process(*command: str, environment: dict[str, str] | None = None) -> Iterator[None]:
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as running:
        try:
            yield
        finally:
            running.terminate()
            running.wait(30)


def best(code: str, rounds: int = 5) -> float:
    """Seconds of a fresh interpreter, the best of some."""
    found = []
    for _ in range(rounds):
        begin = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
        found.append(time.perf_counter() - begin)
    return min(found)


def show(name: str, seconds: list[float], beside: float) -> None:
    middle = statistics.median(seconds)
    spread = sorted(seconds)[int(len(seconds) * 0.9)]
    print(f"{name:52}{1000 * middle:8.1f} ms{1000 * spread:8.1f} ms{middle / beside:8.1f} ×")


@dataclass(frozen=True)
class Question:
    """What is asked for, of whom, and what its answer consists of."""

    name: str
    bot: SandboxUser
    text: str
    wanted: tuple[tuple[str, Callable[[SandboxMessage], bool]], ...]


def questions(
    town: Town, classes: Mapping[str, Sequence[str]], turn: int, *, last: bool
) -> Iterator[Question]:
    """One of each kind; `classes` are the teacher's, and the first is the one that is open."""
    open_class, *others = classes
    member = classes[open_class][turn % len(classes[open_class])]
    strangers = [each for other in others for each in classes[other]]
    text, chart = ("", anything), (", with the chart", linked("png"))
    whole = (text, chart, (", with the buttons", buttons))
    pdf = (("", linked("pdf")),)
    bot = town.nudgebot
    yield Question("echo", town.echo, f"report student {member}", (text,))
    yield Question("help", bot, "help", (text,))
    yield Question("report student, opened from its class", bot, f"report student {member}", whole)
    yield Question("report student, PDF", bot, f"report student {member} pdf", pdf)
    yield Question("report class, again", bot, f"report class {open_class}", whole)
    yield Question("report class, PDF", bot, f"report class {open_class} pdf", pdf)
    if turn < len(strangers):
        name = "report student, out of the blue"
        yield Question(name, bot, f"report student {strangers[turn]}", whole)
    if last:  # from then on these classes' students are worked out, too
        for other in others:
            yield Question("report class, first time", bot, f"report class {other}", whole)


def measure(town: Town, classes: Mapping[str, Sequence[str]], rounds: int) -> None:
    """Ask all questions in turn, and print the medians."""
    found: dict[str, list[float]] = {}
    for turn in range(rounds + 1):
        for each in questions(town, classes, turn, last=turn == rounds):
            seconds = town.ask(each.bot, each.text, *(is_it for _, is_it in each.wanted))
            if turn:  # the first of each is for warming up
                for (part, _), took in zip(each.wanted, seconds, strict=True):
                    found.setdefault(each.name + part, []).append(took)
    echo = statistics.median(found["echo"])
    print(f"{'':52}{'median':>11}{'9 of 10':>11}{'/ echo':>10}")
    for name, seconds in found.items():
        show(name, seconds, echo)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--reuse", type=Path, help="A folder that keeps the school between runs.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="nudgebot-speed-") as temporary:
        folder = given.reuse or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        run(folder, Path(temporary), given.students, given.rounds)


def run(folder: Path, scratch: Path, students: int, rounds: int) -> None:
    settings = read_settings(environment={}).replaced(
        database=folder / "school.db", inbox=scratch / "inbox"
    )
    running = scratch / "running.db"
    variables = {k: v for k, v in os.environ.items() if not k.startswith(("NUDGEBOT_", "ZULIP_"))}
    variables |= {
        "NUDGEBOT_DATABASE": str(running),
        "NUDGEBOT_INBOX": str(settings["inbox"]),
        "NUDGEBOT_ENABLE_NUDGING_SYSTEM": "false",
        "NUDGEBOT_SENDS_PER_MINUTE": "600000",
    }
    for name, code in STARTS.items():
        print(f"{name:60}{1000 * best(code):8.0f} ms")
    loaded = subprocess.run(
        [sys.executable, "-c", LAZY], check=True, capture_output=True, text=True
    ).stdout.split()
    assert not loaded, f"loaded at the start: {loaded}"
    with town(students, scratch) as place:
        ids = user_ids(students, place.teacher)
        fill(settings, folder, students, ids)
        classes = taught(settings)
        shutil.copyfile(settings["database"], running)
        begin = time.perf_counter()
        bot = str(place.zuliprc(place.nudgebot))
        command = (sys.executable, "-m", "nudgebot.cli", "-c", bot, "run")
        echo = (sys.executable, "-c", ECHO, str(place.zuliprc(place.echo)))
        with process(*command, environment=variables), process(*echo):
            sandbox = place.sandbox
            assert sandbox.wait_for(lambda: sandbox.polling(place.nudgebot), PATIENCE_SECONDS)
            print(
                f"{'nudgebot run, until it listens':60}"
                f"{1000 * (time.perf_counter() - begin):8.0f} ms"
            )
            assert sandbox.wait_for(lambda: sandbox.polling(place.echo), PATIENCE_SECONDS)
            measure(place, classes, rounds)


if __name__ == "__main__":
    main()
