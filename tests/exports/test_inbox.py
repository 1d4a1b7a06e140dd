"""The inbox: only what is complete and new, once, and none stops another."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from exports.desk import NOW, SCHOOL, Desk, zipped
from nudgebot.exports.inbox import Inbox, Outcome
from nudgebot.exports.report import ImportReport


class Post:
    """An inbox whose polls are ten seconds apart."""

    def __init__(self, desk: Desk, folder: Path, *, settle_seconds: int = 15) -> None:
        self.desk = desk
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.settle_seconds = settle_seconds
        self.now = NOW
        self.inbox = self.opened()

    def opened(self) -> Inbox:
        return Inbox(
            self.folder,
            self.desk.importer,
            format_name="native",
            settle_seconds=self.settle_seconds,
        )

    def poll(self, times: int = 1) -> list[Outcome]:
        found = []
        for _ in range(times):
            self.now += timedelta(seconds=10)
            found += self.inbox.poll(self.now)
        return found

    def states(self, times: int = 4) -> list[tuple[str, str]]:
        return [(each.source, each.state) for each in self.poll(times)]


@pytest.fixture
def post(desk: Desk, tmp_path: Path) -> Post:
    return Post(desk, tmp_path / "inbox")


def unpacked(folder: Path, files: Mapping[str, str]) -> None:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text)


def test_a_delivery_is_read_when_it_has_settled(post: Post) -> None:
    """Not at the first sight, not while it grows, then once."""
    path = post.folder / "night.zip"
    whole = zipped(path, SCHOOL).read_bytes()
    path.write_bytes(whole[:100])
    assert post.poll() == []
    path.write_bytes(whole[:200])
    assert post.poll() == []
    path.write_bytes(whole)
    assert post.poll(2) == []
    (report,) = post.poll()
    assert (report.source, report.state) == ("night.zip", "taken")
    assert post.poll(3) == []


@pytest.mark.parametrize("shape", ["zip", "folder", "files"])
def test_shapes_of_a_delivery(post: Post, shape: str) -> None:
    """A zip, a sub-folder, or the CSVs themselves."""
    if shape == "zip":
        zipped(post.folder / "x.ZIP", SCHOOL)
    unpacked(
        post.folder / "x" if shape == "folder" else post.folder, SCHOOL if shape != "zip" else {}
    )
    names = {"zip": "x.ZIP", "folder": "x", "files": "inbox"}
    assert post.states() == [(names[shape], "taken")]


def test_what_is_not_finished_by_its_name_is_left_alone(post: Post) -> None:
    """Hidden and partial names wait, and a folder waits for its partial files."""
    zipped(post.folder / ".night.zip", SCHOOL)
    zipped(post.folder / "night.zip.partial", SCHOOL)
    unpacked(post.folder / ".hidden", SCHOOL)
    unpacked(post.folder / "day", SCHOOL | {"exams.csv.part": ""})
    assert post.states() == []
    (post.folder / "day" / "exams.csv.part").unlink()
    assert post.states() == [("day", "taken")]


def test_a_bad_export_is_told_once_and_stops_no_other(post: Post) -> None:
    """Also after a restart; and when it is mended, it is read."""
    (post.folder / "bad.zip").write_bytes(b"PK no zip")
    unpacked(post.folder / "good", SCHOOL)
    assert sorted(post.states()) == [("bad.zip", "refused"), ("good", "taken")]
    assert post.states() == []
    post.inbox = post.opened()
    assert post.states() == []
    zipped(post.folder / "bad.zip", SCHOOL | {"students.csv": SCHOOL["students.csv"] + "4,Dan\n"})
    assert post.states() == [("bad.zip", "taken")]


def test_a_restart_reads_nothing_again(post: Post) -> None:
    """Old deliveries that stay in the folder are known from the book of batches."""
    zipped(post.folder / "monday.zip", SCHOOL)
    post.poll(4)
    zipped(
        post.folder / "tuesday.zip", SCHOOL | {"exams.csv": "exam_id,class_id,title,at,max_score\n"}
    )
    post.poll(4)
    post.inbox = post.opened()
    assert post.states() == []
    assert post.desk.rows("SELECT source, state FROM batches") == [
        ("monday.zip", "taken"),
        ("tuesday.zip", "taken"),
    ]


def test_the_same_content_delivered_again_is_a_fresh_export(post: Post) -> None:
    """It changes nothing, and the book says that the data are as new as this delivery."""
    path = zipped(post.folder / "night.zip", SCHOOL)
    post.poll(4)
    data = path.read_bytes()
    path.unlink()
    (post.folder / "next.zip").write_bytes(data)
    assert post.states() == [("next.zip", "unchanged")]
    assert post.desk.rows("SELECT state FROM batches") == [("taken",), ("taken",)]


def test_going_back_to_what_was_before_is_a_change(post: Post) -> None:
    """An export that takes a mistake back has old content, and counts."""
    path = post.folder / "night.zip"
    more = SCHOOL | {"students.csv": SCHOOL["students.csv"] + "4,Mistake\n"}
    for files, count in ((SCHOOL, 3), (more, 4), (SCHOOL, 3)):
        path.unlink(missing_ok=True)
        zipped(path, files)
        (outcome,) = post.poll(4)
        if outcome.state == "held":
            batch = post.desk.rows("SELECT max(batch_id) FROM batches")[0][0]
            outcome = post.inbox.release(batch, post.now)
        assert outcome.state == "taken"
        assert len(post.desk.rows("SELECT * FROM students WHERE gone_at IS NULL")) == count


def test_deliveries_come_in_the_order_in_which_they_were_written(post: Post) -> None:
    """The newest one has the last word."""
    unpacked(post.folder / "a_newer", SCHOOL)
    unpacked(post.folder / "b_older", SCHOOL | {"students.csv": "student_id,name\n1,Old name\n"})
    for file in (post.folder / "b_older").iterdir():
        os.utime(file, (1_000_000, 1_000_000))
    assert post.states() == [("b_older", "taken"), ("a_newer", "taken")]
    assert post.desk.rows("SELECT name FROM students WHERE student_id = '1'") == [("Ana",)]


def test_a_held_export_is_told_once(post: Post) -> None:
    """It waits in silence for an admin's word."""
    post.desk.take(SCHOOL)
    unpacked(post.folder / "short", {"students.csv": "student_id,name\n1,Ana\n"})
    assert post.states() == [("short", "held")]
    assert post.states() == []
    post.inbox = post.opened()
    assert post.states() == []


