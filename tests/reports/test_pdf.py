"""The PDF: the same figures, on the paper that was asked for, and outside text that stays text."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from nudgebot.errors import InputError
from nudgebot.reports.contents.kinds import TYPES, Report, contents
from nudgebot.reports.fonts import Fonts
from nudgebot.reports.markdown import student_message
from nudgebot.reports.pdf import PAPERS, export_report_pdf
from nudgebot.reports.spreadsheet import export_report_csv

from .samples import (
    HOSTILE,
    SCRIPTS,
    board,
    class_comparison,
    class_report,
    class_skills,
    comparison,
    empty_student,
    skill_analytics,
    student_report,
    trend,
)
from .test_spreadsheet import read

REPORTS: dict[str, Report] = {
    "student": student_report(),
    "class": class_report(),
    "skills": class_skills(),
    "skill": skill_analytics(),
    "comparison": comparison(),
    "class_comparison": class_comparison(),
    "trend": trend(),
    "dashboard": board(),
}
PDFTOTEXT = shutil.which("pdftotext")
needs_pdftotext = pytest.mark.skipif(PDFTOTEXT is None, reason="pdftotext is not installed")


def text_of(pdf: bytes, folder: Path) -> str:
    """The words of a PDF in one line, with plain blanks."""
    assert PDFTOTEXT
    file = folder / "report.pdf"
    file.write_bytes(pdf)
    done = subprocess.run([PDFTOTEXT, "-layout", file, "-"], capture_output=True, check=True)
    return plain(done.stdout.decode("utf-8"))


def plain(text: str) -> str:
    """The text with a plain blank wherever there is room."""
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("kind", TYPES)
def test_every_report_prints(kind: str, fonts: Fonts) -> None:
    """Each kind has its PDF, and the same figures give the same bytes."""
    pdf = export_report_pdf(REPORTS[kind], kind, fonts=fonts)
    assert pdf.startswith(b"%PDF-")
    assert pdf == export_report_pdf(REPORTS[kind], kind, fonts=fonts)


@pytest.mark.parametrize(("paper", "size"), [("a4", (595, 842)), ("Letter", (612, 792))])
def test_the_paper_is_the_one_asked_for(paper: str, size: tuple[int, int], fonts: Fonts) -> None:
    """A4 and Letter, in points."""
    pdf = export_report_pdf(empty_student(), "student", paper=paper, fonts=fonts)
    boxes = re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert {(round(float(x)), round(float(y))) for x, y in boxes} == {size}


@pytest.mark.parametrize(
    ("kind", "paper", "words"),
    [
        pytest.param("studnet", "a4", f"take one of {', '.join(TYPES)}", id="no such report"),
        pytest.param("class", "a4", "not those of a class report", id="another report's figures"),
        pytest.param("student", "a3", f"take one of {', '.join(PAPERS)}", id="no such paper"),
    ],
)
def test_a_wrong_word_is_answered_with_the_right_ones(kind: str, paper: str, words: str) -> None:
    with pytest.raises(InputError, match=re.escape(words)):
        export_report_pdf(student_report(), kind, paper=paper)


@needs_pdftotext
def test_message_csv_and_pdf_say_the_same(fonts: Fonts, tmp_path: Path) -> None:
    """Each figure of the message's table is in the CSV and on paper, written alike."""
    report = student_report()
    pdf = text_of(export_report_pdf(report, "student", fonts=fonts), tmp_path)
    listed = [row for row in read(export_report_csv(report)) if row["section"] == "Overview"]
    titles = {"Questions": "Questions answered", "Time": "Time spent"}
    table = [line.split(" | ") for line in student_message(report).table.splitlines()[2:]]
    assert len(table) == 5
    for title, now, before, _ in ([part.strip("| ") for part in line] for line in table):
        item = titles.get(title, title)
        for figure, words in (("This period", now), ("Period before", before)):
            shown = next(
                row["shown"] for row in listed if (row["item"], row["figure"]) == (item, figure)
            )
            assert shown.removesuffix(" days") == words
        unit = " days" if item == "Active days" else ""
        assert plain(f"{item} {now}{unit} {before}{unit}") in pdf


