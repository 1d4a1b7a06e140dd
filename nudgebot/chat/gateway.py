"""Zulip as the rest of the house sees it: send, find, react, upload, and who reads what."""

from __future__ import annotations

import io
import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import zulip

from nudgebot.chat.connection import close_client
from nudgebot.chat.directory import Directory
from nudgebot.chat.failures import (
    LOCKED_OUT_SECONDS,
    NETWORK_ERRORS,
    RETRY_SECONDS,
    from_answer,
    from_exception,
)
from nudgebot.chat.incoming import Me
from nudgebot.chat.pace import Pace
from nudgebot.chat.widget import widget_of
from nudgebot.errors import DeliveryError, NudgebotError, SettingError
from nudgebot.nudging.length import LONGEST
from nudgebot.nudging.messages import Direct, Mail, Outgoing, Recipient
from nudgebot.nudging.splitting import cut_topic
from nudgebot.school.links import ZulipUser

log = logging.getLogger(__name__)

DM_NARROW_LEVEL = 177  # before it, `dm` was `pm-with`
PAGE = 100
# How far this machine's clock may be ahead of the server's: what bounds a search is mostly the id.
CLOCK_SKEW = timedelta(days=1)
READ_TRIES = 3
UPLOAD_SECONDS = 15.0  # the conversation waits for it
SAME = frozenset({"REACTION_ALREADY_EXISTS", "REACTION_DOES_NOT_EXIST"})


def nobody_waits(seconds: float) -> bool:
    """Sleep, and never ask for an end; the service hands in its stop event's `wait` instead."""
    time.sleep(seconds)
    return False


def as_it_is(message: Outgoing) -> Outgoing:
    """The message, where nobody has to look again."""
    return message


