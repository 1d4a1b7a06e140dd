"""Urgent words as an alert: it stands and is told again and again until a person sees to it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from nudgebot.interventions.alerts_kept import CRISIS, Alert, read_alerts
from nudgebot.interventions.means import Means
from nudgebot.markup import esc, global_time
from nudgebot.nudging.messages import Direct, Outgoing
from nudgebot.nudging.roll import mentors, pupils
from nudgebot.nudging.rule import Urgency
from nudgebot.school.days import to_at
from nudgebot.school.links import ADMIN_ROLE
from nudgebot.school.people import Student
from nudgebot.store import Store

TITLE = "Urgent words"
REASON = "wrote words that may mean danger"  # the words themselves are for who got them
FIRST_AFTER = timedelta(hours=1)
THEN_EVERY = timedelta(hours=4)
PURPOSE = "urgent_answer"  # the outbox sends this purpose first


def open_crisis(store: Store, student_id: str, at: datetime) -> None:
    """Open an alert, or open the one that stands anew: newer words need another look.

    The same words, by their moment, do nothing the second time.
    """
    with store.transaction():
        standing = store.value(
            """SELECT alert_id FROM alerts WHERE student_id = ? AND rule_id = ?
               AND state IN ('open', 'acknowledged')""",
            [student_id, CRISIS],
        )
        if standing is None:
            _insert(store, student_id, at)
        else:
            store.execute(
                """UPDATE alerts SET state = 'open', newest_at = :at, repeated_at = NULL,
                   acknowledged_at = NULL, acknowledged_by = NULL
                   WHERE alert_id = :id AND newest_at < :at""",
                {"at": to_at(at), "id": standing},
            )


def _insert(store: Store, student_id: str, at: datetime) -> None:
    when = to_at(at)
    store.execute(
        """INSERT OR IGNORE INTO alerts (student_id, rule_id, episode_at, title, severity,
           reasons, raised_at, newest_at, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'open')""",
        [student_id, CRISIS, when, TITLE, Urgency.CRITICAL.value, json.dumps([REASON]), when, when],
    )


def repeat_crises(means: Means, as_of: datetime) -> int:
    """Tell again, by day and by night, what nobody has acknowledged; returns how many alerts.

    The student's teachers and the safeguarding contacts are told an hour after the words, and
    every four hours from then on; the admins too where there are no contacts.
    """
    due = read_alerts(
        means.store,
        """a.rule_id = :cause AND a.state = 'open'
           AND ((a.repeated_at IS NULL AND a.newest_at <= :first) OR a.repeated_at <= :then)""",
        {
            "cause": CRISIS,
            "first": to_at(as_of - FIRST_AFTER),
            "then": to_at(as_of - THEN_EVERY),
        },
    )
    return sum(_told_again(means, alert, as_of) for alert in due)


def _told_again(means: Means, alert: Alert, as_of: datetime) -> bool:
    student = means.people.student(alert.student_id)
    if student is None:
        return False
    readers = _readers(means, student, as_of)
    letters = [_letter(alert, student, user_id, as_of) for user_id in readers]
    with means.store.transaction():
        means.store.execute(
            "UPDATE alerts SET repeated_at = ? WHERE alert_id = ? AND state = 'open'",
            [to_at(as_of), alert.alert_id],
        )
        claimed = [each for each in letters if means.outbox.claim(each, as_of)]
        for user_id in readers:
            means.seen({student.student_id}, user_id=user_id, action="alert reminder", as_of=as_of)
    for letter in claimed:
        means.outbox.push(letter, as_of)
    return bool(claimed)


def _readers(means: Means, student: Student, as_of: datetime) -> list[int]:
    """Whom Zulip knows as active people, never the student herself."""
    key = student.student_id
    found = pupils(means.store, {key}, zone=means.zone, as_of=as_of)
    teacher_ids = sorted(mentors(means.store, found.values()).get(key, ()))
    asked: list[int | None] = [means.links.user_id_of("teacher", each) for each in teacher_ids]
    contacts = _people(means, means.settings["safeguarding_contacts"])
    asked += contacts or _admins(means)
    own_id = means.links.user_id_of("student", key)
    return _people(means, (each for each in asked if each is not None and each != own_id))


def _admins(means: Means) -> Sequence[int]:
    named = [*means.settings["admins"]]
    if means.settings["realm_admins_are_admins"]:
        named += [each.user_id for each in means.links.users() if each.role <= ADMIN_ROLE]
    return named


def _people(means: Means, user_ids: Iterable[int]) -> list[int]:
    users = [means.links.user(each) for each in dict.fromkeys(user_ids)]
    return [user.user_id for user in users if user and user.is_active and not user.is_bot]


def _letter(alert: Alert, student: Student, user_id: int, as_of: datetime) -> Outgoing:
    number, name = alert.alert_id, esc(student.name or student.student_id)
    words = (
        f"🚨 **Still open: {name} wrote urgent words** {global_time(alert.newest_at)}, and nobody "
        f"has acknowledged it.\nPlease see to it that somebody talks to {esc(student.first_name)} "
        f"in person, and then say `ack {number}`; `resolve {number} <what was done>` closes it. "
        "Until then I ask again every four hours."
    )
    key = f"alert:{number}:crisis:{to_at(as_of)}:{user_id}"
    return Outgoing(key, Direct((user_id,)), words, PURPOSE)
