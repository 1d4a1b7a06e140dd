"""The first line of a file: which separator it has, which columns, and which are missing."""

from __future__ import annotations

import csv
from collections.abc import Collection
from dataclasses import dataclass

from nudgebot.errors import ExportError
from nudgebot.exports.bundle import Member
from nudgebot.exports.cells import clean
from nudgebot.exports.decoding import Texts
from nudgebot.spelling import did_you_mean

SEPARATORS = ",;\t|"
SHOWN_NAME = 40


@dataclass(frozen=True)
class Header:
    """What the first line of a file says; `places` are the positions of the known columns."""

    separator: str
    names: tuple[str, ...]
    places: dict[str, int]
    notices: tuple[str, ...]

    @property
    def width(self) -> int:
        """How many cells a row has."""
        return len(self.names)


def read_header(member: Member, *, known: Collection[str], required: Collection[str]) -> Header:
    """Read the first line; raises ExportError where a required column is missing."""
    with member.open() as file:
        first = next(iter(Texts(file, member.shown)), "").partition("\n")[0]
    if not first.strip():
        raise ExportError(f"{member.shown}:1: the file has no header line.")
    separator, names = _split(first, known)
    places: dict[str, int] = {}
    notices = []
    twice = ""
    for place, name in enumerate(names):
        if name in places:
            twice = twice or name
        elif name in known:
            places[name] = place
        elif name:
            meant = did_you_mean(name, sorted(set(known) - set(names)), likeness=0.7) or "."
            notices.append(
                f"{member.shown}:1: {name[:SHOWN_NAME]}: this column is not known and was kept out"
                f"{meant}"
            )
    missing = sorted(set(required) - set(places))
    if missing:
        plural = "s" if len(missing) > 1 else ""
        verb = "are" if len(missing) > 1 else "is"
        strange = [name[:SHOWN_NAME] for name in names if name and name not in known]
        hint = did_you_mean(missing[0], strange, likeness=0.7) or "."
        raise ExportError(
            f"{member.shown}:1: the required column{plural} {', '.join(missing)} {verb} missing"
            f"{hint} Nothing of this export was taken."
        )
    # Only now: without the required columns the first line may be somebody's data.
    if twice:
        raise ExportError(f"{member.shown}:1: the column {twice} is there twice.")
    return Header(separator, names, places, tuple(notices))


def _split(first: str, known: Collection[str]) -> tuple[str, tuple[str, ...]]:
    """The separator by which most names are known ones."""
    best: tuple[str, tuple[str, ...]] = (",", ())
    best_hits = -1
    for separator in SEPARATORS:
        cells = next(csv.reader([first], delimiter=separator), [])
        names = tuple(clean(cell).lower().replace(" ", "_") for cell in cells)
        hits = sum(name in known for name in names)
        if hits > best_hits:
            best, best_hits = (separator, names), hits
    return best
