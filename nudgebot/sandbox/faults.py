"""Failures on demand: what network and server may do to a client, a bounded number of times.

A fault hits a request *before* the server has processed it (surely not accepted) or *after*
(accepted, though the client cannot tell). It is scoped by method, by path and by user; a path
is written without `/api/v1` and may hold `*`, so `/messages` is the sending and listing call
alone and `/messages/*` what lies below it.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from nudgebot.sandbox.disorder import Disorder
from nudgebot.sandbox.records import SandboxUser

PROXY_PAGE = (
    "<html>\r\n<head><title>{status} {reason}</title></head>\r\n"
    "<body><center><h1>{status} {reason}</h1></center></body>\r\n</html>\r\n"
)


@dataclass(frozen=True)
class Scope:
    """The requests that a fault may hit."""

    method: str | None = None
    path: str = "*"
    user_id: int | None = None

    def covers(self, method: str, path: str, user_id: int | None) -> bool:
        """Whether a request is one of them."""
        right_method = self.method is None or self.method.upper() == method
        right_user = self.user_id is None or self.user_id == user_id
        return right_method and right_user and fnmatchcase(path, self.path)


@dataclass(frozen=True)
class Hit:
    """What happens to one request.

    `kind` is drop, answer, rate_limit or delay; `processed` says whether the server did its work.
    """

    kind: str
    processed: bool
    status: int = 0
    seconds: float = 0.0


@dataclass
class _Planned:
    scope: Scope
    hit: Hit
    left: int
    chance: float = 1.0
    random: random.Random = field(default_factory=random.Random)


class Faults:
    """The failures that wait for a request; safe to use from any thread.

    Planned faults are tried in the order in which they were planned; one request meets one fault.
    """

    def __init__(
        self,
        *,
        lose_queues: Callable[[], int],
        go_away: Callable[[], None],
        come_back: Callable[[], None],
        changed: Callable[[], None],
        mix_up: Callable[[Disorder | None], None] = lambda _: None,
    ) -> None:
        self._lock = threading.Lock()
        self._planned: list[_Planned] = []
        self._counts: Counter[str] = Counter()
        self._lose_queues = lose_queues
        self._go_away = go_away
        self._come_back = come_back
        self._changed = changed
        self._mix_up = mix_up

    # Planning

    def drop_before(
        self,
        n: int = 1,
        *,
        method: str | None = None,
        path: str = "*",
        user: SandboxUser | None = None,
    ) -> None:
        """Close the next `n` connections without processing the request."""
        self._plan(Hit("drop", processed=False), n, _scope(method, path, user))

    def drop_after(
        self,
        n: int = 1,
        *,
        method: str | None = None,
        path: str = "*",
        user: SandboxUser | None = None,
    ) -> None:
        """Process the next `n` requests, then close the connection without an answer."""
        self._plan(Hit("drop", processed=True), n, _scope(method, path, user))

    def answer(
        self,
        *,
        status: int,
        n: int = 1,
        processed: bool = False,
        method: str | None = None,
        path: str = "*",
        user: SandboxUser | None = None,
    ) -> None:
        """Answer with a proxy's HTML page; with `processed` the server has done the work first."""
        hit = Hit("answer", processed=processed, status=status)
        self._plan(hit, n, _scope(method, path, user))

    def rate_limit(
        self,
        n: int = 1,
        *,
        retry_after_seconds: float = 1.0,
        method: str | None = None,
        path: str = "*",
        user: SandboxUser | None = None,
    ) -> None:
        """Answer 429 to the next `n` requests, whatever the real count is."""
        hit = Hit("rate_limit", processed=False, seconds=retry_after_seconds)
        self._plan(hit, n, _scope(method, path, user))

    def delay(
        self,
        n: int = 1,
        *,
        seconds: float,
        processed: bool = True,
        method: str | None = None,
        path: str = "*",
        user: SandboxUser | None = None,
    ) -> None:
        """Let the next `n` answers come late; with `processed` the work is done before the wait."""
        hit = Hit("delay", processed=processed, seconds=seconds)
        self._plan(hit, n, _scope(method, path, user))

    def probability(
        self,
        *,
        drop_before: float = 0.0,
        drop_after: float = 0.0,
        bad_gateway: float = 0.0,
        seed: int = 0,
        n: int = 10_000,
        method: str | None = None,
        path: str = "*",
        user: SandboxUser | None = None,
    ) -> None:
        """Let chance decide, from a seed, for at most `n` hits of each kind; ends with `clear()`.

        `bad_gateway` is a 502 for a request that was processed.
        """
        scope = _scope(method, path, user)
        kinds = (
            (drop_before, Hit("drop", processed=False)),
            (drop_after, Hit("drop", processed=True)),
            (bad_gateway, Hit("answer", processed=True, status=502)),
        )
        for number, (chance, hit) in enumerate(kinds):
            if chance > 0:
                dice = random.Random(seed * 31 + number)  # noqa: S311  # a seed must give the same run
                self._plan(hit, n, scope, chance=chance, dice=dice)

    def _plan(
        self,
        hit: Hit,
        n: int,
        scope: Scope,
        *,
        chance: float = 1.0,
        dice: random.Random | None = None,
    ) -> None:
        with self._lock:
            plan = _Planned(scope, hit, n, chance, dice or random.Random(0))  # noqa: S311  # no secret
            self._planned.append(plan)

    def clear(self) -> None:
        """Forget every fault that waits, and tell events in order again."""
        with self._lock:
            self._planned.clear()
        self._mix_up(None)

    # At once

    def lose_queues(self) -> int:
        """Kill every event queue; who polls one gets BAD_EVENT_QUEUE_ID. Answers how many."""
        return self._lose_queues()

    def mix_up(self, *, twice: float = 0.0, late: float = 0.0, seed: int = 0) -> Disorder:
        """From now on tell this share of the events twice, and this share after the next one."""
        disorder = Disorder(twice, late, seed)
        self._mix_up(disorder)
        return disorder

    def go_away(self) -> None:
        """Stop listening: connections are cut, and new ones are refused."""
        self._go_away()

    def come_back(self) -> None:
        """Listen again, on the same port, with all that was there."""
        self._come_back()

    # Looking

    @property
    def counts(self) -> Counter[str]:
        """How often each has hit: drop_before, drop_after, answer, rate_limit, delay."""
        with self._lock:
            return Counter(self._counts)

    @property
    def waiting(self) -> int:
        """How many certain faults are still to come."""
        with self._lock:
            return sum(plan.left for plan in self._planned if plan.chance >= 1)

    def take(self, method: str, path: str, user_id: int | None) -> Hit | None:
        """The fault that this request meets, which is then used up; the server asks."""
        with self._lock:
            hit = self._next(method, path, user_id)
            if hit is None:
                return None
            self._planned = [plan for plan in self._planned if plan.left > 0]
            when = ("before", "after")[hit.processed]
            self._counts[f"drop_{when}" if hit.kind == "drop" else hit.kind] += 1
        self._changed()
        return hit

    def _next(self, method: str, path: str, user_id: int | None) -> Hit | None:
        for plan in self._planned:
            covered = plan.scope.covers(method, path, user_id)
            if covered and (plan.chance >= 1 or plan.random.random() < plan.chance):
                plan.left -= 1
                return plan.hit
        return None


def _scope(method: str | None, path: str, user: SandboxUser | None) -> Scope:
    return Scope(method, path, None if user is None else user.user_id)
