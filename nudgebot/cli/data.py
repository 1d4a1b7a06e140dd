"""Commands about data: bring an export in, work figures out, write a sample."""

from __future__ import annotations

import re
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from nudgebot.cli.context import Given, opened, right_now
from nudgebot.errors import CommandError, InputError
from nudgebot.nudging.evaluation import Evaluation
from nudgebot.school.days import from_day
from nudgebot.school.people import People
from nudgebot.store import Store
from nudgebot.wiring import make_evaluator, make_figures, make_importer

DATABASE = click.option(
    "--db", "database", type=click.Path(path_type=Path), help="The database file; else a setting."
)


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--format", "format_name", help="native or oulad; else the setting inbox_format.")
@click.option(
    "--allow-drop", is_flag=True, help="Take it even if much is missing from it or unreadable."
)
@DATABASE
@click.pass_obj
def ingest(
    given: Given, path: Path, format_name: str | None, *, allow_drop: bool, database: Path | None
) -> None:
    """Import an export (a folder or a zip) and print the rows read, taken and refused."""
    settings = given.settings(database)
    with (
        opened(settings) as store,
        click.progressbar(length=100, label="Reading", file=sys.stderr) as bar,
    ):

        def progress(_: str, percent: int) -> None:
            bar.update(percent - bar.pos)

        report = make_importer(store, settings).ingest(
            path,
            format_name=format_name or settings["inbox_format"],
            as_of=right_now(),
            allow_drop=allow_drop,
            progress=progress,
        )
    click.echo(report.text)
    if report.state == "held":
        raise InputError("Nothing was taken. If the export is right, add --allow-drop.")


@click.command()
@click.option("--as-of", help="A date or time (ISO 8601), or CLASS+DAYS from the term's start.")
@click.option("--dry-run", is_flag=True, help="Decide, but keep and send nothing.")
@click.option("--most", default=20, show_default=True, help="How many decisions to print a rule.")
@DATABASE
@click.pass_obj
def evaluate(
    given: Given, as_of: str | None, *, dry_run: bool, most: int, database: Path | None
) -> None:
    """Judge every rule for every student, and say what was decided and why.

    Without --dry-run what is due is queued; a running nudgebot sends it.
    """
    settings = given.settings(database)
    with opened(settings) as store:
        moment = read_moment(as_of, store, settings["timezone"]) if as_of else right_now()
        figures = make_figures(store, settings)
        if as_of is not None:
            if not dry_run:
                raise CommandError("Another moment than now can only be tried: add --dry-run.")
            table = figures.at(moment)
        else:
            figures.refresh(moment)
            table = figures.table()
        evaluator = make_evaluator(store, settings, moment)
        found = evaluator.evaluate(moment, table=table, dry_run=dry_run)
    click.echo(f"{len(table)} students evaluated as of {moment:%Y-%m-%d %H:%M} UTC.")
    for line in told(found, most=most):
        click.echo(line)


def told(found: Evaluation, *, most: int) -> list[str]:
    """An evaluation in lines: totals first, then the decisions of each rule; ids, no names."""
    lines = [found.note] if found.note else []
    lines += found.problems
    totals = Counter((each.rule_id, each.outcome, each.stage) for each in found.decisions)
    shown: Counter[tuple[str, str, str]] = Counter()
    lines += [
        f"{count:>6}  {rule_id}: {outcome}{f' ({stage})' if stage != outcome else ''}"
        for (rule_id, outcome, stage), count in sorted(totals.items())
    ]
    for each in sorted(found.decisions, key=lambda d: (d.rule_id, d.outcome, d.student_id)):
        key = (each.rule_id, each.outcome, each.stage)
        shown[key] += 1
        if shown[key] <= most:
            lines.append(f"- student {each.student_id}, {each.rule_id}: {each.outcome}")
            lines.append(f"    {each.reason}")
            lines.append(f"    {each.why_text}")
        elif shown[key] == most + 1:
            lines.append(f"- … and {totals[key] - most} more like these")
    return lines or ["No rule selects anybody."]


def read_moment(text: str, store: Store, zone: ZoneInfo) -> datetime:
    """A moment in UTC from ISO 8601 (a day means its last second in the zone) or CLASS+DAYS."""
    relative = re.fullmatch(r"(?P<class_id>.+)\+(?P<days>\d+)", text)
    if relative:
        found = People(store).school_class(relative["class_id"])
        if found is not None and found.term_start_day is not None:
            day = from_day(found.term_start_day + int(relative["days"]))
            return _end_of(datetime.combine(day, time_of_day(), zone))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(
            f"{text}: neither a date such as 2026-11-20, nor a class and days such as 7b-math+56."
        ) from error
    if len(text) <= len("2026-11-20"):
        return _end_of(moment.replace(tzinfo=zone))
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def _end_of(midnight: datetime) -> datetime:
    # Wall clock first: a day of a clock change has 23 or 25 hours.
    return (midnight + timedelta(days=1)).astimezone(UTC) - timedelta(seconds=1)


@click.command("sample-data")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--students", default=60, show_default=True)
@click.option("--days", default=60, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--replace", is_flag=True, help="Write over an export that is there.")
@click.pass_obj
def sample_data(
    given: Given, directory: Path, students: int, days: int, seed: int, *, replace: bool
) -> None:
    """Write a believable sample school, whose dates end today, in the native format."""
    from nudgebot.sandbox.sample import write_sample_school  # noqa: PLC0415  # for this alone

    if (directory / "students.csv").exists() and not replace:
        raise InputError(f"{directory} holds an export; name another folder, or add --replace.")
    zone = given.settings()["timezone"]
    with click.progressbar(length=max(students, 1), label="Writing", file=sys.stderr) as bar:
        summary = write_sample_school(
            directory,
            students=students,
            days=days,
            seed=seed,
            today=right_now().astimezone(zone).date(),
            timezone=zone.key,
            progress=lambda done: bar.update(done - bar.pos),
        )
    click.echo(summary.text)
