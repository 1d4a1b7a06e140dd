"""`nudgebot backup` and `restore`: the erased stay erased, and what was sent stays sent."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from nudgebot.chat.audit import verify
from nudgebot.cli.app import main
from nudgebot.cli.backup import told
from nudgebot.sandbox.sample import write_sample_school
from nudgebot.store import Store
from nudgebot.store.restoring import Restored

SENT = """INSERT INTO outbox (key, purpose, letter, state, owner_retries, claimed_at, tried_at)
          VALUES ('nudge:later', 'nudge', '', 'sent', 0, 1, 1)"""


@pytest.fixture
def zuliprc(tmp_path: Path) -> Path:
    path = tmp_path / "zuliprc"
    path.write_text(
        f"[nudgebot]\ndatabase = {tmp_path / 'school.db'}\nlms_outbox = {tmp_path / 'lms'}\n",
        "utf-8",
    )
    return path


def _run(zuliprc: Path, *words: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, ["-c", str(zuliprc), *words])
    assert result.exit_code == code, result.output
    return result.output


def test_a_restore_brings_nobody_back_and_sends_nothing_again(
    zuliprc: Path, tmp_path: Path
) -> None:
    """She was erased after the backup, and a message was sent after it; both hold."""
    export, database = tmp_path / "export", tmp_path / "school.db"
    write_sample_school(export, students=30, days=5, seed=1, today=datetime.now(UTC).date())
    _run(zuliprc, "ingest", str(export))
    made = _run(zuliprc, "backup").partition(": ")[0]
    assert f"{made}  " in _run(zuliprc, "restore")
    _run(zuliprc, "forget", "5", "--yes")
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(SENT)
    said = _run(zuliprc, "restore", made)
    assert "1 students who were erased since the backup are erased again." in said
    store = Store.reading(database)
    assert store.value("SELECT count(*) FROM students WHERE student_id = '5'") == 0
    assert store.value("SELECT count(*) FROM students") == 29
    assert store.value("SELECT state FROM outbox WHERE key = 'nudge:later'") == "sent"
    assert verify(store) == []
    store.close()


def test_as_it_was_still_brings_nobody_back(zuliprc: Path, tmp_path: Path) -> None:
    """An older state is wanted, but neither erasures nor the audit log can be undone by it."""
    export, database = tmp_path / "export", tmp_path / "school.db"
    write_sample_school(export, students=30, days=5, seed=1, today=datetime.now(UTC).date())
    _run(zuliprc, "ingest", str(export))
    made = _run(zuliprc, "backup").partition(": ")[0]
    _run(zuliprc, "forget", "5", "--yes")
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(SENT)
    said = _run(zuliprc, "restore", made, "--as-it-was")
    assert "1 students who were erased" in said
    store = Store.reading(database)
    assert store.value("SELECT count(*) FROM students") == 29
    assert store.value("SELECT count(*) FROM outbox") == 0
    assert verify(store) == []
    store.close()


def test_what_is_not_there_is_said(zuliprc: Path, tmp_path: Path) -> None:
    """No database, no backups, no such file: one sentence each."""
    assert "There is no such database" in _run(zuliprc, "backup", code=2)
    assert "There are no backups in" in _run(zuliprc, "restore")
    assert "There is no such file" in _run(zuliprc, "restore", str(tmp_path / "x.db"), code=2)


def test_what_is_lost_is_said() -> None:
    """Where it is not known what was sent, the advice keeps students from being nudged twice."""
    lost = Restored(Path("old"), 7, ("outbox",))
    text = "\n".join(told(lost, Path("b"), Path("db"), as_it_was=False))
    assert "could not be read and are as in the backup: outbox" in text
    assert "enable_nudging_system = false" in text
    assert "IS BACK" not in text
    who = Restored(Path("old"), 0, ("audit_log", "consents", "forgotten"))
    lines = told(who, Path("b"), Path("db"), as_it_was=False)
    assert "erase them again" in lines[-3]
    assert "nudged again" in lines[-2]
    assert "audit log" in lines[-1]
    whole = "\n".join(told(Restored(Path("old"), 7, ()), Path("b"), Path("db"), as_it_was=False))
    assert "could not" not in whole
    assert "does not know any more" in "\n".join(
        told(Restored(Path("old"), 0, ()), Path("b"), Path("db"), as_it_was=True)
    )


def test_on_another_machine_it_is_said_what_is_not_known(zuliprc: Path, tmp_path: Path) -> None:
    """There is no file to carry anything over from: neither messages nor erasures."""
    export, database = tmp_path / "export", tmp_path / "school.db"
    write_sample_school(export, students=30, days=5, seed=1, today=datetime.now(UTC).date())
    _run(zuliprc, "ingest", str(export))
    made = _run(zuliprc, "backup").partition(": ")[0]
    database.unlink()
    said = _run(zuliprc, "restore", made)
    assert "enable_nudging_system = false" in said
    assert "`nudgebot forget`" in said
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT count(*) FROM students").fetchone() == (30,)
