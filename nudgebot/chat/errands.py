"""Longer work in a thread of its own, one after the other, so that the listening goes on."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

from nudgebot.store import is_of_the_file

log = logging.getLogger(__name__)

Job = Callable[[], None]
LONGEST_GOODBYE_SECONDS = 5.0
# Before each further try when the database could not be used, as when a backup holds it.
PAUSES_SECONDS = (1, 2, 5, 10, 30, 60, 120)
TRIES = len(PAUSES_SECONDS) + 1


class Errands:
    """Does the jobs it is given; what it cannot finish before the end is taken up at the start.

    A job must be one that can be done twice to the same end: one that the database fails is done
    again, up to `TRIES` times. `wait` pauses, and returns True when the program is to end.
    """

    def __init__(self, wait: Callable[[float], bool] | None = None) -> None:
        self._closing = threading.Event()
        self._wait = wait or self._closing.wait
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None

    def __call__(self, job: Job) -> None:
        """Do it soon."""
        with self._guard:
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._work, name="nudgebot-errands", daemon=True
                )
                self._thread.start()
        self._jobs.put(job)

    def close(self) -> None:
        """Finish what is being done, if that is quick, and do no more."""
        self._closing.set()
        with self._guard:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._jobs.put(None)
            thread.join(LONGEST_GOODBYE_SECONDS)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None and not self._closing.is_set():
            self._do(job)

    def _do(self, job: Job) -> None:
        for pause in (*PAUSES_SECONDS, None):
            try:
                job()
            except Exception as error:
                if not is_of_the_file(error):
                    log.exception("an errand failed; it is taken up again at the next start")
                    return
                log.exception("the database failed an errand")
                if pause is None or self._wait(pause):
                    return
            else:
                return
