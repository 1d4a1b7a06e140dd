"""A small school with an office: real tables and rules, figures that a test writes down."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from ready import ready_store

from nudgebot.chat.incoming import Incoming, Me
from nudgebot.chat.office import Office
from nudgebot.chat.opening import open_office
from nudgebot.chat.reception import Reception
from nudgebot.chat.tables import SCHEMA as CHAT
from nudgebot.errors import DeliveryError
from nudgebot.insight.catalogue import METRICS
from nudgebot.insight.table import FigureTable, Value
from nudgebot.insight.tables import SCHEMA as INSIGHT
from nudgebot.interventions.tables import SCHEMA as INTERVENTIONS
from nudgebot.nudging.messages import Direct, InStream, Outgoing, Recipient
from nudgebot.nudging.outbox import Outbox
from nudgebot.nudging.rule_book import RuleBook
from nudgebot.nudging.tables import SCHEMA as NUDGING
from nudgebot.school.links import SCHEMA as LINKS
from nudgebot.school.links import Links, ZulipUser
from nudgebot.school.tables import SCHEMA as SCHOOL
from nudgebot.settings import read_settings

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 19, 14, 30, tzinfo=UTC)
ME = Me(5, "nudgebot")
ADMIN, TARA, OTTO, STRANGER = 8, 9, 10, 11
ANA, BEN, CHI, ANABEL = 21, 22, 23, 24
STAFF_STREAM, CLASS_STREAM = 71, 72


@dataclass
class FakeFigures:
    """Figures by student; every metric that is not written down is not known."""

    rows: dict[str, dict[str, Value]] = field(default_factory=dict)

    def table(self, student_ids: Collection[str] | None = None) -> FigureTable:
        ids = [key for key in sorted(self.rows) if student_ids is None or key in student_ids]
        names = [metric.name for metric in METRICS]
        columns = {name: [self.rows[key].get(name) for key in ids] for name in names}
        columns["risk_level"] = [each or "unknown" for each in columns["risk_level"]]
        return FigureTable(ids, columns)

    def computed_at(self) -> datetime | None:
        return NOW


@dataclass
class FakeZulip:
    """A messenger and board that keeps what is sent; streams have the readers that are noted."""

    sent: list[tuple[int, Outgoing]] = field(default_factory=list)
    reactions: list[tuple[int, str]] = field(default_factory=list)
    readers: dict[int, frozenset[int]] = field(default_factory=dict)
    messages: dict[int, dict[str, Any]] = field(default_factory=dict)
    uploads: list[tuple[str, bytes]] = field(default_factory=list)
    refuse_uploads: DeliveryError | None = None
    refuse: Callable[[Outgoing], DeliveryError | None] = lambda _: None

    def send(self, message: Outgoing, *, local_id: str) -> int:
        assert local_id
        error = self.refuse(message)
        if error is not None:
            raise error
        self.sent.append((1000 + len(self.sent), message))
        return self.sent[-1][0]

    def find(
        self, message: Outgoing, *, local_id: str, since: datetime, after_id: int
    ) -> int | None:
        assert local_id
        assert since.tzinfo
        found = [n for n, each in self.sent if each.key == message.key and n > after_id]
        return found[0] if found else None

    def react(self, message_id: int, emoji_name: str) -> None:
        self.reactions.append((message_id, emoji_name))

    def upload(self, name: str, data: bytes) -> str:
        if self.refuse_uploads is not None:
            raise self.refuse_uploads
        self.uploads.append((name, data))
        return f"/user_uploads/2/{len(self.uploads)}/{name}"

    def message(self, message_id: int) -> Mapping[str, Any] | None:
        return self.messages.get(message_id)

    def humans_reading(self, stream: str | int) -> frozenset[int]:
        if stream not in self.readers:  # a public one is not told of either
            raise DeliveryError("The bot cannot tell.", accepted=False)
        return self.readers[int(stream)]

    def to(self, user_id: int) -> list[str]:
        """The contents of the one-to-one messages to a user."""
        return [m.content for _, m in self.sent if m.recipient == Direct((user_id,))]

    def in_stream(self, stream: int) -> list[str]:
        """The contents of the messages in a stream."""
        return [
            m.content
            for _, m in self.sent
            if isinstance(m.recipient, InStream) and m.recipient.stream == stream
        ]


@cache
def shipped_book() -> RuleBook:
    """The rules and templates that the project ships, read once."""
    book = RuleBook(ROOT / "rules", ROOT / "message_templates")
    assert book.reload_if_changed(NOW).taken
    return book


class Town:
    """The school: class 7B of Tara's with Ana, Ben and Anabel; class 8A of Otto's with Chi."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.store = ready_store(
            folder / "town.db", [SCHOOL, LINKS, INSIGHT, NUDGING, CHAT, INTERVENTIONS]
        )
        self.zulip = FakeZulip()
        self.figures = FakeFigures()
        self.released: list[int] = []
        self.clock = NOW
        self._message_id = 100
        self._fill()
        chosen = {"realm_admins_are_admins": True, "admins": ()} | settings
        self.office: Office = open_office(
            self.store,
            read_settings(environment={}).replaced(**chosen),
            streams=self.zulip,
            figures=self.figures,
            book=shipped_book(),
            outbox=Outbox(self.store, self.zulip),
            upload=self.zulip.upload,
            release=self._release,
        )
        self.jobs: list[Callable[[], None]] = []
        self.reception = self.reopened()

    def reopened(self) -> Reception:
        """A reception as after a restart; its errands wait for `work`."""
        self.jobs = []
        self.reception = Reception(
            self.office, self.zulip, ME, clock=lambda: self.clock, background=self.jobs.append
        )
        return self.reception

    def work(self) -> None:
        """Do the errands."""
        while self.jobs:
            self.jobs.pop(0)()

    def _release(self, batch_id: int, as_of: datetime) -> str:
        assert as_of.tzinfo
        self.released.append(batch_id)
        return f"batch {batch_id} taken"

    def _fill(self) -> None:
        students = [
            ("s1", "Ana Alvarez", "Ana", ANA),
            ("s2", "Ben *Baker*", "Ben", BEN),
            ("s3", "Chi Chen", "Chi", CHI),
            ("s4", "Anabel Adams", "Anabel", ANABEL),
        ]
        self.store.executemany(
            "INSERT INTO students (student_id, name, given_name, zulip_user_id)"
            " VALUES (?, ?, ?, ?)",
            students,
        )
        self.store.executemany(
            "INSERT INTO teachers (teacher_id, name, zulip_user_id) VALUES (?, ?, ?)",
            [("t1", "Tara Teacher", TARA), ("t2", "Otto Other", OTTO)],
        )
        self.store.executemany(
            "INSERT INTO classes (class_id, name) VALUES (?, ?)", [("c7b", "7B"), ("c8a", "8A")]
        )
        self.store.executemany(
            "INSERT INTO enrollments (class_id, person_id, role) VALUES (?, ?, ?)",
            [("c7b", each, "student") for each in ("s1", "s2", "s4")]
            + [("c8a", "s3", "student"), ("c7b", "t1", "teacher"), ("c8a", "t2", "teacher")],
        )
        self.store.execute(
            "INSERT INTO batches (source, format, fingerprint, state, started_at, data_as_of_at)"
            " VALUES ('x', 'native', 'f', 'taken', ?, ?)",
            [int(NOW.timestamp()), int(NOW.timestamp())],
        )
        names = {
            ADMIN: "Ada Admin",
            TARA: "Tara Teacher",
            OTTO: "Otto Other",
            STRANGER: "Sam Stranger",
            ANA: "Ana Alvarez",
            BEN: "Ben Baker",
            CHI: "Chi Chen",
            ANABEL: "Anabel Adams",
        }
        users = [
            ZulipUser(key, name, "", 200 if key == ADMIN else 400, True, False, "")
            for key, name in names.items()
        ]
        users.append(ZulipUser(ME.user_id, ME.full_name, "", 400, True, True, ""))
        Links(self.store).keep_users(users, NOW)
        self.zulip.readers = {
            STAFF_STREAM: frozenset({ADMIN, TARA}),
            CLASS_STREAM: frozenset({TARA, ANA, BEN}),
        }

    def said(self, sender: int, text: str, place: Recipient | None = None) -> Incoming:
        """A message as the listener would hand it over."""
        self._message_id += 1
        return Incoming(
            message_id=self._message_id,
            sender_id=sender,
            sender_name="",
            content=text,
            sent_at=self.clock,
            place=place or Direct((sender,)),
        )

    def say(self, sender: int, text: str, place: Recipient | None = None) -> list[Outgoing]:
        """Say it, let the errands be done, and return what the bot sent because of it."""
        before = len(self.zulip.sent)
        self.reception.message(self.said(sender, text, place))
        self.work()
        return [message for _, message in self.zulip.sent[before:]]

    def answer(self, sender: int, text: str, place: Recipient | None = None) -> str:
        """What the bot answers in all, in one text."""
        return "\n".join(message.content for message in self.say(sender, text, place))

    def token(self) -> str:
        """The token of the newest open preview."""
        (found,) = self.store.rows("SELECT token FROM confirmations WHERE state = 'open'")
        return str(found[0])
