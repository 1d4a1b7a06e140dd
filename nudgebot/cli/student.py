"""`nudgebot export-student` and `nudgebot forget`: a student's copy, and a student's erasure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import click

from nudgebot.chat.audit import NOBODY, Audit
from nudgebot.chat.drawn import exported
from nudgebot.cli.context import Given, opened, right_now
from nudgebot.cli.data import DATABASE
from nudgebot.cli.private_file import write_private
from nudgebot.errors import InputError, NudgebotError
from nudgebot.insight.analytics import Analytics
from nudgebot.insight.report_data import DateRange
from nudgebot.insight.risk_formula import read_formula
from nudgebot.rights.erasure import count_rows, forget, tidy
from nudgebot.rights.personal_copy import copy_of
from nudgebot.rights.retention import KEEP
from nudgebot.rights.subject import Subject, subject_of
from nudgebot.rights.words import after_forgetting, before_forgetting, left_to_do
from nudgebot.school.batches import newest_fact
from nudgebot.school.forgotten import Forgotten as Stubs
from nudgebot.settings import Settings
from nudgebot.store import Store
from nudgebot.store.lock import InUseError, alone

REPORT_DAYS = 365
_ACTION = "export student"
_UNSAFE = re.compile(r"[^\w.-]+", re.ASCII)


@click.command("export-student")
@click.argument("student_id", metavar="ID")
@click.option(
    "--out", type=click.Path(path_type=Path), help="The zip; else student-ID.zip in this folder."
)
@DATABASE
@click.pass_obj
def export_student(
    given: Given, student_id: str, *, out: Path | None, database: Path | None
) -> None:
    """Write everything that is held about the student of that id into one zip."""
    settings, now = given.settings(database), right_now()
    target = out or Path(f"student-{_UNSAFE.sub('_', student_id)}.zip")
    if out is None and target.exists():
        raise InputError(f"{target} is there already; name another file with --out.")
    with opened(settings, must_exist=True) as store:
        subject_of(store, student_id)  # nobody: one sentence, and nothing is noted
        report = _report(store, settings, student_id, now)
        Audit(store).record(
            [student_id], actor_user_id=NOBODY, action=_ACTION, place=None, as_of=now
        )
        found = copy_of(
            store,
            student_id,
            now,
            zone=settings["timezone"],
            keep_days={name: settings[name] for name in KEEP},
            report=report,
        )
    write_private(target, found.data)
    click.echo(f"{target}: {found.rows:,} rows in {len(found.files)} files.")


def _report(store: Store, settings: Settings, student_id: str, now: datetime) -> bytes | None:
    """The report of the last year; None about somebody of whom there is none any more."""
    today = now.astimezone(settings["timezone"]).date()
    days = DateRange(today - timedelta(days=REPORT_DAYS - 1), today, "the last 12 months")
    analytics = Analytics(
        store,
        zone=settings["timezone"],
        thresholds=settings["academic_risk_thresholds"],
        formula=read_formula(settings["risk_weights"]),
        as_of=now,
    )
    try:
        report = analytics.get_student_performance_report(student_id, days)
    except NudgebotError:
        return None
    return exported(report, "student", "pdf", settings, data_as_of=newest_fact(store))


@click.command("forget")
@click.argument("student_id", metavar="ID")
@click.option(
    "--yes", is_flag=True, help="Really do it; without it, it is only told what would be."
)
@DATABASE
@click.pass_obj
def forget_student(given: Given, student_id: str, *, yes: bool, database: Path | None) -> None:
    """Erase or anonymise everything that is held about the student of that id, and prove it.

    Beside a running nudgebot it is refused: that one may be about to write to her. There an admin
    says `forget` in chat, or the bot is stopped first.
    """
    settings, now = given.settings(database), right_now()
    keep_days = settings["backup_keep_days"]
    with _alone_if(yes, settings), opened(settings, must_exist=True, held=yes) as store:
        if _is_forgotten(store, student_id):
            tidy(store)  # the last time may have ended before this
            said = [
                "This student is forgotten already.",
                *left_to_do(keep_days, database=store.path),
            ]
        elif yes:
            audit = in_audit(Audit(store), actor_user_id=NOBODY, as_of=now)
            done = forget(store, student_id, now, in_audit=audit, lms_outbox=settings["lms_outbox"])
            said = after_forgetting(done, backup_keep_days=keep_days, database=store.path)
        else:
            rows = count_rows(store, subject_of(store, student_id))
            said = [before_forgetting(rows), "Nothing was done; add --yes to do it."]
    click.echo("\n\n".join(said))


@contextmanager
def _alone_if(yes: bool, settings: Settings) -> Iterator[None]:
    """Hold the database where something is done to it: what a bot has in hand may name her."""
    database: Path = settings["database"]
    if not yes or not database.exists():
        yield
        return
    with ExitStack() as held:
        try:
            held.enter_context(alone(database))
        except InUseError as error:
            raise InUseError(
                f"nudgebot runs on {database}, and what it is about to send may name her: let an "
                "admin say `forget` with the same id to it in Zulip, or stop it first."
            ) from error
        yield


def _is_forgotten(store: Store, student_id: str) -> bool:
    there = store.value("SELECT 1 FROM students WHERE student_id = ?", [student_id])
    return there is None and Stubs(store.connection).student(student_id)


def in_audit(audit: Audit, *, actor_user_id: int, as_of: datetime) -> Callable[[Subject], None]:
    """What makes a student unfindable in the log."""

    def forget_there(subject: Subject) -> None:
        audit.forget(
            subject.student_id,
            own_user_id=subject.user_id,
            actor_user_id=actor_user_id,
            as_of=as_of,
        )

    return forget_there
