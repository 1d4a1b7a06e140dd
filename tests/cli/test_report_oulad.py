"""The reports on real data of the Open University, which have no skills and no practice."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from nudgebot.cli import main

OULAD = Path(__file__).parents[3] / "shared" / "data" / "oulad"
PERIOD = "2014-02-01..2014-04-30"

pytestmark = pytest.mark.skipif(not OULAD.exists(), reason="the data set is not here")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("oulad") / "school.db"
    words = ["ingest", str(OULAD), "--format", "oulad", "--db", str(path)]
    taken = CliRunner().invoke(main, words)
    assert taken.exit_code == 0, taken.output
    return path


def told(database: Path, *who: str) -> str:
    result = CliRunner().invoke(main, ["report", *who, "--period", PERIOD, "--db", str(database)])
    assert result.exit_code == 0, result.output
    return result.stdout.replace("\u00a0", " ")


def test_a_class_of_hundreds(database: Path) -> None:
    """What is not in the data is said to be missing; what is there is told."""
    text = told(database, "class", "AAA-2013J")
    assert "328 students, 321 active" in text
    assert "no skills" in text
    assert "| Average score, 180 days | 66 % |" in text
    assert "Accuracy" not in text


def test_a_student_without_practice(database: Path) -> None:
    """Her assignments, her days, and her place among the others."""
    text = told(database, "student", "100893")
    assert "Active on 12 of 89 days, 1 of 1 assignment handed in." in text
    assert "no skill data" in text
    assert "| Average score, 180 days | 71 % | 66 % | 52 |" in text
    assert "handed in late, was due 2014-03-16" in text


@pytest.mark.parametrize("who", [("class", "AAA-2013J"), ("student", "100893")])
@pytest.mark.parametrize("form", ["pdf", "csv"])
def test_it_can_be_had_as_a_file(
    database: Path, tmp_path: Path, who: tuple[str, str], form: str
) -> None:
    """Also with hundreds of rows."""
    out = tmp_path / f"report.{form}"
    told(database, *who, "--format", form, "--out", str(out))
    begins = {"pdf": b"%PDF-", "csv": b"\xef\xbb\xbf"}[form]
    assert out.read_bytes().startswith(begins)
