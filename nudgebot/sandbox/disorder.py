"""What an event server under strain may do: tell an event twice, or later than the one after it."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Disorder:
    """Shares of the events, from a seed; `counts` says how many it were."""

    twice: float
    late: float
    seed: int = 0
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)  # noqa: S311  # a seed must give the same run

    def fate(self) -> str:
        """What happens to the next event: twice, late, or nothing."""
        number = self._dice.random()
        fate = "twice" if number < self.twice else "late"
        if number >= self.twice + self.late:
            return ""
        self.counts[fate] += 1
        return fate
