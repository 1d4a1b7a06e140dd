"""The group of all commands: where settings are read, and where errors become one sentence."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from nudgebot import __version__
from nudgebot.cli.context import Given
from nudgebot.cli.lazy import Known, LazyGroup
from nudgebot.errors import NudgebotError

COMMANDS = {
    "backup": Known(
        "nudgebot.cli.backup:backup",
        "Back the database up now, beside a running nudgebot too; the copy is checked.",
    ),
    "demo": Known(
        "nudgebot.cli.demo:demo",
        "Play a school day on this machine: nothing is sent anywhere else.",
    ),
    "doctor": Known(
        "nudgebot.cli.doctor:doctor",
        "Look at everything nudgebot needs, beside a running one too, and say what to do.",
    ),
    "evaluate": Known(
        "nudgebot.cli.data:evaluate",
        "Judge every rule for every student, and say what was decided and why.",
    ),
    "export-student": Known(
        "nudgebot.cli.student:export_student",
        "Write everything that is held about the student of that id into one zip.",
    ),
    "forget": Known(
        "nudgebot.cli.student:forget_student",
        "Erase or anonymise everything that is held about the student of that id, and prove it.",
    ),
    "ingest": Known(
        "nudgebot.cli.data:ingest",
        "Import an export (a folder or a zip) and print the rows read, taken and refused.",
    ),
    "messages": Known("nudgebot.cli.messages:messages", "Look at the words of messages."),
    "report": Known(
        "nudgebot.cli.report:report",
        "Report on the student or class of that id; without a period, on the last four weeks.",
    ),
    "restore": Known(
        "nudgebot.cli.backup:restore_command",
        "Bring a backup back (without FILE, list them); the present file is kept aside.",
    ),
    "risk": Known(
        "nudgebot.cli.risk:risk",
        "Show what the risk score is made of, and fit it to the school's own past terms.",
    ),
    "rules": Known("nudgebot.cli.rules:rules", "Check the files in rules/ and message_templates/."),
    "run": Known("nudgebot.cli.run:run", "Run the bot until Ctrl-C or SIGTERM."),
    "sample-data": Known(
        "nudgebot.cli.data:sample_data",
        "Write a believable sample school, whose dates end today, in the native format.",
    ),
    "service-unit": Known(
        "nudgebot.cli.service_unit:service_unit",
        "Print a systemd unit: nudgebot service-unit > /etc/systemd/system/nudgebot.service.",
    ),
}


class OneSentence(LazyGroup):
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


@click.group(
    cls=OneSentence, known=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]}
)
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
