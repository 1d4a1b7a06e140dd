"""What every command gets: the zuliprc that was named, and the settings, read when asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from nudgebot.errors import InputError
from nudgebot.settings import Settings, read_settings

if TYPE_CHECKING:
    from nudgebot.store import Store


class Given:
    """Settings that are read when a command asks for them: `--help` needs no file."""

    def __init__(self, named: Path | None) -> None:
        self._named = named

    @property
    def config(self) -> Path | None:
        """The zuliprc: the one named, else ./zuliprc where there is one."""
        default = Path("zuliprc")
        return self._named or (default if default.exists() else None)

    def settings(self, database: Path | None = None) -> Settings:
        """The settings in force; a database named on the command line goes before them."""
        settings = read_settings(self.config)
        return settings if database is None else settings.replaced(database=database)


@contextmanager
def opened(settings: Settings, *, must_exist: bool = False, held: bool = False) -> Iterator[Store]:
    """The school's database, closed at the end; `held`: its lock is the caller's.

    Raises InputError where it `must_exist` and does not: who only reads makes no new one.
    """
    from nudgebot.wiring import open_store  # noqa: PLC0415  # settings alone need no wiring

    path: Path = settings["database"]
    if must_exist and not path.exists():
        raise InputError(f"There is no such database: {path}. Name another one with --db.")
    store = open_store(settings, held=held)
    try:
        yield store
    finally:
        store.close()


def right_now() -> datetime:
    """The clock of the command line."""
    return datetime.now(UTC)
