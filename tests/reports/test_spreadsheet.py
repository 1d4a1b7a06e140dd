"""The CSV reads back to the same figures, and nothing in it runs."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nudgebot.insight.trend_data import TrendPoint
from nudgebot.reports.contents.kinds import Report, contents
from nudgebot.reports.contents.section import Section
from nudgebot.reports.figures import Raw
from nudgebot.reports.spreadsheet import HEADER, export_report_csv, guarded

from .samples import (
    HOSTILE,
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

REPORTS: dict[str, Report] = {
    "student": student_report(),
    "student new": empty_student(),
    "student hostile": student_report(HOSTILE, "=cmd|' /C calc'!A0"),
    "class": class_report(),
    "skills": class_skills(),
    "skill": skill_analytics(),
    "comparison": comparison(),
    "classes": class_comparison(),
    "trend": trend(),
    "dashboard": board(),
}
reports = pytest.mark.parametrize("name", REPORTS)
STARTS = tuple("=+-@\t\r＝＋－＠")


def read(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def cells(section: Section) -> list[tuple[Raw, str]]:
    return [(figure.value, str(figure)) for row in section.rows for figure in row.figures]


@reports
def test_the_csv_reads_back_to_the_same_figures(name: str) -> None:
    """Every figure of the report is there, exactly; what is not measured is empty, not 0."""
    rows = read(export_report_csv(REPORTS[name]))
    for section in contents(REPORTS[name]).sections:
        found = [
            (row["value"], row["shown"])
            for row in rows
            if row["section"] == guarded(section.title) and row["item"] != "Note"
        ]
        expected = cells(section)
        assert len(found) == len(expected)
        for (value, shown), (raw, words) in zip(found, expected, strict=True):
            assert shown == guarded(words)
            if raw is None:
                assert value == ""
            elif isinstance(raw, int | float):
                assert float(value) == raw
            elif not isinstance(raw, str):
                assert value == raw.isoformat()


@reports
def test_no_cell_can_be_taken_for_a_formula(name: str) -> None:
    """Texts are guarded; numbers are numbers, the negative ones too."""
    for row in read(export_report_csv(REPORTS[name])):
        assert set(row) == set(HEADER)
        for column, text in row.items():
            if column == "value" and text.startswith("-"):
                assert float(text) < 0
            else:
                assert not text.startswith(STARTS), row


@given(st.text())
def test_any_text_is_guarded(text: str) -> None:
    """Whatever the text, the cell begins nothing and stays one line."""
    safe = guarded(text)
    assert not safe.startswith(STARTS)
    assert "\n" not in safe
    assert "\r" not in safe


def test_a_spreadsheet_shows_the_right_characters() -> None:
    """A byte order mark, UTF-8, and lines that end as spreadsheets expect."""
    data = export_report_csv(class_report())
    assert data.startswith("\ufeff".encode())
    assert "Ελένη Παππά" in data.decode("utf-8")
    assert data.endswith(b"\r\n")
    assert data.count(b"\r\n") == data.count(b"\n")


def test_a_negative_number_stays_a_number() -> None:
    """A difference of classes is guarded in words only."""
    turned = replace(class_comparison(), figures=(
        replace(class_comparison().figures[0], difference=-9.0, value=62.2, other=71.2),
    ))  # fmt: skip
    row = next(row for row in read(export_report_csv(turned)) if row["figure"] == "Difference")
    assert (row["value"], row["unit"], row["shown"]) == ("-9.0", "points", "9 points below")


def test_whose_the_report_is_stands_at_the_top() -> None:
    """Kind, name, class, period and the age of the data."""
    rows = [row for row in read(export_report_csv(student_report())) if row["section"] == "Report"]
    assert {row["item"]: row["value"] for row in rows} == {
        "Kind": "Student report",
        "Of": "Ana Lee",
        "In": "7b Maths",
        "Period": "23 Oct 2026 to 19 Nov 2026 (the last 28 days)",
        "As of": "2026-11-19T14:30:00+00:00",
        "Data as of": "2026-11-19T06:00:00+00:00",
    }


def about(data: bytes) -> dict[str, tuple[str, str]]:
    rows = [row for row in read(data) if row["section"] == "Report"]
    return {row["item"]: (row["value"], row["shown"]) for row in rows}


def test_a_trend_says_its_period_and_the_age_of_its_data() -> None:
    """Months at the edges of the period count only with the days that lie in it."""
    months = (TrendPoint(date(2026, 9, 1), 11, 50.0, 9), TrendPoint(date(2026, 10, 1), 7, 60.0, 9))
    known = datetime(2026, 10, 7, 13, 28, tzinfo=UTC)
    found = about(
        export_report_csv(
            replace(trend(), grain="month", points=months),
            zone=ZoneInfo("Europe/Berlin"),
            data_as_of=known,
        )
    )
    assert found["Period"][1] == "20 Sep 2026 to 7 Oct 2026"
    assert found["As of"] == ("2026-10-07", "7 Oct 2026")
    assert found["Data as of"] == ("2026-10-07T15:28:00+02:00", "7 Oct 2026, 15:28 CEST")


def test_a_single_day_is_told_as_one() -> None:
    """Not from the day to itself."""
    points = (TrendPoint(date(2026, 11, 20), 1, 50.0, 9),)
    found = about(export_report_csv(replace(trend(), grain="day", points=points)))
    assert found["Period"][1] == "20 Nov 2026"
