"""Forgetting cut short is finished by the next start; beside a running bot it is refused."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from unittest import mock

import pytest
from click.testing import CliRunner
from ready import ready_store

from nudgebot.cli.app import main
from nudgebot.errors import StoreError
from nudgebot.rights.erasure import erase, forget
from nudgebot.rights.subject import subject_of
from nudgebot.school.forgotten import Forgotten
from nudgebot.store import Store
from nudgebot.store.lock import alone
from nudgebot.wiring import SCHEMAS
from rights.school import ANA, BEN, CHI, NOW, TARA, in_audit, open_school, post


def _bytes(path: Path) -> bytes:
    files = [path, path.with_name(f"{path.name}-wal")]
    return b"".join(each.read_bytes() for each in files if each.exists())


def _held(path: Path) -> Store:
    return Store(path, SCHEMAS, whole=True, held=True)


@pytest.fixture
def cut_short(school: Store) -> Path:
    """The transaction went through, and nothing behind it was done; old bytes lie about."""
    for number in range(300):
        post(school, f"old:{number}", TARA, "Ana Alvarez was here. " * 20)
    school.execute("PRAGMA secure_delete = OFF")
    school.execute("DELETE FROM outbox WHERE key LIKE 'old:%'")
    with school.transaction():
        subject = subject_of(school, ANA.student_id)
        erase(school, subject, NOW, in_audit=in_audit(school), come_back=False)
    school.close()
    assert b"Ana Alvarez" in _bytes(school.path)
    return school.path


def test_the_next_start_writes_the_file_anew(cut_short: Path) -> None:
    """No byte of her is left by it, and the file is written anew only once."""
    _held(cut_short).close()
    assert b"Ana Alvarez" not in _bytes(cut_short)
    with mock.patch.object(Store, "write_anew", side_effect=AssertionError):
        _held(cut_short).close()


def test_a_program_beside_a_running_one_leaves_that_to_a_start(cut_short: Path) -> None:
    """Only who holds the file's lock writes it anew."""
    Store(cut_short, SCHEMAS, whole=True).close()
    assert b"Ana Alvarez" in _bytes(cut_short)
    _held(cut_short).close()
    assert b"Ana Alvarez" not in _bytes(cut_short)


def test_a_full_disk_keeps_no_school_from_starting(
    cut_short: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is said in the log, without her name, and tried again at the next start."""
    with mock.patch.object(Store, "write_anew", side_effect=StoreError("The disk is full.")):
        _held(cut_short).close()
    assert "old bytes of somebody erased are still in the file: The disk is full." in caplog.text
    assert "Ana" not in caplog.text
    _held(cut_short).close()
    assert b"Ana Alvarez" not in _bytes(cut_short)


def test_what_is_done_to_its_end_leaves_nothing_to_a_start(school: Store) -> None:
    """The mark goes with what it stands for; a transaction taken back leaves none."""
    with school.transaction() as connection:
        school.note_erased()
        connection.rollback()
        connection.execute("BEGIN")
    assert school.value("PRAGMA user_version") == 0
    forget(school, ANA.student_id, NOW, in_audit=in_audit(school))
    assert school.value("PRAGMA user_version") == 0


def test_a_reader_in_the_way_is_said(school: Store) -> None:
    """Somebody who reads the log keeps her old bytes in it; she is forgotten all the same."""
    school.execute("PRAGMA busy_timeout = 20")
    with closing(Store.reading(school.path)) as other:
        other.execute("BEGIN")
        other.rows("SELECT * FROM students")
        with pytest.raises(StoreError, match=r"She is forgotten, but old bytes .* still in the"):
            forget(school, ANA.student_id, NOW, in_audit=in_audit(school))
    assert Forgotten(school.connection).student(ANA.student_id)
    school.close()
    _held(school.path).close()
    assert b"Ana Alvarez" not in _bytes(school.path)


def test_beside_a_running_nudgebot_the_command_is_refused(tmp_path: Path) -> None:
    """What the bot is about to send may name her; the advice is to ask the bot. A look is free."""
    path = tmp_path / "school.db"
    with closing(ready_store(path, SCHEMAS)) as store:
        open_school(store, ANA, BEN, CHI)
    zuliprc = tmp_path / "zuliprc"
    zuliprc.write_text(f"[nudgebot]\ndatabase = {path}\n", "utf-8")
    words = ["-c", str(zuliprc), "forget", ANA.student_id]
    with alone(path):
        refused = CliRunner().invoke(main, [*words, "--yes"])
        looked = CliRunner().invoke(main, words)
    assert refused.exit_code == 2
    assert "let an admin say `forget` with the same id to it in Zulip" in refused.output
    assert "Nothing was done; add --yes" in looked.output
    with closing(Store.reading(path)) as store:
        assert store.value("SELECT count(*) FROM students") == 3
    done = CliRunner().invoke(main, [*words, "--yes"])
    assert done.exit_code == 0, done.output
    assert b"Ana Alvarez" not in _bytes(path)
