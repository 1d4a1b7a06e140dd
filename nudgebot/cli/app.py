"""The group of all commands: where settings are read, and where errors become one sentence."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from nudgebot import __version__
from nudgebot.cli import (
    backup,
    data,
    demo,
    doctor,
    messages,
    report,
    risk,
    rules,
    run,
    service_unit,
    student,
)
from nudgebot.cli.context import Given
from nudgebot.errors import NudgebotError


class OneSentence(click.Group):
    """A group whose commands end with one clear sentence and a code, never with a traceback.

    Exit codes: 0 done, 2 something that a person can mend, 3 a message that did not arrive.
    """

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except NudgebotError as error:
            click.echo(f"nudgebot: {error}", err=True)
            sys.exit(error.exit_code)


@click.group(cls=OneSentence, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="nudgebot")
@click.option(
    "--config",
    "-c",
    type=click.Path(path_type=Path),
    help="The zuliprc file; its section [nudgebot] holds the settings. Default: ./zuliprc.",
)
@click.pass_context
def main(ctx: click.Context, config: Path | None) -> None:
    """A Zulip bot for schools: reads what the LMS exports, nudges students, helps teachers."""
    ctx.obj = Given(config)


for command in (
    data.ingest,
    data.evaluate,
    data.sample_data,
    report.report,
    messages.messages,
    risk.risk,
    rules.rules,
    run.run,
    doctor.doctor,
    backup.backup,
    backup.restore_command,
    service_unit.service_unit,
    demo.demo,
    student.export_student,
    student.forget_student,
):
    main.add_command(command)