@needs_pdftotext
def test_every_figure_of_the_csv_is_on_paper(fonts: Fonts, tmp_path: Path) -> None:
    """The whole report, but for the points of the charts, stands in the PDF row by row."""
    report = student_report()
    pdf = text_of(export_report_pdf(report, "student", fonts=fonts), tmp_path).replace(" ", "")
    printed = {each.title for each in contents(report).sections if each.printed}
    rows: dict[tuple[str, str], list[str]] = {}
    for row in read(export_report_csv(report)):
        if row["section"] in printed and row["item"] not in {"Note", "Place in XP"}:
            words = "–" if row["shown"] == "not measured yet" else row["shown"]
            key = (row["section"], row["row"])
            rows.setdefault(key, [row["item"]]).append(words)
    assert len(rows) > 40
    for each in rows.values():
        assert plain("".join(each)).replace(" ", "") in pdf


@needs_pdftotext
def test_head_and_foot_of_a_page(fonts: Fonts, tmp_path: Path) -> None:
    """School, kind, whose, period, the age of the data, and which page it is."""
    pdf = export_report_pdf(
        student_report(), "student", school="Lincoln School & Søn #1", fonts=fonts
    )
    text = text_of(pdf, tmp_path)
    pages = pdf.count(b"/Type /Page\n") or len(re.findall(r"Page \d+ of", text))
    assert pages >= 2
    assert text.count("Lincoln School & Søn #1 Student report: Ana Lee") == pages
    assert text.count("Data as of 19 Nov 2026, 06:00 UTC") == pages
    assert text.count("23 Oct 2026 to 19 Nov 2026 (the last 28 days)") == pages + 1
    assert f"Page 1 of {pages}" in text
    unnamed = text_of(export_report_pdf(student_report(), "student", fonts=fonts), tmp_path)
    assert unnamed.startswith("Student report: Ana Lee 23 Oct 2026")


@needs_pdftotext
@pytest.mark.parametrize("kind", ["trend", "skills", "skill", "comparison", "class_comparison"])
def test_the_age_of_the_data_is_told_in_the_schools_time(
    kind: str, fonts: Fonts, tmp_path: Path
) -> None:
    """A report that does not know how old its data are says it as the message does."""
    known, zone = datetime(2026, 11, 20, 13, 28, tzinfo=UTC), ZoneInfo("Europe/Berlin")
    pdf = export_report_pdf(REPORTS[kind], kind, fonts=fonts, zone=zone, data_as_of=known)
    assert "Data as of 20 Nov 2026, 14:28 CET" in text_of(pdf, tmp_path)
    without = text_of(export_report_pdf(REPORTS[kind], kind, fonts=fonts), tmp_path)
    assert kind == "class_comparison" or "00:00" not in without


@needs_pdftotext
def test_outside_text_is_never_markup(fonts: Fonts, tmp_path: Path) -> None:
    """What would be code, maths, a comment or emphasis to the typesetter is printed as it is."""
    name = "#panic(1) $x^2$ *b* _i_ // c /* d */ @ref <label> `raw` \\ ~ ] } #"
    pdf = export_report_pdf(
        student_report(name, name), "student", school=name, title=name, fonts=fonts
    )
    text = text_of(pdf, tmp_path).replace(" ", "")
    assert text.count(name.replace(" ", "")) >= 3


@needs_pdftotext
def test_names_in_several_scripts_are_on_paper(fonts: Fonts, tmp_path: Path) -> None:
    """Left to right and shaped scripts alike; right to left the letters are all there."""
    text = text_of(export_report_pdf(class_report(), "class", fonts=fonts), tmp_path)
    for name in SCRIPTS[:4]:
        assert name in text
    for letter in "أحمدשרהअमสม":
        assert letter in text


@needs_pdftotext
def test_a_sheet_for_parents_does_not_rank(fonts: Fonts, tmp_path: Path) -> None:
    """The PDF of a student leaves out her place among the others."""
    text = text_of(export_report_pdf(student_report(), "student", fonts=fonts), tmp_path)
    assert "Place in XP" not in text
    assert "6th" not in text


@needs_pdftotext
def test_nothing_measured_is_said_so_on_paper(fonts: Fonts, tmp_path: Path) -> None:
    """Dashes, explained at the foot, and the sentence that says why."""
    text = text_of(export_report_pdf(empty_student(), "student", fonts=fonts), tmp_path)
    assert "There is nothing about her in this period yet." in text
    assert "Accuracy – Questions answered –" in text
    assert "A dash is “not measured yet”" in text


def test_a_hostile_report_prints(fonts: Fonts) -> None:
    """Control characters, marks that turn the writing round and emoji break nothing."""
    report = class_report(HOSTILE, (HOSTILE, "\ufffe\x00", *SCRIPTS))
    assert export_report_pdf(report, "class", fonts=fonts).startswith(b"%PDF-")
