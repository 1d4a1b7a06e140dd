"""Exports made on purpose to hurt: each is built at a path and named by what it tries."""

from __future__ import annotations

import gzip
import io
import random
import stat
import struct
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

GOOD = "student_id,name\n1,Ana\n2,Ben\n"
CLASSES = "class_id,name\nm,Mathematics\n"
MB = 2**20
ELSEWHERE = "elsewhere.csv"

Build = Callable[[Path, int], Path]


@dataclass(frozen=True)
class Attack:
    """`build(folder, megabytes)` lays it down; `words` are in the one sentence it is met with.

    Without words it is taken, and `students` is what the table of students then holds.
    """

    name: str
    build: Build
    words: str = ""
    students: tuple[str, ...] = ()


def _zip(files: Mapping[str, str | bytes]) -> Build:
    def build(folder: Path, _: int) -> Path:
        with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        return folder / "a.zip"

    return build


def _folder(files: Mapping[str, str | bytes]) -> Build:
    def build(folder: Path, _: int) -> Path:
        inside = folder / "a"
        inside.mkdir()
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            (inside / name).write_bytes(data)
        return inside

    return build


def _stream(folder: Path, name: str, parts: Iterator[bytes]) -> Path:
    inside = folder / "a"
    inside.mkdir()
    with (inside / name).open("wb") as file:
        file.writelines(parts)
    return inside


def _zeros(folder: Path, megabytes: int) -> Path:
    with (
        zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("students.csv", "w", force_zip64=True) as file,
    ):
        for _ in range(max(80, megabytes)):
            file.write(bytes(MB))
    return folder / "a.zip"


def _zip_in_zip(folder: Path, megabytes: int) -> Path:
    _zeros(folder, megabytes)
    data = (folder / "a.zip").read_bytes()
    return _zip({"inner.zip": data, "inner.csv.zip": data})(folder, 0)


