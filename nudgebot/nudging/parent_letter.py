"""E-mails to guardians in words: plain text, about one student, in the guardian's language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from nudgebot.insight.table import Value
from nudgebot.markup import clean
from nudgebot.nudging.rendering import CompositionError, Renderer, Safe
from nudgebot.nudging.templates import Template, TemplateSet

PARENT = "parent"
"""The category, and what the ids of its templates begin with."""

FRAME = "parent_frame"
_GAPS = re.compile(r"\n{3,}")


@dataclass(frozen=True)
class ParentFacts:
    """What such a mail may tell; nothing in it is about anybody but the one student.

    `words` are the teacher's own, line by line. The days are the student's local ones.
    `subjects` are those that the skills and the work are of; empty where they are of all.
    """

    first_name: str
    figures: Mapping[str, Value]
    guardian: str = ""
    teacher: str = ""
    school: str = ""
    words: str = ""
    reply_address: str = ""
    last_active_day: date | None = None
    data_day: date | None = None
    subjects: str = ""


@dataclass(frozen=True)
class ParentLetter:
    """A finished mail; `language` is the one that it is in."""

    subject: str
    text: str
    language: str


def plain_renderer() -> Renderer:
    """Fills in for readers of plain text, where nothing has to be escaped."""
    return Renderer(clean)


def concerns_of(templates: TemplateSet) -> tuple[str, ...]:
    """What there are words for: `inactive`, `overdue` and so on."""
    ids = (base.id for base in templates.of_category(PARENT) if base.id != FRAME)
    return tuple(each.removeprefix(f"{PARENT}_") for each in ids)


def languages_of(templates: TemplateSet, concern: str) -> frozenset[str]:
    """The languages that there are words in."""
    return frozenset(each.language for each in templates.by_id.get(f"{PARENT}_{concern}", ()))


def parent_letter(
    templates: TemplateSet, concern: str, facts: ParentFacts, *, language: str
) -> ParentLetter:
    """The mail about a concern; in the base language where there are no words in this one.

    Raises CompositionError where there are no words for the concern at all.
    """
    try:
        template = templates.pick(f"{PARENT}_{concern}", language=language)
        frame = templates.pick(FRAME, language=template.language)
    except KeyError:
        raise CompositionError(
            f"There is no message template `{PARENT}_{concern}` with its `{FRAME}`."
        ) from None
    renderer = plain_renderer()
    body = fill_letter(renderer, template, facts)
    text = fill_letter(renderer, frame, facts, body=body)
    subject = clean(f"{facts.first_name}: {template.title}")
    return ParentLetter(subject, text, template.language)


def fill_letter(
    renderer: Renderer, template: Template, facts: ParentFacts, *, body: str = ""
) -> str:
    """One template filled in; raises CompositionError where it needs what is not known."""
    context: dict[str, Any] = {
        **dict.fromkeys(template.names),
        **facts.figures,
        "first_name": facts.first_name,
        "guardian": clean(facts.guardian) or None,
        "teacher": clean(facts.teacher) or None,
        "school": clean(facts.school) or None,
        "words": Safe(_lines(facts.words)) or None,
        "reply_address": clean(facts.reply_address) or None,
        "last_active_day": facts.last_active_day,
        "data_day": facts.data_day,
        "subjects": clean(facts.subjects) or None,
        "body": Safe(body) or None,
        "language": template.language,
    }
    known = {name: None if value in ((), "") else value for name, value in context.items()}
    return _GAPS.sub("\n\n", renderer.render(template.body, known, name=template.id))


def _lines(words: str) -> str:
    """A person's words with their line breaks, and without characters that nobody sees."""
    return "\n".join(clean(line) for line in words.strip().splitlines())
