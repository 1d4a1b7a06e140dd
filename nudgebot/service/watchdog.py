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


class Incident:
    """One kind of trouble: a word when it begins and one when it is over, each said once.

    Where nobody could be reached before it was over, one word says both.
    """

    def __init__(self) -> None:
        self.is_on = False
        self.unsaid = ""
        self._longest = 0.0
        self._begin_was_said = False

    def begin(self, what: str, seconds: float) -> None:
        """It is on, for so long by now; its first word is kept whatever it comes to later."""
        self._longest = seconds
        if not self.is_on:
            self.is_on, self._begin_was_said, self.unsaid = True, False, what
            log.error("%s", what)

    def end(self, when_told: str, when_not: str) -> None:
        """It is over; both texts get the `time` that it took."""
        if self.is_on:
            self.is_on = False
            words = when_told if self._begin_was_said else when_not
            what = words.format(time=_time(round(self._longest / 60)))
            self.unsaid = what
            log.warning("%s", what)

    def was_said(self) -> None:
        """Nothing is left to say."""
        self.unsaid = ""
        self._begin_was_said = self._begin_was_said or self.is_on


class Watchdog:
    """Feels the pulse, and says once that it is gone and once that it is back.

    The same goes for jobs that come to an end and fail each time. `say(text)` writes to every admin
    at once, on a connection of its own: neither the outbox nor the database can be relied on when
    the ticks hang in them. Where the server surely did not take the message, it is tried again,
    and the log has it in any case. `alive` is called as long as nothing stands still (the service
    manager may wait for it). With 0 minutes nothing is watched, and `alive` is called all the same.
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
        self._standstill = Incident()
        self._failure = Incident()
        self._refused = ""

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
        if self._minutes > 0:
            self._look_for_standstill(felt)
            self._look_for_failures(felt)
        if not self._standstill.is_on:
            self._alive()
        for incident in (self._standstill, self._failure):
            if incident.unsaid and self._said(incident.unsaid):
                incident.was_said()

    def _look_for_standstill(self, felt: Beat) -> None:
        if felt.seconds_ago >= self._minutes * 60:
            what = f"the job “{felt.at_work}”" if felt.at_work else "its work"
            self._standstill.begin(
                f"⚠️ nudgebot stands still: {what} has not come to an end for "
                f"{_time(self._minutes)}. Nothing is imported, decided or sent "
                "meanwhile. Look at its log, and restart it; nothing is lost by that.",
                felt.seconds_ago,
            )
        else:
            self._standstill.end(
                "nudgebot works again, after about {time}. Nothing is lost: what was "
                "due meanwhile is done now.",
                "nudgebot stood still for about {time}, could not say so, and works "
                "again. Nothing is lost; its log says when and where.",
            )

    def _look_for_failures(self, felt: Beat) -> None:
        long = {name: each for name, each in felt.failing.items() if each >= self._minutes * 60}
        if long:
            jobs = ", ".join(f"“{name}”" for name in sorted(long))
            self._failure.begin(
                f"⚠️ A part of nudgebot's work has failed for {_time(self._minutes)}: {jobs}. The "
                "rest goes on. Look for “job” in its log, and at `nudgebot doctor`.",
                max(long.values()),
            )
        else:
            self._failure.end(
                "All of nudgebot's work is done again; a part of it failed for about {time}.",
                "A part of nudgebot's work failed for about {time}, could not say so, "
                "and is done again; its log says which.",
            )

    def _said(self, text: str) -> bool:
        """Whether it need not be said again: it arrived, or it may have."""
        try:
            self._say(text)
        except NudgebotError as error:
            if self._refused != text:  # once, not at every try
                log.warning("the watchdog cannot say so yet: %s", error)
                self._refused = text
            return isinstance(error, DeliveryError) and error.accepted is not False
        return True


def _time(minutes: int) -> str:
    return "a minute" if minutes == 1 else f"{minutes} minutes"
