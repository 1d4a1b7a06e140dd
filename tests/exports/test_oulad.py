"""OULAD: seven files, day offsets, no row lost; by hand, and the real data where they are."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import pytest

from exports.desk import BERLIN, SCHOOL, Desk
from nudgebot.errors import ExportError
from nudgebot.exports.importer import Importer
from nudgebot.exports.oulad import open_oulad
from nudgebot.school.days import from_at, to_at, to_day

REAL = Path(__file__).parents[3] / "shared" / "data" / "oulad"
OF = '"AAA","2013J",'
FILES = {
    "courses.csv": f'"code_module","code_presentation","module_presentation_length"\n{OF}"268"\n',
    "studentInfo.csv": (
        '"code_module","code_presentation","id_student","gender","region","disability",'
        '"final_result"\n'
        f'{OF}"7","M","Wales","N","Pass"\n{OF}"8","F","Scotland","Y","Withdrawn"\n'
    ),
    "studentRegistration.csv": (
        '"code_module","code_presentation","id_student","date_registration",'
        '"date_unregistration"\n'
        f'{OF}"7","-30",""\n{OF}"8","-5","12"\n'
    ),
    "vle.csv": (
        '"id_site","code_module","code_presentation","activity_type","week_from","week_to"\n'
        f'"50",{OF}"oucontent","",""\n'
    ),
    "assessments.csv": (
        '"code_module","code_presentation","id_assessment","assessment_type","date","weight"\n'
        f'{OF}"1","TMA","19","10"\n{OF}"2","TMA","54","90"\n{OF}"3","Exam","","100"\n'
    ),
    "studentAssessment.csv": (
        '"id_assessment","id_student","date_submitted","is_banked","score"\n'
        '"1","7","18","0","78"\n"2","7","-1","1","60"\n"1","8","19","0","?"\n"3","7","268","0","55"\n'
    ),
    "studentVle.csv": (
        '"code_module","code_presentation","id_student","id_site","date","sum_click"\n'
        f'{OF}"7","50","-10","4"\n{OF}"7","50","-10","4"\n{OF}"7","50","-10","1"\n'
        f'{OF}"8","51","3","2"\n'
    ),
}


def day(year: int, month: int, number: int) -> int:
    return to_day(date(year, month, number))


def test_offsets_become_dates(desk: Desk) -> None:
    """A J presentation begins on 1 October; an offset counts days from there."""
    report = desk.take(FILES, format_name="oulad")
    assert report.problems == ()
    assert desk.rows("SELECT class_id, subject, term_start_day, term_end_day FROM classes") == [
        ("AAA-2013J", "AAA", day(2013, 10, 1), day(2014, 6, 26))
    ]
    assert desk.rows("SELECT person_id, begin_day, end_day FROM enrollments") == [
        ("7", day(2013, 9, 1), None),
        ("8", day(2013, 9, 26), day(2013, 10, 13)),
    ]


def test_clicks_add_up_and_rows_stay(desk: Desk) -> None:
    """Equal rows all count; the hour is unknown; a page without a type is of unknown kind."""
    desk.take(FILES, format_name="oulad")
    assert desk.rows("SELECT count(*), sum(events) FROM activities") == [(4, 11)]
    assert desk.rows("SELECT * FROM activity_days") == [
        ("7", day(2013, 9, 21), "oucontent", "AAA", -1, 9, 0.0),
        ("8", day(2013, 10, 4), "unknown", "AAA", -1, 2, 0.0),
    ]
    assert desk.rollups() == desk.rollups_of_rows()


def test_assessments_become_work_and_exams(desk: Desk) -> None:
    """Work is due at the end of its day; an exam without a day is on the last one."""
    desk.take(FILES, format_name="oulad")
    end = datetime(2013, 10, 20, 23, 59, 59, tzinfo=BERLIN)
    assert desk.rows("SELECT title, due_at, weight_percent FROM assignments")[0] == (
        "TMA 1",
        to_at(end),
        10.0,
    )
    assert desk.rows("SELECT exam_id, at, max_score, weight_percent FROM exams") == [
        ("3", to_at(datetime(2014, 6, 26, 12, tzinfo=BERLIN)), 100.0, 100.0)
    ]
    assert desk.rows("SELECT exam_id, student_id, score, status FROM exam_results") == [
        ("3", "7", 55.0, "scored")
    ]
    found = desk.rows("SELECT student_id, assignment_id, score, submitted_at FROM submissions")
    assert [(row[:3], from_at(row[3]).date()) for row in found] == [
        (("7", "1", 78.0), date(2013, 10, 19)),
        (("7", "2", 60.0), date(2013, 9, 30)),
        (("8", "1", None), date(2013, 10, 20)),
    ]


def test_nothing_about_the_person_is_kept(desk: Desk) -> None:
    """Gender, region, disability and the final result stay out of the database."""
    desk.take(FILES, format_name="oulad")
    kept = repr(desk.facts())
    assert not any(word in kept for word in ("Wales", "Scotland", "Withdrawn", "Pass"))


def test_start_dates_can_be_given(desk: Desk) -> None:
    """For a presentation, or for one class of it."""
    for starts, first in (
        ({"2013J": date(2026, 10, 5)}, day(2026, 10, 5)),
        ({"2013J": date(2026, 10, 5), "AAA-2013J": date(2026, 9, 7)}, day(2026, 9, 7)),
    ):
        importer = Importer(
            desk.store,
            zone=BERLIN,
            max_drop_share=0.1,
            formats={"oulad": partial(open_oulad, starts=starts)},
        )
        desk.lay(FILES | {"note.csv": str(first)})
        importer.ingest(desk.folder, format_name="oulad", as_of=datetime(2026, 11, 1, tzinfo=UTC))
        assert desk.rows("SELECT term_start_day FROM classes") == [(first,)]


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        pytest.param("courses.csv", "2013J", "2013X", "is no presentation such as 2013J", id="X"),
        pytest.param("vle.csv", "activity_type", "type", "activity_type is missing", id="column"),
        pytest.param("vle.csv", "", None, "lacks vle.csv", id="file"),
    ],
)
def test_what_is_refused_as_a_whole(
    desk: Desk, name: str, old: str, new: str | None, words: str
) -> None:
    """A file, a column or a start that is missing is named."""
    files = {each: text for each, text in FILES.items() if each != name}
    if new is not None:
        files[name] = FILES[name].replace(old, new)
    with pytest.raises(ExportError) as caught:
        desk.take(files, format_name="oulad")
    assert words in str(caught.value)


def test_bad_rows_are_named(desk: Desk) -> None:
    """Rows that lead nowhere are refused with their line; the others go in."""
    files = FILES | {
        "studentVle.csv": FILES["studentVle.csv"]
        + f'{OF}"99","50","1","1"\n"BBB","2013J","7","50","1","1"\n',
        "studentAssessment.csv": FILES["studentAssessment.csv"]
        + '"77","7","18","0","78"\n"1","7","18","0","79"\n',
    }
    report = desk.take(files, format_name="oulad")
    assert [str(each) for each in report.problems] == [
        "studentAssessment.csv:6: id_assessment: is not known from assessments.csv",
        "studentAssessment.csv:7: id_assessment: is there twice for this student",
        "studentVle.csv:6: id_student: is not known from studentInfo.csv",
        "studentVle.csv:7: code_presentation: is not known from courses.csv",
    ]
    counts = {each.table: (each.rows_read, each.rows_taken) for each in report.tables}
    assert (counts["studentVle"], counts["studentAssessment"]) == ((6, 4), (6, 4))


def test_a_second_import_changes_nothing(desk: Desk) -> None:
    """Also where the files are otherwise packed."""
    desk.take(FILES, format_name="oulad")
    before = desk.facts()
    desk.touched()
    packed = {f"{name}.gz": gzip.compress(text.encode()) for name, text in FILES.items()}
    assert desk.take(packed, format_name="oulad").touched == 0
    assert (desk.facts(), desk.touched()) == (before, set())


@pytest.mark.skipif(not REAL.is_dir(), reason="the real OULAD data are not beside the repository")
def test_no_row_of_the_real_data_is_lost(desk: Desk) -> None:
    """2,515 students of three presentations, 14,405 results and 753,564 rows of clicks."""
    report = desk.take(path=REAL, format_name="oulad", as_of=datetime(2014, 3, 1, tzinfo=UTC))
    assert {each.table: (each.rows_taken, each.rows_refused) for each in report.tables} == {
        "courses": (3, 0),
        "studentInfo": (2515, 0),
        "studentRegistration": (2515, 0),
        "vle": (728, 0),
        "assessments": (24, 0),
        "studentAssessment": (14405, 0),
        "studentVle": (753564, 0),
    }
    with gzip.open(REAL / "studentVle.csv.gz", "rt") as file:
        next(file)
        clicks = sum(int(line.rsplit('"', 2)[1]) for line in file)
    assert desk.rows("SELECT sum(events) FROM activity_days") == [(clicks,)]
    assert desk.rows("SELECT count(*) FROM activities") == [(753564,)]
    assert desk.rows("SELECT count(*) FROM submissions") == [(14405,)]
    assert report.data_as_of == datetime(2014, 2, 28, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("files", "given", "words"),
    [
        pytest.param(
            FILES,
            "native",
            "holds no file of the native format; it needs students.csv; it looks like oulad: add"
            " --format oulad, or set inbox_format to oulad for the inbox.",
            id="OULAD as native",
        ),
        pytest.param(
            SCHOOL,
            "oulad",
            "OULAD has seven files; it looks like native: add --format native, or set inbox_format"
            " to native for the inbox.",
            id="native as OULAD",
        ),
    ],
)
def test_the_wrong_format_is_told_the_right_one(
    desk: Desk, files: dict[str, str], given: str, words: str
) -> None:
    """Who forgot to name the format reads what to add."""
    with pytest.raises(ExportError) as caught:
        desk.take(files, format_name=given)
    assert str(caught.value).endswith(words)


def test_what_fits_no_format_is_told_no_other(desk: Desk) -> None:
    """A damaged export of the right format is not taken for one of another."""
    with pytest.raises(ExportError) as caught:
        desk.take({name: FILES[name] for name in FILES if name != "vle.csv"}, format_name="oulad")
    assert str(caught.value).endswith("lacks vle.csv; OULAD has seven files.")
