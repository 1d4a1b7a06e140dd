"""The nightly backup: once after its hour, caught up when it was missed, told when it fails."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from nudgebot.errors import StoreError
from nudgebot.service.loop import Job
from nudgebot.store.backups import Backup, back_up, backups_of, folder_of, rotate

log = logging.getLogger(__name__)

LOOK_SECONDS = 600


class Nightly:
    """Backs the database up; `tell(text, as_of)` reaches the admins."""

    def __init__(
        self,
        database: Path,
        folder: Path,
        *,
        hour: int,
        keep_days: int,
        zone: ZoneInfo,
        tell: Callable[[str, datetime], object],
    ) -> None:
        self._database = database
        self._folder = folder_of(database, folder)
        self._hour = hour
        self._keep_days = keep_days
        self._zone = zone
        self._tell = tell

    def job(self) -> Job:
        """As the service runs it."""
        return Job("backup", LOOK_SECONDS, self.run)

    def run(self, as_of: datetime) -> Backup | None:
        """Make the backup that is due, and only then let go of old ones; None where none is due.

        Raises StoreError where it cannot be made; the admins have been told then.
        """
        if not self.is_due(as_of):
            return None
        try:
            made = back_up(self._database, self._folder, as_of=as_of)
        except StoreError as error:
            self._tell(f"The nightly backup failed. {error}", as_of)
            raise
        gone = rotate(self._database, self._folder, keep_days=self._keep_days, as_of=as_of)
        log.info("backup made bytes=%d old ones removed=%d", made.path.stat().st_size, len(gone))
        return made

    def is_due(self, as_of: datetime) -> bool:
        """Whether no backup is newer than the last time the hour struck, in the school's zone."""
        backups = backups_of(self._database, self._folder)
        return not backups or backups[0].taken_at < self._last_strike(as_of)

    def _last_strike(self, as_of: datetime) -> datetime:
        local = as_of.astimezone(self._zone)
        strike = datetime.combine(local.date(), time(self._hour), self._zone)
        if strike.astimezone(UTC) > as_of:
            strike = datetime.combine(
                local.date() - timedelta(days=1), time(self._hour), self._zone
            )
        return strike.astimezone(UTC)
