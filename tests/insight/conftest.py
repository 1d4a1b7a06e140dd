"""A database with the school's and the figures' tables, and words to fill it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from ready import ready_store

from nudgebot.insight.figures import Figures
from nudgebot.insight.table import Value
from nudgebot.insight.tables import SCHEMA as INSIGHT
from nudgebot.school.tables import SCHEMA as SCHOOL
from nudgebot.store import Store

from .facts import NOW, THRESHOLDS, Facts

Row = Callable[..., dict[str, Value]]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = ready_store(tmp_path / "school.db", [SCHOOL, INSIGHT])
    yield opened
    opened.close()


@pytest.fixture
def facts(store: Store) -> Facts:
    return Facts(store)


@pytest.fixture
def figures(store: Store) -> Figures:
    return Figures(store, zone=ZoneInfo("UTC"), thresholds=THRESHOLDS)


@pytest.fixture
def row(figures: Figures) -> Row:
    """All figures of one student as of an instant."""

    def look(student_id: str = "ana", as_of: datetime = NOW) -> dict[str, Value]:
        return figures.at(as_of, [student_id]).row(0)

    return look
