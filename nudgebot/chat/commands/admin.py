"""What admins say about rules and imports; and `status`, for all staff."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from nudgebot.chat.answer import Answer, code
from nudgebot.chat.command import ADMINS, STAFF, Call, Command, Scope
from nudgebot.chat.figures_text import count, table
from nudgebot.chat.mail_status import mail_line
from nudgebot.chat.previews import RELEASE, ask
from nudgebot.chat.reading import data_note
from nudgebot.errors import CommandError
from nudgebot.markup import esc, fence, global_time
from nudgebot.nudging.freshness import staleness
from nudgebot.nudging.review import open_reviews
from nudgebot.school.days import from_at
from nudgebot.store.backups import backups_of, folder_of

MOST_REASONS = 3
REFUSED_LATELY = timedelta(days=7)
OLD_BACKUP = timedelta(hours=30)


def status(call: Call) -> Answer:
    """Answer `status`."""
    office = call.office
    lines = [_nudging(call), f"- {data_note(office, call.as_of).strip('*')}"]
    computed = office.figures.computed_at()
    lines.append(f"- Figures as of {global_time(computed)}" if computed else "- No figures yet")
    rules = office.book.rules.rules
    on = len(office.switches.on(rules))
    lines.append(f"- {count(len(rules), 'rule')}, {on} of them on")
    if office.book.problems:
        lines.append(f"- ⚠️ {count(len(office.book.problems), 'problem')} in the rule files")
    if call.asker.sees_all:
        lines += _for_admins(call)
    return Answer("\n".join(["**nudgebot**", *lines]))


def _nudging(call: Call) -> str:
    office, settings = call.office, call.office.settings
    if not settings["enable_nudging_system"]:
        return "- Nudging is off (setting `enable_nudging_system`)"
    hours = settings["stale_after_hours"]
    stale = staleness(office.store, stale_after_hours=hours, zone=office.zone, as_of=call.as_of)
    return f"- ⚠️ Nudging waits: {esc(stale)}" if stale else "- Nudging is on"


def _for_admins(call: Call) -> list[str]:
    office = call.office
    students = len(office.links.table("student").user_ids)
    unlinked = len(office.links.unlinked())
    others = "1 person is not" if unlinked == 1 else f"{unlinked:,} people are not"
    lines = [f"- {count(students, 'student')} linked; {others} (`people`)"]
    lines += _safeguarding(call)
    open_ = office.outbox.unsettled()
    if open_:
        lines.append(f"- {count(len(open_), 'message')} waiting or unclear in the outbox")
    refused = office.outbox.refused(call.as_of - REFUSED_LATELY)
    if refused:
        reasons = Counter(each.reason for each in refused).most_common(MOST_REASONS)
        lines.append(f"- ⚠️ {count(len(refused), 'message')} of the last 7 days did not arrive:")
        lines += [f"  - {number:,}: {esc(reason)}" for reason, number in reasons]
    lines.append(mail_line(office))
    lines += _machine(call)
    waiting = len(office.letters.waiting_answers())
    if waiting:
        lines.append(f"- {count(waiting, 'answer')} of students that no teacher could be given")
    held = office.store.rows("SELECT * FROM batches WHERE state = 'held' ORDER BY batch_id")
    lines += [
        f"- ⚠️ Import {row['batch_id']} of {global_time(from_at(row['started_at']))} is held: "
        f"{esc(row['note'])} (`release {row['batch_id']}`)"
        for row in held
    ]
    return lines


def _machine(call: Call) -> list[str]:
    """What keeps nudgebot itself safe: its backups, and room on the disk."""
    database = call.office.store.path
    folder = folder_of(database, call.office.settings["backup_folder"])
    backups = backups_of(database, folder)
    newest = f"of {global_time(backups[0].taken_at)}" if backups else "none yet"
    old = not backups or call.as_of - backups[0].taken_at > OLD_BACKUP
    free = shutil.disk_usage(database.parent).free
    # What was written last is still in the log beside the file.
    files = (database, database.with_name(f"{database.name}-wal"))
    size = sum(each.stat().st_size for each in files if each.exists())
    room = f"{size / 1e6:,.0f} MB, {free / 1e9:,.0f} GB free"
    return [
        f"- {'⚠️ ' if old else ''}Newest backup: {newest}",
        f"- {'⚠️ ' if free < 2 * size else ''}Database: {room} (more: `nudgebot doctor`)",
    ]


def _safeguarding(call: Call) -> list[str]:
    """What is missing, so that urgent words of a student might be heard by nobody."""
    office = call.office
    lines = []
    if not office.settings["safeguarding_contacts"]:
        lines.append("- ⚠️ No safeguarding contact is set (setting `safeguarding_contacts`)")
    rows = office.store.rows(
        "SELECT DISTINCT language FROM students WHERE gone_at IS NULL AND language != ''"
    )
    spoken = {row["language"].replace("_", "-").split("-")[0].lower() for row in rows}
    unheard = sorted(spoken - office.book.crisis.languages)
    if unheard:
        names = ", ".join(map(esc, unheard))
        lines.append(f"- ⚠️ No phrases in `rules/crisis.yaml` for languages of students: {names}")
    return lines


def rules(call: Call) -> Answer:
    """Answer `rules`."""
    office = call.office
    on = {rule.id for rule in office.switches.on(office.book.rules.rules)}
    rows = [
        (
            code(rule.id),
            "on" if rule.id in on else "**off**",
            rule.urgency.value,
            rule.delivery_method.value.replace("_", " "),
            f"{rule.cooldown_hours} h",
        )
        for rule in office.book.rules.rules
    ]
    if not rows:
        return Answer("No rules are in force.")
    head = ("Rule", "State", "Urgency", "Goes to", "Cooldown")
    parts = [table(head, rows), _reviews(call), _problems(office.book.problems)]
    return Answer("\n\n".join(filter(None, parts)))


def _reviews(call: Call) -> str:
    """The rules that should be looked at, and why."""
    found = open_reviews(call.office.store)
    lines = [f"- {code(each.rule_id)}: {esc(each.text)}" for each in found]
    return "\n".join(["**To be looked at**", *lines]) if lines else ""


def rule(call: Call) -> Answer:
    """Answer `rule <id> on|off`."""
    words = call.words
    if len(words) != 2 or words[1].lower() not in ("on", "off"):
        raise CommandError(f"Say {code(call.command.usage)}.")
    if call.office.book.rules.rule(words[0]) is None:
        raise CommandError("There is no such rule; `rules` lists them.")
    enabled = words[1].lower() == "on"
    call.office.switches.set(
        words[0], enabled=enabled, user_id=call.asker.user_id, as_of=call.as_of
    )
    return Answer(f"{code(words[0])} is {'on' if enabled else 'off'} from now on.")


def reload(call: Call) -> Answer:
    """Answer `reload`."""
    looked = call.office.book.reload_if_changed(call.as_of)
    if not looked.changed:
        known = _problems(call.office.book.problems)
        return Answer("\n\n".join(["The files are as they were at the last look.", known]).strip())
    return Answer(fence(looked.text))


def _problems(problems: Sequence[object]) -> str:
    if not problems:
        return ""
    return "⚠️ The files have problems, so what was read before stays in force:\n" + fence(
        "\n".join(map(str, problems))
    )


def release(call: Call) -> Answer:
    """Answer `release <batch>`."""
    words = call.words
    number = int(words[0]) if words and words[0].isdecimal() else -1
    row = call.office.store.row(
        "SELECT * FROM batches WHERE batch_id = ? AND state = 'held'", [number]
    )
    if row is None:
        raise CommandError("No import of that number is held; `status` lists those that are.")
    return ask(
        call,
        RELEASE,
        {"batch_id": number},
        about=str(number),
        content=f"Import {number} was held: {esc(row['note'])}",
        heading=f"Take import {number} in?",
    )


COMMANDS = (
    Command(
        name="status",
        usage="status",
        summary="Whether data are fresh, nudging is on, and anything waits.",
        roles=STAFF,
        scope=Scope.NOBODY,
        run=status,
    ),
    Command(
        name="rules",
        usage="rules",
        summary="The rules in force, and problems in their files.",
        roles=ADMINS,
        scope=Scope.NOBODY,
        run=rules,
    ),
    Command(
        name="rule",
        usage="rule <id> on|off",
        summary="Switch a rule on or off, whatever its file says.",
        roles=ADMINS,
        scope=Scope.NOBODY,
        run=rule,
    ),
    Command(
        name="reload",
        usage="reload",
        summary="Read rules and templates again now.",
        roles=ADMINS,
        scope=Scope.NOBODY,
        run=reload,
    ),
    Command(
        name="release",
        usage="release <import>",
        summary="Take in an import that was held back.",
        roles=ADMINS,
        scope=Scope.NOBODY,
        changes_world=True,
        run=release,
    ),
)
