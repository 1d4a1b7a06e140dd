"""The real process: ready, alone, killed and started again; backed up and restored beside it."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from nudgebot.cli.app import main
from nudgebot.sandbox.server import Sandbox

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Place:
    """A zuliprc, and where the process says that it is ready."""

    folder: Path
    notices: socket.socket

    @property
    def database(self) -> Path:
        return self.folder / "school.db"

    def _start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "nudgebot.cli", "-c", str(self.folder / "zuliprc"), *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"NOTIFY_SOCKET": str(self.folder / "notify")},
        )

    def start(self) -> tuple[int, str]:
        """The exit code of a start that is refused, and what it said."""
        with self._start("run") as process:
            out, error = process.communicate(timeout=60)
            return process.returncode, out + error

    def run(self, *words: str) -> tuple[int, str]:
        """Another command's exit code and what it said; from this process, which is another one."""
        result = CliRunner().invoke(main, ["-c", str(self.folder / "zuliprc"), *words])
        return result.exit_code, result.output

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[str]]:
        """The service, once it says that it is ready."""
        with self._start("run") as process:
            try:
                assert self.notices.recv(64) == b"READY=1"
                yield process
            finally:
                if process.poll() is None:
                    process.send_signal(signal.SIGKILL)
                process.communicate()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with (
        Sandbox(rate_limit=None) as sandbox,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notices,
    ):
        notices.bind(str(tmp_path / "notify"))
        notices.settimeout(60)
        owner = sandbox.add_user("Office", role=200)
        bot = sandbox.add_user("nudgebot", is_bot=True, owner=owner)
        lines = {
            "database": tmp_path / "school.db",
            "inbox": tmp_path / "inbox",
            "rules_file_path": ROOT / "rules",
            "templates_path": ROOT / "message_templates",
            "timezone": "Europe/Berlin",
            "log_format": "json",
        }
        section = "\n".join(f"{name} = {value}" for name, value in lines.items())
        text = f"{sandbox.zuliprc(bot)}\n[nudgebot]\n{section}\n"
        (tmp_path / "zuliprc").write_text(text, "utf-8")
        (tmp_path / "zuliprc").chmod(0o600)
        yield Place(tmp_path, notices)


def test_one_process_and_what_works_beside_it(place: Place) -> None:
    """A second service is refused; looking, backing up and importing work; restoring does not."""
    with place.running() as service:
        code, said = place.start()
        assert (code, said.count("\n")) == (2, 1)
        assert f"already runs on {place.database} (process {service.pid})" in said
        assert place.run("doctor", "--offline")[0] < 2
        export = str(place.folder / "export")
        assert place.run("sample-data", export, "--students", "30", "--days", "5")[0] == 0
        assert place.run("ingest", export)[0] == 0
        assert place.run("evaluate", "--dry-run")[0] == 0
        code, said = place.run("backup")
        assert (code, "checked" in said) == (0, True)
        (backup,) = (place.folder / "backups").glob("*by-hand.db")
        code, said = place.run("restore", str(backup))
        assert (code, "already runs on" in said) == (2, True)
        service.send_signal(signal.SIGTERM)
        _, told = service.communicate(timeout=60)
        assert service.returncode == 0
    messages = [json.loads(line)["message"] for line in told.splitlines()]
    opening = messages.index(next(each for each in messages if each.startswith("Database: ")))
    heads = [each.partition(":")[0] for each in messages[opening : opening + 10]]
    assert heads == [
        "Database",
        "Exports",
        "Rules",
        "Templates",
        "Zulip",
        "E-mail",
        "Model",
        "Quiet",
        "Admins",
        "Nudging",
    ]


def test_killed_damaged_refused_restored(place: Place) -> None:
    """Nothing stale is in the way; a damaged file is refused until a backup is back."""
    with place.running() as service:
        assert place.run("backup")[0] == 0
        service.send_signal(signal.SIGKILL)
        service.wait()
    with closing(sqlite3.connect(place.database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        root = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'students'"
        ).fetchone()[0]
    with place.database.open("r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(b"\xff" * 100)
    code, said = place.start()
    assert (code, "is damaged. Stop nudgebot and bring" in said) == (2, True)
    (backup,) = (place.folder / "backups").glob("*by-hand.db")
    code, said = place.run("restore", str(backup))
    assert code == 0
    assert "is kept as" in said
    assert "could not be read" not in said
    with place.running():
        assert place.run("doctor", "--offline")[0] < 2
