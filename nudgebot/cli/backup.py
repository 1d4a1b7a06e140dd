"""Commands that make a backup of the database, and that bring one back."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from nudgebot.chat.audit import NOBODY, Audit
from nudgebot.cli.context import Given, right_now
from nudgebot.cli.student import in_audit
from nudgebot.errors import InputError
from nudgebot.rights.erasure import forget
from nudgebot.school.forgotten import Forgotten
from nudgebot.settings import Settings
from nudgebot.store.backups import Backup, back_up, backups_of, folder_of
from nudgebot.store.lock import alone
from nudgebot.store.restoring import Restored, restore, tables_of
from nudgebot.wiring import SCHEMAS, open_store, tables_from_exports

# Without these it is not known what has been sent.
SENT = frozenset({"outbox", "nudges", "nudge_parts"})
HOLD_BACK = (
    "Set enable_nudging_system = false for a day before you start it, or some students are nudged "
    "twice."
)
ERASED_ARE_BACK = (
    "Who was erased since the backup IS BACK, and nobody knows who: erase them again, by "
    "`nudgebot forget`, before you start it."
)
WISHES_ARE_LOST = (
    "Stops, pauses and quiet hours wished since the backup are lost: who stopped since is nudged "
    "again. Tell the teachers, so that they ask."
)
AUDIT_IS_CUT = "The audit log has nothing of what came since the backup; keep the old file for it."
# What it means for people that tables could not be carried over.
LOSSES = (
    (frozenset({"forgotten", "forgotten_key"}), ERASED_ARE_BACK),
    (frozenset({"consents"}), WISHES_ARE_LOST),
    (frozenset({"audit_log", "audit_people", "audit_anchors"}), AUDIT_IS_CUT),
    (SENT, f"So nudgebot does not know all that was sent since. {HOLD_BACK}"),
)
# What nobody may undo: who was erased, who wants no nudges, who looked at whom.
ALWAYS = frozenset(
    {"forgotten", "forgotten_key", "consents", "audit_log", "audit_people", "audit_anchors"}
)


@click.command()
@click.pass_obj
def backup(given: Given) -> None:
    """Back the database up now, beside a running nudgebot too; the copy is checked."""
    settings = given.settings()
    database: Path = settings["database"]
    if not database.exists():
        raise InputError(f"There is no such database: {database}.")
    folder = folder_of(database, settings["backup_folder"])
    made = back_up(database, folder, as_of=right_now(), label="by-hand")
    click.echo(f"{made.path}: {made.path.stat().st_size / 1e6:,.1f} MB, checked.")


@click.command("restore")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option(
    "--as-it-was",
    is_flag=True,
    help="Carry over only erasures, wishes and the audit log: what was sent may be sent again.",
)
@click.pass_obj
def restore_command(given: Given, file: Path | None, *, as_it_was: bool) -> None:
    """Bring a backup back (without FILE, list them); the present file is kept aside.

    What was sent, answered, wished and noted since the backup is carried over from the present
    file, as far as it can be read; what came from exports is the backup's, and comes again with
    the next export.
    """
    settings = given.settings()
    database: Path = settings["database"]
    folder = folder_of(database, settings["backup_folder"])
    if file is None:
        for line in _listed(backups_of(database, folder), folder):
            click.echo(line)
        return
    again = 0

    def settle(fresh: Path) -> None:
        nonlocal again
        again = _forget_again(settings, fresh, right_now())

    with alone(database):
        found = restore(
            file,
            database,
            as_of=right_now(),
            leave=tables_of(SCHEMAS) - ALWAYS if as_it_was else tables_from_exports(),
            settle=settle,
        )
    for line in told(found, file, database, as_it_was=as_it_was):
        click.echo(line)
    if again:
        click.echo(f"{again} students who were erased since the backup are erased again.")


def _forget_again(settings: Settings, fresh: Path, as_of: datetime) -> int:
    """Erase whom the backup brought back, before anybody can see her in the restored file.

    Who was erased since is told by what was carried over.
    """
    with (
        # An older file's tables are brought up to date, and its copy from before is not wanted.
        TemporaryDirectory(prefix=fresh.name, dir=fresh.parent) as copies,
        closing(
            open_store(settings.replaced(database=fresh, backup_folder=Path(copies)), held=True)
        ) as store,
    ):
        erased = Forgotten(store.connection)
        rows = store.rows("SELECT student_id FROM students") if erased else []
        back = [row["student_id"] for row in rows if erased.student(row["student_id"])]
        audit = in_audit(Audit(store), actor_user_id=NOBODY, as_of=as_of)
        for student_id in back:
            forget(store, student_id, as_of, in_audit=audit, lms_outbox=settings["lms_outbox"])
    return len(back)


def _listed(backups: list[Backup], folder: Path) -> list[str]:
    if not backups:
        return [f"There are no backups in {folder}."]
    lines = [
        f"{each.path}  {each.taken_at:%Y-%m-%d %H:%M} UTC  {each.label}".rstrip()
        for each in backups
    ]
    return [*lines, "Bring one back with `nudgebot restore FILE`."]


def told(found: Restored, file: Path, database: Path, *, as_it_was: bool) -> list[str]:
    """What came of a restore, in lines: what is back, what was carried over, what is lost."""
    lines = [f"{database} is again as in {file}."]
    if found.aside is None:
        lines.append(
            "No file was there, so what was sent since is not known, nor who was erased: erase "
            f"them again with `nudgebot forget`. {HOLD_BACK}"
        )
        return lines
    lines.append(f"The file that was there is kept as {found.aside}; remove it when all is well.")
    if as_it_was:
        lines.append(
            "Only erasures, students' wishes and the audit log were carried over: whom nudgebot "
            "wrote to since, it does not know any more."
        )
    else:
        lines.append(
            f"{found.carried_rows:,} rows of what was sent, answered, wished and noted were "
            "carried over. What exports brought since comes again with the next one."
        )
    if found.lost:
        lines.append(f"These could not be read and are as in the backup: {', '.join(found.lost)}.")
    lost = set(found.lost)
    return [*lines, *(words for tables, words in LOSSES if tables & lost)]
