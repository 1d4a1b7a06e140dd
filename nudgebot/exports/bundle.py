"""An export as it lies there: a folder or a zip, seen as named members that can be read."""

from __future__ import annotations

import gzip
import hashlib
import os
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from nudgebot.errors import ExportError

MAX_BYTES = 8 * 2**30
# Tables of text shrink to a tenth, logs to a thirtieth.
MAX_SWELLING = 250
SWELLING_COUNTS_FROM = 64 * 2**20
BLOCK = 2**20
BROKEN = (
    zipfile.BadZipFile,
    gzip.BadGzipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    UnicodeDecodeError,  # a name in a zip that says it is UTF-8
)

Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Member:
    """One CSV; `name` is in lower case and without `.gz`, `shown` as people wrote it."""

    name: str
    shown: str
    size: int
    path: Path
    inside: str = ""

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """The bytes, unpacked; raises ExportError where they cannot be read as a whole."""
        try:
            if self.inside:
                with zipfile.ZipFile(self.path) as archive, archive.open(self.inside) as inner:
                    yield from _unpacked(self, cast("BinaryIO", inner))
            else:
                with self.path.open("rb") as inner:
                    yield from _unpacked(self, inner)
        except BROKEN as error:
            raise ExportError(
                f"{self.shown} is damaged or not whole; deliver the export again."
            ) from error
        except OSError as error:
            raise ExportError(
                f"{self.shown} cannot be read ({error.strerror or 'the file is not whole'})."
            ) from error


def _unpacked(member: Member, raw: BinaryIO) -> Iterator[BinaryIO]:
    if member.shown.lower().endswith(".gz"):
        with gzip.GzipFile(fileobj=raw) as plain:
            yield cast("BinaryIO", plain)
    else:
        yield raw


@dataclass(frozen=True)
class Bundle:
    """The members of an export by name, and what else lay beside them."""

    path: Path
    members: Mapping[str, Member]
    others: tuple[str, ...]

    @property
    def is_zip(self) -> bool:
        """Whether the export is one zip."""
        return self.path.is_file()

    def fingerprint(self) -> str:
        """A digest of the content; raises ExportError where a file cannot be read."""
        digest = hashlib.sha256()
        try:
            if self.is_zip:
                _feed(digest, self.path)
            else:
                for name in sorted(self.members):
                    member = self.members[name]
                    digest.update(b"\0%b\0%d\0" % (os.fsencode(name), member.size))
                    _feed(digest, member.path)
        except OSError as error:
            raise ExportError(f"{name_of(self.path)} cannot be read ({error.strerror}).") from error
        return digest.hexdigest()


def _feed(digest: hashlib._Hash, path: Path) -> None:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)


def name_of(path: Path) -> str:
    """A file's name for people; bytes in it that are no text are replaced."""
    return os.fsencode(path.name).decode(errors="replace")


def open_bundle(path: Path) -> Bundle:
    """Look into a folder or a zip; raises ExportError where there is nothing to be read."""
    try:
        if path.is_dir():
            return _folder(path)
        if path.is_file():
            return _zip(path)
    except BROKEN as error:
        raise ExportError(
            f"{name_of(path)} is not a whole zip; deliver the export again."
        ) from error
    except OSError as error:
        raise ExportError(f"{name_of(path)} cannot be read ({error.strerror}).") from error
    raise ExportError(f"{name_of(path)}: there is no such folder or zip.")


def stamp(path: Path) -> Stamp:
    """Sizes and times of the files of an export; what is equal has not changed meanwhile."""
    found = []
    for file in [path] if path.is_file() else _tables_in(path):
        try:
            state = file.stat()
        except OSError:
            continue
        found.append((file.name, state.st_size, state.st_mtime_ns))
    return tuple(found)


def is_unfinished(path: Path) -> bool:
    """Whether a file in the folder says by its name that it is still being written."""
    try:
        return path.is_dir() and any(is_partial(each.name) for each in path.iterdir())
    except OSError:
        return True


