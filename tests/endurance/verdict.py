"""The verdict on a run: whose message arrived how often, and what the outbox says of the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

OPEN_STATES = frozenset({"claimed", "released", "unsettled"})


@dataclass(frozen=True)
class Verdict:
    """Students by what became of their one nudge; `lost` is what nobody would ever get to know."""

    once: tuple[str, ...]
    twice: tuple[str, ...]
    unsettled: tuple[str, ...]
    lost: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Every nudge arrived exactly once or is shown as unsettled, none twice."""
        return not self.twice and not self.lost

    def __str__(self) -> str:
        return (
            f"{len(self.once)} arrived once, {len(self.twice)} twice or more, "
            f"{len(self.unsettled)} shown as unsettled, {len(self.lost)} lost"
        )


def judge(copies: Mapping[str, int], states: Mapping[str, str]) -> Verdict:
    """From copies that arrived, by student, and the outbox's word on each student's message.

    Twice is twice whatever the outbox says. What did not arrive and is not open is lost, also
    where the outbox takes it for sent or has given it up.
    """
    return Verdict(
        once=tuple(each for each, count in copies.items() if count == 1),
        twice=tuple(each for each, count in copies.items() if count > 1),
        unsettled=tuple(
            each for each, count in copies.items() if not count and states.get(each) in OPEN_STATES
        ),
        lost=tuple(
            each
            for each, count in copies.items()
            if not count and states.get(each) not in OPEN_STATES
        ),
    )
