"""Zulip's calls for listening: open a queue, poll it, read what was missed."""

from __future__ import annotations

from typing import Any

import zulip

from nudgebot.chat.failures import NETWORK_ERRORS, from_answer, from_exception

EVENT_TYPES = ["message", "reaction"]
POLL_SECONDS = 90.0  # heartbeats come every 45 to 55
IDLE_SECONDS = 7 * 24 * 3600  # how long the server is asked to keep a queue that nobody polls
IDLE_TIMEOUT_LEVEL = 481  # `idle_queue_timeout`; before it, `queue_lifespan_secs`
DM_LEVEL = 177  # `is:dm`; before it, `is:private`
PAGE = 1000


class Queue:
    """The calls of one client; not to be used by two threads at once."""

    def __init__(self, client: zulip.Client) -> None:
        self._client = client

    def open(self) -> tuple[str, int]:
        """A new queue: its id, and the event id to poll it from."""
        idle = (
            "idle_queue_timeout"
            if self._client.feature_level >= IDLE_TIMEOUT_LEVEL
            else "queue_lifespan_secs"
        )
        answer = self._call(
            "register",
            "POST",
            {
                "event_types": EVENT_TYPES,
                "fetch_event_types": ["realm"],
                "apply_markdown": False,
                "client_gravatar": True,
                "slim_presence": True,
                # The first one has to be there whenever any is.
                "client_capabilities": {
                    "notification_settings_null": True,
                    "bulk_message_deletion": True,
                    "empty_topic_name": True,
                },
                idle: IDLE_SECONDS,
            },
        )
        return str(answer["queue_id"]), int(answer["last_event_id"])

    def poll(self, queue_id: str, last_event_id: int) -> list[dict[str, Any]]:
        """Wait for events after this one, which acknowledges it and all before."""
        answer = self._call(
            "events",
            "GET",
            {"queue_id": queue_id, "last_event_id": last_event_id},
            timeout_seconds=POLL_SECONDS,
        )
        events: list[dict[str, Any]] = answer["events"]
        return sorted(events, key=lambda event: int(event["id"]))

    def newest_message_id(self) -> int:
        """The id of the newest message that is for the bot; 0 where there is none."""
        newest = [self._page(word, "newest", before=1)["messages"] for word in self._words()]
        return max((int(found[-1]["id"]) for found in newest if found), default=0)

    def messages_after(self, message_id: int) -> list[dict[str, Any]]:
        """All direct messages and mentions after this one, each once, by id."""
        found: dict[int, dict[str, Any]] = {}
        for word in self._words():
            anchor = message_id
            while True:
                page = self._page(word, anchor, after=PAGE)
                newer = {int(m["id"]): m for m in page["messages"] if int(m["id"]) > anchor}
                found |= newer
                if page["found_newest"] or not newer:
                    break
                anchor = max(newer)
        return [found[key] for key in sorted(found)]

    def _words(self) -> tuple[str, str]:
        return ("dm" if self._client.feature_level >= DM_LEVEL else "private", "mentioned")

    def _page(
        self, word: str, anchor: int | str, *, before: int = 0, after: int = 0
    ) -> dict[str, Any]:
        return self._call(
            "messages",
            "GET",
            {
                "narrow": [{"operator": "is", "operand": word}],
                "anchor": anchor,
                "num_before": before,
                "num_after": after,
                "apply_markdown": False,
                "client_gravatar": True,
                "allow_empty_topic_name": True,
            },
        )

    def _call(
        self, url: str, method: str, request: dict[str, Any], timeout_seconds: float | None = None
    ) -> dict[str, Any]:
        try:
            # Not as `longpolling`: that would begin again by itself after a timeout, for ever.
            answer = self._client.call_endpoint(
                url=url, method=method, request=request, timeout=timeout_seconds
            )
        except NETWORK_ERRORS as error:
            raise from_exception(error) from error
        failure = from_answer(answer)
        if failure is not None:
            raise failure
        return answer
