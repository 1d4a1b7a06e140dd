"""The commands about data, as an admin gives them: import, evaluate, sample, check."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

from nudgebot.cli import main
from nudgebot.cli.data import read_moment
from nudgebot.errors import CommandError
from nudgebot.store import Store

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "data" / "sample"

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`nudgebot …` in an empty folder, with a database of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NUDGEBOT_DATABASE", str(tmp_path / "school.db"))
    monkeypatch.setenv("NUDGEBOT_RULES_FILE_PATH", str(ROOT / "rules"))
    monkeypatch.setenv("NUDGEBOT_TEMPLATES_PATH", str(ROOT / "message_templates"))
    runner = CliRunner()
    return lambda *words: runner.invoke(main, [str(word) for word in words])


def test_an_export_is_imported_and_counted(run: Run) -> None:
    """Every table's rows are told, and a second time nothing is new."""
    first = run("ingest", SAMPLE)
    assert first.exit_code == 0, first.output
    assert "students                    30        30         0" in first.output
    again = run("ingest", SAMPLE)
    assert again.exit_code == 0
    assert "unchanged" in again.output


def test_rules_are_evaluated_as_of_a_day(run: Run) -> None:
    """A dry run prints decisions with reasons, and keeps nothing."""
    run("ingest", SAMPLE)
    found = run("evaluate", "--as-of", "2026-11-20T15:00", "--dry-run")
    assert found.exit_code == 0, found.output
    assert "29 students evaluated as of 2026-11-20 15:00 UTC." in found.output
    assert "No Zulip user is named for this person." in found.output
    assert "days_since_last_activity" in found.output
    assert run("evaluate", "--as-of", "7b-math+59", "--dry-run").exit_code == 0


def test_another_moment_can_only_be_tried(run: Run) -> None:
    """Decisions about the past are not written among those of today."""
    refused = run("evaluate", "--as-of", "2026-11-20")
    assert refused.exit_code == 2
    assert "add --dry-run" in refused.output


def test_an_export_that_loses_students_is_held(run: Run, tmp_path: Path) -> None:
    """It needs a word on the command line; without it nothing changes."""
    run("ingest", SAMPLE)
    less = tmp_path / "less"
    shutil.copytree(SAMPLE, less)
    lines = (less / "students.csv").read_text("utf-8").splitlines(keepends=True)
    (less / "students.csv").write_text("".join(lines[:15]), "utf-8")
    held = run("ingest", less)
    assert held.exit_code == 2
    assert "--allow-drop" in held.output
    store = Store(tmp_path / "school.db")
    assert store.value("SELECT count(*) FROM students WHERE gone_at IS NULL") == 30
    assert run("ingest", less, "--allow-drop").exit_code == 0
    assert store.value("SELECT count(*) FROM students WHERE gone_at IS NULL") < 30
    store.close()


def test_a_sample_can_be_written_and_read(run: Run, tmp_path: Path) -> None:
    """What the one command writes, the other takes without a word."""
    assert run("sample-data", tmp_path / "s", "--students", 40, "--days", 30).exit_code == 0
    taken = run("ingest", tmp_path / "s")
    assert taken.exit_code == 0
    assert "add --replace" in run("sample-data", tmp_path / "s").output
    assert run("sample-data", tmp_path / "s", "--students", 30, "--replace").exit_code == 0
    assert "students                    40        40         0" in taken.output


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(["ingest", "nowhere"], "nowhere", id="no such export"),
        pytest.param(["ingest", SAMPLE, "--format", "xls"], "no such format", id="format"),
        pytest.param(
            ["evaluate", "--as-of", "soon", "--dry-run"], "neither a date", id="no moment"
        ),
        pytest.param(["rules", "check", "nowhere"], "nowhere", id="no rules"),
        pytest.param(["sample-data", "s", "--students", "0"], "at least 1", id="no students"),
        pytest.param(["-c", "nowhere", "run"], "nowhere: the file cannot be read", id="config"),
    ],
)
def test_bad_input_is_one_sentence(run: Run, words: list[str], says: str) -> None:
    """Exit code 2, a sentence, no traceback."""
    refused = run(*words)
    assert refused.exit_code == 2
    assert says in refused.output
    assert "Traceback" not in refused.output


def test_the_shipped_rules_are_sound(run: Run) -> None:
    """What a school starts with passes its own check."""
    checked = run("rules", "check")
    assert checked.exit_code == 0, checked.output
    assert "sound" in checked.output


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        pytest.param("2026-11-20", datetime(2026, 11, 20, 22, 59, 59, tzinfo=UTC), id="a day"),
        pytest.param(
            "2026-10-25", datetime(2026, 10, 25, 22, 59, 59, tzinfo=UTC), id="a day of 25 hours"
        ),
        pytest.param("2026-11-20T15:00", datetime(2026, 11, 20, 14, 0, tzinfo=UTC), id="local"),
        pytest.param("2026-11-20T15:00Z", datetime(2026, 11, 20, 15, 0, tzinfo=UTC), id="offset"),
        pytest.param("7b+3", datetime(2026, 9, 4, 21, 59, 59, tzinfo=UTC), id="class and days"),
    ],
)
def test_moments_can_be_written_in_three_ways(store: Store, text: str, moment: datetime) -> None:
    """A day means all of it, in the school's zone."""
    store.execute("INSERT INTO classes (class_id, name, term_start_day) VALUES ('7b', '', 20697)")
    assert read_moment(text, store, ZoneInfo("Europe/Berlin")) == moment


def test_a_class_without_a_term_has_no_days(store: Store) -> None:
    """Nothing is guessed."""
    store.execute("INSERT INTO classes (class_id, name) VALUES ('7b', '')")
    with pytest.raises(CommandError):
        read_moment("7b+3", store, ZoneInfo("UTC"))
