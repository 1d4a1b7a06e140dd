"""`messages preview`: both versions of a nudge, or why there is only one; nothing is sent."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from model.samples import GOOD
from model.server import endpoint, hangs, says

from nudgebot.cli import main
from nudgebot.cli.context import right_now
from nudgebot.sandbox.sample import write_sample_school

RULE = "streak_break_recovery"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample school of ten, up to today."""
    folder = tmp_path_factory.mktemp("school")
    today = right_now().date()
    write_sample_school(folder / "export", students=10, days=40, seed=1, today=today)
    path = folder / "school.db"
    taken = CliRunner().invoke(main, ["ingest", str(folder / "export"), "--db", str(path)])
    assert taken.exit_code == 0, taken.output
    return path


def said(database: Path, *words: str, **settings: str) -> Result:
    environment = {f"NUDGEBOT_{name.upper()}": value for name, value in settings.items()}
    command = ["messages", "preview", *words, "--db", str(database)]
    return CliRunner().invoke(main, command, env=environment)


def test_both_versions_are_shown_and_nothing_is_sent(database: Path) -> None:
    """The template's words and the model's, with the same facts, and an empty outbox."""
    with endpoint(says(GOOD)) as model:
        result = said(database, RULE, "5", ai_base_url=model.url, ai_model="small")
    assert result.exit_code == 0, result.output
    template, _, other = result.stdout.partition("In other words (small):")
    assert "Your best run is" in template
    assert "You once kept going for" in other
    assert "**" not in result.stdout
    with closing(sqlite3.connect(database)) as store:
        assert store.execute("SELECT COUNT(*) FROM outbox").fetchone() == (0,)
        assert store.execute("SELECT kind FROM model_uses").fetchall() == [("asked",)]
        seen = store.execute("SELECT COUNT(*) FROM audit WHERE action = 'messages preview'")
        assert seen.fetchone() == (1,)


WHY_NOT = {
    "not configured": ({}, "No model is configured (ai_base_url is empty)"),
    "switched off": (
        {"ai_base_url": "http://127.0.0.1:9/v1", "enable_ai_personalization": "false"},
        "enable_ai_personalization is off",
    ),
    "no model named": ({"ai_base_url": "http://127.0.0.1:9/v1"}, "ai_model: name the model"),
    "no address": ({"ai_base_url": "here", "ai_model": "m"}, "ai_base_url: an address such as"),
    "broken headers": (
        {"ai_base_url": "http://127.0.0.1:9", "ai_model": "m", "ai_headers": "secret-key"},
        "ai_headers: write it as `name: value; name: value`.",
    ),
}


@pytest.mark.parametrize(("settings", "why"), WHY_NOT.values(), ids=list(WHY_NOT))
def test_without_a_model_the_reason_is_told(
    database: Path, settings: dict[str, str], why: str
) -> None:
    """One sentence that says what to do, below the template's message; no key is shown."""
    result = said(database, RULE, "5", **settings)
    assert result.exit_code == 0, result.output
    assert "Your best run is" in result.stdout
    assert f"In other words: none. {why}" in result.stdout
    assert "secret-key" not in result.output


def test_a_model_that_fails_is_told(database: Path) -> None:
    """The reason is the one that is counted for nudges."""
    with endpoint(hangs) as model:
        # Another name: what the other test's model wrote is kept.
        result = said(database, RULE, "5", ai_base_url=model.url, ai_model="b", ai_seconds="1")
    assert "In other words: none, because the model took too long." in result.stdout


def test_a_missing_package_is_one_sentence(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra that is to be installed is named."""
    monkeypatch.setitem(sys.modules, "openai", None)
    result = said(database, RULE, "5", ai_base_url="http://127.0.0.1:9/v1", ai_model="m")
    assert result.exit_code == 0
    assert "pip install 'nudgebot[ai]'" in result.stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("streak_break", "5"), "There is no rule streak_break, did you mean"),
        ((RULE, "nobody"), "There is no student nobody"),
    ],
    ids=["no such rule", "no such student"],
)
def test_bad_input_is_one_sentence(database: Path, words: tuple[str, str], sentence: str) -> None:
    """What does not exist is said so, with the likely meaning."""
    result = said(database, *words)
    assert result.exit_code == 2
    assert sentence in result.stderr
