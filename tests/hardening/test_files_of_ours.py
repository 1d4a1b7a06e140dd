"""Files that are written: read by nobody else, and never in the place that a link names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from hardening.web_school import WebSchool
from nudgebot.cli import main
from nudgebot.cli.context import right_now
from nudgebot.exports.web_source import WebSources
from nudgebot.sandbox.sample import write_sample_school

PATIENCE_SECONDS = 20.0
pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes and links are POSIX's")


@contextmanager
def usual_umask() -> Iterator[None]:
    """As of a login shell."""
    before = os.umask(0o022)
    try:
        yield
    finally:
        os.umask(before)


def fetched(web: WebSchool, folder: Path) -> list[str]:
    sources = WebSources([web.url("good")], folder)
    sources.poll()
    assert sources.wait(PATIENCE_SECONDS)
    sources._addresses = []
    return [each.text for each in sources.poll()]


def test_what_is_fetched_is_for_the_bot_alone(tmp_path: Path) -> None:
    """Each file of it; a whole school is in there."""
    with WebSchool() as web, usual_umask():
        assert fetched(web, tmp_path) == []
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("which", [".zip.partial", ".partial"])
def test_a_link_in_the_inbox_leads_nowhere(tmp_path: Path, which: str) -> None:
    """Whoever may put exports there may not have other files of the bot's overwritten."""
    precious = tmp_path / "precious"
    precious.write_text("school.db", encoding="utf-8")
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    with WebSchool() as web:
        name = WebSources([web.url("good")], inbox)._addresses[0].name
        link = inbox / f".{name}{which}"
        link.symlink_to(precious)
        assert fetched(web, inbox) == []
    assert precious.read_text(encoding="utf-8") == "school.db"
    assert not link.is_symlink()
    assert (inbox / f"{name}.zip").read_bytes() == web.body


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample school."""
    folder = tmp_path_factory.mktemp("school")
    today = right_now().date()
    write_sample_school(folder / "export", students=30, days=30, seed=1, today=today)
    said(folder / "school.db", "ingest", str(folder / "export"))
    return folder / "school.db"


def said(database: Path, *words: str) -> None:
    result = CliRunner().invoke(main, [*words, "--db", str(database)])
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("is_there", [False, True], ids=["new", "over one that others read"])
@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("export-student", "5"), id="a student's copy"),
        pytest.param(("report", "student", "5", "--format", "csv"), id="a student's report"),
        pytest.param(("report", "class", "7b-math"), id="the report of a class"),
    ],
)
def test_what_the_command_line_writes_is_for_who_asked(
    database: Path, tmp_path: Path, words: tuple[str, ...], is_there: bool
) -> None:
    """Whatever the shell's umask is."""
    out = tmp_path / "out"
    with usual_umask():
        if is_there:
            out.write_text("older and much longer " * 10_000, encoding="utf-8")
        said(database, *words, "--out", str(out))
    assert out.stat().st_mode & 0o777 == 0o600
    assert b"older" not in out.read_bytes()