def _overlapping(folder: Path, _: int) -> Path:
    """Many names for one packed stream, as the famous small zips do."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.csv", bytes(4 * MB))
        info = archive.infolist()[0]
    data = body.getvalue()[: archive.start_dir]
    return _with_directory(folder, data, [(f"{n}.csv", info) for n in range(900)])


def _with_directory(folder: Path, data: bytes, infos: list[tuple[str, zipfile.ZipInfo]]) -> Path:
    entries = b"".join(
        struct.pack(
            "<4s4B4HL2L5H2L", b"PK\1\2", 20, 3, 20, 0, 0, info.compress_type, 0, 0, info.CRC,
            info.compress_size, info.file_size, len(name.encode()), 0, 0, 0, 0, 0, 0,
        ) + name.encode()
        for name, info in infos
    )  # fmt: skip
    count = min(len(infos), 0xFFFF)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(entries), len(data), 0)
    (folder / "a.zip").write_bytes(data + entries + end)
    return folder / "a.zip"


def _many_names(count: int) -> Build:
    def build(folder: Path, _: int) -> Path:
        empty = zipfile.ZipInfo()
        empty.CRC = empty.compress_size = empty.file_size = 0
        return _with_directory(folder, b"", [(f"{n}.csv", empty) for n in range(count)])

    return build


def _many_files(folder: Path, _: int) -> Path:
    return _folder({"students.csv": GOOD} | {f"x{n}.csv": "" for n in range(1100)})(folder, 0)


def _nameless(name: str) -> Build:
    def build(folder: Path, _: int) -> Path:
        empty = zipfile.ZipInfo()
        empty.CRC = empty.compress_size = empty.file_size = 0
        return _with_directory(folder, b"", [(name, empty)])

    return build


def _link_in_zip(folder: Path, _: int) -> Path:
    path = _zip({"classes.csv": CLASSES})(folder, 0)
    link = zipfile.ZipInfo("students.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, str(folder / ELSEWHERE))
    return path


def _linked(kind: str) -> Build:
    def build(folder: Path, _: int) -> Path:
        outside = folder / "outside"
        outside.mkdir()
        (outside / "students.csv").write_text("student_id,name\n9,Somebody\n")
        (folder / "a").mkdir()
        if kind == "file":
            (folder / "a" / "students.csv").symlink_to(outside / "students.csv")
            (folder / "a" / "classes.csv").write_text(CLASSES)
        else:
            (folder / "a" / "inner").symlink_to(outside)
        return folder / "a"

    return build


def _gzip_of_parts(folder: Path, megabytes: int) -> Path:
    """Only the last part's size stands at the end of the file: a bomb that looks small."""
    part = gzip.compress((b"1," + b"x" * 900 + b"\n") * (MB // 903))
    tail = gzip.compress(b"2,Ben\n")
    head = gzip.compress(b"student_id,name\n")
    parts = [head, *[part] * max(80, megabytes), tail]
    return _stream(folder, "students.csv.gz", iter(parts))


def _gzip_in_zip(folder: Path, megabytes: int) -> Path:
    packed = gzip.compress(b"student_id,name\n" + bytes(max(80, megabytes) * MB))
    return _zip({"students.csv.gz": packed})(folder, 0)


def _endless_line(folder: Path, megabytes: int) -> Path:
    path = _stream(folder, "students.csv", iter([b"student_id,name\n1,"]))
    with (path / "students.csv").open("ab") as file:
        file.truncate(max(20, megabytes) * MB)  # sparse: zeros that take no room
    return path


def _endless_header(folder: Path, _: int) -> Path:
    return _stream(folder, "students.csv", (b"student_id,name," * 65536 for _part in range(2)))


def _huge_cell(folder: Path, megabytes: int) -> Path:
    def parts() -> Iterator[bytes]:
        yield b'student_id,name\n1,"'
        for _ in range(max(20, megabytes // 20)):
            yield b"x" * MB
        yield b'"\n2,Ben\n'

    return _stream(folder, "students.csv", parts())


def _huge_cell_of_lines(folder: Path, megabytes: int) -> Path:
    def parts() -> Iterator[bytes]:
        yield b'student_id,name\n1,"'
        for _ in range(max(5, megabytes // 20)):
            yield b"x\n" * (MB // 2)
        yield b'"\n2,Ben\n'

    return _stream(folder, "students.csv", parts())


def _all_stray(folder: Path, megabytes: int) -> Path:
    line = b"1," + b"\xe0" * 900 + b"\n"
    count = max(5, megabytes // 20) * MB // len(line)
    return _stream(folder, "students.csv", iter([b"student_id,name\n", *[line] * count]))


def _noise(folder: Path, megabytes: int) -> Path:
    chance = random.Random(7)  # noqa: S311  # no secret
    parts = (chance.randbytes(MB) for _ in range(max(4, megabytes // 50)))
    return _stream(folder, "students.csv", parts)


WIDE = "student_id,name," + ",".join(f"c{n}" for n in range(10_000))
BEYOND = {
    "students.csv": GOOD,
    "skills.csv": "skill_id,name\nf,F\n",
    "practice.csv": "session_id,student_id,skill_id,started_at,questions,correct\n"
    f"1,1,f,2026-11-01,{'9' * 900},1e999\n2,1,f,2026-11-01,nan,inf\n",
}
FORMULAS = "student_id,name\n1,\"=cmd|' /C calc'!A0\"\n"
LONE_RETURN = 'student_id,"na\rme",x\ry\n1,Ana,\n'
HUGE_NAME = "student_id,name," + "x" * 150_000 + "\n"
HALF = b"\xff\xfe" + GOOD.encode("utf-16-le") + b"\xd8"
DEVICES = {"students.csv": GOOD, "CON": "x", "NUL.csv": "x", "aux.csv": ""}
LEADS_OUT = "holds a path that leads out of the zip"
DAMAGED = "is damaged or not whole"
TOO_BIG = "no export of a school does"
GONE_TOO_FAR = "unpacks to far more than an export of a school holds"

ATTACKS = [
    Attack("a zip of zeros", _zeros, TOO_BIG),
    Attack("a zip in a zip", _zip_in_zip, "holds no file of the native format"),
    Attack("900 names for one packed stream", _overlapping, TOO_BIG),
    Attack("a zip of 5,000 files", _many_names(5_000), "holds more than 1000 files"),
    Attack("a zip of 200,000 files", _many_names(200_000), "holds more than 1000 files"),
    Attack("a folder of 1,100 files", _many_files, "holds more than 1000 files"),
    Attack("a path with ../", _zip({"students.csv": GOOD, "../x.csv": ""}), LEADS_OUT),
    Attack("a path with ..\\", _zip({"students.csv": GOOD, "a\\..\\..\\x.csv": ""}), LEADS_OUT),
    Attack("an absolute path", _zip({"/etc/students.csv": GOOD}), LEADS_OUT),
    Attack("a path on a drive", _zip({"C:\\students.csv": GOOD}), LEADS_OUT),
    Attack("a name that is a dot", _nameless("."), LEADS_OUT),
    Attack("a name that is empty", _nameless(""), "is not a whole zip"),
    Attack("names of devices", _zip(DEVICES), "", ("Ana", "Ben")),
    Attack(
        "a name with line ends and a mention",
        _zip({"students.csv": GOOD, "\n@**all**\n.csv": ""}),
        "",
        ("Ana", "Ben"),
    ),
    Attack(
        "a name of 60,000 characters",
        _zip({"students.csv": GOOD, "x" * 60_000 + ".csv": ""}),
        "",
        ("Ana", "Ben"),
    ),
    Attack("a link in a zip", _link_in_zip, "", ()),
    Attack("a link to a file", _linked("file"), "", ()),
    Attack("a link to a folder", _linked("folder"), "holds no file of the native format"),
    Attack("a gzip of many parts", _gzip_of_parts, GONE_TOO_FAR),
    Attack("a gzip of zeros in a zip", _gzip_in_zip, GONE_TOO_FAR),
    Attack("a gzip that is none", _folder({"students.csv.gz": GOOD + "\0\0\0\0"}), DAMAGED),
    Attack("a line without an end", _endless_line, "the line has no end"),
    Attack("a header without an end", _endless_header, "the header is far too long"),
    Attack("10,000 columns", _folder({"students.csv": WIDE + "\n"}), "the header is far too long"),
    Attack("900 columns", _folder({"students.csv": WIDE[:4000].rpartition(",")[0] + "\n"}), "", ()),
    Attack(
        "a header with a lone carriage return",
        _folder({"students.csv": LONE_RETURN}),
        "cannot be read as a line",
    ),
    Attack(
        "a header with a huge name",
        _folder({"students.csv": HUGE_NAME}),
        "cannot be read as a line",
    ),
    Attack("a huge cell in one line", _huge_cell, "the line has no end"),
    Attack(
        "a huge cell of many lines",
        _huge_cell_of_lines,
        "a quotation mark opens here and is never closed",
    ),
    Attack("only stray bytes", _all_stray, "", ("à" * 900,)),
    Attack("noise", _noise, "students.csv"),
    Attack(
        "NUL bytes", _folder({"students.csv": GOOD.replace("Ana", "A\0na")}), "", ("Ana", "Ben")
    ),
    Attack("only NUL bytes", _folder({"students.csv": bytes(MB)}), "has no header line"),
    Attack("a wide mark and half a character", _folder({"students.csv": HALF}), "", ("Ana", "Ben")),
    Attack(
        "two marks",
        _folder({"students.csv": b"\xef\xbb\xbf\xef\xbb\xbf" + GOOD.encode()}),
        "",
        ("Ana", "Ben"),
    ),
    Attack("a header and nothing else", _folder({"students.csv": "student_id,name\n"}), "", ()),
    Attack("an empty file", _folder({"students.csv": ""}), "has no header line"),
    Attack("only line ends", _folder({"students.csv": "\n" * MB}), "has no header line"),
    Attack("formulas", _folder({"students.csv": FORMULAS}), "", ("=cmd|' /C calc'!A0",)),
    Attack("numbers beyond all bounds", _folder(BEYOND), "", ("Ana", "Ben")),
]
