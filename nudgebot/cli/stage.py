"""The demo's stage: a sample school, a sandbox with its people in it, and settings for both."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from nudgebot.cli.clock import SchoolClock
from nudgebot.sandbox.mailbox import Mailbox
from nudgebot.sandbox.records import ADMIN, SandboxStream, SandboxUser
from nudgebot.sandbox.sample import SampleSummary, write_sample_school
from nudgebot.sandbox.server import Sandbox
from nudgebot.settings import Settings, read_settings

ZONE = ZoneInfo("Europe/Berlin")
SEED = 1
DAYS = 60
STAFF_STREAM = "staff"
MAIL_FROM = "nudgebot@school.example"
MAIL_REPLY_TO = "office@school.example"
# What Zulip lets nobody have in a name; the LMS does.
FORBIDDEN = set('*`\\>"@')


@dataclass(frozen=True)
class Stage:
    """Everything the tour plays on; people are found by their ids in the sample school."""

    folder: Path
    sandbox: Sandbox
    mailbox: Mailbox
    clock: SchoolClock
    bot: SandboxUser
    owner: SandboxUser
    teachers: Mapping[str, SandboxUser]
    students: Mapping[str, SandboxUser]
    staff: SandboxStream
    class_streams: Mapping[str, SandboxStream]

    @property
    def zuliprc(self) -> Path:
        """The bot's credentials and settings, as a school would keep them."""
        return self.folder / "zuliprc"

    @property
    def teacher(self) -> SandboxUser:
        """The teacher whom the tour follows: student 5 is in her class."""
        return self.teachers["t1"]

    @property
    def class_stream(self) -> SandboxStream:
        """The stream of that class."""
        return self.class_streams["7b-math"]

    @property
    def inbox(self) -> Path:
        """Where the exports arrive."""
        return self.folder / "inbox"

    def settings(self) -> Settings:
        """The settings of the stage; the environment has no say in the demo."""
        return read_settings(self.zuliprc, environment={})

    def export(self, *, seed: int = SEED) -> SampleSummary:
        """Write the sample school into the inbox, as the LMS would every night."""
        return write_sample_school(
            self.inbox / "school",
            students=len(self.students),
            days=DAYS,
            seed=seed,
            today=self.clock().astimezone(ZONE).date(),
            timezone=ZONE.key,
            until=self.clock(),
            zulip_user_ids=_user_ids(self.teachers) | _user_ids(self.students),
        )


def set_stage(
    folder: Path,
    sandbox: Sandbox,
    clock: SchoolClock,
    *,
    mailbox: Mailbox,
    students: int,
    rules: Path,
    templates: Path,
) -> Stage:
    """Fill a fresh sandbox with the people of a sample school, and write the bot's zuliprc."""
    draft = folder / "draft"
    today: datetime = clock().astimezone(ZONE)
    write_sample_school(
        draft, students=students, days=DAYS, seed=SEED, today=today.date(), timezone=ZONE.key
    )
    owner = sandbox.add_user("Sample Office", role=ADMIN, label="admin", timezone=ZONE.key)
    bot = sandbox.add_user(
        "nudgebot", is_bot=True, owner=owner, email="nudgebot-bot@sandbox.example"
    )
    teachers = _add(sandbox, _table(draft / "teachers.csv"), "teacher")
    pupils = _add(sandbox, _table(draft / "students.csv"), "student")
    people = teachers | pupils
    streams = {}
    seats = _table(draft / "enrollments.csv")
    for row in _table(draft / "classes.csv"):
        members = [
            people[seat["person_id"]] for seat in seats if seat["class_id"] == row["class_id"]
        ]
        streams[row["class_id"]] = sandbox.add_stream(row["stream"], [bot, *members])
    stage = Stage(
        folder=folder,
        sandbox=sandbox,
        mailbox=mailbox,
        clock=clock,
        bot=bot,
        owner=owner,
        teachers=teachers,
        students=pupils,
        staff=sandbox.add_stream(STAFF_STREAM, [bot, owner, *teachers.values()], private=True),
        class_streams=streams,
    )
    stage.inbox.mkdir()
    stage.zuliprc.write_text(sandbox.zuliprc(bot) + _section(stage, rules, templates), "utf-8")
    stage.zuliprc.chmod(0o600)
    return stage


def _section(stage: Stage, rules: Path, templates: Path) -> str:
    lines = {
        "database": stage.folder / "nudgebot.db",
        "inbox": stage.inbox,
        "lms_outbox": stage.folder / "outbox",
        "inbox_poll_seconds": 1,
        "inbox_settle_seconds": 0,
        "timezone": ZONE.key,
        "staff_stream": STAFF_STREAM,
        "rules_file_path": rules.resolve(),
        "templates_path": templates.resolve(),
        "sends_per_minute": 100_000,
        "smtp_host": stage.mailbox.host,
        "smtp_port": stage.mailbox.port,
        "smtp_security": "none",
        "mail_from": MAIL_FROM,
        "mail_reply_to": MAIL_REPLY_TO,
    }
    return "\n".join(
        ["", "[nudgebot]", *(f"{name} = {value}" for name, value in lines.items()), ""]
    )


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _add(sandbox: Sandbox, rows: Iterable[Mapping[str, str]], kind: str) -> dict[str, SandboxUser]:
    return {
        row[f"{kind}_id"]: sandbox.add_user(
            _name(row["name"], f"{kind.title()} {row[f'{kind}_id']}"),
            label=kind,
            timezone=row.get("timezone") or ZONE.key,
        )
        for row in rows
    }


def _name(name: str, otherwise: str) -> str:
    """A name as Zulip would let somebody have it; hostile ones stay the LMS's."""
    return name if name.isprintable() and not FORBIDDEN & set(name) else otherwise


def _user_ids(people: Mapping[str, SandboxUser]) -> dict[str, int]:
    return {person_id: user.user_id for person_id, user in people.items()}
