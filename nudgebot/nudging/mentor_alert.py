"""What teachers read about their students: one alert, or several as one digest."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from nudgebot.insight.catalogue import METRIC
from nudgebot.insight.metric import Metric
from nudgebot.markup import esc, global_time
from nudgebot.nudging.facts import Facts
from nudgebot.nudging.figure_words import reasons_in_words
from nudgebot.nudging.length import LONGEST
from nudgebot.nudging.rule import Rule, Urgency

_TYPEABLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")


@dataclass(frozen=True)
class Alert:
    """Why one student needs a teacher; all texts are finished Markdown."""

    student_id: str
    student: str
    rule_id: str
    title: str
    urgency: Urgency
    reasons: tuple[str, ...]
    data_as_of: datetime
    also_told: bool


def alert(rule: Rule, facts: Facts, *, metrics: Mapping[str, Metric] = METRIC) -> Alert:
    """The alert of a rule that fired for a student."""
    name = esc(facts.full_name or facts.first_name) or "A student"
    return Alert(
        student_id=facts.student_id,
        student=f"{name} ({esc(facts.class_name)})" if facts.class_name else name,
        rule_id=rule.id,
        title=esc(rule.name),
        urgency=rule.urgency,
        reasons=tuple(reasons_in_words(rule.conditions, facts.figures, metrics)),
        data_as_of=facts.data_as_of,
        also_told=rule.delivery_method.reaches_student,
    )


def digest(alerts: Sequence[Alert], *, at_most: int = LONGEST) -> str:
    """One message for one teacher: a student a line or, for a single one, a reason a line.

    The most urgent come first; what has no room is counted, and `risk` shows it.
    """
    ordered = sorted(alerts, key=lambda each: (-each.urgency.rank, each.student, each.rule_id))
    by_student: dict[str, list[Alert]] = {}
    for each in ordered:
        by_student.setdefault(each.student_id, []).append(each)
    if len(by_student) == 1:
        return _single(ordered)
    oldest = global_time(min(each.data_as_of for each in ordered))
    head = f"**{len(by_student)} students need your attention**, the most urgent first."
    foot = f"`message <student>` writes to one, `risk` shows who else needs a look. As of {oldest}."
    blocks = [_entry(own) for own in by_student.values()]
    return _within(head, blocks, foot, at_most)


def _single(alerts: Sequence[Alert]) -> str:
    first = alerts[0]
    lines = [f"**{first.student}** needs your attention.", ""]
    for each in alerts:
        lines.append(f"- **{each.title}** ({each.urgency.value})")
        lines += [f"  - {reason}" for reason in each.reasons]
    command = first.student_id if _TYPEABLE.fullmatch(first.student_id) else "<student>"
    told = "I am writing to the student as well. " if any(a.also_told for a in alerts) else ""
    shows = f"`why {command}` shows the whole picture"
    lines.append(f"\n{told}{shows}, `message {command}` writes.")
    lines.append(f"As of {global_time(first.data_as_of)}.")
    return "\n".join(lines)


def _entry(alerts: Sequence[Alert]) -> str:
    first = alerts[0]
    parts = [
        " – ".join(
            part for part in (f"{a.title} ({a.urgency.value})", ", ".join(a.reasons)) if part
        )
        for a in alerts
    ]
    why = f" `why {first.student_id}`" if _TYPEABLE.fullmatch(first.student_id) else ""
    return f"- **{first.student}**: {'; '.join(parts)}.{why}"


def _within(head: str, blocks: Sequence[str], foot: str, at_most: int) -> str:
    """As many blocks as there is room for, and how many there was none for."""
    kept: list[str] = []
    room = at_most - len(head) - len(foot) - 80
    for block in blocks:
        room -= len(block) + 1
        if room < 0:
            break
        kept.append(block)
    left = len(blocks) - len(kept)
    more = [f"- and {left} more: write `risk` to see them."] if left else []
    return "\n".join([head, "", *kept, *more, "", foot])
