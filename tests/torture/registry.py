"""The scenarios of `make torture`: their names, their plans, and the figures they hand back."""

from __future__ import annotations

import importlib
import os
import pkgutil
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import torture as package

KINDS = ("access", "fault", "load", "input", "database")
ALONE = "load"  # its waits are measured
VARIABLE = "NUDGEBOT_TORTURE_"


@dataclass(frozen=True)
class Plan:
    """One run: a folder of its own, a seed for all its chances, and short or full sizes."""

    folder: Path
    seed: int = 1
    full: bool = False

    def dice(self) -> random.Random:
        """Chance that is the same in every run of this seed."""
        return random.Random(self.seed)  # noqa: S311  # a seed must give the same run

    def size(self, name: str, *, short: int, full: int) -> int:
        """How many; in a full run the variable `NUDGEBOT_TORTURE_<NAME>` goes before `full`."""
        if not self.full:
            return short
        return int(os.environ.get(f"{VARIABLE}{name.upper()}", full))


@dataclass(frozen=True)
class Figures:
    """What was tried and what came of it, all counted.

    `tries` are messages that each have to arrive once, or bad inputs that each have to be refused
    (then `once` counts the refusals). `lost` never arrived, and nobody would ever be told;
    `unsettled` is shown as such. `leaked` reached somebody, or a log, that may not have it. `amiss`
    is anything else that went wrong: out of order, at a wrong hour, an admin told twice.
    """

    tries: int
    once: int
    twice: int = 0
    lost: int = 0
    unsettled: int = 0
    leaked: int = 0
    amiss: int = 0
    hits: int = 0  # how often the fault struck; a run in which it never did has shown nothing
    note: str = ""

    @property
    def holds(self) -> bool:
        """Whether nothing went wrong, and something was tried."""
        wrong = self.twice + self.lost + self.leaked + self.amiss
        return not wrong and self.tries > 0 and self.hits > 0

    def __add__(self, other: Figures) -> Figures:
        counts = {
            name: getattr(self, name) + getattr(other, name)
            for name in ("tries", "once", "twice", "lost", "unsettled", "leaked", "amiss", "hits")
        }
        return replace(self, **counts, note=other.note or self.note)


Scene = Callable[[Plan], Figures]


@dataclass(frozen=True)
class Scenario:
    """A scene with its name in the table."""

    name: str
    kind: str
    run: Scene
    repeats: int = 1  # how often it is run in a full run, each time with another seed
    may_stay_open: bool = False  # what is in doubt cannot be looked up, as with mail


_ALL: dict[str, Scenario] = {}


def torture(
    name: str, *, kind: str = "fault", repeats: int = 1, may_stay_open: bool = False
) -> Callable[[Scene], Scene]:
    """Put a scene into the table under this name."""
    if kind not in KINDS or name in _ALL:
        raise ValueError(f"{name}: a kind of {KINDS}, and a name that no other has")

    def register(scene: Scene) -> Scene:
        _ALL[name] = Scenario(name, kind, scene, repeats, may_stay_open)
        return scene

    return register


def scenarios() -> Mapping[str, Scenario]:
    """All of them, by name, kind after kind; imports every `scenes_*` module of the package."""
    for found in pkgutil.iter_modules(package.__path__):
        if found.name.startswith("scenes_"):
            importlib.import_module(f"torture.{found.name}")
    ordered = sorted(_ALL.values(), key=lambda each: KINDS.index(each.kind))
    return {each.name: each for each in ordered}
