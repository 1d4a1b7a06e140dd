"""A database with what nudging and the interventions keep."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from ready import ready_store

from nudgebot.chat.tables import SCHEMA as CHAT
from nudgebot.insight.tables import SCHEMA as INSIGHT
from nudgebot.interventions.tables import SCHEMA as INTERVENTIONS
from nudgebot.nudging.tables import SCHEMA as NUDGING
from nudgebot.school.links import SCHEMA as LINKS
from nudgebot.school.tables import SCHEMA as SCHOOL
from nudgebot.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A fresh file with all tables."""
    opened = ready_store(
        tmp_path / "school.db", [SCHOOL, LINKS, INSIGHT, NUDGING, CHAT, INTERVENTIONS]
    )
    yield opened
    opened.close()
