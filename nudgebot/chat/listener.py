"""The loop that hears what people say to the bot, whatever happens to queue or process."""

from __future__ import annotations

import logging
import queue
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Protocol

import zulip

from nudgebot.chat.cursor import Cursor, Memory
from nudgebot.chat.failures import LOCKED_OUT
from nudgebot.chat.incoming import Incoming, Me, Reacted, read_message, read_reaction
from nudgebot.chat.queue import Queue
from nudgebot.errors import DeliveryError, NudgebotError
from nudgebot.store import Store, is_of_the_file

log = logging.getLogger(__name__)

TRIES = 3
FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 60.0
# Ids are given before messages are told of, so a lower one may be told of a little later.
OVERLAP_IDS = 200
# On a busy morning: then it is looked again whether something came that must not wait.
LONGEST_TURN_SECONDS = 5.0
LONGEST_UNKEPT_SECONDS = 1.0
QUEUE_GONE = frozenset({"BAD_EVENT_QUEUE_ID", "BAD_REQUEST"})  # the second: ids already pruned


class Hearing(Protocol):
    """Who is told; each of these may raise, and is then told the same again, a few times.

    What it is told it may have been told before a crash: it remembers by `source`.
    """

    def message(self, incoming: Incoming) -> None:
        """Somebody wrote where the bot can read it."""

    def reaction(self, reacted: Reacted) -> None:
        """Somebody added an emoji."""

    def settled(self, *, after_gap: bool) -> None:
        """All that is known of has been told; after a gap, reactions in it were not."""


