"""Clocks jump: the machine's own, and the school's in the two nights of a clock change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from contract.school_files import RULE_ID, Pupil, Teacher, deliver, export, write_rules

from nudgebot.chat.connection import connect
from nudgebot.chat.gateway import Gateway
from nudgebot.sandbox.records import OWNER, SandboxUser
from nudgebot.sandbox.server import Sandbox
from nudgebot.settings import read_settings
from nudgebot.wiring import House, build, open_store
from torture.hall import Hall, hall
from torture.ledger import NUDGE_WORD, figures_of, name_of
from torture.registry import Figures, Plan, torture
from torture.shifted import ShiftedClock

DAY_SECONDS = 24 * 3600
HOUR_SECONDS = 3600
URGENCIES = ("high", "medium", "low")
# Zones with the Sundays on which their clocks change: back first, then forward.
NIGHTS = {
    "Europe/Berlin": (date(2026, 10, 25), date(2027, 3, 28)),
    "America/New_York": (date(2026, 11, 1), date(2027, 3, 14)),
    "Australia/Lord_Howe": (date(2027, 4, 4), date(2026, 10, 4)),  # by half an hour
}
STEP = timedelta(minutes=10)
# From when to when nudges are quiet: as usual, and so that they may only come in the night.
QUIET = ((22, 8), (5, 23))


def _jumped(plan: Plan, seconds: int) -> Figures:
    """The bot's clock jumps in the middle, while some answers of the server get lost."""
    size = plan.size("messages", short=6, full=60)
    with hall(plan.folder, size, server_clock=ShiftedClock()) as school:
        school.start()
        school.until(school.listening, "listening")
        school.deliver()
        school.known()
        school.sandbox.faults.drop_after(size // 2, method="POST", path="/messages")
        school.answer()
        school.nudged(1)
        school.clock.move(seconds)
        school.sandbox.faults.clear()
        _until_back(school, seconds)
        school.settle()
        return school.figures(hits=1)


def _until_back(school: Hall, seconds: int) -> None:
    """What waits since before a jump back waits until the clock is there again."""
    if seconds < 0:
        school.settle(seconds=4)
        school.clock.move(-seconds)


@torture("the machine's clock jumps a day ahead", repeats=3)
def ahead(plan: Plan) -> Figures:
    """And the server's does not."""
    return _jumped(plan, DAY_SECONDS)


@torture("the machine's clock jumps back an hour", repeats=3)
def back(plan: Plan) -> Figures:
    """What was to be tried again waits; nothing is sent a second time."""
    return _jumped(plan, -HOUR_SECONDS)


@dataclass
class Moment:
    """A clock that stands until it is set."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at

    def unix(self) -> float:
        """The same in Unix seconds."""
        return self.at.timestamp()


@torture("both nights of a clock change, with nudges due")
def nights(plan: Plan) -> Figures:
    """Every nudge comes once and never in its quiet hours, where an hour is missing or double."""
    figures = Figures(0, 0)
    for zone in list(NIGHTS)[: plan.size("zones", short=1, full=3)]:
        for sunday in NIGHTS[zone]:
            for quiet in QUIET:
                folder = plan.folder / f"{zone.replace('/', '-')}-{sunday}-{quiet[0]}"
                students = plan.size("sleepers", short=3, full=12)
                figures += _night(folder, ZoneInfo(zone), sunday, quiet=quiet, students=students)
    return figures


def _night(
    folder: Path, zone: ZoneInfo, sunday: date, *, quiet: tuple[int, int], students: int
) -> Figures:
    """From Saturday noon to Tuesday noon, in steps of ten minutes."""
    begin = datetime(sunday.year, sunday.month, sunday.day, 12, tzinfo=zone) - timedelta(days=1)
    clock = Moment(begin.astimezone(UTC))
    folder.mkdir(parents=True)
    with Sandbox(rate_limit=None, clock=clock.unix) as sandbox:
        with _house(folder, sandbox, clock, zone, quiet=quiet, students=students) as (house, bot):
            while clock.at < begin.astimezone(UTC) + timedelta(days=3):
                _tick(house, clock.at, evaluate=clock.at.minute == 0)
                clock.at += STEP
        return _counted(sandbox, bot, zone, quiet=quiet, students=students)


def _tick(house: House, as_of: datetime, *, evaluate: bool) -> None:
    if evaluate:
        refresh = house.figures.refresh(as_of)
        house.engine.evaluate(as_of, events=refresh.events)
    while house.engine.deliver(as_of).left:
        pass


@contextmanager
def _house(
    folder: Path,
    sandbox: Sandbox,
    clock: Moment,
    zone: ZoneInfo,
    *,
    quiet: tuple[int, int],
    students: int,
) -> Iterator[tuple[House, SandboxUser]]:
    owner = sandbox.add_user("Olive Owner", role=OWNER)
    bot = sandbox.add_user("nudgebot", is_bot=True, owner=owner)
    zuliprc = folder / "zuliprc"
    zuliprc.write_text(sandbox.zuliprc(bot), encoding="utf-8")
    rules, templates = _rules(folder)
    settings = read_settings(zuliprc, {}).replaced(
        database=folder / "school.db",
        inbox=folder / "inbox",
        inbox_settle_seconds=0,
        rules_file_path=rules,
        templates_path=templates,
        timezone=zone,
        nudge_quiet_hours_start=quiet[0],
        nudge_quiet_hours_end=quiet[1],
        nudge_weekend_enabled=True,
        sends_per_minute=600_000,
        stale_after_hours=240,
        holdout_share=0.0,
        one_tap_answers=False,
    )
    (folder / "inbox").mkdir()
    deliver(folder / "inbox", "school.zip", _school(sandbox, clock(), students))
    store = open_store(settings)
    gateway = Gateway(partial(connect, zuliprc), sends_per_minute=600_000)
    house = build(store, settings, gateway, clock=clock)
    house.office.links.keep_users(gateway.users(), clock())
    assert house.book.reload_if_changed(clock()).taken
    house.inbox.poll(clock())
    try:
        yield house, bot
    finally:
        gateway.close()
        store.close()


def _school(sandbox: Sandbox, as_of: datetime, students: int) -> bytes:
    pupils = [
        Pupil(f"s{n}", name_of(n), sandbox.add_user(name_of(n)).user_id, silent=True)
        for n in range(students)
    ]
    present = sandbox.add_user("Pia Present")
    pupils.append(Pupil("here", present.full_name, present.user_id))
    teacher = Teacher("Tara Teacher", sandbox.add_user("Tara Teacher").user_id)
    return export(pupils, teacher, stream="", as_of=as_of)


def _rules(folder: Path) -> tuple[Path, Path]:
    """Three rules that hold for the silent, each with an urgency and words of its own."""
    rules, templates = write_rules(folder, word=NUDGE_WORD)
    rule = (rules / f"{RULE_ID}.yaml").read_text(encoding="utf-8")
    words = (templates / "long_silence.md").read_text(encoding="utf-8")
    (rules / f"{RULE_ID}.yaml").unlink()
    for urgency in URGENCIES:
        text = rule.replace("critical", urgency).replace(RULE_ID, f"silence_{urgency}")
        text = text.replace("Long Silence", f"Silence {urgency}")
        (rules / f"{urgency}.yaml").write_text(text, encoding="utf-8")
        own = words.replace(NUDGE_WORD, f"{NUDGE_WORD}{urgency}")
        (templates / f"silence_{urgency}.md").write_text(own, encoding="utf-8")
    return rules, templates


def _counted(
    sandbox: Sandbox,
    bot: SandboxUser,
    zone: ZoneInfo,
    *,
    quiet: tuple[int, int],
    students: int,
) -> Figures:
    copies = {f"{name_of(n)} {urgency}": 0 for n in range(students) for urgency in URGENCIES}
    amiss = 0
    people = {user.user_id: user.full_name for user in sandbox.users()}
    for message in sandbox.messages():
        to = next(people[i] for i in message.participants if i != bot.user_id)
        said = [urgency for urgency in URGENCIES if f"{NUDGE_WORD}{urgency}" in message.content]
        for urgency in said:
            copies[f"{to} {urgency}"] += 1
        hour = datetime.fromtimestamp(message.sent_at, zone).hour
        amiss += bool(said) and _is_quiet(hour, quiet)
    return replace(figures_of(copies, {}), amiss=amiss, hits=1)


def _is_quiet(hour: int, quiet: tuple[int, int]) -> bool:
    start, end = quiet
    return start <= hour < end if start < end else hour >= start or hour < end
