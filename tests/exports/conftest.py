"""What the tests of exports stand on."""

from __future__ import annotations

from pathlib import Path

import pytest

from exports.desk import Desk
from nudgebot.store import Store


@pytest.fixture
def desk(tmp_path: Path, store: Store) -> Desk:
    """A desk with an empty folder over a fresh store."""
    return Desk(tmp_path / "export", store)