class Listener:
    """Hears until `stop`. The position in the database moves only behind what has had its effects.

    What `comes_first` is heard before all else that is known of, though the position waits for it.

    A queue that still lives is gone on with, so a restart misses nothing. Where it is lost, a new
    one is opened first, and then what was missed is read by message id.
    """

    def __init__(
        self,
        client: zulip.Client,
        store: Store,
        hearing: Hearing,
        *,
        me: Me,
        clock: Callable[[], datetime],
        chance: Callable[[], float] = random.random,
        comes_first: Callable[[Incoming], bool] = lambda _: False,
    ) -> None:
        self._queue = Queue(client)
        self._store = store
        self._cursor = Cursor(store)
        self._memory = Memory(store)
        self._hearing = hearing
        self._me = me
        self._clock = clock
        self._chance = chance
        self._comes_first = comes_first
        self._stopping = threading.Event()
        self._arrivals: queue.SimpleQueue[list[dict[str, Any]] | BaseException | None] = (
            queue.SimpleQueue()
        )
        self._passed = _Passed()
        self._failures = 0
        self._tried: dict[str, int] = {}

    def stop(self) -> None:
        """End `run` at once; what is being handled is finished first. Any thread may say so."""
        self._stopping.set()
        self._arrivals.put(None)

    def run(self) -> None:
        """Listen until `stop`; raises NudgebotError when the server does not let the bot in."""
        while not self._stopping.is_set():
            try:
                self._step()
            except DeliveryError as error:
                self._endure(error)
            except sqlite3.Error:
                # Nothing is passed that could not be kept; it comes again.
                log.exception("the database could not be used; trying again")
                self._wait(None)
            except _AgainError:
                self._wait(None)
            else:
                if self._failures:
                    log.info("listening again")
                self._failures = 0

    def _step(self) -> None:
        position = self._cursor.position
        if position is None or position.queue_id is None:
            self._open()
            return
        events = self._poll(position.queue_id, position.last_event_id)
        self._hear_first(event["message"] for event in events if event["type"] == "message")
        begun = time.monotonic()
        try:
            for event in events:
                name = f"event:{position.queue_id}:{event['id']}"
                self._once(name, partial(self._hear, event))
                self._passed.event_id = int(event["id"])
                self._keep_position_at_times()
                if self._stopping.is_set() or time.monotonic() - begun > LONGEST_TURN_SECONDS:
                    return
        finally:
            self._keep_position()
        if any(event["type"] != "heartbeat" for event in events):
            self._once("settled", partial(self._hearing.settled, after_gap=False))

    def _keep_position_at_times(self) -> None:
        """A write a second, and not one for each: what is not passed only comes again."""
        if time.monotonic() - self._passed.since > LONGEST_UNKEPT_SECONDS:
            self._keep_position()

    def _keep_position(self) -> None:
        """Write down how far it has come, and which own messages came back; one write for all."""
        passed, self._passed = self._passed, _Passed()
        with self._store.transaction():
            for local_id, message_id in passed.echoes:
                self._memory.keep_echo(local_id, message_id, self._clock())
            self._cursor.move(event_id=passed.event_id, message_id=passed.message_id)

    def _open(self) -> None:
        """Register first and then read what was missed: so there is no gap between the two."""
        queue_id, last_event_id = self._queue.open()
        position = self._cursor.position
        self._memory.prune(self._clock())
        if position is None:
            self._cursor.begin(self._queue.newest_message_id())
        else:
            log.info("the event queue was lost; catching up by message id")
            begin = max(position.floor_message_id, position.last_message_id - OVERLAP_IDS)
            missed = self._queue.messages_after(begin)
            self._hear_first(missed)
            try:
                for message in missed:
                    if self._stopping.is_set():
                        return
                    self._once(f"missed:{message['id']}", partial(self._hear_message, message))
                    self._keep_position_at_times()
            finally:
                self._keep_position()
            self._once("settled", partial(self._hearing.settled, after_gap=True))
        self._cursor.enter(queue_id, last_event_id)

    def _poll(self, queue_id: str, last_event_id: int) -> list[dict[str, Any]]:
        """Events, or none when it is time to stop.

        A poll waits for up to a minute and nothing can wake it, so it waits in a thread of its own
        and is left behind at the end; what it still brings was not acknowledged and comes again.
        """

        def poll() -> None:
            try:
                self._arrivals.put(self._queue.poll(queue_id, last_event_id))
            except BaseException as error:  # noqa: BLE001  # it is raised again where it is awaited
                self._arrivals.put(error)

        threading.Thread(target=poll, name="nudgebot-poll", daemon=True).start()
        arrived = self._arrivals.get()
        if isinstance(arrived, BaseException):
            raise arrived
        return arrived or []

    def _hear(self, event: Mapping[str, Any]) -> None:
        if event["type"] == "message":
            self._keep_echo(event)
            self._hear_message(event["message"])
        elif event["type"] == "reaction":
            reacted = read_reaction(event, self._me)
            if reacted is not None:
                self._hearing.reaction(reacted)

    def _hear_message(self, message: Mapping[str, Any]) -> None:
        incoming = read_message(message, self._me)
        if incoming is not None:
            self._hearing.message(incoming)
        self._passed.message_id = max(self._passed.message_id, int(message["id"]))

    def _hear_first(self, messages: Iterable[Mapping[str, Any]]) -> None:
        """What must not wait has its effects now; when its turn comes, it has had them."""
        for message in messages:
            incoming = read_message(message, self._me)
            if incoming is not None and self._comes_first(incoming):
                self._once(f"first:{incoming.message_id}", partial(self._hearing.message, incoming))

    def _keep_echo(self, event: Mapping[str, Any]) -> None:
        local_id = event.get("local_message_id") or event["message"].get("local_message_id")
        if local_id and event["message"]["sender_id"] == self._me.user_id:
            self._passed.echoes.append((str(local_id), int(event["message"]["id"])))

    def _once(self, name: str, job: Callable[[], None]) -> None:
        """Do the job; one that keeps failing is passed over and never ends the listening."""
        try:
            job()
        except Exception as error:
            if is_of_the_file(error):
                raise
            tried = self._tried.get(name, 0) + 1
            log.exception("handling failed, try %d of %d: %s", tried, TRIES, name)
            if tried < TRIES:
                self._tried[name] = tried
                raise _AgainError from error
        self._tried.pop(name, None)

    def _endure(self, error: DeliveryError) -> None:
        if error.code in LOCKED_OUT:
            raise NudgebotError(str(error)) from error
        if error.code in QUEUE_GONE:
            position = self._cursor.position
            if position is not None and position.queue_id is not None:
                self._cursor.leave()
                return
        log.warning("Zulip is away (%s); trying again", error.code)
        self._wait(error.retry_after_seconds if error.code == "RATE_LIMIT_HIT" else None)

    def _wait(self, seconds: float | None) -> None:
        """Longer after each failure in a row, and never in step with other bots."""
        longest = min(FIRST_WAIT_SECONDS * 2**self._failures, LONGEST_WAIT_SECONDS)
        self._failures = min(self._failures + 1, 10)
        self._stopping.wait(longest * (0.5 + self._chance() / 2) if seconds is None else seconds)


@dataclass
class _Passed:
    """What has had its effects and is not written down yet."""

    event_id: int = -1
    message_id: int = -1
    echoes: list[tuple[str, int]] = field(default_factory=list)
    since: float = field(default_factory=time.monotonic)


class _AgainError(Exception):
    """Something could not be handled and is to come again."""
