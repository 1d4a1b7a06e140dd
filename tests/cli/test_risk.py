"""The commands about the risk score, as an admin gives them."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from insight.oulad_school import made_up

from nudgebot.cli import main
from nudgebot.insight.risk_formula import read_formula, shipped_formula

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`nudgebot …` in an empty folder, with a database of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NUDGEBOT_DATABASE", str(tmp_path / "school.db"))
    runner = CliRunner()
    return lambda *words: runner.invoke(main, [str(word) for word in words])


@pytest.fixture
def outcomes(run: Run, tmp_path: Path) -> Path:
    """A school with three past terms, and what became of its students."""
    school = made_up(students=110)
    done = run("ingest", school.write(tmp_path / "oulad"), "--format", "oulad")
    assert done.exit_code == 0, done.output
    path = tmp_path / "outcomes.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("student_id", "class_id", "outcome"))
        for row in school.rows["studentInfo"]:
            class_id = f"{row['code_module']}-{row['code_presentation']}"
            writer.writerow((row["id_student"], class_id, row["final_result"]))
    return path


def test_the_formula_in_force_is_told_in_words(run: Run) -> None:
    """The shipped one, its source, its weights, its levels, and what it gives for examples."""
    found = run("risk", "show")
    assert found.exit_code == 0
    assert "In force: the weights that nudgebot brings." in found.output
    assert "python -m benchmarks.risk_oulad" in found.output
    assert "high from 50 of 100" in found.output
    assert "no mark yet, not seen for 4 weeks" in found.output


def test_a_schools_own_file_is_named(run: Run, tmp_path: Path) -> None:
    """The setting's file goes before the shipped one; a broken one is one sentence."""
    own = tmp_path / "data" / "risk_weights.json"
    own.parent.mkdir()
    own.write_text(shipped_formula().text, encoding="utf-8")
    assert "In force: the weights in data/risk_weights.json." in run("risk", "show").output
    own.write_text("{}", encoding="utf-8")
    broken = run("risk", "show")
    assert broken.exit_code == 2
    assert "not a file of risk weights" in broken.output


def test_a_fit_tells_its_gain_and_writes_only_when_asked(
    run: Run, outcomes: Path, tmp_path: Path
) -> None:
    """Tried on the last term; without --write there is no file, with it a sound one."""
    found = run("risk", "fit", "--outcomes", outcomes)
    assert found.exit_code == 0, found.output
    assert "2 earlier terms" in found.output
    assert "2014-10-01" in found.output
    assert "Of 100 pairs" in found.output
    assert "Nothing was written." in found.output
    assert not list(tmp_path.rglob("*.json"))
    target = tmp_path / "data" / "risk_weights.json"
    done = run("risk", "fit", "--outcomes", outcomes, "--write", target)
    assert done.exit_code == 0, done.output
    assert "Written to" in done.output
    assert json.loads(target.read_text("utf-8"))["made_by"] == "nudgebot risk fit"
    assert read_formula(target) != shipped_formula()
    assert "In force: the weights in data/risk_weights.json." in run("risk", "show").output


def test_without_a_file_the_final_average_tells_who_failed(run: Run, outcomes: Path) -> None:
    """A pass mark stands in for outcomes; one that nobody misses leaves nothing to learn."""
    assert outcomes.exists()
    assert "students of 2 earlier terms" in run("risk", "fit", "--pass-mark", 60).output
    refused = run("risk", "fit", "--pass-mark", 0)
    assert refused.exit_code == 2
    assert "(0 failed)" in refused.output


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("student_id,outcome\n1,fail\n", "it needs the columns", id="column"),
        pytest.param("student_id,class_id,outcome\n1,a,meh\n", "line 2: the outcome", id="word"),
    ],
)
def test_bad_outcomes_are_named(
    run: Run, outcomes: Path, tmp_path: Path, text: str, says: str
) -> None:
    """One sentence with the place, and nothing is fitted."""
    assert outcomes.exists()
    bad = tmp_path / "bad.csv"
    bad.write_text(text, encoding="utf-8")
    refused = run("risk", "fit", "--outcomes", bad, "--write", tmp_path / "w.json")
    assert refused.exit_code == 2
    assert says in refused.output
    assert not (tmp_path / "w.json").exists()
    assert "cannot be read" in run("risk", "fit", "--outcomes", tmp_path / "none.csv").output


def test_a_school_without_past_terms_is_told_how_many_are_needed(run: Run, tmp_path: Path) -> None:
    """Too little to learn from is said, with the numbers."""
    assert run("sample-data", tmp_path / "sample", "--students", 5, "--days", 20).exit_code == 0
    assert run("ingest", tmp_path / "sample").exit_code == 0
    refused = run("risk", "fit")
    assert refused.exit_code == 2
    assert "at least 100 in earlier terms" in refused.output
    assert "The weights in force stay." in refused.output
