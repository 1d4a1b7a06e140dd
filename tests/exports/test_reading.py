"""From bytes to cells: encodings, separators, quotation marks, what spreadsheets do."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from exports.desk import Desk
from nudgebot.errors import ExportError
from nudgebot.exports.bundle import Member
from nudgebot.exports.decoding import Texts
from nudgebot.exports.header import read_header
from nudgebot.exports.sheet import Sheet, columns_of

TEXT = "student_id,name,given_name\n1,Zoë Müller,Zoë\n2,Łukasz,\n"
NAMES = [("Zoë Müller",), ("Łukasz",)]


@pytest.mark.parametrize(
    ("data", "names"),
    [
        pytest.param(TEXT.encode(), NAMES, id="UTF-8"),
        pytest.param(TEXT.encode("utf-8-sig"), NAMES, id="UTF-8 with a mark"),
        pytest.param(b"\xff\xfe" + TEXT.encode("utf-16-le"), NAMES, id="UTF-16, little end first"),
        pytest.param(b"\xfe\xff" + TEXT.encode("utf-16-be"), NAMES, id="UTF-16, big end first"),
        pytest.param(TEXT.replace("\n", "\r\n").encode(), NAMES, id="Windows line ends"),
        pytest.param(TEXT.replace("\n", "\r").encode(), NAMES, id="line ends of old"),
        pytest.param(TEXT.rstrip().encode(), NAMES, id="no line end at the end"),
        pytest.param(TEXT.replace(",", ";").encode(), NAMES, id="semicolons"),
        pytest.param(TEXT.replace(",", "\t").encode(), NAMES, id="tabulators"),
        pytest.param(
            TEXT.encode().replace("Łukasz".encode(), b"Luk\x85"),
            [("Zoë Müller",), ("Luk…",)],
            id="one stray byte of Windows-1252",
        ),
        pytest.param(
            "student_id,name\n1,Zoë Müller\n2,René\n".encode("cp1252"),
            [("Zoë Müller",), ("René",)],
            id="Windows-1252",
        ),
        pytest.param(b"student_id,name\n1,A\0na\n2,Ben\n", [("Ana",), ("Ben",)], id="NUL bytes"),
        pytest.param(
            b"Student ID, NAME ,,\n1,Ana,,\n2,Ben,,\n",
            [("Ana",), ("Ben",)],
            id="a heading's case and blanks, and empty columns",
        ),
        pytest.param(
            b'"student_id","name"\n"1","Ana"\n"2","Ben, B."\n',
            [("Ana",), ("Ben, B.",)],
            id="all in quotation marks",
        ),
        pytest.param(
            b'student_id,name\n1,"Ana\nA."\n2,"B ""the"" n"\n',
            [("Ana\nA.",), ('B "the" n',)],
            id="a line end and marks within quotation marks",
        ),
        pytest.param(
            b'student_id,name\n="1",Ana\n"=""2""", Ben \n',
            [("Ana",), ("Ben",)],
            id="formulas that guard digits",
        ),
    ],
)
def test_bytes_become_names(desk: Desk, data: bytes, names: list[tuple[str]]) -> None:
    """Whatever wrote the file, the names come out as they were meant."""
    desk.take({"students.csv": data})
    assert desk.rows("SELECT name FROM students ORDER BY student_id") == names
    assert desk.rows("SELECT student_id FROM students ORDER BY student_id") == [("1",), ("2",)]


@pytest.mark.parametrize(
    ("data", "notice"),
    [
        pytest.param(
            b"student_id,name\n1,Ana\n2,Ren\xe9\n3,\x85\n",
            "students.csv:3: bytes that are not UTF-8 were read as Windows-1252 (2 in all).",
            id="stray bytes",
        ),
        pytest.param(
            b"student_id,name\n1,Ana\n2,B\0en\n",
            "students.csv:3: NUL bytes were left out.",
            id="NUL bytes",
        ),
    ],
)
def test_what_was_mended_is_said(desk: Desk, data: bytes, notice: str) -> None:
    """With the first line of it."""
    assert desk.take({"students.csv": data}).notices == (notice,)


