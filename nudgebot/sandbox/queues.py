"""Event queues as Zulip keeps them: an event stays until the next poll's id acknowledges it."""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from nudgebot.sandbox.answers import Json, Refusal
from nudgebot.sandbox.disorder import Disorder

DEFAULT_LIFESPAN_SECONDS = 600
LONGEST_LIFESPAN_SECONDS = 7 * 24 * 3600


def bad_queue(queue_id: str) -> Refusal:
    """The queue is not there, or not any more."""
    return Refusal(
        f"Bad event queue ID: {queue_id}",
        code="BAD_EVENT_QUEUE_ID",
        data={"queue_id": queue_id},
    )


@dataclass
class EventQueue:
    """One client's queue; `event_types` None takes every type."""

    queue_id: str
    user_id: int
    event_types: frozenset[str] | None
    apply_markdown: bool
    lifespan_seconds: int
    all_public_streams: bool
    bulk_deletion: bool
    last_contact: float
    waiting: int = 0
    next_event_id: int = 0
    newest_pruned_id: int = -1
    events: deque[Json] = field(default_factory=deque)
    disorder: Disorder | None = None
    held: list[Json] = field(default_factory=list)  # told after the next one

    def push(self, event: Json) -> None:
        """Queue an event, which gets the next id; a type that nobody asked for is dropped."""
        kind = event["type"]
        if kind == "heartbeat" or self.event_types is None or kind in self.event_types:
            fate = self.disorder.fate() if self.disorder and kind != "heartbeat" else ""
            if fate == "late":
                self.held.append(event)
                return
            for each in (event, event) if fate == "twice" else (event,):
                self._number(each)
            self.let_go()

    def let_go(self) -> None:
        """Queue what was held back."""
        held, self.held = self.held, []
        for event in held:
            self._number(event)

    def _number(self, event: Json) -> None:
        self.events.append({**event, "id": self.next_event_id})
        self.next_event_id += 1

    def acknowledge(self, last_event_id: int) -> None:
        """Forget what the client has seen; refuse an id that this queue cannot continue from."""
        if last_event_id < self.newest_pruned_id:
            raise Refusal(f"An event newer than {last_event_id} has already been pruned!")
        while self.events and self.events[0]["id"] <= last_event_id:
            self.newest_pruned_id = self.events.popleft()["id"]
        if last_event_id != self.newest_pruned_id:
            raise Refusal(f"Event {last_event_id} was not in this queue")


class Queues:
    """Every queue of the realm; the caller holds the realm's lock."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._by_id: dict[str, EventQueue] = {}
        self._by_user: dict[int, list[EventQueue]] = {}
        self.disorder: Disorder | None = None

    def __len__(self) -> int:
        return len(self._by_id)

    def open(
        self,
        user_id: int,
        *,
        event_types: Iterable[str] | None,
        apply_markdown: bool,
        lifespan_seconds: int | None,
        all_public_streams: bool,
        bulk_deletion: bool,
    ) -> EventQueue:
        """A new queue; the life without a poll is capped at seven days."""
        lifespan = min(lifespan_seconds or DEFAULT_LIFESPAN_SECONDS, LONGEST_LIFESPAN_SECONDS)
        queue = EventQueue(
            queue_id=str(uuid.uuid4()),
            user_id=user_id,
            event_types=None if event_types is None else frozenset(event_types),
            apply_markdown=apply_markdown,
            lifespan_seconds=lifespan,
            all_public_streams=all_public_streams,
            bulk_deletion=bulk_deletion,
            last_contact=self._clock(),
            disorder=self.disorder,
        )
        self._by_id[queue.queue_id] = queue
        self._by_user.setdefault(user_id, []).append(queue)
        return queue

    def get(self, queue_id: str, user_id: int) -> EventQueue:
        """The user's queue, alive; raises Zulip's BAD_EVENT_QUEUE_ID otherwise."""
        self.sweep()
        queue = self._by_id.get(queue_id)
        if queue is None:
            raise bad_queue(queue_id)
        if queue.user_id != user_id:
            raise Refusal("You are not authorized to get events from this queue")
        queue.last_contact = self._clock()
        return queue

    def is_open(self, queue: EventQueue) -> bool:
        """Whether the queue still exists, which a waiting poll has to ask."""
        return queue.queue_id in self._by_id

    def of(self, user_id: int) -> list[EventQueue]:
        """A user's queues."""
        return self._by_user.get(user_id, [])

    def all(self) -> list[EventQueue]:
        """Every queue."""
        return list(self._by_id.values())

    def close(self, queue: EventQueue) -> None:
        """Forget a queue and what is in it."""
        del self._by_id[queue.queue_id]
        self._by_user[queue.user_id].remove(queue)

    def lose(self) -> int:
        """Forget all queues, as an event server that is killed does; answers how many."""
        lost = len(self._by_id)
        self._by_id.clear()
        self._by_user.clear()
        return lost

    def mix_up(self, disorder: Disorder | None) -> None:
        """Let events of all queues, and of those to come, meet such a fate; None ends it."""
        self.disorder = disorder
        for queue in self.all():
            queue.disorder = disorder

    def sweep(self) -> None:
        """Forget the queues that nobody has polled for longer than their life."""
        now = self._clock()
        for queue in self.all():
            if not queue.waiting and now - queue.last_contact > queue.lifespan_seconds:
                self.close(queue)
