"""A messenger that is a list, and that fails, stumbles or dies where a test says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from nudgebot.errors import DeliveryError
from nudgebot.nudging.messages import Outgoing

SKEW = timedelta(days=1)


class Killed(BaseException):
    """The process ends here: nothing after it runs."""


@dataclass(frozen=True)
class Arrived:
    """A message in the inbox of the school."""

    message_id: int
    message: Outgoing
    local_id: str
    at: datetime


@dataclass
class FakeMessenger:
    """Keeps what it was given; `before` and `after` are called with each message around it."""

    clock: Callable[[], datetime] = lambda: datetime(2026, 11, 19, 14, 30, tzinfo=UTC)
    inbox: list[Arrived] = field(default_factory=list)
    before: Callable[[Outgoing], None] = lambda _: None
    after: Callable[[Outgoing], None] = lambda _: None
    on_find: Callable[[Outgoing], None] = lambda _: None
    sends: int = 0
    finds: int = 0

    def send(self, message: Outgoing, *, local_id: str) -> int:
        self.sends += 1
        self.before(message)
        arrived = Arrived(100 + len(self.inbox), message, local_id, self.clock())
        self.inbox.append(arrived)
        self.after(message)
        return arrived.message_id

    def find(
        self, message: Outgoing, *, local_id: str, since: datetime, after_id: int
    ) -> int | None:
        self.finds += 1
        self.on_find(message)
        for each in self.inbox:
            same_place = each.message.recipient == message.recipient
            same = each.local_id == local_id or each.message.content == message.content
            if same_place and same and each.message_id > after_id and each.at >= since - SKEW:
                return each.message_id
        return None

    @property
    def texts(self) -> list[str]:
        return [each.message.content for each in self.inbox]


def failing(
    accepted: bool | None, *, retry_after_seconds: float | None = None, times: int = 10**9
) -> Callable[[Outgoing], None]:
    """Fail so often, and then no more."""
    left = [times]

    def fail(_: Outgoing) -> None:
        if left[0] > 0:
            left[0] -= 1
            raise DeliveryError(
                "Zulip did not take it.",
                accepted=accepted,
                retry_after_seconds=retry_after_seconds,
            )

    return fail


def killing(_: Outgoing) -> None:
    """End the process at this very point."""
    raise Killed
