"""One process at a time works on a database, and a killed one leaves nothing that is in the way."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from nudgebot.errors import StoreError
from nudgebot.store import Schema, Store
from nudgebot.store.lock import InUseError, alone, is_held, lock_file

FIRST = Schema("part", (("one", "CREATE TABLE a (n INTEGER);"),))
SECOND = Schema("part", (*FIRST.steps, ("two", "ALTER TABLE a ADD COLUMN m TEXT;")))
HOLDER = """
import sys
from pathlib import Path
from nudgebot.store.lock import alone
with alone(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def _holder(database: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(database)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_process_is_refused_in_one_sentence(tmp_path: Path) -> None:
    """It is told which process is in the way; once that is killed, nothing stale is left."""
    database = tmp_path / "school.db"
    with _holder(database) as process:
        assert is_held(database)
        with pytest.raises(InUseError) as refused, alone(database):
            pass
        assert str(refused.value) == (
            f"nudgebot already runs on {database} (process {process.pid}); stop that one first."
        )
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert not is_held(database)
    with alone(database):
        assert is_held(database)


def test_two_names_of_one_file_meet_at_one_lock(tmp_path: Path) -> None:
    """A link to the database is the database."""
    database, link = tmp_path / "school.db", tmp_path / "link.db"
    database.touch()
    link.symlink_to(database)
    with alone(database), pytest.raises(InUseError), alone(link):
        pass


def test_looking_makes_no_lock_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    """Whoever asks whether a service runs leaves nothing behind."""
    database = tmp_path / "school.db"
    assert not is_held(database)
    assert not lock_file(database).exists()
    with alone(database):
        assert lock_file(database).stat().st_mode & 0o077 == 0


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """One sentence, no traceback."""
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(StoreError, match="cannot be written"), alone(tmp_path / "file" / "a.db"):
        pass


def test_tables_are_not_changed_under_a_running_service(tmp_path: Path) -> None:
    """A newer command line beside an older service says so, and the file stays as it is."""
    database = tmp_path / "school.db"
    Store(database, [FIRST]).close()
    before = database.read_bytes()
    with alone(database):
        with pytest.raises(InUseError, match="an older nudgebot runs on it"):
            Store(database, [SECOND])
        assert database.read_bytes() == before
        Store(database, [FIRST]).close()  # what needs no update opens beside the service
        Store(database, [SECOND], held=True).close()
    assert len(list((tmp_path / "backups").iterdir())) == 1
