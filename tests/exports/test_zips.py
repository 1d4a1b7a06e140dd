"""Zips and folders as they really come, and as somebody might make them on purpose."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import pytest

from exports.desk import SCHOOL, Desk, zipped
from nudgebot.errors import ExportError
from nudgebot.exports.report import ImportReport


def take(desk: Desk, path: Path) -> ImportReport:
    return desk.take(path=path)


@pytest.mark.parametrize(
    "names",
    [
        pytest.param({}, id="flat"),
        pytest.param({name: f"export/2026/{name}" for name in SCHOOL}, id="in nested folders"),
        pytest.param({name: f"x\\{name.upper()}" for name in SCHOOL}, id="upper case, backslashes"),
    ],
)
def test_a_zip_is_read_wherever_its_files_lie(
    desk: Desk, tmp_path: Path, names: dict[str, str]
) -> None:
    """One set of files, in any folder and case; what macOS adds is passed over."""
    files = {names.get(name, name): text for name, text in SCHOOL.items()}
    files |= {"__MACOSX/._students.csv": "\0\5\26\7", ".DS_Store": "x", "notes.pdf": "x"}
    report = take(desk, zipped(tmp_path / "a.zip", files))
    assert (report.state, report.rows_taken, report.rows_refused) == ("taken", 10, 0)
    assert report.notices == ("notes.pdf: this file is not known and was not read.",)


def test_a_folder_may_hold_the_export_in_a_folder(desk: Desk, tmp_path: Path) -> None:
    """As a zip that was unpacked with its own folder."""
    desk.lay(SCHOOL)
    desk.folder.rename(tmp_path / "inner")
    outer = tmp_path / "outer"
    outer.mkdir()
    (tmp_path / "inner").rename(outer / "inner")
    (outer / ".DS_Store").write_text("x")
    assert take(desk, outer).rows_taken == 10


def test_gzipped_tables_are_read(desk: Desk) -> None:
    """A `.csv.gz` is the `.csv`."""
    desk.take({f"{name}.gz": gzip.compress(text.encode()) for name, text in SCHOOL.items()})
    assert len(desk.facts()["students"]) == 3


def attack(path: Path, kind: str) -> Path:
    """Files that must not be read, or not to the end."""
    if kind == "leads out":
        return zipped(path, {"students.csv": "student_id,name\n", "../../students.csv": "x"})
    if kind == "absolute":
        return zipped(path, {"/etc/students.csv": "x"})
    if kind == "another drive":
        return zipped(path, {"C:\\students.csv": "x"})
    if kind == "twice":
        return zipped(path, {"a/students.csv": "x", "b/Students.CSV": "y"})
    if kind == "bomb":
        return zipped(path, {"students.csv": "0" * (80 * 2**20)})
    if kind == "no zip":
        path.write_bytes(b"PK\x03\x04 and then nothing more")
    if kind == "cut off":
        whole = zipped(path, SCHOOL).read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
    if kind == "damaged":
        bytes_of = bytearray(
            zipped(path, {"students.csv": "student_id,name\n" + "1,Ana\n" * 99}).read_bytes()
        )
        bytes_of[60] ^= 0xFF
        path.write_bytes(bytes(bytes_of))
    return path


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("leads out", "holds a path that leads out of the zip"),
        ("absolute", "holds a path that leads out of the zip"),
        ("another drive", "holds a path that leads out of the zip"),
        ("twice", "holds students.csv twice"),
        ("bomb", "would unpack to 80 MB"),
        ("no zip", "is not a whole zip"),
        ("cut off", "is not a whole zip"),
        ("damaged", "is damaged or not whole"),
        ("missing", "there is no such folder or zip"),
    ],
)
def test_what_is_refused_as_a_whole(desk: Desk, tmp_path: Path, kind: str, words: str) -> None:
    """One sentence, and nothing written, neither to the tables nor beside the zip."""
    path = attack(tmp_path / "a.zip", kind)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ExportError) as caught:
        take(desk, path)
    assert words in str(caught.value)
    assert desk.facts()["students"] == []
    assert [each for each in sorted(tmp_path.rglob("*")) if "school.db" not in each.name] == [
        each for each in before if "school.db" not in each.name
    ]


def test_a_locked_zip_is_refused(desk: Desk, tmp_path: Path) -> None:
    """The sentence asks for one without a password."""
    path = zipped(tmp_path / "a.zip", {"students.csv": "student_id,name\n1,Ana\n"})
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        directory = archive.start_dir
    data[6] |= 1  # the flag of a locked member, in its own head and in the directory
    data[directory + 8] |= 1
    path.write_bytes(bytes(data))
    with pytest.raises(ExportError, match="locked with a password"):
        take(desk, path)


def test_a_gzip_bomb_is_refused(desk: Desk) -> None:
    """A gzip says how much it holds; far too much is not read."""
    with pytest.raises(ExportError, match="would unpack to 80 MB"):
        desk.take({"students.csv.gz": gzip.compress(bytes(80 * 2**20))})


@pytest.mark.parametrize(
    "data",
    [b"", b"\x1f\x8b", gzip.compress(b"student_id,name\n1,Ana\n" * 9)[:-9]],
    ids=["nothing", "the mark alone", "cut off"],
)
def test_a_gzip_that_is_not_whole_is_refused(desk: Desk, data: bytes) -> None:
    """Also where only its end is missing."""
    with pytest.raises(ExportError):
        desk.take({"students.csv.gz": data})
    assert desk.facts()["students"] == []


def test_an_unknown_format_is_refused(desk: Desk) -> None:
    """The sentence names the formats there are."""
    with pytest.raises(ExportError, match="use native, oulad"):
        desk.take(SCHOOL, format_name="moodle")


def test_a_link_is_not_followed(desk: Desk, tmp_path: Path) -> None:
    """Whoever may write to the inbox cannot make other files of the machine part of an export."""
    secret = tmp_path / "elsewhere.csv"
    secret.write_text("student_id,name\n9,Somebody\n")
    desk.lay({name: text for name, text in SCHOOL.items() if name == "classes.csv"})
    (desk.folder / "students.csv").symlink_to(secret)
    desk.take()
    assert desk.facts()["students"] == []