def test_a_file_that_changes_while_it_is_read_is_read_again(post: Post) -> None:
    """Nothing of the first reading stays, and it is not reported as bad."""
    folder = post.folder / "x"
    unpacked(folder, SCHOOL)
    take = post.desk.importer.ingest

    def meddle(path: Path, *, format_name: str, as_of: datetime) -> object:
        def progress(_: str, __: int) -> None:
            (folder / "students.csv").write_text(SCHOOL["students.csv"] + "4,Dan\n")

        post.desk.importer.ingest = take  # type: ignore[method-assign]
        return take(path, format_name=format_name, as_of=as_of, progress=progress)

    post.desk.importer.ingest = meddle  # type: ignore[method-assign,assignment]
    assert post.poll(3) == []
    assert post.desk.facts()["students"] == []
    assert post.desk.rows("SELECT * FROM batches") == []
    assert post.states() == [("x", "taken")]
    assert len(post.desk.facts()["students"]) == 4


def test_a_busy_database_is_told_once_and_tried_again(post: Post) -> None:
    """What the database could not take goes in when it can."""
    unpacked(post.folder / "x", SCHOOL)
    post.desk.store.execute("PRAGMA busy_timeout = 1")
    with closing(sqlite3.connect(post.desk.store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert post.states(5) == [("x", "refused")]
    assert post.states() == [("x", "taken")]


def test_a_mistake_of_the_program_stops_no_other_export(
    post: Post, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged and told once."""
    unpacked(post.folder / "a", SCHOOL)
    unpacked(post.folder / "b", SCHOOL)
    take = post.desk.importer.ingest
    name = "Ana"

    def stumble(path: Path, *, format_name: str, as_of: datetime) -> object:
        if path.name == "a":
            raise KeyError(name)
        return take(path, format_name=format_name, as_of=as_of)

    monkeypatch.setattr(post.desk.importer, "ingest", stumble)
    assert sorted(post.states()) == [("a", "refused"), ("b", "taken")]
    assert post.states() == []
    assert "an export could not be read: KeyError" in caplog.text
    assert name not in caplog.text


NOT_UTF8 = b"Sch\xfcler"


@pytest.mark.parametrize(
    ("delivery", "state"),
    [
        pytest.param(NOT_UTF8 + b"/students.csv", "taken", id="the folder"),
        pytest.param(b"x/" + NOT_UTF8 + b".csv", "taken", id="a file in the folder"),
        pytest.param(NOT_UTF8 + b".zip", "refused", id="a zip, and none"),
    ],
)
def test_a_name_that_is_no_text_stops_nothing(post: Post, delivery: bytes, state: str) -> None:
    """It is read as any other, once, and shown as far as it can be."""
    path = Path(os.fsdecode(os.path.join(os.fsencode(post.folder), delivery)))  # noqa: PTH118  # bytes
    unpacked(path.parent, {} if path.parent == post.folder else SCHOOL)
    path.write_text(SCHOOL["students.csv"])
    unpacked(post.folder / "y", {"students.csv": "student_id,name\n1,Ana\n2,Ben\n3,Cem\n4,Dan\n"})
    told = post.poll(4)
    assert sorted(each.state for each in told) == sorted([state, "taken"])
    for outcome in told:
        outcome.source.encode()
        outcome.text.encode()
    assert post.states() == []
    post.inbox = post.opened()
    assert post.states() == []


def test_a_held_export_whose_name_is_no_text_can_be_released(post: Post) -> None:
    """The book knows where it lies, byte by byte."""
    post.desk.take(SCHOOL)
    folder = post.folder / os.fsdecode(NOT_UTF8)
    unpacked(folder, {"students.csv": "student_id,name\n1,Ana\n"})
    (held,) = post.poll(4)
    assert isinstance(held, ImportReport)
    assert post.inbox.release(held.batch_id, post.now).state == "taken"


def test_a_zip_whose_names_are_not_what_they_say_is_refused(post: Post) -> None:
    """Names that claim to be UTF-8 and are not are damage."""
    path = zipped(post.folder / "x.zip", SCHOOL | {"schüler.csv": ""})
    path.write_bytes(path.read_bytes().replace("schü".encode(), b"sch\xff\xff"))
    (refused,) = post.poll(4)
    assert refused.text == "x.zip is not a whole zip; deliver the export again."


def test_a_mistake_while_looking_into_the_book_stops_no_other(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever step of an export fails, the others go in, and it is not tried at every poll."""
    unpacked(post.folder / "a", SCHOOL)
    unpacked(post.folder / "b", SCHOOL)
    look = post.desk.importer.ledger.has_seen
    looked = []

    def stumble(path: Path, stamp: str) -> bool:
        looked.append(path.name)
        if path.name == "a":
            raise KeyError
        return look(path, stamp)

    monkeypatch.setattr(post.desk.importer.ledger, "has_seen", stumble)
    assert sorted(post.states(8)) == [("a", "refused"), ("b", "taken")]
    assert looked == ["a", "b"]


def test_an_inbox_that_is_not_there_is_empty(desk: Desk, tmp_path: Path) -> None:
    """The folder may be made later."""
    inbox = Inbox(tmp_path / "later", desk.importer, format_name="native", settle_seconds=0)
    assert inbox.poll(NOW) == []
    unpacked(tmp_path / "later", SCHOOL)
    assert [each.state for each in inbox.poll(NOW)] == ["taken"]
