"""Alerts as teachers read them: a line in a list, and a card with what can be done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from nudgebot.chat.answer import Answer, code
from nudgebot.chat.finder import named
from nudgebot.chat.office import Office
from nudgebot.interventions.alerts_kept import ACKNOWLEDGED, OPEN, OVER, RESOLVED, Alert, Tag
from nudgebot.markup import esc, global_time
from nudgebot.nudging.messages import Button
from nudgebot.nudging.rule import Urgency
from nudgebot.school.people import Student

SIGNS: Mapping[Urgency, str] = {
    Urgency.CRITICAL: "🔴",
    Urgency.HIGH: "🟠",
    Urgency.MEDIUM: "🟡",
    Urgency.LOW: "🟢",
}


def level(alert: Alert) -> str:
    """`🟠 **[HIGH]**`: nobody has to tell colours apart."""
    return f"{SIGNS[alert.severity]} **[{alert.severity.value.upper()}]**"


def line(office: Office, alert: Alert, student: Student) -> str:
    """An alert in a list: who, why with its numbers, since when, and what was done."""
    rest = "".join(f"\n  {each}" for each in _so_far(office, alert))
    return (
        f"- {level(alert)} **{named(student)}**: {esc(alert.headline)}\n"
        f"  {esc(alert.title)}, since {global_time(alert.since)} `alert {alert.alert_id}`{rest}"
    )


def lines_of(office: Office, own: Sequence[Alert], student: Student, *, all_by: str) -> str:
    """A student in a list: her one alert, or what the worst is about, how many and since when.

    `own` are her alerts, the most urgent first; `all_by` is the command that shows each.
    """
    worst = own[0]
    if len(own) == 1:
        return line(office, worst, student)
    levels = Counter(each.severity for each in own)
    seen = sum(each.state == ACKNOWLEDGED for each in own)
    amounts = ", ".join(
        f"{number} {sign} {each.value}" for each, sign in SIGNS.items() if (number := levels[each])
    )
    amounts += f"; {seen} acknowledged" if seen else ""
    oldest = min(each.since for each in own)
    state = dict.fromkeys(each for alert in own for each in _so_far(office, alert))
    rest = "".join(f"\n  {each}" for each in state)
    return (
        f"- {level(worst)} **{named(student)}**: {esc(worst.headline)}\n"
        f"  {len(own)} alerts ({amounts}), the oldest since {global_time(oldest)} "
        f"{code(all_by)}{rest}"
    )


def _so_far(office: Office, alert: Alert) -> Iterator[str]:
    """What was done about an alert, or that somebody sees to it."""
    if alert.tried:
        yield f"🔁 open again; tried: {esc(alert.tried)}"
    if alert.tags:
        yield f"✔ {esc(', '.join(tag.tag for tag in alert.tags))}"
    elif alert.state == ACKNOWLEDGED:
        yield f"✔ acknowledged {by_whom(office, alert.acknowledged_by)}"


def by_whom(office: Office, user_id: int | None, asker_id: int | None = None) -> str:
    """`by Tara Teacher`, `by you`; whom nobody knows any more is somebody."""
    if user_id is not None and user_id == asker_id:
        return "by you"
    user = None if user_id is None else office.links.user(user_id)
    return f"by {esc(user.full_name)}" if user and user.full_name else "by somebody"


def card(office: Office, alert: Alert, student: Student) -> Answer:
    """All that is known of an alert, and what can be done about it."""
    head = f"{level(alert)} **{named(student)}**: {esc(alert.title)} · alert {alert.alert_id}"
    lines = [head, *(f"- {esc(reason)}" for reason in alert.reasons), "", *_story(office, alert)]
    return Answer(
        "\n".join(lines),
        students=frozenset({student.student_id}),
        heading=_question(alert, student),
        buttons=_buttons(alert, student),
    )


def _story(office: Office, alert: Alert) -> Iterator[str]:
    yield f"Raised {global_time(alert.raised_at)}."
    if alert.reopened_at is not None:
        yield f"🔁 It was resolved, and is open again since {global_time(alert.reopened_at)}."
        yield f"Tried before: {esc(alert.tried)}"
    if alert.tags:
        yield f"Done: {'; '.join(_done(office, tag) for tag in alert.tags)}."
    if alert.state == ACKNOWLEDGED and alert.acknowledged_at is not None:
        who = by_whom(office, alert.acknowledged_by)
        yield f"Acknowledged {who} {global_time(alert.acknowledged_at)}: nobody is told again."
    if alert.state == OPEN:
        yield "Nobody has acknowledged it yet."
    if alert.resolved_at is not None and alert.state == OVER:
        yield f"It ended by itself {global_time(alert.resolved_at)}: what it is about is over."
    if alert.resolved_at is not None and alert.state == RESOLVED:
        who = by_whom(office, alert.resolved_by)
        yield f"Resolved {who} {global_time(alert.resolved_at)}: {esc(alert.resolution_notes)}"
    if alert.is_crisis and alert.stands:
        yield f"Nudges rest: {code(f'resume {alert.student_id} <notes>')} lets them go on."
    why, before = code(f"why {alert.student_id}"), code(f"history {alert.student_id}")
    yield f"{why} shows the whole picture, {before} what was done so far."


def _done(office: Office, tag: Tag) -> str:
    return f"{esc(tag.tag)} ({by_whom(office, tag.user_id)}, {global_time(tag.tagged_at)})"


def _question(alert: Alert, student: Student) -> str:
    return f"What next for {student.first_name}?" if alert.stands else "Anything else?"


def _buttons(alert: Alert, student: Student) -> tuple[Button, ...]:
    key, number = student.student_id, alert.alert_id
    again = Button("Open again", "take the resolution back", f"reopen {number}")
    if not alert.stands:
        return (again,) if alert.state == RESOLVED else ()
    acknowledge = Button("Acknowledge", "you see to it; nobody is told again", f"ack {number}")
    return (
        Button("Message", "write a message", f"message {key}"),
        Button("Assign", "an assignment on the weakest skills", f"assign {key}"),
        Button("Meet", "arrange a meeting", f"meet {key}"),
        Button("Parent", "write to the parents", f"parent {key}"),
        Button("Tutor", "find a peer tutor", f"tutor {key}"),
        Button("Resolve", "close it, with your notes", f"resolve {number}"),
        Button("Snooze", "no nudges and alerts for a week", f"snooze {key} 7"),
        *((acknowledge,) if alert.state == OPEN else ()),
    )
