"""What teachers read about their students: one alert, or several as one digest."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from nudgebot.insight.catalogue import RISK_LEVELS
from nudgebot.markup import esc, global_time
from nudgebot.nudging.adaptation_handover import HANDED
from nudgebot.nudging.facts import Facts
from nudgebot.nudging.figure_words import RATINGS, holding, told
from nudgebot.nudging.length import LONGEST
from nudgebot.nudging.rule import Rule, Urgency

MOST_STUDENTS = 10  # a phone's screen or two
_MOST_REASONS = 3  # on the one line of a student
_REASONS_A_RULE = 2
_LONGEST_REASON = 80
_LONGEST_TRIED = 160
_TYPEABLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
_SIGNS: Mapping[str, str] = {"critical": "🔴", "high": "🟠", "medium": "🟡", "unknown": "⚪"}
_AT_ONCE = "🚨 At once"
_NOT_WRITTEN = "✋"
_ASK = f"({HANDED})"
_AGAIN = "🔁 open again; tried"


@dataclass(frozen=True)
class Alert:
    """Why one student needs a teacher; all texts are finished Markdown.

    `reasons` come as the rule has them, without the risk, which stands beside them.
    `also_told`: the bot writes to the student too, about this or about something else.
    `routed`: the rule would have written to her, but at critical risk a person comes first.
    `handed`: it would have written, but two messages stayed without an answer.
    `number` is that of the alert, where one is kept; `tried` is what was tried before it was opened
    again.
    """

    student_id: str
    student: str
    rule_id: str
    title: str
    urgency: Urgency
    reasons: tuple[str, ...]
    data_as_of: datetime
    also_told: bool
    routed: bool = False
    handed: bool = False
    risk_level: str = "unknown"
    risk_score: float = 0.0
    number: int | None = None
    tried: str = ""


def tried(text: str) -> str:
    """What was tried, for a line."""
    return esc(_short(text, _LONGEST_TRIED))


def alert(rule: Rule, facts: Facts) -> Alert:
    """The alert of a rule that fired for a student."""
    name = esc(_short(facts.full_name or facts.first_name)) or "A student"
    level, score = facts.figures.get("risk_level"), facts.figures.get("risk_score")
    seen = holding(rule.conditions, facts.figures)
    reasons = told([each for each in seen if each.metric not in RATINGS])
    return Alert(
        student_id=facts.student_id,
        student=f"**{name}** ({esc(facts.class_name)})" if facts.class_name else f"**{name}**",
        rule_id=rule.id,
        title=esc(rule.name),
        urgency=rule.urgency,
        reasons=tuple(esc(_short(each)) for each in reasons),
        data_as_of=facts.data_as_of,
        also_told=rule.delivery_method.reaches_student,
        risk_level=level if isinstance(level, str) and level in RISK_LEVELS else "unknown",
        risk_score=score if isinstance(score, int | float) else 0.0,
    )


def digest(alerts: Sequence[Alert], *, at_most: int = LONGEST) -> str:
    """One message for one teacher: a student a line or, for a single one, a rule a line.

    What cannot wait comes first, then whoever is at the highest risk; at the same risk what is
    more urgent. Who has no room is counted, and `risk` shows her.
    """
    students = _by_student(alerts)
    if len(students) == 1:
        return _single(students[0])
    head = f"**{len(students)} students need your attention**, the highest risk first."
    where = "`risk` shows your students by their risk."
    if any(each.number for each in alerts):
        where = "`alerts` shows your open alerts, `risk` your students by their risk."
    foot = [f"{where} As of {_oldest(alerts)}."]
    if any(_left_to_teacher(own) for own in students):
        foot.insert(0, f"{_NOT_WRITTEN} not written to: at critical risk a person comes first.")
    return _within(head, students, "\n".join(foot), at_most)


def _by_student(alerts: Sequence[Alert]) -> list[list[Alert]]:
    """The alerts of each student, the most urgent first, and the students in their order.

    Of what is equally urgent, what was meant for the teacher goes before what was meant for her.
    """
    found: dict[str, list[Alert]] = {}
    for each in sorted(alerts, key=lambda each: (-each.urgency.rank, each.routed, each.rule_id)):
        found.setdefault(each.student_id, []).append(each)

    def rank(own: Sequence[Alert]) -> tuple[bool, int, int, float, str, str]:
        first = own[0]
        return (
            first.urgency is not Urgency.CRITICAL,
            -RISK_LEVELS.index(first.risk_level),
            -first.urgency.rank,
            -first.risk_score,
            first.student.casefold(),
            first.student_id,
        )

    return sorted(found.values(), key=rank)


def _single(alerts: Sequence[Alert]) -> str:
    first = alerts[0]
    lines = [f"{first.student} needs your attention: {_risk(first.risk_level)}.", ""]
    for each in alerts:
        reasons = f": {', '.join(each.reasons)}" if each.reasons else ""
        again = f" {_AGAIN}: {each.tried}" if each.tried else ""
        number = f" `alert {each.number}`" if each.number else ""
        asks = f" {_ASK}" if each.handed else ""
        lines.append(f"- **{each.title}** ({each.urgency.value}){reasons}{asks}{again}{number}")
    command = first.student_id if _TYPEABLE.fullmatch(first.student_id) else "<student>"
    if any(each.also_told for each in alerts):
        written = "I am writing to the student as well."
    elif _left_to_teacher(alerts):
        written = "I did not write to the student: at critical risk a person comes first."
    else:
        written = "I did not write to the student."
    lines.append(
        f"\n{written} `why {command}` shows the whole picture, `message {command}` writes."
    )
    more = "`alerts` shows all that is open. " if any(each.number for each in alerts) else ""
    lines.append(f"{more}As of {_oldest(alerts)}.")
    return "\n".join(lines)


def _risk(level: str) -> str:
    return f"{_SIGNS.get(level, '🟢')} risk {level if level != 'unknown' else 'not measured yet'}"


def _left_to_teacher(alerts: Sequence[Alert]) -> bool:
    routed = any(each.routed and not each.handed for each in alerts)
    return routed and not any(each.also_told for each in alerts)


def _oldest(alerts: Sequence[Alert]) -> str:
    return global_time(min(each.data_as_of for each in alerts))


def _heading(alerts: Sequence[Alert]) -> str:
    first = alerts[0]
    if first.urgency is Urgency.CRITICAL:
        return _AT_ONCE
    sign, words = _risk(first.risk_level).split(" ", 1)
    return f"{sign} {words.capitalize()}"


def _line(alerts: Sequence[Alert]) -> str:
    """A student, why, and the command that shows more."""
    first = alerts[0]
    reasons = [one for each in alerts for one in (each.reasons or (each.title,))[:_REASONS_A_RULE]]
    shown = ", ".join(list(dict.fromkeys(reasons))[:_MOST_REASONS])
    hand = f" {_NOT_WRITTEN}" if _left_to_teacher(alerts) else ""
    shown += f" {_ASK}" if any(each.handed for each in alerts) else ""
    before = next((each.tried for each in alerts if each.tried), "")
    again = f" {_AGAIN}: {before}" if before else ""
    return f"- {first.student}{hand}: {shown}{again}{_commands(alerts)}"


def _commands(alerts: Sequence[Alert]) -> str:
    """Where there is more: her alerts, else why she is in the digest."""
    numbers = [each.number for each in alerts if each.number is not None]
    if numbers:
        return f" {', '.join(f'`alert {number}`' for number in numbers[:_MOST_REASONS])}"
    student_id = alerts[0].student_id
    return f" `why {student_id}`" if _TYPEABLE.fullmatch(student_id) else ""


def _within(head: str, students: Sequence[Sequence[Alert]], foot: str, at_most: int) -> str:
    """The first students below their headings, the others folded up, as many as have room."""
    room = at_most - len(head) - len(foot) - 400  # the headings, and the count of the others
    kept: list[Sequence[Alert]] = []
    for own in students:
        room -= len(_line(own)) + 1
        if room < 0:
            break
        kept.append(own)
    parts = [head, *_blocks(kept[:MOST_STUDENTS])]
    if kept[MOST_STUDENTS:]:
        folded = kept[MOST_STUDENTS:]
        title = f"and {len(folded)} more: {_by_level(folded)}"
        parts += ["", f"```spoiler {title}", *map(_line, folded), "```"]
    if students[len(kept) :]:
        left = students[len(kept) :]
        parts += ["", f"… and {len(left)} for whom there is no room here: {_by_level(left)}."]
    return "\n".join([*parts, "", foot])


def _blocks(students: Sequence[Sequence[Alert]]) -> Iterator[str]:
    for heading, own in groupby(students, key=_heading):
        yield f"\n**{heading}**\n"
        yield from map(_line, own)


def _by_level(students: Sequence[Sequence[Alert]]) -> str:
    """`risk high 3, medium 1`."""
    levels = Counter(own[0].risk_level for own in students)
    ordered = sorted(levels, key=RISK_LEVELS.index, reverse=True)
    return "risk " + ", ".join(f"{level} {levels[level]}" for level in ordered)


def _short(text: str, longest: int = _LONGEST_REASON) -> str:
    """A text from outside may be of any length; a line may not."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
