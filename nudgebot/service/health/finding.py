"""One finding of a check: how it stands, in a sentence, and what to do about it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from nudgebot.errors import NudgebotError


class State(IntEnum):
    """How a thing stands; the number is the exit code that it comes to."""

    OK = 0
    WARN = 1
    FAIL = 2


@dataclass(frozen=True)
class Finding:
    """What a check found; `advice` says what to do, and is empty where nothing is to be done."""

    name: str
    state: State
    sentence: str
    advice: str = ""

    def __str__(self) -> str:
        head = f"{self.state.name.lower():<4}  {self.name}: {self.sentence}"
        return f"{head}\n      → {self.advice}" if self.advice else head


def guarded(
    name: str, check: Callable[[], Iterable[Finding]], advice: str = ""
) -> Iterator[Finding]:
    """The findings of a check; one that ends by an error is a finding itself, and ends no other.

    `advice` is for errors that this program raised on purpose.
    """
    try:
        yield from check()
    except NudgebotError as error:
        yield Finding(name, State.FAIL, str(error), advice)
    except (sqlite3.Error, OSError) as error:
        # Its text may quote a value or a path of somebody else's.
        sentence = f"could not be looked at ({type(error).__name__})."
        todo = "Run doctor as the account of the service, and see that it owns its files."
        yield Finding(name, State.FAIL, sentence, todo)
    except Exception as error:  # noqa: BLE001  # whatever is broken, the other checks are wanted
        sentence = f"could not be looked at ({type(error).__name__})."
        yield Finding(name, State.FAIL, sentence, "Install nudgebot anew; if it stays, report it.")


def worst(findings: Iterable[Finding]) -> State:
    """The worst state of them; OK where there are none."""
    return max((each.state for each in findings), default=State.OK)
