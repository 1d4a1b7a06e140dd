"""Bad rows are named with file, line and column; the good ones go in."""

from __future__ import annotations

import pytest

from exports.desk import SCHOOL, Desk
from nudgebot.errors import ExportError

NO_TIME = "is no ISO 8601 time such as 2026-11-19 or 2026-11-19T14:30"
LOST = "has lost digits in a spreadsheet; export the column as text"
STUDENTS = SCHOOL["students.csv"]


def rows(name: str, text: str) -> dict[str, str]:
    return SCHOOL | {name: text}


@pytest.mark.parametrize(
    ("files", "table", "taken", "problems"),
    [
        pytest.param(
            rows("activities.csv", "student_id,at,kind\n1,2026-02-30,login\n1,2026-02-03,login\n"),
            "activities",
            1,
            ["activities.csv:2: at: '2026-02-30' is a day or time that does not exist"],
            id="a date that does not exist",
        ),
        pytest.param(
            rows("activities.csv", "student_id,at,kind\n1,03/02/2026,login\n"),
            "activities",
            0,
            [f"activities.csv:2: at: '03/02/2026' {NO_TIME}"],
            id="a date of unknown order",
        ),
        pytest.param(
            rows("activities.csv", "student_id,at,kind\n9,2026-02-03,login\n1,2026-02-03,login\n"),
            "activities",
            1,
            ["activities.csv:2: student_id: is not known from students.csv"],
            id="activity of nobody",
        ),
        pytest.param(
            rows("activities.csv", "student_id,at,kind,progress,minutes\n1,2026-02-03,v,1.5,x7\n"),
            "activities",
            0,
            [
                "activities.csv:2: minutes: 'x7' is not a number",
                "activities.csv:2: progress: '1.5' is not from 0 to 1",
            ],
            id="two things wrong in one row",
        ),
        pytest.param(
            rows("activities.csv", "student_id,at,kind,progress\n1,2026-02-03,login,Ana Meier\n"),
            "activities",
            0,
            ["activities.csv:2: progress: the text is not a number"],
            id="a slipped column is not quoted",
        ),
        pytest.param(
            rows(
                "enrollments.csv", "class_id,person_id,role\nx,1,student\nm,t1,student\nm,1,boss\n"
            ),
            "enrollments",
            0,
            [
                "enrollments.csv:2: class_id: is not known from classes.csv",
                "enrollments.csv:3: person_id: is not known from students.csv",
                "enrollments.csv:4: role: is none of student, teacher",
            ],
            id="enrolments that lead nowhere",
        ),
        pytest.param(
            rows("students.csv", "student_id,name\n1,Ana\n1,Ana again\n2,\n3,Cem\n"),
            "students",
            2,
            [
                "students.csv:4: name: is empty",
                "students.csv:3: student_id: is the same as on line 2; that one was taken",
            ],
            id="the same id twice, and no name",
        ),
        pytest.param(
            rows(
                "students.csv", "student_id,name,zulip_user_id,timezone\n1,A,0,\n2,B,7,Mars/One\n"
            ),
            "students",
            0,
            [
                "students.csv:2: zulip_user_id: '0' is not at least 1",
                "students.csv:3: timezone: is no time zone such as Europe/Berlin",
            ],
            id="no such user, no such zone",
        ),
        pytest.param(
            rows("students.csv", "student_id,name\n1.23457E+08,Ana\n2,Ben\n"),
            "students",
            1,
            [f"students.csv:2: student_id: {LOST}"],
            id="an id that a spreadsheet has damaged",
        ),
        pytest.param(
            rows("students.csv", "student_id,name\n1,Ana\n2\n3,Cem,7\n4,Dan,\n"),
            "students",
            2,
            [
                "students.csv:3: the row has 1 cells where the header has 2",
                "students.csv:4: the row has 3 cells where the header has 2",
            ],
            id="ragged rows; an empty cell too many is none",
        ),
        pytest.param(
            rows("students.csv", 'student_id,name\n1,"A"na\n2,"B ""the"" n"\n3,Cem\n'),
            "students",
            2,
            ["students.csv:2: the quotation marks do not fit together"],
            id="quotation marks",
        ),
        pytest.param(
            rows("students.csv", "student_id,name\n1," + "x" * 200_000 + "\n2,Ben\n"),
            "students",
            1,
            ["students.csv:2: name: is longer than 1000 characters"],
            id="a huge cell",
        ),
        pytest.param(
            rows("students.csv", 'student_id,name\n1,"' + "x" * 200_000 + '"\n2,Ben\n'),
            "students",
            1,
            ["students.csv:2: a cell is far too long; is a quotation mark missing?"],
            id="a huge cell in quotation marks",
        ),
        pytest.param(
            rows("exams.csv", "exam_id,class_id,title,at,max_score\ne,m,E,2026-10-01,0\n"),
            "exams",
            0,
            ["exams.csv:2: max_score: must be more than 0"],
            id="an exam without points",
        ),
        pytest.param(
            rows("calendar.csv", "begin,end,kind\n2026-12-21,2026-12-20,holiday\n"),
            "calendar",
            0,
            ["calendar.csv:2: end: lies before begin"],
            id="a holiday that ends before it begins",
        ),
        pytest.param(
            rows("classes.csv", "class_id,name\nm,M\n\n,,\n"),
            "classes",
            1,
            [],
            id="empty rows are none",
        ),
    ],
)
def test_bad_rows_are_named(
    desk: Desk, files: dict[str, str], table: str, taken: int, problems: list[str]
) -> None:
    """Each bad row has its sentence, the counts add up, and every other table goes in."""
    report = desk.take(files)
    count = next(each for each in report.tables if each.table == table)
    named = [str(each) for each in report.problems if each.file == f"{table}.csv"]
    assert named == problems
    assert count.rows_taken == taken == len(desk.facts()[table])
    assert count.rows_read == count.rows_taken + count.rows_refused
    assert all(text in report.text for text in problems)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        pytest.param(
            {"students.csv": "id,nmae\n1,Ana\n"},
            "the required columns name, student_id are missing, did you mean `nmae`?",
            id="required columns missing",
        ),
        pytest.param(
            {"students.csv": ""}, "students.csv:1: the file has no header line", id="empty"
        ),
        pytest.param(
            {"students.csv": "student_id,name,name\n"},
            "students.csv:1: the column name is there twice",
            id="a column twice",
        ),
        pytest.param(
            {"students.csv": 'student_id,name\n1,"Ana\n2,Ben\n'},
            "students.csv:2: a quotation mark opens here and is never closed",
            id="cut off within a cell",
        ),
        pytest.param(
            {"students.csv": "student_id,name,email\n1,Ana,a@x.org\n2,Be"},
            "students.csv:3: the file ends in the middle of a row",
            id="cut off within a row",
        ),
        pytest.param({}, "holds no file of the native format", id="nothing there"),
        pytest.param(
            {"marks.csv": "a,b\n"}, "holds no file of the native format", id="nothing known there"
        ),
    ],
)
def test_what_cannot_be_taken_as_a_whole(desk: Desk, files: dict[str, str], words: str) -> None:
    """One sentence, nothing written, and the refusal stands in the book of batches."""
    desk.take(SCHOOL)
    before = desk.facts()
    with pytest.raises(ExportError) as caught:
        desk.take(files)
    assert words in str(caught.value)
    assert desk.facts() == before
    if files:
        assert desk.rows("SELECT state FROM batches WHERE batch_id = 2") == [("refused",)]


