"""A morning on which a whole school answers at once, while its teachers ask for reports."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from contract.program import Program
from contract.school_files import deliver

from nudgebot.sandbox.records import SandboxMessage
from nudgebot.sandbox.server import Sandbox
from torture.classes import LargeSchool, found_large_school, settings_in
from torture.ledger import THANKS, figures_of, numbers_in, word_of
from torture.registry import Figures, Plan, torture

PATIENCE_SECONDS = 240.0
WORDS = re.compile(r"wordof\d+x\d+end")
ASKED = ("report class {class_id}", "report student {student_id}", "help")
IN_ORDER = [*("report", "picture", "next") * 2, "help"]
MOST_GROWTH_MB = 200
MOST_WAIT_SECONDS = 5.0


@dataclass
class Watch:
    """When each message was there, told by looking every few milliseconds."""

    sandbox: Sandbox
    at: dict[int, float] = field(default_factory=dict)
    messages: list[SandboxMessage] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Look until it is told to stop."""
        while not self.stopping.wait(0.01):
            self.look()

    def look(self) -> None:
        """Note what is new."""
        realm = self.sandbox.realm
        with realm.lock:
            new = [realm.messages[each] for each in realm.message_ids[len(self.messages) :]]
        now = time.monotonic()
        self.messages += new
        self.at |= {message.message_id: now for message in new}


@contextmanager
def watching(sandbox: Sandbox) -> Iterator[Watch]:
    """A watch for as long as the block lasts."""
    watch = Watch(sandbox)
    thread = threading.Thread(target=watch.run, name="watch")
    thread.start()
    try:
        yield watch
    finally:
        watch.stopping.set()
        thread.join()
        watch.look()


@torture("a whole school answers while teachers ask for reports", kind="load")
def morning(plan: Plan) -> Figures:
    """Answers come evenly over the time; all the teachers ask when a quarter of it is over."""
    students = plan.size("load_students", short=40, full=2000)
    teachers = plan.size("load_teachers", short=3, full=50)
    seconds = plan.size("load_seconds", short=2, full=180)
    with Sandbox(rate_limit=None) as sandbox:
        school = found_large_school(sandbox, students=students, teachers=teachers)
        with _program(sandbox, school, plan.folder) as program, watching(sandbox) as watch:
            before = _resident_mb(program)
            _act(sandbox, school, seconds, plan)
            done = _is_done_within(PATIENCE_SECONDS, watch, school)
            after = _resident_mb(program, peak=True)
            log = program.log
    return _figures(school, watch, log) + Figures(
        0,
        0,
        hits=students + len(ASKED) * teachers,
        amiss=int(after - before > MOST_GROWTH_MB) + int(not done),
        note=_note(school, watch, after, before),
    )


@contextmanager
def _program(sandbox: Sandbox, school: LargeSchool, folder: Path) -> Iterator[Program]:
    zuliprc = folder / "zuliprc"
    zuliprc.write_text(sandbox.zuliprc(school.bot), encoding="utf-8")
    with Program(zuliprc, folder, **settings_in(folder)) as program:
        deliver(program.inbox, "school.zip", school.export())
        program.start()
        program.until(program.listening, "listening")
        sql = "SELECT COUNT(*) FROM figures"
        wanted = len(school.students)
        program.until(
            lambda: any(row[0] >= wanted for row in program.rows(sql)), "figures", seconds=120
        )
        yield program


def _act(sandbox: Sandbox, school: LargeSchool, seconds: float, plan: Plan) -> None:
    """Everybody says one thing, in an order by chance; each teacher asks three things at once."""
    order = list(range(len(school.students)))
    plan.dice().shuffle(order)
    begun = time.monotonic()
    for place, number in enumerate(order):
        due = begun + seconds * place / len(order)
        time.sleep(max(due - time.monotonic(), 0))
        if place == len(order) // 4:
            for each, teacher in enumerate(school.teachers):
                for text in ASKED:
                    said = text.format(class_id=f"c{each}", student_id=f"s{each}")
                    sandbox.say(teacher, said, school.bot)
        sandbox.say(school.students[number], f"I will, {word_of(number)}", school.bot)


