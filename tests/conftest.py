"""What every test stands on: no network beyond loopback, a fresh database file, golden files."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from ready import ready_store

from nudgebot.school.tables import SCHEMA as SCHOOL
from nudgebot.store import Store

GOLDEN = Path(__file__).parent / "golden"
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden files anew")


def pytest_xdist_auto_num_workers() -> int:
    """Two on each core: many tests wait for a program or a server most of their time."""
    return 2 * (os.cpu_count() or 1)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """A test that reaches beyond this machine fails; a real server is named on purpose only."""
    if request.node.get_closest_marker("contract"):
        return
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in LOOPBACK:
            raise AssertionError(f"a test tried to reach {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture
def now() -> datetime:
    """A school day's afternoon: Thursday, 19 November 2026, 14:30 in UTC."""
    return datetime(2026, 11, 19, 14, 30, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A fresh file with the school's tables."""
    opened = ready_store(tmp_path / "school.db", [SCHOOL])
    yield opened
    opened.close()


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text that people read with its file; `--update-golden` writes the file."""

    def check(name: str, text: str) -> None:
        path = GOLDEN / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8")

    return check
