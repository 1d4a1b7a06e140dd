"""What every command of the command line gets."""

from __future__ import annotations

from pathlib import Path

import pytest

from nudgebot.cli.context import Given, opened
from nudgebot.errors import InputError


def test_who_only_reads_makes_no_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistyped path is said to be one, and nothing is written there."""
    monkeypatch.chdir(tmp_path)
    missing = tmp_path / "nope.db"
    settings = Given(None).settings(missing)
    with (
        pytest.raises(InputError, match="There is no such database"),
        opened(settings, must_exist=True),
    ):
        pass
    assert not missing.exists()
    with opened(settings):
        pass
    with opened(settings, must_exist=True) as store:
        assert store.value("SELECT COUNT(*) FROM students") == 0
