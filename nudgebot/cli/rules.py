"""Commands about rule and template files."""

from __future__ import annotations

from pathlib import Path

import click

from nudgebot.cli.context import Given
from nudgebot.errors import RuleError
from nudgebot.nudging.check import check


@click.group()
def rules() -> None:
    """Check the files in rules/ and message_templates/."""


@rules.command("check")
@click.argument("rules_path", required=False, type=click.Path(path_type=Path))
@click.argument("templates_path", required=False, type=click.Path(path_type=Path))
@click.pass_obj
def check_command(given: Given, rules_path: Path | None, templates_path: Path | None) -> None:
    """Read every rule, render every template against awkward samples, and list what is wrong."""
    settings = given.settings()
    found = check(
        rules_path or settings["rules_file_path"], templates_path or settings["templates_path"]
    )
    if found:
        listed = "\n".join(str(problem) for problem in found)
        raise RuleError(f"{len(found)} to mend.\n{listed}")
    click.echo("All rules and templates are sound.")
