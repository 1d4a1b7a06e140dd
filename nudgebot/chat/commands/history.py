"""`history <student>` and `rate <number> <1-5>`: what was done for a student, what came of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from nudgebot.chat.answer import Answer, code
from nudgebot.chat.command import STAFF, Call, Command, Scope
from nudgebot.chat.figures_text import count
from nudgebot.chat.finder import named, one_student
from nudgebot.errors import CommandError
from nudgebot.interventions.alerts_kept import CRISIS
from nudgebot.interventions.effects import CAVEAT, Verdict
from nudgebot.interventions.history_entry import NUDGE, Entry, Outcome, StudentHistory
from nudgebot.interventions.means import Actor
from nudgebot.interventions.patterns import in_words
from nudgebot.interventions.record import InterventionType
from nudgebot.markup import clean, esc, global_time
from nudgebot.nudging.messages import Button
from nudgebot.school.people import Student

MOST_ROWS = 5
_MOST_SHOWN = 120
SIGNS: Mapping[str, str] = {
    NUDGE: "🔔",
    InterventionType.MESSAGE: "✉️",
    InterventionType.ASSIGNMENT: "📝",
    InterventionType.MEETING: "📅",
    InterventionType.PARENT: "📧",
    InterventionType.TUTOR: "🤝",
    InterventionType.RESOLUTION: "✅",
    InterventionType.SNOOZE: "💤",
    InterventionType.RESUME: "▶️",
    CRISIS: "🚨",
}
# Kinds whose words do not say what they are.
_LABELS: Mapping[str, str] = {
    NUDGE: "Nudge",
    InterventionType.MESSAGE: "Message",
    InterventionType.ASSIGNMENT: "Assignment",
}
NO_NUMBER = "I know no intervention of yours with that number; `history <student>` shows them."
_RATING = re.compile(
    r"(?:no\.?|#)?\s*(\d{1,15})[\s:,]+(-?\d{1,9})(?:\s*(?:/|of)\s*5)?", re.IGNORECASE
)


def history(call: Call) -> Answer:
    """Answer `history <student> [page <number>]`."""
    text, page = _page(call)
    student = one_student(call, text, "history {}")
    key = student.student_id
    found = call.office.interventions.histories.of_student(key, call.as_of)
    first = (page - 1) * MOST_ROWS
    shown = found.entries[first : first + MOST_ROWS]
    if page > 1 and not shown:
        raise CommandError(f"There is no more; {code(f'history {key}')} begins at the start.")
    left = len(found.entries) - first - len(shown)
    more = f"history {key} page {page + 1}"
    buttons = [Button("Earlier", "What was done before that", more)] if left else []
    return Answer(
        _words(call, student, found, shown, f"and {left:,} earlier: {code(more)}" if left else ""),
        students=frozenset({key}),
        heading=f"What next for {student.first_name}?",
        buttons=(
            *buttons,
            Button("Message", "Write a message", f"message {key}"),
            Button("View report", "The performance report", f"report student {key}"),
        ),
    )


def _page(call: Call) -> tuple[str, int]:
    """Who, and the page behind it."""
    *before, last = call.words or [""]
    if before and before[-1].lower() == "page" and last.isdecimal():
        return " ".join(before[:-1]), max(int(last[:9]), 1)
    return " ".join(call.words), 1


def _words(
    call: Call, student: Student, found: StudentHistory, shown: Sequence[Entry], left: str
) -> str:
    if not found.entries:
        return (
            f"Nothing has been done for **{named(student)}** so far: no nudge went out, and no "
            "teacher has done anything here."
        )
    number = count(len(found.entries), "entry", "entries")
    parts = [
        f"**What was done for {named(student)}** · {number}, the newest first",
        "\n".join(_line(call, each) for each in shown),
        left,
        in_words(found.patterns),
        _how_to_rate(call, shown),
        f"*{CAVEAT}*" if any(map(_is_judged, shown)) else "",
    ]
    return "\n\n".join(part for part in parts if part)


def _is_judged(entry: Entry) -> bool:
    return entry.effect is not None and entry.effect.verdict in (Verdict.BETTER, Verdict.WORSE)


def _line(call: Call, entry: Entry) -> str:
    """Who did what and when, and below it what came of it."""
    tail = f" · no. {entry.number}" if entry.number is not None else ""
    head = f"{SIGNS.get(entry.kind, '•')} {global_time(entry.at)} {_what(entry)}"
    lines = [
        f"- {head} · {_who(call, entry)}{tail}",
        "; ".join(map(_outcome, entry.outcomes)),
        f"afterwards: {entry.effect.words}" if entry.effect is not None else "",
        f"rated {entry.rating} of 5" if entry.rating is not None else "",
    ]
    return "\n  ".join(line for line in lines if line)


def _what(entry: Entry) -> str:
    """The gist in bold; of long words their beginning."""
    label = _LABELS.get(entry.kind)
    text = clean(entry.what).removeprefix(f"{label}: ")
    text = text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 1].rstrip() + "…"
    return f"**{label}:** {esc(text)}" if label else f"**{esc(text)}**"


def _who(call: Call, entry: Entry) -> str:
    if entry.user_id is None:
        return "by itself"
    if entry.user_id == call.asker.user_id:
        return "you"
    user = call.office.links.user(entry.user_id)
    return esc(user.full_name) if user is not None else "somebody who has left"


def _outcome(outcome: Outcome) -> str:
    words = esc(outcome.words)
    return words if outcome.at is None else f"{words} {global_time(outcome.at)}"


def _how_to_rate(call: Call, shown: Sequence[Entry]) -> str:
    """With the newest of the asker's own that has no rating, once it has had time."""
    for entry in shown:
        ripe = entry.effect is not None and entry.effect.verdict is not Verdict.TOO_EARLY
        mine = entry.user_id == call.asker.user_id and entry.number is not None
        if ripe and mine and entry.rating is None:
            return (
                f"Did it help? {code(f'rate {entry.number} 4')} says so, from 1 (not at all) to 5 "
                "(a lot)."
            )
    return ""