def test_a_bad_file_keeps_the_good_ones_out(desk: Desk) -> None:
    """All headers are checked before anything is written."""
    with pytest.raises(ExportError, match="practice"):
        desk.take(SCHOOL | {"practice.csv": "session_id\np\n"})
    assert desk.facts()["students"] == []


@pytest.mark.parametrize(
    ("files", "notice"),
    [
        pytest.param(
            {"students.csv": "student_id,name,emial\n1,Ana,a@x.org\n"},
            "emial: this column is not known and was kept out, did you mean `email`?",
            id="a typo in an optional column",
        ),
        pytest.param(
            {"students.csv": "student_id,name,password\n1,Ana,secret\n"},
            "students.csv:1: password: this column is not known and was kept out.",
            id="a password",
        ),
        pytest.param(
            {"students.csv": STUDENTS, "studnets.csv": "a\n"},
            "studnets.csv: this file is not known and was not read, did you mean students.csv?",
            id="a typo in a file's name",
        ),
        pytest.param(
            {"students.csv": STUDENTS, "marks.xlsx": b"PK"},
            "marks.xlsx: this file is not known and was not read.",
            id="a spreadsheet",
        ),
        pytest.param(
            {"students.csv": "student_id,name,email\n1,A,a@x.org\n2,B,a@x.org\n3,C,\n"},
            "students.csv: email: 2 students share an address with another one; nobody is"
            " recognised by it.",
            id="two students with one address",
        ),
        pytest.param(
            {"students.csv": "student_id,name,zulip_user_id\n1,A,7\n2,B,7\n3,C,8\n4,D,\n5,E,\n"},
            "students.csv: zulip_user_id: 2 students share a Zulip user with another one; nobody is"
            " recognised by it.",
            id="two students with one Zulip user",
        ),
        pytest.param(
            {"teachers.csv": "teacher_id,name,zulip_user_id\n1,A,7\n2,B,7\n3,C,8\n"},
            "teachers.csv: zulip_user_id: 2 teachers share a Zulip user with another one; nobody is"
            " recognised by it.",
            id="two teachers with one Zulip user",
        ),
    ],
)
def test_notices(desk: Desk, files: dict[str, str | bytes], notice: str) -> None:
    """What was left out or looks odd is said; the rows go in."""
    report = desk.take(files)
    assert any(notice in each for each in report.notices)
    assert report.rows_refused == 0
    assert "secret" not in repr(desk.facts()) + report.text


