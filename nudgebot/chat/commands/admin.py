"""What admins say about people, rules and imports; and `status`, for all staff."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from nudgebot.chat.answer import Answer, code
from nudgebot.chat.command import ADMINS, STAFF, Call, Command, Scope
from nudgebot.chat.figures_text import count, table
from nudgebot.chat.finder import named, one_student, user_meant
from nudgebot.chat.previews import LINK, RELEASE, ask
from nudgebot.chat.reading import data_note
from nudgebot.errors import CommandError
from nudgebot.markup import esc, fence, global_time, mention
from nudgebot.nudging.freshness import staleness
from nudgebot.school.days import from_at
from nudgebot.school.links import KINDS, Kind

MOST_PEOPLE = 30
MOST_READINGS = 30
MOST_REASONS = 3
REFUSED_LATELY = timedelta(days=7)


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
    lines = [f"- {count(students, 'student')} linked; {unlinked:,} people are not (`people`)"]
    open_ = office.outbox.unsettled()
    if open_:
        lines.append(f"- {count(len(open_), 'message')} waiting or unclear in the outbox")
    refused = office.outbox.refused(call.as_of - REFUSED_LATELY)
    if refused:
        reasons = Counter(each.reason for each in refused).most_common(MOST_REASONS)
        lines.append(f"- ⚠️ {count(len(refused), 'message')} of the last 7 days did not arrive:")
        lines += [f"  - {number:,}: {esc(reason)}" for reason, number in reasons]
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


def people(call: Call) -> Answer:
    """Answer `people`: who is not linked, and why."""
    found = call.office.links.unlinked()
    if not found:
        return Answer("Everybody is linked.")
    lines = []
    for each in found[:MOST_PEOPLE]:
        hint = ""
        if each.suggested:
            users = ", ".join(mention(user_id) for user_id in each.suggested[:3])
            words = f"link {each.kind} {each.person_id} @**|{each.suggested[0]}**"
            hint = f" Perhaps {users}: {code(words)}"
        name = _name_of(call, each.kind, each.person_id)
        lines.append(f"- {each.kind} {esc(each.person_id)} {name}: {esc(each.why)}{hint}")
    more = len(found) - MOST_PEOPLE
    if more > 0:
        lines.append(f"- and {more:,} more")
    ids = frozenset(each.person_id for each in found if each.kind == "student")
    head = f"**{count(len(found), 'person', 'people')} not linked**; they get nothing:"
    return Answer("\n".join([head, *lines]), students=ids)


def _name_of(call: Call, kind: Kind, person_id: str) -> str:
    people = call.office.people
    person = people.student(person_id) if kind == "student" else people.teacher(person_id)
    return "" if person is None else esc(person.name)


def link(call: Call) -> Answer:
    """Answer `link [student|teacher] <person> <mention>`."""
    *who, last = call.words or [""]
    user_id = user_meant(call.office.links, last)
    if not who or not user_id:
        raise CommandError("Name a person and mention a user: `link student 5 @**Ana Alvarez**`.")
    user = call.office.links.user(user_id)
    if user is None:
        raise CommandError("Zulip has no such user, as far as I know; try again in a few minutes.")
    kinds = [kind for kind in KINDS if kind == who[0].lower()] if len(who) > 1 else []
    text = " ".join(who[1:] if kinds else who)
    found = [pair for kind in kinds or KINDS for pair in _persons(call, kind, text)]
    if not found:
        raise CommandError("The export has no person of that id or name.")
    if len(found) > 1:
        raise CommandError("Several people are called so; use the id: `link student <id> …`.")
    kind, person_id = found[0]
    shown = f"{kind} {esc(person_id)} {_name_of(call, kind, person_id)}"
    return ask(
        call,
        LINK,
        {"kind": kind, "person_id": person_id, "user_id": user_id},
        about=f"{kind} {person_id}",
        content=f"{shown} is the Zulip user {mention(user_id)}: "
        "messages about and for this person go there from then on.",
        heading="Link these two?",
    )


def _persons(call: Call, kind: Kind, text: str) -> list[tuple[Kind, str]]:
    """The persons of that id, or else of that name."""
    people = call.office.people
    everybody = (
        [(each.student_id, each.name) for each in people.students()]
        if kind == "student"
        else [(each.teacher_id, each.name) for each in people.teachers()]
    )
    exact = [(kind, key) for key, _ in everybody if key.casefold() == text.casefold()]
    return exact or [(kind, key) for key, name in everybody if name.casefold() == text.casefold()]


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
    return Answer("\n\n".join([table(head, rows), _problems(office.book.problems)]).strip())


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


def audit(call: Call) -> Answer:
    """Answer `audit <student>`."""
    student = one_student(call, " ".join(call.words), "audit {}")
    readings = call.office.audit.of(student.student_id, limit=MOST_READINGS)
    lines = [
        f"- {global_time(each.at)} {mention(each.actor_user_id)} {code(each.action)} "
        f"in {esc(each.place)}"
        for each in readings
    ]
    head = f"Who saw data of **{named(student)}**, newest first:"
    return Answer(
        "\n".join([head, *(lines or ["- nobody so far"])]),
        students=frozenset({student.student_id}),
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
        name="people",
        usage="people",
        summary="Who is not linked to a Zulip user, and why.",
        roles=ADMINS,
        scope=Scope.STUDENTS,
        run=people,
    ),
    Command(
        name="link",
        usage="link <person> <mention>",
        summary="Say which Zulip user a person of the export is.",
        help="A person is `student 5`, `teacher t1`, or a whole name.",
        examples=("link student 5 @**Ana Alvarez**",),
        roles=ADMINS,
        scope=Scope.NOBODY,
        changes_world=True,
        run=link,
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
    Command(
        name="audit",
        usage="audit <student>",
        summary="Who saw a student's data, when and where.",
        roles=ADMINS,
        scope=Scope.STUDENTS,
        run=audit,
    ),
)
