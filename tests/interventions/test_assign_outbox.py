"""The LMS's file: the exports' own importer reads it back, and nothing in it is a formula."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest
from exports.desk import BERLIN, SCHOOL, Desk

from nudgebot.exports.cells import clean
from nudgebot.exports.native_layouts import LAYOUTS
from nudgebot.insight.computation import Computation
from nudgebot.interventions.assignment_rows import Status, TargetedAssignment
from nudgebot.interventions.lms_outbox import (
    ASSIGNMENT_COLUMNS,
    SUBMISSION_COLUMNS,
    LmsOutbox,
    id_cell,
)
from nudgebot.school.days import to_at
from nudgebot.store import Store

DUE = datetime(2026, 11, 24, 22, 59, tzinfo=UTC)


def assignment(**fields: object) -> TargetedAssignment:
    known: dict[str, object] = {
        "id": 7,
        "source": "x",
        "teacher_id": "t1",
        "teacher_user_id": 9,
        "teacher_name": "Tara",
        "student_id": "1",
        "class_id": "m",
        "title": "Division & Fractions Practice",
        "description": "",
        "skill_ids": ("k1", "k2"),
        "question_count": 15,
        "difficulty": "easy",
        "due_at": DUE,
        "status": Status.ASSIGNED,
        "created_at": DUE,
        "said_done_at": None,
        "completed_at": None,
        "completed_by": None,
        "score": None,
        "answered": 0,
        "correct": 0,
        "looked_batch": 0,
        "overdue_at": None,
        "closed_at": None,
        "owed_teacher": "",
        "owed_student": False,
        "lms_written": False,
    }
    return TargetedAssignment(**(known | fields))  # type: ignore[arg-type]


def files_in(folder: Path) -> dict[str, str | bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir()}


def test_the_importer_reads_it_back(tmp_path: Path, store: Store) -> None:
    """Together with the school's export: hers to do, and nobody else's."""
    outbox = LmsOutbox(tmp_path / "deep" / "outbox")
    outbox.put(assignment(), ["1", "2"])
    written = files_in(tmp_path / "deep" / "outbox" / "assignments-7")
    desk = Desk(tmp_path / "export", store)
    report = desk.take(SCHOOL | written)
    assert not report.notices
    ((key, class_id, title, skills, due, amount, level),) = desk.rows(
        """SELECT assignment_id, class_id, title, skill_ids, due_at, questions, difficulty
           FROM assignments"""
    )
    assert (key, class_id, title) == ("nudgebot-7", "m", "Division & Fractions Practice")
    assert (skills, due, amount, level) == ("k1 k2", to_at(DUE), 15, "easy")
    submissions = desk.rows("SELECT student_id, submitted_at, status, due_at FROM submissions")
    assert submissions == [("1", None, "", to_at(DUE)), ("2", None, "excused", None)]
    computed = Computation(store, BERLIN, datetime(2026, 11, 30, 12, tzinfo=UTC)).figures(
        ["1", "2"]
    )
    assert computed.columns["overdue_assignments"] == [1, None]


def test_the_columns_are_the_native_formats() -> None:
    """Whoever changes the format is reminded of what is written."""
    by_file = {layout.file: layout for layout in LAYOUTS}
    for name, columns in (
        ("assignments.csv", ASSIGNMENT_COLUMNS),
        ("submissions.csv", SUBMISSION_COLUMNS),
    ):
        assert set(columns) <= set(by_file[name].known)
        assert set(by_file[name].required) <= set(columns)


@pytest.mark.parametrize("begin", [*"=+-@|%", "＝", "\t="])
def test_no_cell_is_a_formula(tmp_path: Path, store: Store, begin: str) -> None:
    """A title is only text, and an odd id comes back as it was."""
    odd = f"{begin.strip()}1"
    hostile = assignment(title=f"{begin}HYPERLINK(1)", skill_ids=(odd,), student_id=odd)
    LmsOutbox(tmp_path / "outbox").put(hostile, [odd, "2"])
    written = files_in(tmp_path / "outbox" / "assignments-7")
    for name in written:
        with (tmp_path / "outbox" / "assignments-7" / name).open(newline="") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        assert not [each for each in cells if each[:1] in set("+-@|%＝\t")]
        assert all(each.startswith('="') for each in cells if each.startswith("="))
    desk = Desk(tmp_path / "export", store)
    base = dict(SCHOOL)
    base["students.csv"] += f'"{odd}",Odd\n'
    assert not desk.take(base | written).notices
    assert desk.rows("SELECT skill_ids FROM assignments") == [(odd,)]
    assert {row[0] for row in desk.rows("SELECT student_id FROM submissions")} == {odd, "2"}


@pytest.mark.parametrize("key", ['="&CMD()&"', '=1"&CMD()&"', '@"', '="x"', '-""', "plain", 'a"b'])
def test_an_id_breaks_out_of_no_wrapping(key: str) -> None:
    """A quotation mark in it ends no text for a spreadsheet, and readers of exports get it back."""
    shown = id_cell(key)
    if shown != key:
        assert shown[:2] == '="'
        assert shown[-1] == '"'
        assert '"' not in shown[2:-1].replace('""', "")
    assert clean(shown) == key


def test_it_appears_whole_and_once(tmp_path: Path) -> None:
    """What a crash left behind is no folder of the LMS's, and goes with the next try."""
    left = tmp_path / ".assignments-7.part"
    left.mkdir()
    (left / "assignments.csv").write_text("half")
    outbox = LmsOutbox(tmp_path)
    outbox.put(assignment(), [])
    written = files_in(tmp_path / "assignments-7")
    outbox.put(assignment(title="Other"), [])
    assert files_in(tmp_path / "assignments-7") == written
    assert [each.name for each in tmp_path.iterdir()] == ["assignments-7"]
    assert outbox.take_away(assignment())
    assert not outbox.take_away(assignment())
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """The caller is told, and nothing is left."""
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        LmsOutbox(tmp_path / "file" / "outbox").put(assignment(), [])
    assert [each.name for each in tmp_path.iterdir()] == ["file"]
