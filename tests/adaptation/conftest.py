"""The small school that adapts, on a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from nudging.bench import Bench
from nudging.samples import School

from adaptation.school import Town
from nudgebot.nudging.tables import SCHEMA as NUDGING
from nudgebot.school.links import SCHEMA as LINKS
from nudgebot.school.tables import SCHEMA as SCHOOL
from nudgebot.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """School, links and nudging in one file."""
    opened = Store(tmp_path / "school.db", [SCHOOL, LINKS, NUDGING])
    yield opened
    opened.close()


@pytest.fixture
def town(store: Store) -> Town:
    """Three students of one class and one teacher, for all of whom the sample rule holds."""
    return Town(Bench(School(store)))
