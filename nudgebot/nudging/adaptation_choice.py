"""A choice among options: the usual one, a better one that is sure enough, or one by lot."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Generic, TypeVar

from nudgebot.nudging.learning import Belief

EXPLORATION_SHARE = 0.1
"""The share of choices that is drawn by lot among all options, so that learning goes on."""

Option = TypeVar("Option", int, str)


@dataclass(frozen=True)
class Choice(Generic[Option]):
    """What was chosen instead of the usual, or the usual itself; `by_lot`: nothing was weighed."""

    option: Option
    usual: Option
    by_lot: bool = False

    @property
    def changed(self) -> bool:
        """Whether it is another than the usual."""
        return self.option != self.usual


def lot(key: bytes, *parts: str) -> Random:
    """Chance that is the same whenever the same is decided, and that nobody can foresee."""
    digest = hashlib.blake2b("\0".join(parts).encode(), key=key[:64], digest_size=16)
    return Random(digest.digest())  # noqa: S311  # not for secrets; the key is in the seed


def choose(
    beliefs: Mapping[Option, Belief], usual: Option, *, confidence: float, random: Random
) -> Choice[Option]:
    """One of the options; `usual` is one of them.

    One time in ten it is drawn by lot. Else, of the usual and of those that are better than it with
    at least this probability, the one that draws best from what is believed of it (Thompson 1933).
    """
    if random.random() < EXPLORATION_SHARE:
        return Choice(random.choice(sorted(beliefs)), usual, by_lot=True)
    trusted = [
        each
        for each in sorted(beliefs)
        if each == usual or beliefs[each].better_than(beliefs[usual]) >= confidence
    ]
    if len(trusted) == 1:
        return Choice(usual, usual)
    drawn = {each: beliefs[each].draw(random) for each in trusted}
    return Choice(max(trusted, key=drawn.__getitem__), usual)
