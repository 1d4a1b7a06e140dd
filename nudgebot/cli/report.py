"""`nudgebot report`: the reports of the chat on the command line, as text, PDF or CSV."""

from __future__ import annotations

import html
import re
import sys
from datetime import datetime, timedelta
from pathlib import Path

import click

from nudgebot.chat.audit import NOBODY, Audit
from nudgebot.chat.drawn import exported
from nudgebot.chat.periods import HINT, Calendar, Period, period_of
from nudgebot.chat.worded import worded
from nudgebot.cli.context import Given, opened, right_now
from nudgebot.cli.data import DATABASE
from nudgebot.cli.private_file import write_private
from nudgebot.errors import CommandError
from nudgebot.insight.analytics import Analytics
from nudgebot.insight.report_data import ClassReport, DateRange, StudentReport
from nudgebot.insight.risk_formula import read_formula
from nudgebot.school.batches import newest_fact
from nudgebot.school.days import from_day
from nudgebot.school.roster import Roster
from nudgebot.settings import Settings
from nudgebot.store import Store

DEFAULT_DAYS = 28
_SPOILER = re.compile(r"^```spoiler (?P<title>.*)\n(?P<body>(?:.*\n)*?)```$", re.MULTILINE)
_TIME = re.compile(r"<time:(?P<moment>[^>]+)>")
_LETTERS = re.compile(r"(?P<marks>\*\*|`)(?P<text>[^*`]+)(?P=marks)")


@click.command()
@click.argument("kind", type=click.Choice(["student", "class"]))
@click.argument("key", metavar="ID")
@click.option("--period", default="", help="`4 weeks`, `this term`, `2026-10-01..2026-10-31`, …")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "pdf", "csv"]),
    default="text",
    show_default=True,
)
@click.option("--out", type=click.Path(path_type=Path), help="The file; else standard output.")
@click.option("--paper", help="a4 or letter; else a setting.")
@DATABASE
@click.pass_obj
def report(
    given: Given,
    kind: str,
    key: str,
    *,
    period: str,
    form: str,
    out: Path | None,
    paper: str | None,
    database: Path | None,
) -> None:
    """Report on the student or class of that id; without a period, on the last four weeks."""
    if form == "pdf" and out is None and sys.stdout.isatty():
        raise CommandError("A PDF is no text: name a file with --out.")
    settings = given.settings(database)
    now = right_now()
    with opened(settings, must_exist=True) as store:
        known = newest_fact(store)
        found = _found(store, settings, kind, key, period=period, now=now)
        shown = {key} if isinstance(found, StudentReport) else {e.student_id for e in found.ranking}
        Audit(store).record(
            shown, actor_user_id=NOBODY, action=f"report {kind}", place=None, as_of=now
        )
    if form == "text":
        content = (plain(worded(found).text(), settings) + "\n").encode()
    else:
        content = exported(found, kind, form, settings, paper=paper or "", data_as_of=known)
    _write(out, content)


def _found(
    store: Store, settings: Settings, kind: str, key: str, *, period: str, now: datetime
) -> StudentReport | ClassReport:
    analytics = Analytics(
        store,
        zone=settings["timezone"],
        thresholds=settings["academic_risk_thresholds"],
        formula=read_formula(settings["risk_weights"]),
        as_of=now,
    )
    class_ids = [key] if kind == "class" else None
    days = _range(period, now.astimezone(settings["timezone"]), Roster(store), class_ids)
    if kind == "class":
        return analytics.get_class_performance_report(key, days)
    return analytics.get_student_performance_report(key, days)


def _range(text: str, now: datetime, roster: Roster, class_ids: list[str] | None) -> DateRange:
    today = now.date()
    if not text:
        return DateRange(today - timedelta(days=DEFAULT_DAYS - 1), today, "the last 4 weeks")
    first, last = roster.term(class_ids)
    term = None if first is None else Period(from_day(first), from_day(last) if last else today)
    period = period_of(text, Calendar(today, term))
    if period is None:
        raise CommandError(HINT)
    return DateRange(period.first, period.last, "" if ".." in text else text)


def plain(text: str, settings: Settings) -> str:
    """A chat message as a terminal shows it: no marks, no entities, nothing folded away."""
    zone = settings["timezone"]

    def moment(found: re.Match[str]) -> str:
        at = datetime.fromisoformat(found["moment"])
        return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"

    unfolded = _SPOILER.sub(r"\g<title>:\n\g<body>", text)
    return html.unescape(_LETTERS.sub(r"\g<text>", _TIME.sub(moment, unfolded)))


def _write(out: Path | None, content: bytes) -> None:
    if out is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    write_private(out, content)
    click.echo(f"{out}: {len(content):,} bytes.", err=True)