def _told(watch: Watch, school: LargeSchool) -> dict[int, list[SandboxMessage]]:
    """What the bot has told each person, in order."""
    told: dict[int, list[SandboxMessage]] = defaultdict(list)
    for message in list(watch.messages):
        if message.sender_id == school.bot.user_id:
            for user_id in set(message.participants) - {school.bot.user_id}:
                told[user_id].append(message)
    return told


def _copies(watch: Watch, school: LargeSchool) -> dict[str, int]:
    """Each word passed on, each acknowledged, and each report there with its picture."""
    told = _told(watch, school)
    copies: dict[str, int] = {}
    for number, user in enumerate(school.students):
        words = Counter(
            word
            for message in told[school.teacher_of(number).user_id]
            for word in WORDS.findall(message.content)
        )
        copies[f"relay {number}"] = words[word_of(number)]
        copies[f"thanks {number}"] = sum(THANKS in m.content for m in told[user.user_id])
    for number, user in enumerate(school.teachers):
        kinds = Counter(_kind(message) for message in told[user.user_id])
        for kind, count in (("report", 2), ("picture", 2), ("next", 2), ("help", 1)):
            for each in range(count):
                copies[f"{kind} {number} {each}"] = kinds[kind] // count
    return copies


def _kind(message: SandboxMessage) -> str:
    text = message.content
    if "/user_uploads/" in text:
        return "picture"
    if WORDS.search(text):
        return "relay"
    if "`help" in text:
        return "help"
    return "next" if text.startswith("**What next") else "report"


def _is_done_within(seconds: float, watch: Watch, school: LargeSchool) -> bool:
    """Whether everything is there in time; looked at now and then, to keep nobody waiting."""
    deadline = time.monotonic() + seconds
    while not (done := min(_copies(watch, school).values()) > 0) and time.monotonic() < deadline:
        time.sleep(0.5)
    return done


def _out_of_order(watch: Watch, school: LargeSchool) -> int:
    """Teachers whose last question was answered before the first."""
    wrong = 0
    for user in school.teachers:
        kinds = [_kind(message) for message in _told(watch, school)[user.user_id]]
        wrong += [kind for kind in kinds if kind != "relay"] != IN_ORDER
    return wrong


def _figures(school: LargeSchool, watch: Watch, log: str) -> Figures:
    counted = figures_of(_copies(watch, school), {})
    leaked = sum(bool(numbers_in(line)) for line in log.splitlines())
    for message in watch.messages:
        if message.sender_id == school.bot.user_id:
            for number in numbers_in(message.content):
                may = {school.students[number].user_id, school.teacher_of(number).user_id}
                leaked += not set(message.participants) <= may | {school.bot.user_id}
    return counted + Figures(0, 0, leaked=leaked, amiss=_out_of_order(watch, school))


def _waits(school: LargeSchool, watch: Watch) -> list[float]:
    """Seconds from each student's words to the bot's thanks, in order of length."""
    ids = {user.user_id for user in school.students}
    said = {m.sender_id: watch.at[m.message_id] for m in watch.messages if m.sender_id in ids}
    return sorted(
        watch.at[message.message_id] - said[user_id]
        for user_id, messages in _told(watch, school).items()
        if user_id in said
        for message in messages
        if THANKS in message.content
    )


def _note(school: LargeSchool, watch: Watch, after: float, before: float) -> str:
    waits = _waits(school, watch) or [0.0]
    p95 = waits[int(len(waits) * 0.95) - 1]
    return (
        f"{len(school.students):,} students, {len(school.teachers)} teachers; answers waited "
        f"{p95:.2f} s at the 95th percentile, {waits[-1]:.2f} s at most; "
        f"memory {before:.0f} to {after:.0f} MB"
    )


def _resident_mb(program: Program, *, peak: bool = False) -> float:
    """The memory of the program's process, now or at its highest."""
    assert program._process is not None
    status = Path(f"/proc/{program._process.pid}/status").read_text(encoding="ascii")
    name = "VmHWM" if peak else "VmRSS"
    found = re.search(rf"{name}:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) / 1024