class Gateway:
    """Carries messages over `zulip.Client`: paced, 429 obeyed, nothing repeated by itself.

    `connect` makes a client; each thread gets its own, because one is not safe to share.
    `queue` names the listener's live event queue, so that the echo of a send can be told;
    `echo` is the listener's memory of echoes, and `is_anothers` says of a message's id that what
    was sent under another key has it: equal words may be said twice. `clock` is monotonic seconds.
    """

    def __init__(
        self,
        connect: Callable[[], zulip.Client],
        *,
        sends_per_minute: int,
        queue: Callable[[], str | None] = lambda: None,
        echo: Callable[[str], int | None] = lambda _: None,
        is_anothers: Callable[[int], bool] = lambda _: False,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], bool] = nobody_waits,
    ) -> None:
        self._connect = connect
        self._queue = queue
        self._echo = echo
        self._is_anothers = is_anothers
        self._wait = wait
        self._local = threading.local()
        self._guard = threading.Lock()
        self._clients: list[zulip.Client] = []
        self._me: Me | None = None
        self._pace = Pace(sends_per_minute, clock=clock, wait=wait)
        self._directory = Directory(self._read, clock, self._write, me=lambda: self.me.user_id)

    @property
    def client(self) -> zulip.Client:
        """This thread's client."""
        found: zulip.Client | None = getattr(self._local, "client", None)
        if found is None:
            found = self._first_contact()
            self._local.client = found
            with self._guard:
                self._clients.append(found)
        return found

    def _first_contact(self) -> zulip.Client:
        """A new client asks the server who it is; while that fails, nothing was sent."""
        try:
            return self._connect()
        except NudgebotError as error:
            locked_out = isinstance(error, SettingError)
            raise DeliveryError(
                str(error),
                accepted=False,
                retry_after_seconds=LOCKED_OUT_SECONDS if locked_out else RETRY_SECONDS,
                code="NO_CONTACT",
            ) from error

    @property
    def feature_level(self) -> int:
        """What the server says it can do; version names say nothing."""
        return self.client.feature_level

    @property
    def me(self) -> Me:
        """The bot's own account, asked for once."""
        if self._me is None:
            answer = self._read("users/me", {})
            self._me = Me(int(answer["user_id"]), str(answer["full_name"]))
        return self._me

    def send(
        self,
        message: Outgoing,
        *,
        local_id: str,
        last_look: Callable[[Outgoing], Outgoing] = as_it_is,
    ) -> int:
        """Send by one call, and return the message's id.

        `last_look` is asked when it is the message's turn, which may be long after this is called;
        it may say another place, or raise. Raises DeliveryError whose `accepted` says whether the
        server could have taken it.
        """
        content = message.content.strip("\n")
        if len(content) > LONGEST:  # the server would cut it without a word
            raise DeliveryError(
                f"The message is longer than {LONGEST:,} characters.",
                accepted=False,
                code="TOO_LONG",
            )
        rest = {
            "content": content,
            "widget_content": widget_of(message) if message.buttons else None,
            "local_id": local_id,
            "queue_id": self._queue(),
        }

        def call(client: zulip.Client) -> dict[str, Any]:
            request = self._address(_place(last_look(message))) | rest
            return client.call_endpoint(url="messages", request=request)

        return int(self._paced(call)["id"])

    def find(
        self, message: Outgoing, *, local_id: str, since: datetime, after_id: int
    ) -> int | None:
        """The id of this very message, by its echo or by its exact text since then, else None.

        Of several with this text it is the oldest that is nobody else's: the newer ones belong to
        what was claimed later.
        """
        echoed = self._echo(local_id)
        if echoed is not None:
            return echoed
        text = message.content.strip("\n").rstrip()
        oldest = since - CLOCK_SKEW
        anchor: int | str = "newest"
        candidate: int | None = None
        while True:
            answer = self._read("messages", self._page_before(_place(message), anchor))
            for found in reversed(answer["messages"]):
                sent_at = datetime.fromtimestamp(found["timestamp"], UTC)
                if found["id"] <= after_id or sent_at < oldest:
                    return candidate
                own = found["sender_id"] == self.me.user_id and found["content"] == text
                if own and not self._is_anothers(int(found["id"])):
                    candidate = int(found["id"])
            if answer.get("found_oldest", True) or not answer["messages"]:
                return candidate
            anchor = int(answer["messages"][0]["id"])

    def _page_before(self, place: Recipient, anchor: int | str) -> dict[str, Any]:
        if isinstance(place, Direct):
            operator = "dm" if self.feature_level >= DM_NARROW_LEVEL else "pm-with"
            narrow: list[dict[str, Any]] = [{"operator": operator, "operand": list(place.user_ids)}]
        else:
            # Without the topic: somebody may have moved or resolved it meanwhile.
            narrow = [
                {"operator": "stream", "operand": self._directory.stream_id(place.stream)},
                {"operator": "sender", "operand": self.me.user_id},
            ]
        return {
            "narrow": narrow,
            "anchor": anchor,
            "num_before": PAGE,
            "num_after": 0,
            "apply_markdown": False,
            "client_gravatar": True,
        }

    def _address(self, place: Recipient) -> dict[str, Any]:
        # "private" and "stream" are understood by servers of every level.
        if isinstance(place, Direct):
            return {"type": "private", "to": list(place.user_ids)}
        stream_id = self._directory.stream_id(place.stream)
        return {"type": "stream", "to": stream_id, "topic": cut_topic(place.topic)}

    def react(self, message_id: int, emoji_name: str) -> None:
        """Add an emoji to a message; it being there already is fine."""
        # Without `reaction_type` the server looks custom emoji up too.
        self._write(f"messages/{message_id}/reactions", {"emoji_name": emoji_name})

    def typing(self, place: Recipient) -> None:
        """Show for a moment that the bot is at work; that it cannot be shown is no matter."""
        if isinstance(place, Direct):
            request = {"type": "private", "op": "start", "to": list(place.user_ids)}
            try:
                self._write("typing", request)
            except DeliveryError:
                log.debug("typing was not shown")

    def upload(self, name: str, data: bytes) -> str:
        """Upload a file, and return the path to link to; `name` is shown and must be ASCII."""
        if not name.isascii() or "/" in name:
            raise ValueError("an upload needs a plain ASCII name")

        def call(client: zulip.Client) -> dict[str, Any]:
            # A fresh buffer each time: a rewound one has been sent half-empty before.
            buffer = io.BytesIO(data)
            buffer.name = name
            return client.call_endpoint(url="user_uploads", files=[buffer], timeout=UPLOAD_SECONDS)

        answer = self._paced(call)
        return str(answer.get("url") or answer["uri"])

    def read_receipts(self, message_id: int) -> frozenset[int] | None:
        """Who has read a message; None where the organisation does not say.

        Somebody missing has not necessarily not read it: people may keep their receipts back.
        """
        try:
            answer = self._read(f"messages/{message_id}/read_receipts", {})
        except DeliveryError as error:
            if error.code == "BAD_REQUEST":
                return None
            raise
        return frozenset(int(user_id) for user_id in answer["user_ids"])

    def message(self, message_id: int) -> Mapping[str, Any] | None:
        """A message as it stands now, raw Markdown; None where it is gone."""
        try:
            answer = self._read(f"messages/{message_id}", {"apply_markdown": False})
        except DeliveryError as error:
            if error.code == "BAD_REQUEST":
                return None
            raise
        found: dict[str, Any] = answer["message"]
        return found

    def users(self) -> list[ZulipUser]:
        """Everybody in the organisation, bots and deactivated people too."""
        return self._directory.users()

    def user_now(self, user_id: int) -> ZulipUser:
        """A user as of a moment ago; raises DeliveryError where Zulip does not say."""
        return self._directory.user_now(user_id)

    def humans_in(self, stream: str | int) -> frozenset[int]:
        """The people subscribed to a stream at this moment, bots left out.

        Raises DeliveryError where the bot cannot tell.
        """
        return self._directory.humans_in(stream)

    def humans_reading(self, stream: str | int) -> frozenset[int]:
        """The people who can read a stream at this moment, also by a bot of theirs.

        Raises DeliveryError where that are others than the subscribers of a private stream, and
        where the bot cannot tell.
        """
        return self._directory.humans_reading(stream)

    def subscribers(self, stream: str | int) -> frozenset[int]:
        """All users subscribed to a stream at this moment, bots too."""
        return self._directory.subscribers(stream)

    def patiently(self, job: Callable[[], None]) -> None:
        """Do a job whose sends let those of other threads go first."""
        self._local.patient = True
        try:
            job()
        finally:
            self._local.patient = False

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._guard:
            clients, self._clients = self._clients, []
        for client in clients:
            close_client(client)
        self._local = threading.local()

    def _write(self, url: str, request: dict[str, Any]) -> dict[str, Any]:
        return self._paced(lambda client: client.call_endpoint(url=url, request=request))

    def _paced(self, call: Callable[[zulip.Client], dict[str, Any]]) -> dict[str, Any]:
        """One try, in its turn; a 429 holds everybody back and is the caller's to repeat."""
        if not self._pace.take(patient=getattr(self._local, "patient", False)):
            raise DeliveryError(
                "nudgebot is stopping.", accepted=False, retry_after_seconds=1.0, code="STOPPING"
            )
        return self._tried(call)

    def _read(self, url: str, request: dict[str, Any]) -> dict[str, Any]:
        """A GET, which may be repeated: a 429 is waited for, a few times."""
        for _ in range(READ_TRIES):
            try:
                return self._tried(
                    lambda client: client.call_endpoint(url=url, method="GET", request=request)
                )
            except DeliveryError as error:
                if error.code != "RATE_LIMIT_HIT" or self._wait(error.retry_after_seconds or 1):
                    raise
        raise DeliveryError(
            "Zulip asks the bot to slow down.", accepted=False, code="RATE_LIMIT_HIT"
        )

    def _tried(self, call: Callable[[zulip.Client], dict[str, Any]]) -> dict[str, Any]:
        try:
            answer = call(self.client)
        except NETWORK_ERRORS as error:
            raise from_exception(error) from error
        failure = from_answer(answer)
        if failure is not None and failure.code not in SAME:
            if failure.code == "RATE_LIMIT_HIT":
                self._pace.hold(failure.retry_after_seconds or 1)
            log.info("a call to Zulip failed: %s", failure.code)
            raise failure
        if answer.get("ignored_parameters_unsupported"):
            log.info("Zulip ignored: %s", answer["ignored_parameters_unsupported"])
        return answer


def _place(message: Outgoing) -> Recipient:
    """Where in Zulip a message goes; a mail is none of Zulip's."""
    if isinstance(message.recipient, Mail):
        raise DeliveryError("Zulip carries no e-mail.", accepted=False, code="NO_PLACE")
    return message.recipient