def test_a_row_that_cannot_be_read_is_not_gone(desk: Desk) -> None:
    """A known student whose row is bad today stays as she was; a nameless bad row keeps all."""
    desk.take(SCHOOL)
    desk.take({"students.csv": "student_id,name\n1,Ana\n2,Ben\n3,\n"})
    assert desk.rows("SELECT name FROM students WHERE gone_at IS NULL") == [
        ("Ana",),
        ("Ben",),
        ("Cem",),
    ]
    report = desk.take({"students.csv": "student_id,name\n1,Ana\n,Ben\n3,C\n"})
    assert desk.rows("SELECT name FROM students WHERE gone_at IS NULL") == [
        ("Ana",),
        ("Ben",),
        ("C",),
    ]
    assert any("no row was marked as gone" in notice for notice in report.notices)


def test_the_later_of_two_periods_in_a_class_counts(desk: Desk) -> None:
    """A student who left and came back is in the class, whatever the order of the lines."""
    lines = ["m,1,student,2026-08-01,2026-09-01", "m,1,student,2026-10-01,"]
    for order in (lines, lines[::-1]):
        text = "class_id,person_id,role,begin,end\n" + "\n".join(order) + "\n"
        desk.take(SCHOOL | {"enrollments.csv": text}, allow_drop=True)
        assert desk.rows("SELECT end_day FROM enrollments WHERE gone_at IS NULL") == [(None,)]


def test_a_thousand_bad_rows_make_a_short_report(desk: Desk) -> None:
    """Rows are counted to the last one, sentences only so far as somebody reads them."""
    bad = "student_id,at,kind\n" + "9,2026-11-01,login\n" * 5000
    report = desk.take(SCHOOL | {"activities.csv": bad})
    assert report.rows_refused == 5000
    assert len(report.problems) == 1000
    assert "4950 more rows" in report.text
