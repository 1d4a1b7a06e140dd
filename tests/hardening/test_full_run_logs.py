"""Logs carry ids: a run of the whole program on a school whose every word can be found again."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from contract.forked import execute
from contract.program import Program

from hardening.marked_run import LOUD, SECRETS, MarkedRun, marked_run
from hardening.marked_school import Words, markers_in
from nudgebot.sandbox.realm import found_school
from nudgebot.sandbox.server import Sandbox
from nudgebot.service.logs import FIELDS

MOST_COMMANDS = 50


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MarkedRun]:
    """The run, at its end."""
    with marked_run(tmp_path_factory.mktemp("run"), seed=1) as run:
        run.play()
        yield run


def test_no_word_and_no_mark_is_logged(played: MarkedRun) -> None:
    """Nor a key; with every library's logger at DEBUG, in both formats, and on both outputs."""
    assert len(played.logged()) > 500
    assert played.leaks() == []


def test_every_part_of_the_program_logged_something(played: MarkedRun) -> None:
    """So that nothing was kept out only because it never happened."""
    assert played.untold() == []
    lines = [json.loads(line) for line in played.json_log.read_text("utf-8").splitlines()]
    assert all(set(line) <= set(FIELDS) for line in lines)
    assert len({line["logger"] for line in lines}) > 20


def test_the_words_went_where_they_belong(played: MarkedRun) -> None:
    """Commands, nudges, answers, mails, files, a backup and an erasure: it was a whole run."""
    rows, sandbox = played.program.rows, played.sandbox
    asked = {row["action"] for row in rows("SELECT action FROM audit_log")}
    assert len(asked) > MOST_COMMANDS
    told = "\n".join(m.content for m in sandbox.messages_to(played.teacher, sender=played.bot))
    assert len(set(markers_in(told))) > 20
    assert any(found[0].isdigit() for found in markers_in(told))
    assert ".pdf" in told
    assert ".png" in told
    for words in ("An export could not be read", "have problems"):
        assert any(words in m.content for m in sandbox.messages_to(played.owner)), words
    nudged = [m for user in played.students[:3] for m in sandbox.messages_to(user)]
    assert any("Bodyqzxv" in m.content for m in nudged)
    assert any(markers_in(mail.text) for mail in played.mailbox.mails())
    assert rows("SELECT 1 FROM outbox WHERE purpose = 'parent' AND state = 'refused'")
    assert list((played.folder / "backups").iterdir())
    assert not rows("SELECT 1 FROM students WHERE student_id = 's6' AND name != ''")


def test_what_must_not_be_logged_is_found(played: MarkedRun) -> None:
    """In the shapes in which it might stand there; and what a clock says is not taken for it."""
    words = Words(played.words.dice)
    assert markers_in(f"GET /api/v1/x?name={words('name').lower()}%20b")
    assert markers_in(words.address("parent"))
    assert markers_in(f"{words.mark()}")
    assert markers_in(f"{words.mark():.1f} %".replace(".", ","))
    assert markers_in(f"{words.mark():.1f} %".replace(".", "&#46;"))
    assert not markers_in("2026-11-22T02:33:53.917Z INFO nudgebot: 173.91 ms 53.91 n=7391")


@pytest.mark.parametrize("quiet", [False, True])
def test_zulip_run_bot_shows_no_words(tmp_path: Path, quiet: bool) -> None:
    """The framework's runner logs as it likes; errors with a student's words are shown by kind."""
    with Sandbox(rate_limit=None) as sandbox:
        school, word = found_school(sandbox), "Wordqzxv1"
        zuliprc = tmp_path / "zuliprc"
        zuliprc.write_text(sandbox.zuliprc(school.bot), encoding="utf-8")
        zuliprc.chmod(0o600)
        with Program(zuliprc, tmp_path, admins=school.owner.user_id) as program:
            loud = [sys.executable, str(LOUD), word, str(tmp_path / "log.json"), "bot"]
            program.main = partial(execute, loud)
            program.words = [
                "-r", "nudgebot", "-c", str(zuliprc), "-b", str(zuliprc), *["-q"] * quiet
            ]  # fmt: skip
            program.start()
            program.until(lambda: sandbox.polling(school.bot), "listening")
            for text in ("status", "adoption", f"report student {word}", f"help {word}"):
                sandbox.say(school.owner, text, school.bot)
            for text in (f"report {word}", word):
                sandbox.say(school.students[0], text, school.bot)
            program.until(lambda: "command=adoption" in program.log, "the error")
            last = sandbox.say(school.owner, f"help {word} again", school.bot)
            program.until(
                lambda: any(
                    m.message_id > last.message_id and "no command" in m.content
                    for m in sandbox.messages_to(school.owner)
                ),
                "an answer",
            )
            program.kill()
        assert "LookupError from ValueError" in program.log
        assert markers_in(program.log) == []
        assert school.bot.api_key not in program.log
        assert not any(secret in program.log for secret in SECRETS.values())
