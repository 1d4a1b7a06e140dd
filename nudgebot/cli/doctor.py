"""The command that looks at everything nudgebot needs, and says what to do."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

import click

from nudgebot.chat.audit import Head, head_in
from nudgebot.cli.context import Given, right_now
from nudgebot.errors import NudgebotError
from nudgebot.service.health import Finding, State, guarded, school, server, surroundings, worst
from nudgebot.service.health import database as file
from nudgebot.service.health.copies import copy_findings
from nudgebot.service.health.mail import mail_findings
from nudgebot.settings import Settings
from nudgebot.store import Store
from nudgebot.store.backups import backups_of, folder_of
from nudgebot.store.migrating import pending
from nudgebot.wiring import SCHEMAS, or_shipped

UNTIL_IT_ANSWERS = "Until it answers nothing is sent or heard; what is due waits, nothing is lost."
UNTIL_MAIL_GOES = "Mend that setting; e-mails wait for it."


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a finding, for a monitor.")
@click.option("--offline", is_flag=True, help="Ask neither the Zulip server nor the mail server.")
@click.option("--audit-head", metavar="HEAD", help="The audit log's head of an earlier time.")
@click.pass_obj
def doctor(given: Given, *, as_json: bool, offline: bool, audit_head: str | None) -> None:
    """Look at everything nudgebot needs, beside a running one too, and say what to do.

    Nothing is changed and nothing is sent; ids and counts only. Exit code: 0 all is well, 1
    something to look at, 2 something is broken.
    """
    zuliprc = given.config or Path("zuliprc")
    noted = None if audit_head is None else head_in(audit_head)
    if audit_head is not None and noted is None:
        raise click.BadParameter("Give it as it was printed: number:hash.", param_hint="HEAD")
    findings = []
    for finding in _all(given, zuliprc, offline=offline, noted=noted):
        findings.append(finding)
        click.echo(_as_json(finding) if as_json else str(finding))
    sys.exit(int(worst(findings)))


def _all(given: Given, zuliprc: Path, *, offline: bool, noted: Head | None) -> Iterator[Finding]:
    """Without settings hardly anything can be looked at, which is a finding like others."""
    try:
        settings = given.settings()
    except NudgebotError as error:
        advice = "zuliprc.example has every setting; the rest can be looked at after that."
        yield Finding("settings", State.FAIL, str(error), advice)
        return
    yield from examined(settings, zuliprc, as_of=right_now(), offline=offline, noted=noted)


def examined(
    settings: Settings,
    zuliprc: Path,
    *,
    as_of: datetime,
    offline: bool,
    noted: Head | None = None,
) -> Iterator[Finding]:
    """All findings, the database's first."""
    database: Path = settings["database"]
    folder = folder_of(database, settings["backup_folder"])
    if database.exists() or not backups_of(database, folder):
        yield from guarded("database", partial(file.file_findings, database))
    yield from guarded("tables", partial(_inside, settings, as_of, noted))
    yield from guarded("backup", partial(copy_findings, database, folder, as_of))
    yield from guarded("disk", partial(file.disk_findings, database, folder))
    yield from guarded("inbox", partial(surroundings.inbox_findings, settings["inbox"]))
    yield from guarded("zuliprc", partial(server.zuliprc_findings, zuliprc, os.environ))
    if not offline:
        asked = partial(server.server_findings, zuliprc, settings, right_now)
        yield from guarded("server", asked, UNTIL_IT_ANSWERS)
        greeted = partial(mail_findings, settings, right_now)
        yield from guarded("mail", greeted, UNTIL_MAIL_GOES)
    rules = or_shipped(settings["rules_file_path"])
    templates = or_shipped(settings["templates_path"])
    yield from guarded("rules", partial(surroundings.rule_findings, rules, templates))
    yield from guarded("fonts", partial(surroundings.font_findings, settings["fonts_path"]))
    yield from guarded("model", partial(surroundings.model_findings, settings))
    yield from surroundings.setting_findings(settings)


def _inside(settings: Settings, as_of: datetime, noted: Head | None) -> Iterable[Finding]:
    """What the tables say; where they are not of today, only that."""
    if not settings["database"].exists():
        return
    store = Store.reading(settings["database"])
    try:
        steps = pending(store.db, SCHEMAS)
        yield from file.table_findings(steps)
        if steps:
            return
        yield from guarded("data", partial(school.data_findings, store, settings, as_of))
        yield from guarded("people", partial(school.people_findings, store))
        yield from guarded("outbox", partial(school.outbox_findings, store, as_of))
        yield from guarded("audit", partial(file.audit_findings, store, noted))
        yield from guarded("admins", partial(surroundings.admin_findings, store, settings))
    finally:
        store.close()


def _as_json(finding: Finding) -> str:
    state = State(finding.state).name.lower()
    fields = {"name": finding.name, "state": state, "sentence": finding.sentence}
    return json.dumps(fields | {"advice": finding.advice}, ensure_ascii=False)
