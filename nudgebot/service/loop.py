"""The two threads of the process, their ticks, and one clean end."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import schedule

from nudgebot.errors import NudgebotError
from nudgebot.service.pulse import Pulse
from nudgebot.store.soundness import RESTORE, DamagedError, is_damage

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]
LONGEST_WAIT_SECONDS = 1.0
RETRY_SECONDS = 30


@dataclass(frozen=True)
class Job:
    """Something that is done every so often; `run` gets the moment as of which it is done."""

    name: str
    every_seconds: int
    run: Callable[[datetime], object]
    before_listening: bool = False  # nobody is heard before it was tried once


class Service:
    """Runs the jobs in one thread and the listener in another, until it is told to stop.

    Every job is guarded: one that raises is logged and runs again when it is due; `done` hears
    what the others return. `deafen` makes `listen` return. The listener's end ends the service:
    without ears it would look healthy and be deaf. So does a damaged database: every further write
    could make it worse. `begun` is called when the first jobs are done and the listener begins;
    `pulse` beats with every job and every round.
    """

    def __init__(
        self,
        jobs: Sequence[Job],
        *,
        listen: Callable[[], object],
        deafen: Callable[[], None] = lambda: None,
        clock: Clock,
        stopping: threading.Event,
        done: Callable[[str, object], None] = lambda _name, _result: None,
        begun: Callable[[], object] = lambda: None,
        pulse: Pulse | None = None,
    ) -> None:
        self._jobs = jobs
        self._listen = listen
        self._deafen = deafen
        self._clock = clock
        self._stopping = stopping
        self._done = done
        self._begun = begun
        self._pulse = pulse or Pulse()
        # schedule's own default scheduler is shared by the whole process; this one is not.
        self._scheduler = schedule.Scheduler()
        self._ended_by: BaseException | None = None

    def run(self) -> None:
        """Work until `stopping` is set; raises what ended it before, if something did."""
        for job in self._jobs:
            self._scheduler.every(max(job.every_seconds, 1)).seconds.do(self._guarded, job)
        self._first_round(before_listening=True)
        if not self._stopping.is_set():
            self._begun()
        ears = threading.Thread(target=self._hear, name="listener")
        ears.start()
        try:
            self._first_round(before_listening=False)
            while not self._stopping.is_set():
                self._scheduler.run_pending()
                self._pulse.beat()
                idle = self._scheduler.idle_seconds or 0.0
                self._stopping.wait(min(max(idle, 0.05), LONGEST_WAIT_SECONDS))
        finally:
            self._stopping.set()
            self._deafen()
            ears.join()
        if self._ended_by is not None:
            raise self._ended_by

    def _first_round(self, *, before_listening: bool) -> None:
        for job in self._jobs:
            if job.before_listening is before_listening and not self._stopping.is_set():
                self._guarded(job)

    def _hear(self) -> None:
        try:
            self._listen()
        except BaseException as error:  # noqa: BLE001  # handed to the thread that can end the process
            self._ended_by = self._ended_by or error
        finally:
            self._stopping.set()

    def _guarded(self, job: Job) -> None:
        """schedule re-runs a raising job at every tick and starves the rest."""
        try:
            with self._pulse.at_work(job.name):
                result = job.run(self._clock())
        except DamagedError as error:
            self._end(error)
        except NudgebotError as error:
            # Its text is safe by design; a trace would say nothing more.
            log.warning("job %s: %s", job.name, error)
            self._sooner(job)
        except Exception as error:
            log.exception("job %s failed", job.name)
            if is_damage(error):
                self._end(DamagedError(f"The database is damaged. {RESTORE}"))
            self._sooner(job)
        else:
            self._done(job.name, result)

    def _end(self, error: NudgebotError) -> None:
        self._ended_by = error
        self._stopping.set()

    def _sooner(self, job: Job) -> None:
        """A job that is rarely due does not wait so long for its next try."""
        if job.every_seconds > RETRY_SECONDS:
            self._scheduler.every(RETRY_SECONDS).seconds.do(self._once_more, job)

    def _once_more(self, job: Job) -> type[schedule.CancelJob]:
        self._guarded(job)
        return schedule.CancelJob
