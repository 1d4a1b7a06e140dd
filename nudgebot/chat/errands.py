"""Longer work in a thread of its own, one after the other, so that the listening goes on."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)

Job = Callable[[], None]
LONGEST_GOODBYE_SECONDS = 5.0


class Errands:
    """Does the jobs it is given; what it cannot finish before the end is taken up at the start."""

    def __init__(self) -> None:
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
        with self._guard:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._jobs.put(None)
            thread.join(LONGEST_GOODBYE_SECONDS)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except Exception:
                log.exception("an errand failed; it is taken up again at the next start")
