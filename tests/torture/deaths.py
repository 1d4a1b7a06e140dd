"""Kill -9 of a process that does one thing: at a moment by chance, or where it was told to die."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any
from unittest import mock

DEATH_SECONDS = 30.0
Deed = Callable[[], object]


def die(deed: Deed, *, after_seconds: float | None = None) -> bool:
    """Do it in a process of its own, and kill that so long after it began, or let it die by itself.

    Whether it died; False where it was done before.
    """
    fork = multiprocessing.get_context("fork")  # nothing has to be imported again
    ready, theirs = fork.Pipe(duplex=False)
    process = fork.Process(target=_work, args=(deed, theirs))
    process.start()
    theirs.close()
    with ready:
        ready.recv()
    if after_seconds is not None:
        process.join(after_seconds)
        process.kill()
    process.join(DEATH_SECONDS)
    process.kill()
    process.join()
    code = process.exitcode
    process.close()
    assert code in (0, -signal.SIGKILL), f"it ended by itself, with {code}"
    return code == -signal.SIGKILL


def _work(deed: Deed, ready: Connection) -> None:
    ready.send("begun")
    deed()


def seconds_of(deed: Deed) -> float:
    """How long it takes when nobody kills it."""
    begun = time.monotonic()
    assert not die(deed)
    return time.monotonic() - begun


@contextmanager
def deadly(owner: Any, name: str, *, before: bool) -> Iterator[None]:
    """A function that kills its process, before it does anything or behind all that it does."""
    real = getattr(owner, name)

    def trapped(*args: Any, **options: Any) -> Any:
        if not before:
            real(*args, **options)
        os.kill(os.getpid(), signal.SIGKILL)

    with mock.patch.object(owner, name, trapped):
        yield


def apart(deed: Callable[[], Any]) -> Any:
    """What it gives when it is done in a process of its own."""
    fork = multiprocessing.get_context("fork")
    answer, theirs = fork.Pipe(duplex=False)
    process = fork.Process(target=lambda: theirs.send(deed()))
    process.start()
    theirs.close()
    with answer:
        found = answer.recv() if answer.poll(DEATH_SECONDS) else None
    process.kill()
    process.join()
    process.close()
    return found
