"""Urgent alerts that nobody has looked at after a day of school are told to other teachers, once.

Once more where one was opened again. Those of the student's teachers are told who were not told
before; where all were, all are reminded.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from nudgebot.interventions.alerts_kept import Alert, read_alerts
from nudgebot.interventions.means import Means
from nudgebot.markup import esc, global_time
from nudgebot.nudging.alert_actions import actions
from nudgebot.nudging.freshness import school_time
from nudgebot.nudging.messages import Direct, Outgoing
from nudgebot.nudging.policy import policy_of
from nudgebot.nudging.ports import AlertMark
from nudgebot.nudging.roll import mentors, pupils
from nudgebot.nudging.timing import Hours
from nudgebot.school.days import from_at, local_day, to_at

PURPOSE = "alert"
MOST_LINES = 10
SIGNS: Mapping[str, str] = {"critical": "🔴", "high": "🟠", "medium": "🟡", "low": "🟢"}
_WAITING = """
    a.state = 'open' AND a.severity IN ('high', 'critical') AND a.repeated_at IS NULL
    AND a.rule_id != 'crisis'
    AND COALESCE(a.reopened_at, a.raised_at) <= :before
"""
# Whom each alert went to, and when it last arrived; NULL: it is still on its way to somebody.
_TOLD = """
    SELECT a.alert_id, p.person_id, p.state, o.settled_at
    FROM json_each(?) j JOIN alerts a ON a.alert_id = j.value
    JOIN nudges n ON n.student_id = a.student_id AND n.rule_id = a.rule_id
        AND n.decided_at >= a.raised_at
    JOIN nudge_parts p ON p.nudge_key = n.nudge_key AND p.channel = 'mentor'
    LEFT JOIN outbox o ON o.key = p.outbox_key
    WHERE p.state IN ('waiting', 'posted', 'sent', 'unclear')
