"""The program with a trap in its outbox: at one step of one message it dies as by `kill -9`."""

from __future__ import annotations

import faulthandler
import os
import signal
from collections.abc import Callable, Sequence
from typing import Any

from nudgebot import wiring
from nudgebot.chat.gateway import Gateway
from nudgebot.cli import main
from nudgebot.nudging.outbox import Outbox
from nudgebot.service import ticks

LATE_SECONDS = 35

# step: what is wrapped, its name, and whether death comes before it or behind it.
STEPS: dict[str, tuple[type, str, bool]] = {
    "before the claim": (Outbox, "claim", True),
    "claimed, not committed": (Outbox, "claim", False),
    "claimed, not sent": (Gateway, "send", True),
    "accepted, not settled": (Gateway, "send", False),
    "before it is settled": (Outbox, "_settle", True),
    "settled": (Outbox, "_settle", False),
}


def hurry() -> None:
    """Nobody waits seconds for a tick: only the rhythm is another."""
    ticks.DELIVER_SECONDS = 1
    wiring.CATCH_UP_SECONDS = 1


def set_trap(step: str, time: int) -> None:
    """From now on the process dies at the step, when it comes there for this time."""
    owner, name, before = STEPS[step]
    real: Callable[..., Any] = getattr(owner, name)
    seen = 0

    def trapped(self: Any, *args: Any, **options: Any) -> Any:
        nonlocal seen
        seen += 1
        mine = seen == time  # another thread may come by meanwhile
        if before and mine:
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(self, *args, **options)
        if mine:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, trapped)


def die_at(step: str, time: int, words: Sequence[str]) -> None:
    """The program in a hurry, with the trap where a step is named; see `contract.forked`."""
    hurry()
    faulthandler.dump_traceback_later(LATE_SECONDS)  # where it was, if it does not die
    if step:
        set_trap(step, time)
    main(list(words))
