"""`forget` in chat and on the command line: previewed, confirmed, done once, told in full."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from chat.town import ADMIN, ANA, TARA, Town
from click.testing import CliRunner

from nudgebot.cli.app import main
from nudgebot.school.forgotten import SCHEMA, Forgotten
from nudgebot.store import Store
from rights.school import ANA as ANNE
from rights.school import BEN, CHI


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A school with an office, whose file knows of the forgotten."""
    opened = Town(tmp_path)
    Store(opened.store.path, [SCHEMA]).close()
    yield opened
    opened.store.close()


def test_an_admin_forgets_after_a_preview(town: Town) -> None:
    """The preview says what will be done; only the confirmation does it, and proves it."""
    town.say(ANA, "I was sick")
    shown = town.answer(ADMIN, "forget s1")
    assert "rows are deleted" in shown
    assert "This cannot be undone" in shown
    assert town.store.value("SELECT count(*) FROM students WHERE student_id = 's1'") == 1
    town.say(ADMIN, f"confirm {town.token()}")
    town.work()
    told = "\n".join(town.zulip.to(ADMIN)[-2:])
    assert "Searched" in told
    assert "not found" in told
    assert "Backups from before now still hold her" in told
    assert "Zulip keeps its own messages" in told
    assert town.store.value("SELECT count(*) FROM students WHERE student_id = 's1'") == 0
    assert Forgotten(town.store.connection).student("s1")
    assert town.store.value("SELECT count(*) FROM confirmations WHERE state = 'confirmed'") == 0


def test_nobody_else_may(town: Town) -> None:
    """Teachers and students are refused, and nothing is previewed."""
    for user in (TARA, ANA):
        town.say(user, "forget s1")
    assert town.store.value("SELECT count(*) FROM confirmations WHERE kind = 'forget'") == 0


def test_privacy_names_how_long(town: Town) -> None:
    """A student reads for how long what is kept."""
    told = town.answer(ANA, "privacy")
    assert "your own words for a year" in told
    assert "everything is erased after 365 days" in told


def _run(*words: str) -> str:
    result = CliRunner().invoke(main, list(words))
    assert result.exit_code == 0, result.output
    return result.output


def test_the_command_line(school: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy, a preview, the erasure with its proof, and the same again without harm."""
    monkeypatch.chdir(tmp_path)
    db = ("--db", str(school.path))
    assert "rows in" in _run("export-student", ANNE.student_id, "--out", "ana.zip", *db)
    assert (tmp_path / "ana.zip").stat().st_mode & 0o077 == 0
    assert "Nothing was done; add --yes" in _run("forget", ANNE.student_id, *db)
    assert school.value("SELECT count(*) FROM students") == 3
    told = _run("forget", ANNE.student_id, "--yes", *db)
    assert "and the id: not found." in told
    assert ANNE.name not in told
    assert "forgotten already" in _run("forget", ANNE.student_id, *db)
    names = [row[0] for row in school.rows("SELECT name FROM students ORDER BY 1")]
    assert names == [BEN.name, CHI.name]
    result = CliRunner().invoke(main, ["forget", "nobody", *db])
    assert result.exit_code == 2
