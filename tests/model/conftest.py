"""A store with the tables of nudging, and the end of every thread that asked a model."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from ready import ready_store

from nudgebot.nudging.model_openai import THREAD
from nudgebot.nudging.tables import SCHEMA as NUDGING
from nudgebot.school.links import SCHEMA as LINKS
from nudgebot.school.tables import SCHEMA as SCHOOL
from nudgebot.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """School and nudging in one file."""
    opened = ready_store(tmp_path / "school.db", [SCHOOL, LINKS, NUDGING])
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def no_thread_stays() -> Iterator[None]:
    """What gave up on a server has let go of it too."""
    yield
    for thread in threading.enumerate():
        if thread.name == THREAD:
            thread.join(10)
            assert not thread.is_alive()
