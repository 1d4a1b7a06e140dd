"""A fresh file with the tables that nudging reads and writes, and a small school in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from ready import ready_store

from nudgebot.nudging.tables import SCHEMA as NUDGING
from nudgebot.school.links import SCHEMA as LINKS
from nudgebot.school.tables import SCHEMA as SCHOOL
from nudgebot.store import Store
from nudging.bench import Bench
from nudging.samples import School


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """School, links and nudging in one file."""
    opened = ready_store(tmp_path / "school.db", [SCHOOL, LINKS, NUDGING])
    yield opened
    opened.close()


@pytest.fixture
def school(store: Store) -> School:
    """Three students of one class and one teacher, for all of whom the sample rule holds."""
    return School(store)


@pytest.fixture
def bench(school: School) -> Bench:
    """The engine over that school."""
    return Bench(school)
