"""When to kill the program: at seeded moments that the server's own side tells."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from contract.program import Program

from nudgebot.sandbox.server import Sandbox

MOMENT_SECONDS = 30.0


@dataclass(frozen=True)
class Moment:
    """After so many messages have arrived, and so many requests more."""

    arrived: int
    requests_more: int


def moments(seed: int, *, kills: int, messages: int) -> Iterator[Moment]:
    """Random moments while messages go out; two are close together, to meet a start as well."""
    dice = random.Random(seed)  # noqa: S311  # a seed must give the same run
    places = sorted(dice.randrange(1, messages * 8 // 10) for _ in range(kills - 1))
    places.insert(kills // 2, places[kills // 2 - 1])
    for arrived in places:
        yield Moment(arrived, dice.randrange(6))


def kill_at(
    moment: Moment, program: Program, sandbox: Sandbox, *, arrived: Callable[[], int]
) -> bool:
    """Start, wait for the moment, kill; whether that was in the middle of a send."""
    before = claimed(program)
    begun = sandbox.requests.total()
    program.start()
    assert sandbox.wait_for(
        lambda: sandbox.requests.total() > begun and arrived() >= moment.arrived, MOMENT_SECONDS
    ), f"{moment}: only {arrived()} arrived\n{program.log[-3000:]}"
    reached = sandbox.requests.total()
    sandbox.wait_for(
        lambda: sandbox.requests.total() >= reached + moment.requests_more, MOMENT_SECONDS
    )
    program.kill()
    return not claimed(program) <= before


def claimed(program: Program) -> Counter[str]:
    """The messages that a process was sending when it was killed."""
    rows = program.rows("SELECT key FROM outbox WHERE state = 'claimed'")
    return Counter(row["key"] for row in rows)


def shown(faults: Counter[str]) -> str:
    """The faults that have hit, for a summary."""
    return ", ".join(f"{name} {count}" for name, count in sorted(faults.items()))