"""


@dataclass
class _Telling:
    """Who was told of an alert, when last, and whether it is still on its way."""

    teachers: set[str] = field(default_factory=set)
    last_at: int = 0
    on_its_way: bool = False


def repeat(means: Means, as_of: datetime) -> int:
    """Tell again what is due; returns how many teachers were written to."""
    days = means.settings["alert_repeat_school_days"]
    if not days or not _is_open(means, as_of):
        return 0
    due = _due(means, days, as_of)
    if not due:
        return 0
    letters: list[Outgoing] = []
    with means.store.transaction():
        by_teacher, reached = _by_teacher(means, due, as_of)
        means.store.executemany(
            "UPDATE alerts SET repeated_at = ? WHERE alert_id = ? AND state = 'open'",
            [(to_at(as_of), alert_id) for alert_id in sorted(reached)],
        )
        for user_id, own in sorted(by_teacher.items()):
            claimed = [
                each
                for each in _letters(means, user_id, own, as_of)
                if means.outbox.claim(each, as_of)
            ]
            if claimed:
                ids = {each.alert.student_id for each in own[:MOST_LINES]}
                means.seen(ids, user_id=user_id, action="alert reminder", as_of=as_of)
            letters += claimed
    for letter in letters:
        means.outbox.push(letter, as_of)
    return len(by_teacher)


def _is_open(means: Means, as_of: datetime) -> bool:
    """Whether teachers may be written to: open hours of a day of school."""
    policy = policy_of(means.settings)
    hours = Hours(policy.zone, policy.quiet, policy.weekend_allowed)
    in_school = school_time(means.store, as_of - timedelta(minutes=1), as_of, zone=means.zone)
    return policy.enabled and hours.open(as_of) and bool(in_school)


@dataclass(frozen=True)
class _Due:
    """An alert that is to be told again, and who was told before."""

    alert: Alert
    told: Collection[str]


def _due(means: Means, days: int, as_of: datetime) -> list[_Due]:
    span = timedelta(days=days)
    waiting = read_alerts(means.store, _WAITING, {"before": to_at(as_of - span)})
    tellings = _tellings(means, [each.alert_id for each in waiting])
    found = []
    rested: dict[datetime, timedelta] = {}  # many wait since the same evaluation
    for alert in waiting:
        telling = tellings.get(alert.alert_id, _Telling())
        since = max(alert.since, from_at(telling.last_at)) if telling.last_at else alert.since
        if since not in rested:
            rested[since] = school_time(means.store, since, as_of, zone=means.zone)
        if not telling.on_its_way and rested[since] >= span:
            found.append(_Due(alert, telling.teachers))
    return found


def _tellings(means: Means, alert_ids: Sequence[int]) -> dict[int, _Telling]:
    found: dict[int, _Telling] = {}
    for row in means.store.rows(_TOLD, [json.dumps(list(alert_ids))]):
        telling = found.setdefault(row["alert_id"], _Telling())
        telling.on_its_way |= row["state"] in ("waiting", "posted")
        telling.teachers.add(row["person_id"])
        telling.last_at = max(telling.last_at, row["settled_at"] or 0)
    return found


@dataclass(frozen=True)
class _Again:
    """An alert for one teacher; `reminds`: she was told before."""

    alert: Alert
    reminds: bool
    told: str  # the names of those who were


def _by_teacher(
    means: Means, due: Sequence[_Due], as_of: datetime
) -> tuple[dict[int, list[_Again]], set[int]]:
    """By Zulip user what she is told, and the alerts that reach anybody."""
    ids = {each.alert.student_id for each in due}
    found = pupils(means.store, ids, zone=means.zone, as_of=as_of)
    teachers = mentors(means.store, found.values())
    user_ids: dict[str, int | None] = {
        teacher_id: means.links.user_id_of("teacher", teacher_id)
        for teacher_id in sorted({one for own in teachers.values() for one in own})
    }
    by_teacher: dict[int, list[_Again]] = {}
    reached = set()
    for each in due:
        own = [one for one in teachers.get(each.alert.student_id, ()) if user_ids[one] is not None]
        others = [one for one in own if one not in each.told]
        for teacher_id in others or own:
            user_id = user_ids[teacher_id]
            if user_id is not None:
                again = _Again(each.alert, not others, _names(means, each.told))
                by_teacher.setdefault(user_id, []).append(again)
                reached.add(each.alert.alert_id)
    return by_teacher, reached


def _names(means: Means, teacher_ids: Collection[str]) -> str:
    people = (means.people.teacher(each) for each in sorted(teacher_ids))
    return " and ".join(esc(one.name) for one in people if one is not None and one.name)


def _letters(means: Means, user_id: int, own: Sequence[_Again], as_of: datetime) -> list[Outgoing]:
    """The words, and the buttons below them."""
    teacher_id = means.links.persons_of(user_id).teacher_id or user_id
    first = own[0].alert
    again = "" if first.reopened_at is None else ":reopened"
    key = f"alert:{first.alert_id}{again}:repeat:{teacher_id}"
    place = Direct((user_id,))
    words = Outgoing(key, place, _content(means, own, as_of), PURPOSE)
    marks = {
        (each.alert.student_id, each.alert.rule_id): AlertMark(
            each.alert.alert_id, each.alert.severity
        )
        for each in own
    }
    below = actions(means.store, marks, key=key, recipient=place, purpose=PURPOSE)
    return [words] if below is None else [words, below]


def _content(means: Means, own: Sequence[_Again], as_of: datetime) -> str:
    many = (
        f"**{len(own)} urgent alerts still wait"
        if len(own) > 1
        else "**An urgent alert still waits"
    )
    head = f"{many}**: nobody has looked so far."
    if all(each.reminds for each in own):
        why = "This is my one reminder."
    else:
        told = dict.fromkeys(each.told for each in own if each.told and not each.reminds)
        first = f"I told {' and '.join(told)} first; " if told else ""
        why = f"{first}you teach {'these students' if len(own) > 1 else 'the student'} too."
        why = why[0].upper() + why[1:]
    lines = [_line(means, each, as_of) for each in own[:MOST_LINES]]
    left = len(own) - MOST_LINES
    lines += [f"- and {left} more: `alerts`"] if left > 0 else []
    foot = "`ack <number>` says that you see to it, and nobody is told again."
    return "\n".join([f"{head} {why}", "", *lines, "", foot])


def _line(means: Means, again: _Again, as_of: datetime) -> str:
    alert = again.alert
    student = means.people.student(alert.student_id)
    name = esc(student.name or alert.student_id) if student else esc(alert.student_id)
    day = local_day(as_of, means.zone)
    classes = means.people.classes_of(alert.student_id, role="student", day=day)
    where = f" ({esc(classes[0].name)})" if len(classes) == 1 else ""
    level = alert.severity.value
    return (
        f"- {SIGNS[level]} **[{level.upper()}]** **{name}**{where}: {esc(alert.headline)}, "
        f"since {global_time(alert.since)} `alert {alert.alert_id}`"
    )
