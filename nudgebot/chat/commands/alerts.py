"""The commands about alerts: who needs a teacher, what can be done, and that it is done."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from nudgebot.chat.alert_words import by_whom, card
from nudgebot.chat.answer import Answer, code
from nudgebot.chat.command import STAFF, Call, Command, Scope
from nudgebot.chat.commands.alert_list import COMMANDS as LIST
from nudgebot.chat.commands.message import split_student
from nudgebot.chat.commands.resuming import COMMANDS as RESUME
from nudgebot.chat.figures_text import count
from nudgebot.chat.finder import named, one_student
from nudgebot.errors import CommandError
from nudgebot.interventions.alerts_kept import ACKNOWLEDGED, OPEN, OVER, RESOLVED, Alert
from nudgebot.interventions.means import Actor
from nudgebot.interventions.record import InterventionType
from nudgebot.markup import esc, global_time
from nudgebot.nudging.snoozes import Snooze, Snoozes
from nudgebot.school.people import Student

LONGEST_SNOOZE_DAYS = 60
LONGEST_WHY = 200
_NUMBER = re.compile(r"(?:alert\s+)?#?(\d{1,9})\b[:,.]?\s*(.*)", re.IGNORECASE | re.DOTALL)
_SPAN = re.compile(
    r"(?:for\s+)?(\d{1,5}|an?)\s*(days?|d|weeks?|w)?\b[:,.]?\s*(.*)", re.IGNORECASE | re.DOTALL
)
_OFF = ("off", "end", "over", "wake", "stop")


@dataclass(frozen=True)
class Meant:
    """An alert that the asker may see, whose it is, and the words behind its number."""

    alert: Alert
    student: Student
    rest: str

    @property
    def words(self) -> str:
        """The alert in a sentence."""
        return f"Alert {self.alert.alert_id} ({named(self.student)}, {esc(self.alert.title)})"


def _meant(call: Call) -> Meant:
    """The alert of the number; another teacher's is as unknown as one that does not exist."""
    found = _NUMBER.fullmatch(call.text.strip())
    if found is None:
        name = call.command.name
        raise CommandError(
            f"Which alert? Write its number: {code(f'{name} 12')}. `alerts` lists yours."
        )
    alert = call.office.interventions.alerts.find(int(found[1]))
    student = None if alert is None else call.office.people.student(alert.student_id)
    if alert is None or student is None or not _may_see(call, alert):
        raise CommandError(f"I know no alert {found[1]} of yours. `alerts` lists yours.")
    return Meant(alert, student, found[2].strip())


def _may_see(call: Call, alert: Alert) -> bool:
    """The student's teachers and admins; what began with urgent words the contacts too."""
    is_contact = call.asker.user_id in call.office.settings["safeguarding_contacts"]
    return (alert.is_crisis and is_contact) or call.asker.may_see(alert.student_id)


def _actor(call: Call) -> Actor:
    return Actor(call.asker.user_id, call.asker.name, call.asker.teacher_id)


def alert(call: Call) -> Answer:
    """Answer `alert <number>`."""
    meant = _meant(call)
    return card(call.office, meant.alert, meant.student)


def ack(call: Call) -> Answer:
    """Answer `ack <number>`."""
    meant = _meant(call)
    number, before = meant.alert.alert_id, meant.alert
    call.office.interventions.alerts.acknowledge(_actor(call), number, as_of=call.as_of)
    ids = frozenset({meant.student.student_id})
    if before.state == ACKNOWLEDGED:
        who = by_whom(call.office, before.acknowledged_by, call.asker.user_id)
        return Answer(f"{meant.words} is acknowledged already, {who}.", students=ids)
    return Answer(
        f"👍 {meant.words} is yours: nobody is told of it again while it lasts. "
        f"{code(f'resolve {number} <notes>')} closes it, "
        f"{code(f'reopen {number}')} takes this back.",
        students=ids,
    )


def resolve(call: Call) -> Answer:
    """Answer `resolve <number> <notes>`."""
    meant = _meant(call)
    alert, student = meant.alert, meant.student
    number, ids = alert.alert_id, frozenset({student.student_id})
    if alert.state == RESOLVED:
        who = by_whom(call.office, alert.resolved_by, call.asker.user_id)
        when = f" {global_time(alert.resolved_at)}" if alert.resolved_at else ""
        return Answer(
            f"{meant.words} is resolved already, {who}{when}. "
            f"{code(f'reopen {number}')} opens it again.",
            students=ids,
        )
    if alert.state == OVER:
        return Answer(
            f"{meant.words} is over: what it was about holds no more. There is nothing to resolve.",
            students=ids,
        )
    if not meant.rest:
        example = f"resolve {number} talked with {student.first_name}, starts again on Monday"
        return Answer(
            f"What did you do about it, and what came of it? A few words behind the number are "
            f"enough: {code(example)}.",
            students=ids,
        )
    done = call.office.interventions.alerts.resolve(
        _actor(call), number, meant.rest, as_of=call.as_of
    )
    again = (
        _after_crisis(call, student)
        if done.is_crisis
        else (
            "If it holds all the same, I leave it at that: you have tried twice."
            if done.reopened_at
            else "If it holds all the same some time later, I come back to you once."
        )
    )
    return Answer(
        f"✅ {meant.words} is resolved: {esc(meant.rest)}\n\n{again} A slip? "
        f"{code(f'reopen {number}')} takes it back.",
        students=ids,
    )


