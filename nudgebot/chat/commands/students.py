"""What a student can say about herself: progress, why, pause, stop, start, quiet, privacy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

from nudgebot.chat.answer import Answer
from nudgebot.chat.command import STUDENTS, Call, Command, Scope
from nudgebot.chat.figures_text import as_number, count, percent
from nudgebot.chat.reading import data_note, figures_of
from nudgebot.errors import CommandError
from nudgebot.insight.performance import performance
from nudgebot.insight.table import Value
from nudgebot.markup import esc, global_time

LONGEST_PAUSE_DAYS = 60
MOST_NUDGES = 5
PLEASE = r"(?:(?:please|now|it|this|all|messages|nudges|messaging me|sending me)[ ,]*)*"
HOURS = r"(\d{1,2})(?::00)?\s*(?:-|–|to|until)\s*(\d{1,2})(?::00)?"
PRIVACY = """\
**What I know and who sees it**
- I read what your school's learning system exports: activity, practice, exams, assignments.
- Your teachers see figures of the students in their own classes; administrators see all. \
Every look at your data is written down.
- Other students see nothing of you, and nobody gets a ranking from me.
- What you write to me here is kept and goes to your teacher. Nudges, and whether they helped, \
are kept too.
- `stop` ends nudges at once, `pause 7` for a week. What your teacher writes still reaches you.
- Something is wrong, or you want it corrected or deleted? Write it here; a person reads it."""


def progress(call: Call) -> Answer:
    """Answer `progress`: own figures, in kind words, without any comparison."""
    student_id = _own(call)
    row = figures_of(call.office, student_id)
    if row is None:
        return _private(call, "There is nothing to show yet. It will come with your first work.")
    lines = [
        line for line in (_streak(row), _practice(row), _scores(row), _assignments(row)) if line
    ]
    lines += _tasks(call, student_id)
    body = "\n".join(lines) or "There is nothing to show yet. It will come with your first work."
    return _private(call, f"**Your progress**\n\n{body}\n\n{data_note(call.office, call.as_of)}")


def _tasks(call: Call, student_id: str) -> list[str]:
    found = performance(call.office.store, student_id, call.as_of, zone=call.office.zone)
    if found is None:
        return []
    open_ = [("Still open", task) for task in found.missed[-3:]]
    open_ += [("Coming up", task) for task in found.to_come[:3]]
    return [f"- {label}: {esc(task.title)}, {global_time(task.due_at)}" for label, task in open_]


def _streak(row: Mapping[str, Value]) -> str:
    streak, best = as_number(row.get("current_streak")), as_number(row.get("highest_streak"))
    if streak:
        top = ", your best so far" if best is not None and streak >= best else ""
        return f"- You are on a streak of {count(round(streak), 'day')}{top}."
    days = as_number(row.get("active_days_7"))
    if days:
        return f"- You were active on {count(round(days), 'day')} in the last week."
    return "- A few minutes today would begin a new streak."


def _practice(row: Mapping[str, Value]) -> str:
    questions = as_number(row.get("questions_answered"))
    if not questions:
        return ""
    accuracy = as_number(row.get("accuracy"))
    right = "" if accuracy is None else f", {percent(accuracy)} of them right"
    skill = row.get("improved_skill")
    better = f" You got better at {esc(skill)}!" if isinstance(skill, str) else ""
    return f"- You answered {count(round(questions), 'question')} in four weeks{right}.{better}"


def _scores(row: Mapping[str, Value]) -> str:
    average = as_number(row.get("average_score"))
    if average is None:
        return ""
    trend = {"improving": " and rising", "declining": ""}.get(str(row.get("score_trend")), "")
    return f"- Your average score is {percent(average)}{trend}."


def _assignments(row: Mapping[str, Value]) -> str:
    rate = as_number(row.get("assignment_completion_rate"))
    return "" if rate is None else f"- You handed in {percent(100 * rate)} of what was due lately."


def why(call: Call) -> Answer:
    """Answer a student's `why`: which nudges she got, and what they were about."""
    nudges = [
        nudge
        for nudge in call.office.nudges.of_student(_own(call), limit=20)
        if nudge.to_student and nudge.state == "sent"
    ][:MOST_NUDGES]
    if not nudges:
        return _private(call, "I have not sent you any nudge so far.")
    lines = [
        f"- {global_time(nudge.due_at)} **{esc(nudge.rule_name)}**, because "
        f"{_reasons(nudge.explanation) or 'its rule held for you'}"
        for nudge in nudges
    ]
    text = "\n".join(["These are the newest nudges you got, and why:", *lines])
    return _private(
        call, f"{text}\n\nIs one of them wrong? Write it here, and your teacher reads it."
    )


