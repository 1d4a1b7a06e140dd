"""What a backup is worth: whether the newest copy can be read again, and by whom."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from nudgebot.service.health.database import backup_findings, open_to_others
from nudgebot.service.health.finding import Finding, State
from nudgebot.store.backups import backups_of
from nudgebot.store.restoring import kept_aside
from nudgebot.store.soundness import quick_check

AGAIN = "`nudgebot backup` makes another one now; look after the disk that it lies on."


def copy_findings(database: Path, folder: Path, as_of: datetime) -> Iterator[Finding]:
    """How old the newest backup is, whether it is whole, and whether others may read any.

    Nothing where there is neither a database nor a backup: there is nothing to lose yet.
    """
    backups = backups_of(database, folder)
    aside = [each.name for each in kept_aside(database)]
    if aside:
        sentence = f"a restore has set aside {', '.join(aside)}, with all that was erased since."
        yield Finding("backup", State.WARN, sentence, "Delete it when all is well.")
    if not backups and not database.exists():
        return
    yield from backup_findings(database, folder, as_of)
    if not backups:
        return
    newest = backups[0].path
    if not database.exists():
        sentence = "there are backups and no database: a new one would not know what was sent."
        advice = f"`nudgebot restore {newest}`; to begin anew, move the backups elsewhere."
        yield Finding("database", State.FAIL, sentence, advice)
    if quick_check(newest):
        sentence = f"the newest, {newest}, is damaged and cannot be restored."
        yield Finding("backup", State.FAIL, sentence, AGAIN)
    seen = [each.path for each in backups if open_to_others(each.path)]
    # Where nobody else may enter the folder, its files' own permissions let nobody in.
    if seen and folder.stat().st_mode & 0o077:
        sentence = f"{len(seen)} of {len(backups)} backups can be read by other accounts."
        advice = f"chmod 700 {folder} && chmod 600 {folder}/*.db"
        yield Finding("permissions", State.FAIL, sentence, advice)