def _files_in(path: Path) -> list[Path]:
    """The files of a folder, or of its only sub-folder where it has no files itself."""
    files = [each for each in sorted(path.iterdir()) if _counts(each.name)]
    if not any(each.is_file() for each in files):
        inner = [each for each in files if each.is_dir()]
        if len(inner) == 1:
            files = [each for each in sorted(inner[0].iterdir()) if _counts(each.name)]
    # A link may lead out of the inbox.
    return [each for each in files if each.is_file() and not each.is_symlink()]


def _tables_in(path: Path) -> list[Path]:
    try:
        return [each for each in _files_in(path) if _is_table(each.name)]
    except OSError:
        return []


def _folder(path: Path) -> Bundle:
    files = _files_in(path)
    members = [
        Member(_plain_name(each.name), name_of(each), _unpacked_size(each), each)
        for each in files
        if _is_table(each.name)
    ]
    others = [
        name_of(each)
        for each in files
        if not _is_table(each.name) and not each.name.lower().endswith(".zip")
    ]
    return Bundle(path, _by_name(path, members), tuple(others))


def _unpacked_size(path: Path) -> int:
    """The size of the text; a gzip says at its end how much it holds."""
    size = path.stat().st_size
    if not path.name.lower().endswith(".gz") or size < 20:
        return size
    with path.open("rb") as file:
        file.seek(-4, 2)
        unpacked = int.from_bytes(file.read(4), "little")
    _check_swelling(path, unpacked, size)
    return unpacked


def _zip(path: Path) -> Bundle:
    members, others = [], []
    with zipfile.ZipFile(path) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        _check_swelling(path, sum(info.file_size for info in infos), path.stat().st_size)
        if any(info.flag_bits & 1 for info in infos):
            raise ExportError(f"{name_of(path)} is locked with a password; deliver it without one.")
        for info in infos:
            inside = PurePosixPath(info.filename.replace("\\", "/"))
            if inside.is_absolute() or ".." in inside.parts or inside.parts[0].endswith(":"):
                raise ExportError(
                    f"{name_of(path)} holds a path that leads out of the zip;"
                    " nothing of it was read."
                )
            if not all(_counts(part) for part in inside.parts):
                continue
            if _is_table(inside.name):
                member = Member(
                    _plain_name(inside.name), inside.name, info.file_size, path, info.filename
                )
                members.append(member)
            else:
                others.append(inside.name)
    return Bundle(path, _by_name(path, members), tuple(others))


def _check_swelling(path: Path, unpacked: int, packed: int) -> None:
    swells = unpacked > SWELLING_COUNTS_FROM and unpacked > MAX_SWELLING * max(1, packed)
    if unpacked > MAX_BYTES or swells:
        raise ExportError(
            f"{name_of(path)} would unpack to {unpacked / 2**20:,.0f} MB, which no export of a"
            " school does; nothing of it was read."
        )


def check_zip(bundle: Bundle) -> None:
    """Read a zip through once, so that a damaged member is found before anything is written."""
    if bundle.is_zip:
        for member in bundle.members.values():
            with member.open() as file:
                while file.read(BLOCK):
                    pass


def _by_name(path: Path, members: list[Member]) -> dict[str, Member]:
    found: dict[str, Member] = {}
    for member in members:
        if member.name in found:
            raise ExportError(
                f"{name_of(path)} holds {member.shown.lower()} twice;"
                " deliver one export in one folder or zip."
            )
        found[member.name] = member
    return found


def _plain_name(name: str) -> str:
    return name.lower().removesuffix(".gz")


def _is_table(name: str) -> bool:
    return _plain_name(name).endswith((".csv", ".tsv", ".txt"))


def _counts(name: str) -> bool:
    """Whether a name is an export's own, not a system's or a half-written file's."""
    return name != "__MACOSX" and not name.startswith((".", "~")) and not is_partial(name)


def is_partial(name: str) -> bool:
    """Whether a name says that its file is still being written."""
    return name.lower().endswith((".partial", ".part", ".tmp", ".filepart", ".crdownload"))
