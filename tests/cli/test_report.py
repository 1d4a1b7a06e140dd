"""The reports on the command line: text, PDF and CSV of the same figures, and bad input."""

from __future__ import annotations

import csv
import io
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nudgebot.cli import main
from nudgebot.cli.context import right_now
from nudgebot.sandbox.sample import write_sample_school

FIGURES = ("Accuracy", "Questions", "Active days")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample school of thirty, up to today."""
    folder = tmp_path_factory.mktemp("school")
    today = right_now().date()
    write_sample_school(folder / "export", students=30, days=60, seed=1, today=today)
    path = folder / "school.db"
    taken = CliRunner().invoke(main, ["ingest", str(folder / "export"), "--db", str(path)])
    assert taken.exit_code == 0, taken.output
    return path


def said(database: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["report", *words, "--db", str(database)])


@pytest.mark.parametrize("who", [("student", "5"), ("class", "7b-math")])
def test_a_report_is_text_that_a_terminal_shows(database: Path, who: tuple[str, str]) -> None:
    """No marks of Zulip's are left, and nothing is folded away."""
    result = said(database, *who)
    assert result.exit_code == 0, result.output
    assert "Accuracy" in result.stdout
    for mark in ("**", "```", "<time:", "&#"):
        assert mark not in result.stdout


def test_the_same_figures_in_text_and_table(database: Path) -> None:
    """What the text says, the CSV holds."""
    text = said(database, "student", "5").stdout
    table = said(database, "student", "5", "--format", "csv").stdout_bytes.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(table)))
    shown = {cell for row in rows for cell in row}
    for line in text.splitlines():
        name, _, rest = line.strip("| ").partition(" | ")
        if name in FIGURES:
            assert rest.split(" | ")[0] in shown, line


@pytest.mark.parametrize("paper", ["a4", "letter"])
@pytest.mark.parametrize("who", [("student", "5"), ("class", "7b-math")])
def test_a_pdf_is_a_file(database: Path, tmp_path: Path, who: tuple[str, str], paper: str) -> None:
    """On either paper."""
    path = tmp_path / "report.pdf"
    result = said(database, *who, "--format", "pdf", "--paper", paper, "--out", str(path))
    assert result.exit_code == 0, result.output
    assert path.read_bytes().startswith(b"%PDF-")


def test_whoever_looks_is_written_down(database: Path) -> None:
    """Somebody at the server, since nothing there says who."""
    said(database, "class", "7b-math")
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute(
            "SELECT DISTINCT actor_user_id, action, place FROM audit WHERE student_id = '9'"
        ).fetchall()
    assert rows == [(0, "report class", "machine")]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(("student", "999"), "no active student of this id", id="nobody"),
        pytest.param(("class", "9z"), "no class of this id", id="no such class"),
        pytest.param(("student", "5", "--period", "soon"), "A period is", id="no period"),
        pytest.param(
            ("student", "5", "--period", "2026-03-02..2026-03-01"),
            "begins after its end",
            id="b",
        ),
        pytest.param(
            ("student", "5", "--period", "2999-01-01..2999-01-02"), "in the future", id="then"
        ),
        pytest.param(("student", "5", "--format", "pdf", "--paper", "a0"), "such paper", id="a0"),
        pytest.param(("student", "5", "--out", "/nowhere/x"), "cannot be written", id="no folder"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    database: Path, words: tuple[str, ...], says: str
) -> None:
    """Exit code 2, and no traceback."""
    result = said(database, *words)
    assert result.exit_code == 2, result.output
    assert says in result.output
    assert "Traceback" not in result.output
    assert result.output.count("\n") == 1


def test_times_are_the_schools(database: Path) -> None:
    """The age of the data is told in the school's time zone, not in that of the machine."""
    settings = {"NUDGEBOT_TIMEZONE": "Asia/Kolkata"}
    words = ["report", "class", "7b-math", "--format", "csv", "--db", str(database)]
    result = CliRunner().invoke(main, words, env=settings)
    assert result.exit_code == 0, result.output
    rows = csv.DictReader(io.StringIO(result.stdout_bytes.decode("utf-8-sig")))
    known = next(row for row in rows if row["item"] == "Data as of")
    assert known["value"].endswith("+05:30")
    assert known["shown"].endswith(" IST")
