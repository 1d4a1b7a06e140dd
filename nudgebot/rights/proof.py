"""The proof that somebody is gone: the file's bytes and every value in it are searched."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nudgebot.rights.catalogue import CATALOGUE
from nudgebot.rights.subject import ID, Mark, Subject, forms
from nudgebot.store import Store

CHUNK_BYTES = 16 * 1024 * 1024
MOST_PLACES = 10
# SQLite splits long values over pages: the search of values finds what the search of bytes misses.
_BESIDE = ("", "-wal", "-journal")


@dataclass(frozen=True)
class Proof:
    """What was searched, and what was found of it.

    `in_bytes` counts, by what a mark is, how often its characters stand in the files; `places` are
    the tables and columns with a value that names her. `whats` were searched for anywhere, `plain`
    as whole values only, `shared` not at all: somebody else is called so too. `inside` is what
    stands inside of longer words of others.
    """

    bytes_searched: int
    values_searched: int
    whats: tuple[str, ...]
    plain: tuple[str, ...]
    in_bytes: tuple[tuple[str, int], ...] = ()
    places: tuple[tuple[str, str, str], ...] = ()
    inside: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether she was found nowhere but inside of what others are called."""
        return not self.places and all(what in self.inside for what, _ in self.in_bytes)

    @property
    def text(self) -> str:
        """The proof in words; it tells what was searched for, never the strings themselves."""
        said = []
        if self.whats:
            found = ": not found." if not self.in_bytes else ", and found some, as told below."
            said.append(
                f"Searched {self.bytes_searched:,} bytes of the database, free pages and log "
                f"included, for {_listed(self.whats)}{found}"
            )
        if self.plain:
            found = "not found" if self.holds else "found"
            said.append(
                f"What is short or only digits stands inside of other things everywhere; so all "
                f"{self.values_searched:,} texts in it were searched for {_listed(self.plain)} as "
                f"a whole, and every table for rows of hers: {found}."
            )
        said += [
            f"Still there: {what}, in {table}.{column}." for table, column, what in self.places
        ]
        said += [_inside(what, times, other=what in self.inside) for what, times in self.in_bytes]
        if self.shared:
            said.append(
                f"Not searched for: the {_listed(self.shared)}, since somebody else has the same."
            )
        return "\n".join(said)


def _inside(what: str, times: int, *, other: bool) -> str:
    number = "once" if times == 1 else f"{times:,} times"
    where = "inside of longer words that name others" if other else "in what was written before"
    return f"The characters of the {what} stand {number} {where}."


def search(store: Store, subject: Subject) -> Proof:
    """Look for all that names the student, in the bytes and in the values."""
    needles = [(what, form) for what, text in subject.searched for form in forms(text)]
    read, in_bytes = _in_files(store.path, needles)
    values, places, inside = _in_values(store, needles, subject.plain)
    places += [(each, "its rows", ID) for each in rows_left(store, subject)]
    return Proof(
        bytes_searched=read,
        values_searched=values,
        whats=tuple(dict.fromkeys(f"the {what}" for what, _ in subject.searched)),
        plain=tuple(dict.fromkeys(f"the {what}" for what, _ in subject.plain)),
        in_bytes=tuple(in_bytes.items()),
        places=tuple(dict.fromkeys(places))[:MOST_PLACES],
        inside=tuple(sorted(inside)),
        shared=subject.shared,
    )


def rows_left(store: Store, subject: Subject) -> list[str]:
    """The tables that still hold rows of hers."""
    return [
        each.table
        for each in CATALOGUE
        if store.value(
            f"SELECT 1 FROM {each.table} WHERE {each.whose} LIMIT 1",  # noqa: S608  # the catalogue's own
            subject.parameters,
        )
    ]


