"""The command that prints a systemd unit for this installation."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path

import click

from nudgebot.cli.context import Given
from nudgebot.service.unit import Place, unit_text
from nudgebot.settings import Settings
from nudgebot.store.backups import folder_of


@click.command("service-unit")
@click.option("--user", help="The account it runs as; else your own.")
@click.pass_obj
def service_unit(given: Given, user: str | None) -> None:
    """Print a systemd unit: nudgebot service-unit > /etc/systemd/system/nudgebot.service."""
    zuliprc = (given.config or Path("zuliprc")).resolve()
    program = Path(sys.executable).with_name("nudgebot")
    place = Place(
        program=program if program.exists() else Path(sys.argv[0]).absolute(),
        zuliprc=zuliprc,
        folder=Path.cwd(),
        writable=_writable(given.settings()),
        user=user or getpass.getuser(),
    )
    click.echo(unit_text(place), nl=False)


def _writable(settings: Settings) -> tuple[Path, ...]:
    """The folders that must be there when it starts: systemd refuses a missing one."""
    database: Path = settings["database"].resolve()
    # The inbox is written to as well: what was taken is kept beside it.
    folders = [
        database.parent,
        folder_of(database, settings["backup_folder"]).resolve(),
        settings["inbox"].resolve(),
        settings["lms_outbox"].resolve(),
    ]
    kept: list[Path] = []
    for folder in folders:
        if not any(folder.is_relative_to(each) for each in kept):
            kept.append(folder)
    return tuple(kept)
