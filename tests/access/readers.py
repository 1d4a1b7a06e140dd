"""A Zulip of streams in memory: who reads each message when it is sent, and what she may see."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from typing import Any

from chat.town import ADMIN, ANA, ANABEL, BEN, CHI, OTTO, TARA, FakeZulip

from nudgebot.chat.directory import Directory
from nudgebot.errors import DeliveryError
from nudgebot.nudging.messages import Direct, InStream, Outgoing, Recipient

NOBODY_ID = 3
OF_7B = frozenset({"s1", "s2", "s4", "s5", "s6", "s7"})
# Written down by hand: nothing here asks the code that is tried.
STAFF_SEES = {ADMIN: OF_7B | {"s3"}, TARA: OF_7B, OTTO: frozenset({"s3"})}
# Herself, and whom she learns with: tutor and student are told of each other.
STUDENT_SEES = {
    ANA: frozenset({"s1", "s2"}),
    BEN: frozenset({"s1", "s2"}),
    CHI: frozenset({"s3"}),
    ANABEL: frozenset({"s4"}),
}
MARKS = {
    "s1": re.compile(r"\bAna\b|[AÁ]lvarez|family(?:@|&#64;)|-s1-\d"),
    "s2": re.compile(r"\bBen\b|Baker|-s2-\d"),
    "s3": re.compile(r"\bChi\b|\bChen\b|-s3-\d"),
    "s4": re.compile(r"Anabel|Adams|-s4-\d"),
    **{each: re.compile(rf"{each.upper()} Extra|-{each}-\d") for each in ("s5", "s6", "s7")},
}


@dataclass(frozen=True)
class Told:
    """A message, and the people who read it when it came."""

    place: Recipient
    content: str
    readers: frozenset[int]

    @property
    def students(self) -> set[str]:
        """Whose marks it bears."""
        return {each for each, mark in MARKS.items() if mark.search(self.content)}

    def is_for(self, reader: int) -> frozenset[str]:
        """Whom the reader may see here: a student only in her own conversation with the bot."""
        if self.place == Direct((reader,)):
            return STAFF_SEES.get(reader, STUDENT_SEES.get(reader, frozenset()))
        return STAFF_SEES.get(reader, frozenset())


@dataclass(frozen=True)
class Heard:
    """All that came of one question: messages, and what else somebody may notice."""

    messages: tuple[Told, ...]
    noticed: tuple[int, ...] = ()  # reactions, uploads, errands

    def told(self, change: Callable[[str], str]) -> Heard:
        """The same with other texts."""
        messages = [replace(each, content=change(each.content)) for each in self.messages]
        return replace(self, messages=tuple(messages))

    def but_to(self, *user_ids: int) -> Heard:
        """The same without the direct messages to these."""
        own = {Direct((each,)) for each in user_ids}
        return replace(self, messages=tuple(e for e in self.messages if e.place not in own))

    @property
    def names_somebody(self) -> bool:
        """Whether a student stands in it."""
        return any(each.students for each in self.messages)


def seen_by_others(heard: Heard) -> int:
    """How many messages somebody reads who may not see a student in them."""
    return sum(
        any(not each.students <= each.is_for(reader) for reader in each.readers)
        for each in heard.messages
    )


@dataclass(frozen=True)
class Face:
    """A stream as it is now."""

    name: str
    subscribers: frozenset[int]
    private: bool
    has_bot: bool


@dataclass
class FakeRealm(FakeZulip):
    """Asks, through the gateway's own directory, streams that a test arranges as it likes."""

    everybody: Collection[int] = ()
    guests: Collection[int] = ()
    bot: int = 0
    faces: dict[int, Face] = field(default_factory=dict)
    then: Callable[[], None] | None = None  # what happens once it was looked who reads
    heard: list[Told] = field(default_factory=list)
    marks: tuple[int, ...] = (0, 0)

    def __post_init__(self) -> None:
        self.directory = Directory(self.read, lambda: 0.0, self.read, me=lambda: self.bot)

    def arrange(
        self,
        stream: int,
        name: str,
        subscribers: Collection[int],
        *,
        private: bool = True,
        has_bot: bool = True,
    ) -> None:
        """Make the stream, or change it."""
        self.faces[stream] = Face(name, frozenset(subscribers), private, has_bot)

    def joiner(self, stream: int, user_id: int) -> Callable[[], None]:
        """Lets somebody into the stream."""

        def join() -> None:
            face = self.faces[stream]
            self.faces[stream] = replace(face, subscribers=face.subscribers | {user_id})

        return join

    def read(self, url: str, _request: dict[str, Any]) -> dict[str, Any]:
        """What Zulip's API answers to the bot."""
        if url == "users":
            ids = [*((each, False) for each in self.everybody), (self.bot, True)]
            return {"members": [{"user_id": i, "full_name": "X", "is_bot": b} for i, b in ids]}
        stream = int(url.split("/")[1])
        face = self.faces[stream]
        if face.private and not face.has_bot:
            raise DeliveryError("Zulip refused.", accepted=False, code="BAD_REQUEST")
        if url.endswith("/members"):
            return {"subscribers": sorted(face.subscribers | {self.bot})}
        return {"stream": {"invite_only": face.private, "is_web_public": False}}

    def humans_reading(self, stream: str | int) -> frozenset[int]:
        """By the directory that is used over the wire; then somebody may join."""
        found = self.directory.humans_reading(stream)
        if self.then is not None:
            self.then()
            self.then = None
        return found

    def readers_of(self, place: Recipient) -> frozenset[int]:
        """The people who read what is said there at this moment."""
        if isinstance(place, Direct):
            return frozenset(place.user_ids)
        face = self.faces[int(place.stream)]
        members = frozenset() if face.private else frozenset(self.everybody) - set(self.guests)
        return face.subscribers | members

    def send(
        self,
        message: Outgoing,
        *,
        local_id: str,
        last_look: Callable[[Outgoing], Outgoing] = lambda message: message,
    ) -> int:
        """Take the message, and note who reads it."""
        message = last_look(message)
        place = message.recipient
        assert isinstance(place, Direct | InStream)
        if isinstance(place, InStream):
            face = self.faces[int(place.stream)]
            if face.private and not face.has_bot:
                raise DeliveryError("Not authorized to send.", accepted=False, code="BAD_REQUEST")
        self.heard.append(Told(place, message.content, self.readers_of(place)))
        return super().send(message, local_id=local_id)

    def begin(self) -> None:
        """A question is asked."""
        self.heard = []
        self.marks = (len(self.reactions), len(self.uploads))

    def end(self, jobs: int) -> Heard:
        """What came of it; `jobs` is how much longer work it began."""
        reactions, uploads = self.marks
        noticed = (len(self.reactions) - reactions, len(self.uploads) - uploads, jobs)
        return Heard(tuple(self.heard), noticed)
