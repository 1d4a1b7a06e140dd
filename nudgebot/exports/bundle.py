"""An export as it lies there: a folder or a zip, seen as named members that can be read."""

from __future__ import annotations

import gzip
import hashlib
import os
import stat
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import IO

from nudgebot.errors import ExportError
from nudgebot.exports.limits import (
    BROKEN,
    MAX_BYTES,
    MAX_FILES,
    Bounded,
    ZipFileReader,
    at_most,
    check_count,
    check_swelling,
    name_for_people,
    saying,
)

BLOCK = 2**20
PACKED_AS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}

Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Member:
    """One CSV; `name` is in lower case and without `.gz`, `shown` as people wrote it."""

    name: str
    shown: str
    size: int
    path: Path
    inside: str = ""

    @property
    def is_packed(self) -> bool:
        """Whether it is a gzip."""
        return (self.inside or self.path.name).lower().endswith(".gz")

    @contextmanager
    def open(self) -> Iterator[Bounded]:
        """The bytes, unpacked; raises ExportError where they cannot be read as a whole."""
        with ExitStack() as closing:
            with saying(self.shown):
                file = self._opened(closing)
            yield file

    def _opened(self, closing: ExitStack) -> Bounded:
        if self.inside:
            archive = closing.enter_context(_archive(self.path))
            raw: IO[bytes] = archive.open(self.inside)
            packed = self.size
        else:
            raw = self.path.open("rb")
            packed = self.path.stat().st_size
        closing.enter_context(raw)
        if not self.is_packed:
            return Bounded(raw, at_most_bytes=MAX_BYTES, shown=self.shown)
        plain = closing.enter_context(gzip.GzipFile(fileobj=raw))
        return Bounded(plain, at_most_bytes=at_most(packed), shown=self.shown)


@contextmanager
def _archive(path: Path) -> Iterator[zipfile.ZipFile]:
    with ZipFileReader(path, name_of(path)) as raw, zipfile.ZipFile(raw) as archive:
        yield archive


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
    """A file's name for people; what is no text in it is replaced."""
    return name_for_people(os.fsencode(path.name).decode(errors="replace"))


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
    files = _own(path)
    if not any(each.is_file() for each in files):
        inner = [each for each in files if each.is_dir()]
        if len(inner) == 1:
            files = _own(inner[0])
    return [each for each in files if each.is_file()]


def _own(folder: Path) -> list[Path]:
    """What a folder holds itself, sorted; a link may lead out of the inbox.

    Beyond the number of files that is refused anyway, nothing more is looked at.
    """
    found = (each for each in folder.iterdir() if _counts(each.name) and not each.is_symlink())
    return sorted(islice(found, MAX_FILES + 1))


def _tables_in(path: Path) -> list[Path]:
    try:
        return [each for each in _files_in(path) if _is_table(each.name)]
    except OSError:
        return []


def _folder(path: Path) -> Bundle:
    files = _files_in(path)
    check_count(name_of(path), len(files))
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
    packed = sum(each.path.stat().st_size for each in members)
    check_swelling(name_of(path), sum(each.size for each in members), packed)
    return Bundle(path, _by_name(path, members), tuple(others))


def _unpacked_size(path: Path) -> int:
    """The size of the text; a gzip says at its end how much it holds."""
    size = path.stat().st_size
    if not path.name.lower().endswith(".gz") or size < 20:
        return size
    with path.open("rb") as file:
        file.seek(-4, 2)
        unpacked = int.from_bytes(file.read(4), "little")
    check_swelling(name_of(path), unpacked, size)
    return unpacked


def _zip(path: Path) -> Bundle:
    with _archive(path) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
    shown = name_of(path)
    check_count(shown, len(infos))
    check_swelling(shown, sum(info.file_size for info in infos), path.stat().st_size)
    if any(info.flag_bits & 1 for info in infos):
        raise ExportError(f"{shown} is locked with a password; deliver it without one.")
    members, others = [], []
    for info in infos:
        inside = PurePosixPath(info.filename.replace("\\", "/"))
        _check_path(shown, inside)
        if not all(_counts(part) for part in inside.parts) or _is_link(info):
            continue
        if not _is_table(inside.name):
            others.append(name_for_people(inside.name))
        elif info.compress_type not in PACKED_AS:
            raise ExportError(f"{shown} is packed in an unusual way; deliver it as a plain zip.")
        else:
            member = Member(
                _plain_name(inside.name),
                name_for_people(inside.name),
                info.file_size,
                path,
                info.filename,
            )
            members.append(member)
    return Bundle(path, _by_name(path, members), tuple(others))


def _check_path(shown: str, inside: PurePosixPath) -> None:
    parts = inside.parts
    if not parts or inside.is_absolute() or ".." in parts or parts[0].endswith(":"):
        raise ExportError(
            f"{shown} holds a path that leads out of the zip; nothing of it was read."
        )


def _is_link(info: zipfile.ZipInfo) -> bool:
    return stat.S_ISLNK(info.external_attr >> 16)


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
