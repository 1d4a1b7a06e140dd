"""People with a Zulip client of their own: they write, and hear what is written to them."""

from __future__ import annotations

import configparser
import html
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests
import zulip

from contract.program import PATIENCE_SECONDS

LONGEST_POLL_SECONDS = 60.0
Message = dict[str, Any]


def words_in(content: str) -> str:
    """Raw Markdown as a reader sees its characters, without the entities that escape them."""
    return html.unescape(content)


def words(message: Message) -> str:
    """The same of a message of the API."""
    return words_in(str(message["content"]))


class Person:
    """Somebody whose zuliprc is at hand; everything since the start is heard and kept."""

    def __init__(self, zuliprc: Path) -> None:
        parser = configparser.ConfigParser(interpolation=None)
        parser.read_string(zuliprc.read_text(encoding="utf-8"))
        account = parser["api"]
        self.site = account["site"].rstrip("/")
        self.client = zulip.Client(
            email=account["email"], api_key=account["key"], site=self.site, retry_on_errors=False
        )
        profile = self.ask("users/me", "GET")
        self.user_id = int(profile["user_id"])
        self.full_name = str(profile["full_name"])
        self._heard: list[Message] = []
        queue = self.ask("register", event_types=["message"], apply_markdown=False)
        self._queue_id = str(queue["queue_id"])
        self._last_event_id = int(queue["last_event_id"])

    def close(self) -> None:
        """Give the queue up and close the connection."""
        self.ask("events", "DELETE", queue_id=self._queue_id)
        if self.client.session is not None:
            self.client.session.close()

    def ask(self, url: str, method: str = "POST", **request: Any) -> dict[str, Any]:
        """A call that has to succeed; a server that asks for patience gets some."""
        while True:
            answer = self.client.call_endpoint(url=url, method=method, request=request)
            if answer.get("code") != "RATE_LIMIT_HIT":
                assert answer["result"] == "success", (method, url, answer)
                return answer
            time.sleep(float(answer.get("retry-after", 1)))

    def say(self, text: str, *to: int) -> int:
        """A direct message; its id."""
        answer = self.ask("messages", type="private", to=list(to), content=text)
        return int(answer["id"])

    def post(self, text: str, *, stream: str, topic: str) -> int:
        """A message in a stream; its id."""
        answer = self.ask("messages", type="stream", to=stream, topic=topic, content=text)
        return int(answer["id"])

    def hear(
        self,
        wanted: Callable[[Message], bool],
        what: str,
        *,
        after: int = 0,
        seconds: float = PATIENCE_SECONDS,
    ) -> Message:
        """The first message behind `after` that is wanted; a failed test at the deadline."""
        deadline = time.monotonic() + seconds
        while True:
            for message in self._heard:
                if int(message["id"]) > after and wanted(message):
                    return message
            left = deadline - time.monotonic()
            if left <= 0:
                heard = [m["content"] for m in self._heard if int(m["id"]) > after]
                raise AssertionError(f"{what}: not within {seconds:.0f} s; heard {heard}")
            self._poll(min(left, LONGEST_POLL_SECONDS))

    def _poll(self, seconds: float) -> None:
        try:
            answer = self.client.call_endpoint(
                url="events",
                method="GET",
                request={"queue_id": self._queue_id, "last_event_id": self._last_event_id},
                timeout=seconds,
            )
        except requests.exceptions.RequestException:
            return  # nothing new, or the server is away for the moment
        assert answer["result"] == "success", answer
        for event in answer["events"]:
            self._last_event_id = max(self._last_event_id, int(event["id"]))
            if event["type"] == "message":
                self._heard.append(event["message"])

    def hear_from(
        self, sender_id: int, text: str, *, after: int = 0, seconds: float = PATIENCE_SECONDS
    ) -> Message:
        """A direct message from this sender to this person alone, with the text in it."""

        def wanted(message: Message) -> bool:
            ids = {each["id"] for each in message["display_recipient"]} if direct(message) else None
            return (
                message["sender_id"] == sender_id
                and ids == {sender_id, self.user_id}
                and text in words(message)
            )

        return self.hear(wanted, f"a direct message with {text!r}", after=after, seconds=seconds)

    def conversation(self, other_id: int, *, after: int = 0) -> list[Message]:
        """The newest messages of the direct conversation with somebody, as the server has them."""
        operator = "dm" if self.client.feature_level >= 177 else "pm-with"
        answer = self.ask(
            "messages",
            "GET",
            narrow=[{"operator": operator, "operand": [other_id]}],
            anchor="newest",
            num_before=200,
            num_after=0,
            apply_markdown=False,
        )
        return [message for message in answer["messages"] if int(message["id"]) > after]

    def copies(self, sender_id: int, text: str, *, after: int = 0) -> int:
        """How many messages of the conversation by this sender hold the text."""
        return sum(text in each for each in self.told_by(sender_id, after=after))

    def told_by(self, sender_id: int, *, after: int = 0) -> list[str]:
        """The texts of the sender's messages in the direct conversation, oldest first."""
        conversation = self.conversation(sender_id, after=after)
        return [words(message) for message in conversation if message["sender_id"] == sender_id]


def direct(message: Message) -> bool:
    """Whether it is a direct message, under either of its names."""
    return message["type"] in ("private", "direct")
