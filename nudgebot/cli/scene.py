"""What every step of the tour stands on: waiting for what happens, and telling it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from nudgebot.cli.stage import Stage
from nudgebot.sandbox.mailbox import ArrivedMail
from nudgebot.sandbox.records import SandboxMessage, SandboxUser

PATIENCE_SECONDS = 30.0
Found = TypeVar("Found")


class News:
    """What the service did since it started, by job; the tour waits for the next of it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._heard: list[tuple[str, object]] = []

    def hear(self, job: str, result: object) -> None:
        """A job is done."""
        with self._changed:
            self._heard.append((job, result))
            self._changed.notify_all()

    def wait_for(self, job: str, fits: Callable[[object], bool]) -> object:
        """The newest result of a job that fits; None when it does not come in time."""

        def found() -> object:
            return next((r for name, r in reversed(self._heard) if name == job and fits(r)), None)

        with self._changed:
            return self._changed.wait_for(found, PATIENCE_SECONDS)


class MissedError(Exception):
    """A step did not happen."""


class Scene:
    """The stage, the news of what the service does, and where everything is told."""

    def __init__(self, stage: Stage, news: News, say: Callable[[str], object]) -> None:
        self._stage = stage
        self._news = news
        self._say = say

    # Looking and telling

    @property
    def _students(self) -> set[int]:
        return {user.user_id for user in self._stage.students.values()}

    def _reader(self, message: SandboxMessage) -> int | None:
        others = [each for each in message.participants if each != message.sender_id]
        return others[0] if others and message.sender_id == self._stage.bot.user_id else None

    def _since(
        self, message: SandboxMessage, reader: SandboxUser | None = None
    ) -> list[SandboxMessage]:
        """What the bot wrote after a message, to a reader or to anybody."""
        return [
            each
            for each in self._stage.sandbox.messages()
            if each.message_id > message.message_id
            and each.sender_id == self._stage.bot.user_id
            and (reader is None or self._reader(each) == reader.user_id)
        ]

    def _answer_to(
        self, reader: SandboxUser, *, after: SandboxMessage, holding: str
    ) -> SandboxMessage:
        return self._found(
            lambda: next((m for m in self._since(after, reader) if holding in m.content), None),
            f"{reader.full_name} got no answer",
        )

    def _in_topic(self, asked: SandboxMessage) -> SandboxMessage:
        return self._found(
            lambda: next((m for m in self._since(asked) if m.topic == asked.topic), None),
            "the stream got no answer",
        )

    def _found(self, look: Callable[[], Found | None], missed: str) -> Found:
        found = self._stage.sandbox.wait_for(look, PATIENCE_SECONDS)
        if not found:
            raise MissedError(missed)
        return found

    def _ask(self, asker: SandboxUser, text: str, *, holding: str = "") -> SandboxMessage:
        """Say it to the bot, and show that and the answer."""
        said = self._stage.sandbox.say(asker, text, self._stage.bot)
        self._show(said)
        answer = self._answer_to(asker, after=said, holding=holding)
        self._show(answer)
        return said

    def _click(self, reader: SandboxUser, *labels: str, after: SandboxMessage) -> SandboxMessage:
        """Press the button of one of these names below an answer, and show what that says."""

        def offered() -> tuple[SandboxMessage, str] | None:
            return next(
                (
                    (message, str(choice["short_name"]))
                    for message in self._since(after, reader)
                    for choice in message.choices
                    if choice["short_name"] in labels
                ),
                None,
            )

        message, label = self._found(offered, f"there was no button {labels[0]}")
        clicked = self._stage.sandbox.click(reader, message, label)
        self._show(clicked)
        return clicked

    def _mail_to(self, address: str, *, after: int) -> ArrivedMail:
        """The first mail to an address behind so many."""

        def arrived() -> ArrivedMail | None:
            mails = self._stage.mailbox.mails_to(address)
            return next((mail for mail in mails if mail.number > after), None)

        return self._found(arrived, "the mail did not arrive")

    def _show_mail(self, mail: ArrivedMail) -> None:
        self._say(f"   ✉ to {mail.header('To')}: {mail.subject}")
        self._quote(mail.text.strip())
        for each in mail.attachments:
            self._say(f"   + {each.name}, {each.kind}\n")

    def _show(self, message: SandboxMessage) -> None:
        names = {user.user_id: user.full_name for user in self._stage.sandbox.users()}
        others = [names[each] for each in message.participants if each != message.sender_id]
        place = f"#{message.topic}" if message.stream_id is not None else ", ".join(others)
        self._say(f"   {names[message.sender_id]} → {place}")
        self._quote(message.content)

    def _quote(self, text: str) -> None:
        for line in text.splitlines():
            self._say(f"   │ {line}")
        self._say("")
