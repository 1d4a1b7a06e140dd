"""Learning from few messages each: shares that borrow from the school, the more the fewer."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

USUAL_STRENGTH = 20.0  # of how many messages the school's word weighs where nothing tells
WEAKEST, STRONGEST = 4.0, 60.0


@dataclass(frozen=True, slots=True)
class Tally:
    """Of so many messages, so many worked."""

    met: int = 0
    of: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.met + other.met, self.of + other.of)

    def __sub__(self, other: Tally) -> Tally:
        return Tally(self.met - other.met, self.of - other.of)

    @property
    def text(self) -> str:
        """In words: 5 of 7."""
        return f"{self.met} of {self.of}"


class Belief(NamedTuple):
    """What is believed of a share: a beta distribution."""

    a: float
    b: float

    @property
    def mean(self) -> float:
        """The share that is expected."""
        return self.a / (self.a + self.b)

    @property
    def variance(self) -> float:
        """How unsure that is."""
        whole = self.a + self.b
        return self.a * self.b / (whole * whole * (whole + 1))

    def draw(self, random: Random) -> float:
        """One share out of what is believed, as Thompson sampling compares them."""
        return random.betavariate(self.a, self.b)

    def better_than(self, other: Belief) -> float:
        """How probable it is that this share is the greater one; by the normal approximation."""
        spread = math.sqrt(self.variance + other.variance)
        return _normal((self.mean - other.mean) / spread)

    def below(self, share: float) -> float:
        """How probable it is that it is less than a share; by the normal approximation."""
        return _normal((share - self.mean) / math.sqrt(self.variance))


def overall(tally: Tally) -> float:
    """The share of a whole school; a half where nothing is known."""
    return (tally.met + 1) / (tally.of + 2)


def pooled(own: Tally, *, mean: float, strength: float) -> Belief:
    """The belief about one, who is one of many: the beta-binomial posterior.

    Without any messages of its own it is that of the many, `mean`; `strength` is how many messages
    of its own weigh as much as all that is known of the many.
    """
    return Belief(strength * mean + own.met, strength * (1 - mean) + own.of - own.met)


def strength_of(tallies: Iterable[Tally]) -> float:
    """How alike the many are, in messages: the strength of the prior that they make together.

    Empirical Bayes by the method of moments (Kleinman 1973): the spread of the shares over what
    chance alone would bring. Within 4 and 60, so that nobody is lost among many; 20 where the
    tallies do not tell.
    """
    some = [each for each in tallies if each.of]
    messages = sum(each.of for each in some)
    met = sum(each.met for each in some)
    squares = sum(each.of * each.of for each in some)
    if not some or met in (0, messages):
        return USUAL_STRENGTH
    share, spare = met / messages, len(some) - 1
    # Over the students: n (p - share)^2, as n p^2 - 2 share n p + share^2 n.
    spread = math.fsum(each.met * each.met / each.of for each in some) - share * met
    room = messages - squares / messages - spare
    if room < 1:
        return USUAL_STRENGTH
    alike = (spread / (share * (1 - share)) - spare) / room
    return 1 / min(max(alike, 1 / (STRONGEST + 1)), 1 / (WEAKEST + 1)) - 1


def _normal(z: float) -> float:
    return 0.5 * (1 + math.erf(z / math.sqrt(2)))
