"""Repeatable chance: the same draws for the same words, on every platform and Python version."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import TypeVar

Item = TypeVar("Item")
Draw = Callable[[], float]
"""Gives the next number of a stream, from 0 up to but not including 1."""


def stream(seed: int, *words: object) -> Draw:
    """An endless stream of numbers that depends on nothing but the seed and the words.

    Only `random()` is used: Python promises that its numbers never change, and promises nothing
    for `choice`, `gauss` and the like, so that a committed sample stays what it is.
    """
    text = ":".join(str(word) for word in (seed, *words))
    return Random(text).random  # noqa: S311  # invented data, no secret


def pick(draw: Draw, items: Sequence[Item]) -> Item:
    """One of the items, each as likely as the next."""
    return items[int(draw() * len(items))]


def spread(draw: Draw) -> float:
    """A bell-shaped number between -3 and 3 with mean 0 and standard deviation 1."""
    return (draw() + draw() + draw() - 1.5) * 2.0


def ramp(offset: float, far: float, near: float, over: float) -> float:
    """A straight line from `far` at offset `-over` to `near` at 0, level on both sides."""
    if offset >= 0:
        return near
    if offset <= -over:
        return far
    return near + (far - near) * (-offset / over)
