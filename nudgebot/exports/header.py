"""The first line of a file: which separator it has, which columns, and which are missing."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from nudgebot.errors import ExportError
from nudgebot.exports.bundle import Member
from nudgebot.exports.cells import clean
from nudgebot.exports.decoding import Texts
from nudgebot.exports.limits import name_for_people
from nudgebot.spelling import did_you_mean

SEPARATORS = ",;\t|"
SHOWN_NAME = 40
SHOWN_UNKNOWN = 20
MAX_COLUMNS = 1000
MAX_CHARACTERS = 200_000


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
    first = first.lstrip("\ufeff")  # files with a mark that were put together keep another
    if not first.strip():
        raise ExportError(f"{member.shown}:1: the file has no header line.")
    separator, names = _split(first, known, member.shown)
    places: dict[str, int] = {}
    unknown = []
    twice = ""
    for place, name in enumerate(names):
        if name in places:
            twice = twice or name
        elif name in known:
            places[name] = place
        elif name:
            unknown.append(name)
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
    notices = _kept_out(member.shown, unknown, sorted(set(known) - set(names)))
    return Header(separator, names, places, tuple(notices))


def _kept_out(shown: str, unknown: Sequence[str], open_names: Sequence[str]) -> Iterator[str]:
    for name in unknown[:SHOWN_UNKNOWN]:
        meant = did_you_mean(name, open_names, likeness=0.7) or "."
        column = name_for_people(name[:SHOWN_NAME])
        yield f"{shown}:1: {column}: this column is not known and was kept out{meant}"
    if len(unknown) > SHOWN_UNKNOWN:
        more = len(unknown) - SHOWN_UNKNOWN
        yield f"{shown}:1: {more} more columns are not known and were kept out."


def _split(first: str, known: Collection[str], shown: str) -> tuple[str, tuple[str, ...]]:
    """The separator by which most names are known ones."""
    most = max(map(first.count, SEPARATORS))
    if len(first) > MAX_CHARACTERS or most >= MAX_COLUMNS:
        raise ExportError(
            f"{shown}:1: the header is far too long: at most {MAX_COLUMNS} columns are read."
            " Nothing of this export was taken."
        )
    best: tuple[str, tuple[str, ...]] = (",", ())
    best_hits = -1
    for separator in SEPARATORS:
        try:
            cells = next(csv.reader([first], delimiter=separator), [])
        except csv.Error as error:
            raise ExportError(
                f"{shown}:1: the header cannot be read as a line of a table. Nothing of this"
                " export was taken."
            ) from error
        names = tuple(clean(cell).lower().replace(" ", "_") for cell in cells)
        hits = sum(name in known for name in names)
        if hits > best_hits:
            best, best_hits = (separator, names), hits
    return best
