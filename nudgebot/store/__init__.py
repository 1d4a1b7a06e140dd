"""One SQLite file: connections, transactions, migrations, its lock, its backups, its soundness."""

from __future__ import annotations

from nudgebot.store.database import BUSY_TIMEOUT_SECONDS, Parameters, Store
from nudgebot.store.migrating import Schema, Step
from nudgebot.store.of_the_file import is_of_the_file

__all__ = ["BUSY_TIMEOUT_SECONDS", "Parameters", "Schema", "Step", "Store", "is_of_the_file"]
