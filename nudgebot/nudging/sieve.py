"""The sieve: a batch of candidates passes down its stages, and what drops out is told why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from nudgebot.nudging.candidate import Candidate


class Stage(Protocol):
    """One question that a candidate has to pass."""

    @property
    def name(self) -> str:
        """The stage's name in decisions and explanations."""

    def reason_to_drop(self, candidate: Candidate) -> str | None:
        """A sentence for a teacher; None lets the candidate through.

        A stage is asked about each candidate once, the most urgent first, so that it may count
        what it lets through.
        """


@dataclass(frozen=True)
class Dropped:
    """A candidate that a stage kept back, and why."""

    candidate: Candidate
    stage: str
    reason: str


@dataclass(frozen=True)
class Outcome:
    """Every candidate of a batch is either kept or dropped; both are in order of urgency."""

    kept: tuple[Candidate, ...]
    dropped: tuple[Dropped, ...]


def sift(batch: Iterable[Candidate], stages: Sequence[Stage]) -> Outcome:
    """Pass a batch down the stages; a later stage sees only what the ones before it let through."""
    left = sorted(batch, key=lambda candidate: candidate.order)
    dropped: list[Dropped] = []
    for stage in stages:
        through = []
        for candidate in left:
            reason = stage.reason_to_drop(candidate)
            if reason is None:
                through.append(candidate)
            else:
                dropped.append(Dropped(candidate, stage.name, reason))
        left = through
    return Outcome(tuple(left), tuple(dropped))