def rate(call: Call) -> Answer:
    """Answer `rate <number> <1-5>`."""
    said = _RATING.fullmatch(" ".join(call.words))
    if said is None:
        raise CommandError(
            "Say which one and how much it helped, from 1 to 5: `rate 7 4`. "
            "`history <student>` shows the numbers."
        )
    record = call.office.interventions.record
    found = record.find(int(said[1]))
    if found is None or not call.asker.may_see(found.student_id):
        raise CommandError(NO_NUMBER)
    rating = int(said[2])
    asker = call.asker
    actor = Actor(asker.user_id, asker.name, asker.teacher_id)
    record.rate(found.id, rating, actor=actor, as_of=call.as_of)
    student = call.office.people.student(found.student_id)
    whom = f" for {esc(student.name)}" if student is not None else ""
    return Answer(
        f"Noted: no. {found.id}{whom} is rated **{rating} of 5**. "
        f"{code(f'history {found.student_id}')} shows it.",
        students=frozenset({found.student_id}),
    )


COMMANDS = (
    Command(
        name="history",
        usage="history <student>",
        summary="Everything that was done for a student, who did it, and what came of it.",
        help="Nudges, messages, assignments, meetings, parents, tutoring and alerts, the newest "
        "first. `afterwards` compares two weeks before with two weeks after; that alone does not "
        "show that something helped. Your own word on that is `rate <number> <1-5>`.",
        examples=("history 5", "history Ana", "history Ana page 2"),
        roles=STAFF,
        scope=Scope.STUDENTS,
        run=history,
    ),
    Command(
        name="rate",
        usage="rate <number> <1-5>",
        summary="Say how much something helped, by its number in the student's history.",
        help="1 is not at all, 5 is a lot. Rate again to change it.",
        examples=("rate 7 4",),
        roles=STAFF,
        scope=Scope.STUDENTS,
        changes_world=True,
        run=rate,
    ),
)