def _in_files(path: Path, needles: Sequence[Mark]) -> tuple[int, dict[str, int]]:
    """How many bytes there are, and how often each kind of mark stands in them."""
    if not needles:
        return 0, {}
    wanted = {form.encode().lower(): what for what, form in needles}
    overlap = max(map(len, wanted)) - 1
    read, found = 0, dict.fromkeys(wanted.values(), 0)
    for suffix in _BESIDE:
        file = path.with_name(path.name + suffix)
        for block, begin in _blocks(file, overlap) if file.exists() else ():
            read += len(block) - begin
            lower = block.lower()
            for form, what in wanted.items():
                # What lies in the end of the block before was counted there.
                found[what] += lower.count(form, max(0, begin - len(form) + 1))
    return read, {what: times for what, times in found.items() if times}


def _blocks(file: Path, overlap: int) -> Iterator[tuple[bytes, int]]:
    """A file piece by piece, each with the end of the one before it, and how long that is."""
    tail = b""
    with file.open("rb") as opened:
        while piece := opened.read(CHUNK_BYTES):
            yield tail + piece, len(tail)
            tail = (tail + piece)[-overlap:] if overlap else b""


def _in_values(
    store: Store, needles: Sequence[Mark], plain: Sequence[Mark]
) -> tuple[int, list[tuple[str, str, str]], set[str]]:
    """How many texts there are, which columns name her, and what is inside of other words."""
    values = 0
    inside: set[str] = set()
    places: list[tuple[str, str, str]] = []
    for table, columns in text_columns(store):
        cells = ", ".join(f'count("{column}")' for column in columns)
        row = store.row(f'SELECT {cells} FROM "{table}"')  # noqa: S608  # the schema's own names
        values += sum(row or ())
        for column in columns:
            found = _named(store, table, column, needles, inside)
            found += [w for w, text in plain if w != ID and _is(store, table, column, text)]
            places += [(table, column, what) for what in found]
    return values, places, inside


def text_columns(store: Store) -> Iterator[tuple[str, list[str]]]:
    """Every table with its columns that may hold texts."""
    for row in store.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"):
        columns = [
            each["name"]
            for each in store.rows("SELECT name, type FROM pragma_table_info(?)", [row[0]])
            if each["type"] not in ("INTEGER", "REAL", "BLOB")
        ]
        if columns:
            yield row[0], columns


def _named(
    store: Store, table: str, column: str, needles: Sequence[Mark], inside: set[str]
) -> list[str]:
    """What of her a column's values name; what they only hold inside of words is added there."""
    found: list[str] = []
    if not needles:
        return found
    # LIKE compares letters of both cases alike, and makes no lowered copy of each value.
    tests = " OR ".join([f"\"{column}\" LIKE ? ESCAPE '\\'"] * len(needles))
    rows = store.execute(
        f'SELECT "{column}" FROM "{table}" WHERE {tests}',  # noqa: S608  # the schema's own names
        [like(text) for _, text in needles],
    )
    for row in rows:
        value = str(row[0])
        for what, text in needles:
            if names_her(value, text):
                found.append(what)
            elif text.lower() in value.lower():
                inside.add(what)
    return list(dict.fromkeys(found))


def like(text: str) -> str:
    """The pattern of LIKE for values that hold a text."""
    plain = re.sub(r"([\\%_])", r"\\\1", text)
    return f"%{plain}%"


def whole(text: str) -> re.Pattern[str]:
    """Finds a text where it stands by itself, not inside of a longer name, address or id."""
    return re.compile(rf"(?<![\w.+-]){re.escape(text)}(?![\w-])", re.IGNORECASE)


def names_her(value: str, text: str) -> bool:
    """Whether a value names her, and nobody whose name only begins or ends like hers."""
    return text.lower() in value.lower() and whole(text).search(value) is not None


def _is(store: Store, table: str, column: str, text: str) -> bool:
    found = store.value(
        f'SELECT 1 FROM "{table}" WHERE "{column}" = ? LIMIT 1',  # noqa: S608  # the schema's own names
        [text],
    )
    return found is not None


def _listed(whats: Sequence[str]) -> str:
    return ", ".join(whats[:-1]) + f" and {whats[-1]}" if len(whats) > 1 else "".join(whats)