def _reasons(explanation: str) -> str:
    """What held, of the judge's explanation, in plain words: `days since last activity 8 > 7`."""
    held = [part.removeprefix("✓ ") for part in explanation.split("; ") if part.startswith("✓ ")]
    return esc(", ".join(held).replace("_", " "))


def pause(call: Call) -> Answer:
    """Answer `pause <days>`."""
    student_id = _own(call)
    digits = re.search(r"\d+", call.text)
    days = int(digits.group()) if digits else 7
    if not 1 <= days <= LONGEST_PAUSE_DAYS:
        raise CommandError(f"A pause has from 1 to {LONGEST_PAUSE_DAYS} days: `pause 7`.")
    until = call.incoming.sent_at + timedelta(days=days)
    if until <= call.as_of:
        return _private(call, "That pause is over already. Say `pause 7` for a new one.")
    call.office.consents.pause(student_id, until, call.as_of)
    return _private(
        call, f"No nudges until {global_time(until)}. `start` ends the pause before that."
    )


def stop(call: Call) -> Answer:
    """Answer `stop`."""
    call.office.consents.stop(_own(call), call.as_of)
    return _private(
        call,
        "Done: no more nudges from me. What your teacher writes to you still reaches you. "
        "`start` brings the nudges back.",
    )


def start(call: Call) -> Answer:
    """Answer `start`."""
    call.office.consents.start(_own(call), call.as_of)
    return _private(call, "Good to have you back! Nudges may come again.")


def quiet(call: Call) -> Answer:
    """Answer `quiet 21-8`, or `quiet off`."""
    student_id = _own(call)
    hours = re.search(HOURS, call.text, re.IGNORECASE)
    if hours is None:
        call.office.consents.quiet(student_id, None, None, call.as_of)
        return _private(call, "Your own quiet hours are gone; the school's hold again.")
    begin, end = int(hours.group(1)) % 24, int(hours.group(2)) % 24
    if begin == end:
        raise CommandError("Quiet hours begin and end at different hours: `quiet 21-8`.")
    call.office.consents.quiet(student_id, begin, end, call.as_of)
    return _private(call, f"No nudges between {begin}:00 and {end}:00 of your own time.")


def privacy(_: Call) -> Answer:
    """Answer `privacy`."""
    return Answer(PRIVACY, private=True)


def _own(call: Call) -> str:
    student_id = call.asker.student_id
    if student_id is None:
        raise CommandError("That is for students.")
    return student_id


def _private(call: Call, content: str) -> Answer:
    return Answer(content, students=frozenset({_own(call)}), private=True)


COMMANDS = (
    Command(
        name="progress",
        usage="progress",
        summary="How you are doing.",
        arguments=r"(?:report|my progress|please)?",
        aliases=("my progress", "show my progress"),
        roles=STUDENTS,
        scope=Scope.OWN,
        run=progress,
    ),
    Command(
        name="why",
        usage="why",
        summary="Which nudges you got, and why.",
        arguments=r"(?:did i get (?:this|that|it)|me|this|that)?(?: message| nudge)?",
        roles=STUDENTS,
        scope=Scope.OWN,
        run=why,
    ),
    Command(
        name="pause",
        usage="pause <days>",
        summary="No nudges for so many days.",
        examples=("pause 7",),
        arguments=r"(?:for )?(?:\d{1,4}(?: ?days?| ?d)?)?(?:,? please)?",
        roles=STUDENTS,
        scope=Scope.OWN,
        run=pause,
    ),
    Command(
        name="stop",
        usage="stop",
        summary="No nudges any more.",
        arguments=PLEASE,
        aliases=("please stop", "unsubscribe"),
        roles=STUDENTS,
        scope=Scope.OWN,
        run=stop,
    ),
    Command(
        name="start",
        usage="start",
        summary="Nudges again, after a pause or a stop.",
        arguments=PLEASE,
        roles=STUDENTS,
        scope=Scope.OWN,
        run=start,
    ),
    Command(
        name="quiet",
        usage="quiet <hour>-<hour>",
        summary="Hours of your day in which no nudge comes; `quiet off` ends that.",
        examples=("quiet 21-8", "quiet off"),
        arguments=rf"(?:hours )?(?:from )?(?:{HOURS}|off)",
        roles=STUDENTS,
        scope=Scope.OWN,
        run=quiet,
    ),
    Command(
        name="privacy",
        usage="privacy",
        summary="What is kept about you, and who sees it.",
        arguments=r"(?:policy)?",
        roles=STUDENTS,
        scope=Scope.NOBODY,
        run=privacy,
    ),
)
