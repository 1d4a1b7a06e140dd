"""What the tests of rights stand on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from ready import ready_store

from nudgebot.store import Store
from nudgebot.wiring import SCHEMAS
from rights.school import ANA, BEN, CHI, open_school


@pytest.fixture
def whole(tmp_path: Path) -> Iterator[Store]:
    """A fresh file with the tables of all parts."""
    store = ready_store(tmp_path / "whole.db", SCHEMAS)
    yield store
    store.close()


@pytest.fixture
def school(whole: Store) -> Store:
    """The same with three students, each with something in every table."""
    open_school(whole, ANA, BEN, CHI)
    return whole
