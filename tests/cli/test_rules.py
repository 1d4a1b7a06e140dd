"""`rules check` names the languages of students for which there are no words."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import nudgebot
from nudgebot.cli.app import main
from nudgebot.settings import read_settings
from nudgebot.wiring import open_store

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a zuliprc that names a database, which is not there yet."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "zuliprc").write_text(
        f"[nudgebot]\ndatabase = {tmp_path / 'school.db'}\nrules_file_path = {ROOT / 'rules'}\n"
        f"templates_path = {ROOT / 'message_templates'}\n",
        encoding="utf-8",
    )
    return tmp_path


def checked(folder: Path) -> Result:
    return CliRunner().invoke(main, ["-c", str(folder / "zuliprc"), "rules", "check"])


def test_languages_of_students_are_looked_at(folder: Path) -> None:
    """By the database; that words are lacking is told, and is no failure."""
    store = open_store(read_settings(folder / "zuliprc", environment={}))
    store.executemany(
        "INSERT INTO students (student_id, name, language, gone_at) VALUES (?, ?, ?, ?)",
        [
            ("1", "A", "sw", None),
            ("2", "B", "pt-BR", None),
            ("3", "C", "", None),
            ("4", "D", "fi", 9),
        ],
    )
    store.close()
    found = checked(folder)
    assert found.exit_code == 0, found.output
    assert "- sw (1 student): no crisis phrases" in found.output
    assert "- pt (1 student): " in found.output
    assert "- en" not in found.output
    assert "- fi" not in found.output
    assert "All rules and templates are sound." in found.output


def test_without_a_database_the_schools_language_is_looked_at(folder: Path) -> None:
    """And none is made."""
    assert checked(folder).output == "All rules and templates are sound.\n"
    with (folder / "zuliprc").open("a", encoding="utf-8") as file:
        file.write("language = sw\n")
    assert "- sw (0 students): no crisis phrases" in checked(folder).output
    assert not (folder / "school.db").exists()


def test_a_school_without_folders_of_its_own_checks_those_of_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As an installed package brings them, and as the bot reads them."""
    shipped = tmp_path / "package" / "shipped"
    shipped.mkdir(parents=True)
    for name in ("rules", "message_templates"):
        (shipped / name).symlink_to(ROOT / name)
    monkeypatch.setattr(nudgebot, "__file__", str(tmp_path / "package" / "__init__.py"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "zuliprc").write_text("[nudgebot]\n", encoding="utf-8")
    found = checked(tmp_path)
    assert found.output == "All rules and templates are sound.\n"
