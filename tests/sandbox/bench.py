"""What the tests of the sandbox share: a clock, a queue, a form, and a look at the newest."""

from __future__ import annotations

from typing import Any

import zulip

FORM = {
    "type": "choices",
    "heading": "Send?",
    "choices": [
        {"type": "multiple_choice", "short_name": "Yes", "long_name": "Send", "reply": "yes 1"}
    ],
}


class Clock:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = 1_795_000_000.0

    def __call__(self) -> float:
        return self.now

    def go_on(self, seconds: float) -> None:
        self.now += seconds


class Queue:
    """A client's queue that remembers where it is."""

    def __init__(self, client: zulip.Client, event_types: list[str] | None = None, **kw: Any):
        self.client = client
        answer = client.register(event_types, **kw)
        assert answer["result"] == "success", answer
        self.id = answer["queue_id"]
        self.last = answer["last_event_id"]

    def poll(self, *, dont_block: bool = True) -> list[dict[str, Any]]:
        answer = self.client.get_events(
            queue_id=self.id, last_event_id=self.last, dont_block=dont_block
        )
        assert answer["result"] == "success", answer
        events: list[dict[str, Any]] = answer["events"]
        self.last = max([self.last, *(event["id"] for event in events)])
        return events


def newest(client: zulip.Client, number: int = 1, **extra: Any) -> list[dict[str, Any]]:
    """The newest messages that a client sees, raw."""
    request = {"anchor": "newest", "num_before": number, "num_after": 0, "apply_markdown": False}
    answer = client.get_messages({**request, **extra})
    assert answer["result"] == "success", answer
    messages: list[dict[str, Any]] = answer["messages"]
    return messages
