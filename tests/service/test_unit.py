"""The systemd unit: systemd understands it, and odd paths are refused."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from nudgebot.cli.app import main
from nudgebot.errors import InputError
from nudgebot.service.unit import Place, unit_text


def _place(folder: Path) -> Place:
    return Place(
        program=Path(sys.executable),
        zuliprc=folder / "zuliprc",
        folder=folder,
        writable=(folder / "data",),
        user="root",
    )


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    """Not a word of complaint about any line of it."""
    unit = tmp_path / "nudgebot.service"
    unit.write_text(unit_text(_place(tmp_path)), "utf-8")
    ended = subprocess.run(
        [shutil.which("systemd-analyze") or "", "verify", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "nudgebot.service" not in ended.stderr
    assert ended.returncode == 0


def test_it_may_write_where_it_must_and_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command takes the folders from the settings; backups below the data need no own word."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "zuliprc").write_text("[nudgebot]\nlms_outbox = /srv/lms\n", "utf-8")
    result = CliRunner().invoke(main, ["service-unit", "--user", "nudgebot"])
    lines = result.output.splitlines()
    assert f"ReadWritePaths={tmp_path}/data /srv/lms" in lines
    assert "ProtectSystem=strict" in lines
    assert "NoNewPrivileges=yes" in lines
    assert "User=nudgebot" in lines


@pytest.mark.parametrize("name", ["a b", "a%h", 'a"b', "a\nUser=root"])
def test_a_path_that_systemd_reads_otherwise_is_refused(name: str) -> None:
    """A line break would be a line of the unit."""
    with pytest.raises(InputError, match="plain letters"):
        unit_text(_place(Path("/srv") / name))
