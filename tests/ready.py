"""Databases that are made once: a test gets a copy, since making the tables takes the longest."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from nudgebot.store import Schema, Store


def ready_store(path: Path, schemas: Sequence[Schema]) -> Store:
    """A new file with the tables of these parts, as `Store` itself makes it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_made(tuple(schemas)), path)
    path.chmod(0o600)
    return Store(path, schemas)


@cache
def _made(schemas: tuple[Schema, ...]) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="nudgebot-tables-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / "made.db"
    Store(path, schemas).close()
    return path
