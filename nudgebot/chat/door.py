"""The door: before an answer goes into a stream, it is looked again where, and who reads there.

Between the question and the answer, or between two tries at sending it, people join a stream and
topics are moved. What may not be said there any more is refused here; the asker gets it as a DM.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from nudgebot.chat.access import Access
from nudgebot.chat.failures import RETRY_SECONDS
from nudgebot.chat.speaker import REPLY
from nudgebot.errors import DeliveryError
from nudgebot.nudging.messages import InStream, Messenger, Outgoing

_QUESTION = re.compile(rf"{REPLY}:(?:errand:)?(?:message|reaction):(\d+)\b")
MOVED = "What was asked has been moved or deleted meanwhile; the asker gets it in private."
OTHERS_READ = "Others read the stream by now; the asker gets it in private."


class Zulip(Messenger, Protocol):
    """A messenger that looks again when it is a message's turn, and has the questions."""

    def send(
        self,
        message: Outgoing,
        *,
        local_id: str,
        last_look: Callable[[Outgoing], Outgoing] = ...,
    ) -> int:
        """Send what `last_look` makes of the message, right after it was asked."""

    def message(self, message_id: int) -> Mapping[str, Any] | None:
        """A message as it stands now; None where it is gone."""


class Door:
    """A messenger through which replies go to streams only where they may be said right now.

    An answer follows its question into a renamed topic, and not into another stream: in doubt it
    would be looked for in the stream that it was promised to.
    """

    def __init__(
        self,
        zulip: Zulip,
        access: Access,
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self._zulip = zulip
        self._access = access
        self._clock = clock

    def send(self, message: Outgoing, *, local_id: str) -> int:
        """Send it, or raise DeliveryError as the gateway does, and for what may not be said."""
        return self._zulip.send(message, local_id=local_id, last_look=self.look)

    def find(
        self, message: Outgoing, *, local_id: str, since: datetime, after_id: int
    ) -> int | None:
        """Look for it in the stream, whatever its topic is called by now."""
        return self._zulip.find(message, local_id=local_id, since=since, after_id=after_id)

    def look(self, message: Outgoing) -> Outgoing:
        """The message to the place where it may be said now; raises DeliveryError for none."""
        place = message.recipient
        if not isinstance(place, InStream) or message.purpose != REPLY:
            return message
        return replace(message, recipient=self._place_now(message, place))

    def _place_now(self, message: Outgoing, place: InStream) -> InStream:
        try:
            now = self._followed(message.key, place)
            is_fit = self._access.is_fit(now, message.about, self._clock())
        except DeliveryError as error:
            raise _not_sent(error) from error
        if not is_fit:
            raise DeliveryError(OTHERS_READ, accepted=False, code="OTHERS_READ")
        return now

    def _followed(self, key: str, place: InStream) -> InStream:
        """The topic in which the question is now."""
        asked = _QUESTION.match(key)
        if asked is None:
            return place
        found = self._zulip.message(int(asked[1]))
        if found is None or found.get("stream_id") != place.stream:
            raise DeliveryError(MOVED, accepted=False, code="MOVED")
        return InStream(place.stream, str(found.get("subject", place.topic)))


def _not_sent(error: DeliveryError) -> DeliveryError:
    """A question that went unanswered has sent nothing: with the server away it is asked again."""
    if error.accepted is False:
        return error
    return DeliveryError(
        str(error), accepted=False, retry_after_seconds=RETRY_SECONDS, code=error.code
    )
