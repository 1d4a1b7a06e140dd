"""The dead-man's switch: a thread of its own that tells the admins when the ticks stand still."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from types import TracebackType

from nudgebot.errors import DeliveryError, NudgebotError
from nudgebot.service.pulse import Beat, Pulse

log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0


class Watchdog:
    """Feels the pulse, and says once that it is gone and once that it is back.

    `say(text)` writes to every admin at once, on a connection of its own: neither the outbox nor
    the database can be relied on when the ticks hang in them. Where the server surely did not take
    the message, it is tried again. `alive` is called as long as all is well (the service manager
    may wait for it). With 0 minutes nothing is watched, and `alive` is called all the same.
    """

    def __init__(
        self,
        pulse: Pulse,
        *,
        minutes: int,
        say: Callable[[str], object],
        alive: Callable[[], object] = lambda: None,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self._pulse = pulse
        self._minutes = minutes
        self._say = say
        self._alive = alive
        self._look_seconds = look_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)
        self._stalled = False
        self._unsaid: str | None = None
        self._longest = 0.0

    def __enter__(self) -> Watchdog:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(self._look_seconds):
            try:
                self.look()
            except Exception:
                log.exception("the watchdog could not look; it looks again")

    def look(self) -> None:
        """Feel the pulse once, and say what has changed."""
        felt = self._pulse.felt()
        stalled = 0 < self._minutes * 60 <= felt.seconds_ago
        if stalled:
            self._longest = felt.seconds_ago
        if stalled != self._stalled:
            # News that could not be said and are over need not be said any more.
            self._unsaid = None if self._unsaid else self._words(felt, stalled=stalled)
            self._stalled = stalled
            log.warning("ticks stalled=%s at_work=%s", stalled, felt.at_work or "-")
        if not stalled:
            self._alive()
        if self._unsaid is not None and self._said(self._unsaid):
            self._unsaid = None

    def _words(self, felt: Beat, *, stalled: bool) -> str:
        if not stalled:
            return (
                f"nudgebot works again, after about {self._longest / 60:.0f} minutes. Nothing is "
                "lost: what was due meanwhile is done now."
            )
        what = f"the job “{felt.at_work}”" if felt.at_work else "its work"
        return (
            f"⚠️ nudgebot stands still: {what} has not come to an end for {self._minutes} minutes. "
            "Nothing is imported, decided or sent meanwhile. Look at its log, and restart it; "
            "nothing is lost by that."
        )

    def _said(self, text: str) -> bool:
        """Whether it need not be said again: it arrived, or it may have."""
        try:
            self._say(text)
        except DeliveryError as error:
            log.warning("the watchdog: %s", error)
            return error.accepted is not False
        except NudgebotError as error:
            log.warning("the watchdog: %s", error)
            return False
        return True
