"""Word to the admins when the usual way cannot be relied on: at once, on an own connection."""

from __future__ import annotations

import hashlib
import logging
import sqlite3
from collections.abc import Callable, Collection

from nudgebot.chat.gateway import Gateway
from nudgebot.errors import DeliveryError, NudgebotError
from nudgebot.nudging.messages import Direct, Outgoing

log = logging.getLogger(__name__)


class Alarm:
    """Writes to every admin; `gateway` is nobody else's, `admins` reads their ids as of now.

    The ids are remembered, because the database may be what is wrong when they are needed.
    """

    def __init__(self, gateway: Gateway, admins: Callable[[], Collection[int]]) -> None:
        self._gateway = gateway
        self._admins = admins
        self._known: tuple[int, ...] = ()
        self._told: set[tuple[str, int]] = set()

    def learn(self) -> None:
        """Read who the admins are, while all is well."""
        try:
            self._known = tuple(sorted(self._admins())) or self._known
        except (sqlite3.Error, NudgebotError):
            log.warning("the admins cannot be read; those known before stay")

    def say(self, text: str) -> None:
        """Tell every admin who was not told of it in an earlier try.

        Raises DeliveryError where at least one surely was not: a further try makes sense then.
        The text must hold no student's data.
        """
        self.learn()
        if not self._known:
            log.error("there is no admin who could be told; set `admins` in zuliprc")
        failed: DeliveryError | None = None
        key = hashlib.sha256(text.encode()).hexdigest()[:12]
        waiting = [each for each in self._known if (key, each) not in self._told]
        for user_id in waiting:
            letter = Outgoing(f"alarm:{key}", Direct((user_id,)), text, purpose="notice")
            try:
                self._gateway.send(letter, local_id=letter.key)
            except DeliveryError as error:
                if error.accepted is False and error.retry_after_seconds is not None:
                    failed = error
                    continue
                log.warning("an admin could not be told user=%d: %s", user_id, error)
            self._told.add((key, user_id))
        if failed is not None:
            raise failed
        # The same words may be needed again another day.
        self._told = {told for told in self._told if told[0] != key}