def _after_crisis(call: Call, student: Student) -> str:
    """What still waits for a person when the alert is closed."""
    key = student.student_id
    if not call.office.consents.state(key).held:
        return "If there are urgent words again, I come back to you at once."
    return f"Nudges still rest: {code(f'resume {key} <notes>')} lets them go on."


def reopen(call: Call) -> Answer:
    """Answer `reopen <number>`."""
    meant = _meant(call)
    number = meant.alert.alert_id
    now = call.office.interventions.alerts.reopen(_actor(call), number, as_of=call.as_of)
    state = "open again" if now.state == OPEN else "no longer resolved, but still acknowledged"
    return Answer(
        f"{meant.words} is {state}. {code(f'alert {number}')} shows what you can do.",
        students=frozenset({meant.student.student_id}),
    )


def snooze(call: Call) -> Answer:
    """Answer `snooze <student> <days> [<why>]` and `snooze <student> off`."""
    who, rest = split_student(call)
    student = one_student(
        call, who, "snooze {} " + (rest or "7").replace("{", "{{").replace("}", "}}")
    )
    key, ids = student.student_id, frozenset({student.student_id})
    snoozes = Snoozes(call.office.store)
    if rest.strip(" .!").lower() in _OFF:
        was = snoozes.wake(key)
        text = "Nudges and alerts may come again" if was else "Nothing was snoozed"
        return Answer(f"{text} about {named(student)}.", students=ids)
    days, why = _span(rest, key)
    until = call.as_of + timedelta(days=days)
    with call.office.store.transaction():
        snoozes.snooze(Snooze(key, "", until, call.asker.user_id, why), call.as_of)
        call.office.interventions.record.note(
            InterventionType.SNOOZE,
            _actor(call),
            student_id=key,
            action_taken=f"Snoozed for {count(days, 'day')}{f': {why}' if why else ''}",
            source=f"snooze:{call.source}",
            as_of=call.as_of,
        )
    return Answer(
        f"😴 {named(student)} gets no nudges, and you no new alerts about this student, until "
        f"{global_time(until)}. What is open counts as acknowledged. {code(f'snooze {key} off')} "
        "ends it.",
        students=ids,
    )


def _span(rest: str, student_id: str) -> tuple[int, str]:
    """Days, and why."""
    found = _SPAN.fullmatch(rest.strip())
    if found is None:
        raise CommandError(f"For how many days? {code(f'snooze {student_id} 7')}.")
    number = int(found[1]) if found[1].isdecimal() else 1
    days = number * (7 if (found[2] or "d").lower().startswith("w") else 1)
    if not 1 <= days <= LONGEST_SNOOZE_DAYS:
        raise CommandError(
            f"A snooze has from 1 to {LONGEST_SNOOZE_DAYS} days: {code(f'snooze {student_id} 7')}."
        )
    if len(found[3]) > LONGEST_WHY:
        raise CommandError(f"The reason has at most {LONGEST_WHY} characters.")
    return days, found[3].strip()


COMMANDS = (
    *LIST,
    Command(
        name="alert",
        usage="alert <alert>",
        summary="One alert: the reasons, what was done, and what you can do.",
        examples=("alert 12",),
        roles=STAFF,
        scope=Scope.STUDENTS,
        run=alert,
    ),
    Command(
        name="ack",
        usage="ack <alert>",
        summary="Say that you see to an alert; nobody is told of it again.",
        examples=("ack 12",),
        aliases=("acknowledge",),
        roles=STAFF,
        scope=Scope.STUDENTS,
        run=ack,
    ),
    Command(
        name="resolve",
        usage="resolve <alert> <notes>",
        summary="Close an alert with a word on what you did.",
        help="What you did and your notes go into the history. If the cause is still there after "
        "some time, the alert comes back once, with your notes. `reopen 12` takes it back.",
        examples=("resolve 12 talked with her, starts again on Monday",),
        roles=STAFF,
        scope=Scope.STUDENTS,
        run=resolve,
    ),
    Command(
        name="reopen",
        usage="reopen <alert>",
        summary="Take back `resolve` or `ack`.",
        examples=("reopen 12",),
        roles=STAFF,
        scope=Scope.STUDENTS,
        run=reopen,
    ),
    Command(
        name="snooze",
        usage="snooze <student> <days> [<why>]",
        summary="No nudges to a student, and no new alerts about the student, for some days.",
        help="`snooze <student> off` ends it.",
        examples=("snooze 5 7", "snooze Ana 14 is ill", "snooze 5 off"),
        roles=STAFF,
        scope=Scope.STUDENTS,
        run=snooze,
    ),
    *RESUME,
)