def test_leading_zeros_and_decimal_commas(desk: Desk) -> None:
    """Ids are text; a comma is decimal where it does not separate, and refused where it does."""
    exam = "exam_id;class_id;title;at;max_score\n007;c;E;2026-10-01;12,5\n"
    classes = "class_id;name\nc;C\n"
    report = desk.take({"classes.csv": classes, "exams.csv": exam})
    assert report.problems == ()
    assert desk.rows("SELECT exam_id, max_score FROM exams") == [("007", 12.5)]
    refused = desk.take(
        {"exams.csv": 'exam_id,class_id,title,at,max_score\n007,c,E,2026-10-01,"12,5"\n'}
    )
    assert [str(each) for each in refused.problems] == [
        "exams.csv:2: max_score: '12,5' is not a number"
    ]


CELL = st.text(st.sampled_from('ab ,"\n\r;é'), max_size=4)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=6), st.booleans(), st.booleans())
@example([("a", "", 'b"')], False, False)
@example([('a","b', "c", "d")], True, False)
def test_cutting_at_once_agrees_with_the_rules_of_csv(
    rows: list[tuple[str, ...]], all_quoted: bool, windows: bool
) -> None:
    """Where the fast way gives an answer at all, it is the one of the csv module."""
    file = io.StringIO()
    csv.writer(
        file,
        quoting=csv.QUOTE_ALL if all_quoted else csv.QUOTE_MINIMAL,
        lineterminator="\r\n" if windows else "\n",
    ).writerows(rows)
    expected = list(csv.reader(io.StringIO(file.getvalue(), newline=""), strict=True))
    found = columns_of(file.getvalue(), ",", 3)
    if found is not None:
        assert [list(row) for row in zip(*found, strict=True)] == expected


@given(st.text(st.sampled_from('a",\n'), min_size=1, max_size=12))
def test_cutting_at_once_never_makes_up_rows(text: str) -> None:
    """Any text: either no answer, or the answer of the csv module."""
    found = columns_of(text, ",", 2)
    if found is not None:
        rows = [list(row) for row in zip(*found, strict=True)]
        assert rows == list(csv.reader(io.StringIO(text, newline="")))


def test_plain_text_is_cut_at_once() -> None:
    """The fast way is taken for plain cells and for cells that are all in quotation marks."""
    assert columns_of("a,b\nc,d\n", ",", 2) == [["a", "c"], ["b", "d"]]
    assert columns_of('"a","b,x"\r\n"c","d"\r\n', ",", 2) == [["a", "c"], ["b,x", "d"]]
    assert columns_of('a,"b"\n', ",", 2) is None
    assert columns_of("a,b,c\nd\n", ",", 2) is None


@settings(max_examples=60, deadline=None)
@given(
    # The writer leaves a bare carriage return without quotation marks, and readers end the row.
    st.lists(CELL.filter(lambda text: "\r" not in text), min_size=1, max_size=40),
    st.integers(1, 40),
)
def test_blocks_of_any_size_give_the_same_rows(names: list[str], block: int) -> None:
    """Where a block ends, within a cell or a line, makes no difference to rows and lines."""
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(enumerate(names))
    data = b"student_id,name\n" + file.getvalue().encode()
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr("nudgebot.exports.decoding.BLOCK_BYTES", block)
        path = Path(folder) / "students.csv"
        path.write_bytes(b"student_id,name\n" + b"0,x\n" if block < 17 else data)
        path.write_bytes(data)
        member = Member("students.csv", "students.csv", len(data), path)
        header = read_header(member, known=["student_id", "name"], required=[])
        parts = list(Sheet(member, header).parts())
    found = [row for part in parts for row in zip(*part.columns, strict=True)]
    lines = [line for part in parts for line in part.lines]
    reader = csv.reader(io.StringIO(file.getvalue(), newline=""), strict=True)
    begins, begin = [], 2
    expected = []
    for row in reader:
        expected.append(tuple(row))
        begins.append(begin)
        begin = 2 + reader.line_num
    assert found == expected
    assert lines == begins


def test_a_line_without_end(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no table of text is not read into memory to its end."""
    monkeypatch.setattr("nudgebot.exports.decoding.MAX_LINE_BYTES", 1000)
    with pytest.raises(ExportError, match="the line has no end"):
        desk.take({"students.csv": "student_id,name\n1," + "x" * 300_000})


def test_wide_text_is_cut_at_lines() -> None:
    """UTF-16 in blocks that end within a character gives whole lines."""
    text = "a,b\n" + "".join(f"{n},Łukasz 𝄞\n" for n in range(30_000))
    file = io.BytesIO(b"\xff\xfe" + text.encode("utf-16-le"))
    blocks = list(Texts(file, "x.csv"))
    assert len(blocks) > 1
    assert "".join(blocks) == text
    assert all(block.endswith("\n") for block in blocks)
