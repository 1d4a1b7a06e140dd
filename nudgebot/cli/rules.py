"""Commands about rule and template files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from nudgebot.cli.context import Given
from nudgebot.errors import RuleError
from nudgebot.nudging.check import examine, read_sources
from nudgebot.nudging.language_gaps import language_gaps
from nudgebot.school.spoken import base_language, spoken_languages
from nudgebot.settings import Settings
from nudgebot.store import Store
from nudgebot.store.migrating import pending


@click.group()
def rules() -> None:
    """Check the files in rules/ and message_templates/."""


@rules.command("check")
@click.argument("rules_path", required=False, type=click.Path(path_type=Path))
@click.argument("templates_path", required=False, type=click.Path(path_type=Path))
@click.pass_obj
def check_command(given: Given, rules_path: Path | None, templates_path: Path | None) -> None:
    """Read every rule, render every template against awkward samples, and list what is wrong.

    Languages of students (where there is a database) for which the files have no words are named
    too; that alone is no failure. A school without folders of its own has those of the package.
    """
    from nudgebot.wiring import or_shipped  # noqa: PLC0415  # wiring loads everything

    settings = given.settings()
    found = examine(
        read_sources(
            rules_path or or_shipped(settings["rules_file_path"]),
            templates_path or or_shipped(settings["templates_path"]),
        )
    )
    gaps = [] if found.problems else language_gaps(found, _spoken(settings))
    if gaps:
        click.echo("Languages that students are to be spoken to in:")
        click.echo("\n".join(f"- {gap}" for gap in gaps))
    if found.told:
        listed = "\n".join(str(problem) for problem in found.told)
        raise RuleError(f"{len(found.told)} to mend.\n{listed}")
    click.echo("All rules and templates are sound.")


def _spoken(settings: Settings) -> Mapping[str, int]:
    """By the newest import; the school's own language alone where there is no database yet."""
    from nudgebot.wiring import SCHEMAS  # noqa: PLC0415  # wiring loads everything

    alone = {base_language(settings["language"]): 0}
    database: Path = settings["database"]
    if not database.exists():
        return alone
    store = Store.reading(database)
    try:
        return (
            alone if pending(store.db, SCHEMAS) else spoken_languages(store, settings["language"])
        )
    finally:
        store.close()
