"""What a teacher's message to a student looks like, and the templates that fit a student."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from nudgebot.chat.access import Asker
from nudgebot.chat.figures_text import as_number
from nudgebot.chat.office import Office
from nudgebot.chat.own_subjects import figures_for
from nudgebot.chat.reading import data_as_of
from nudgebot.insight.catalogue import METRIC
from nudgebot.insight.table import Value
from nudgebot.interventions.assignment_due import SchoolDays
from nudgebot.markup import esc
from nudgebot.nudging.facts import Facts
from nudgebot.nudging.model_texts import BY_MODEL
from nudgebot.nudging.rendering import CompositionError
from nudgebot.nudging.templates import BY_HAND
from nudgebot.school.days import local_day, zone_named
from nudgebot.school.people import Student

INACTIVE_DAYS = 7
STRUGGLING_PERCENT = 60
OVERDUE_ASSIGNMENTS = 1
STREAK_DAYS = 5
WORST_LEVELS = frozenset({"high", "critical"})


# What a whole group may be told without a teacher's choice: it promises nothing, and claims nothing
# that the figures do not say. Who has none that can be filled in gets the plain words.
FIRST_CHOICE: Mapping[str, tuple[str, ...]] = {
    "inactive": ("inactive_check_in", "inactive_miss_you"),
    "struggling": ("struggling_video_first",),
    "overdue": ("overdue_was_due",),
    "encouragement": ("encouragement_accuracy", "encouragement_streak"),
}
PLAIN_WORDS: Mapping[str, str] = {
    "inactive": "Hi {}, I have not seen you practice for a while. Is everything okay? "
    "Let me know if you need help!",
    "struggling": "Hi {}, things seem hard at the moment. Shall we look at them together? "
    "Tell me what would help.",
    "overdue": "Hi {}, some of your work is still open. Can you hand it in soon, or do you need "
    "help with it?",
    "encouragement": "Hi {}, you are doing well. Keep it up!",
}


@dataclass(frozen=True)
class Wording:
    """A template filled in for one student; `text` is finished Markdown."""

    template_id: str
    title: str
    text: str


@dataclass(frozen=True)
class LeftOut:
    """A template that is not for a student, and why, in words."""

    title: str
    why: str


def belongs(category: str, row: Mapping[str, Value]) -> bool:
    """Whether a student's figures put her into a category; what is not known never does."""
    average, accuracy = as_number(row.get("average_score")), as_number(row.get("accuracy"))
    match category:
        case "inactive":
            return (as_number(row.get("days_since_last_activity")) or 0) >= INACTIVE_DAYS
        case "struggling":
            return (
                row.get("risk_level") in WORST_LEVELS
                or (average is not None and average < STRUGGLING_PERCENT)
                or (accuracy is not None and accuracy < STRUGGLING_PERCENT)
            )
        case "overdue":
            return (as_number(row.get("overdue_assignments")) or 0) >= OVERDUE_ASSIGNMENTS
        case "encouragement":
            trend, streak = row.get("score_trend"), as_number(row.get("current_streak")) or 0
            return trend == "improving" or (streak >= STREAK_DAYS and trend != "declining")
    return False


def one_line(text: str) -> str:
    """A message in one line of a list."""
    return " ".join(text.split())


def facts_of(
    office: Office, student: Student, row: Mapping[str, Value], teacher: str, as_of: datetime
) -> Facts:
    """What a template is filled in with."""
    return Facts(
        student_id=student.student_id,
        first_name=student.first_name,
        full_name=student.name,
        figures=row,
        as_of=as_of,
        data_as_of=data_as_of(office, as_of),
        zone=zone_named(student.timezone, office.zone),
        language=student.language or office.settings["language"],
        teacher=teacher,
    )


def filled(office: Office, template_id: str, facts: Facts) -> Wording:
    """A template for one student; raises CompositionError where it needs what is not known."""
    composed = office.book.composer.message(template_id, facts)
    return Wording(composed.template_id, composed.title, composed.text)


def reworded(office: Office, template_id: str, facts: Facts) -> Wording | None:
    """The same in a model's words; None where there is no model, or where it has none that fit."""
    if office.in_other_words is None:
        return None
    composed = office.in_other_words.message(template_id, facts)
    if composed.words != BY_MODEL:
        return None
    return Wording(composed.template_id, composed.title, composed.text)


def chosen_or_first(office: Office, category: str, facts: Facts, chosen: str) -> Wording:
    """The chosen template, else the category's first that can be filled in, else plain words."""
    if chosen:
        found = _tried(office, chosen, facts, is_chosen=True)
        return found if isinstance(found, Wording) else _plain(category, facts)
    fit = _filled(office, FIRST_CHOICE[category], facts)
    return fit[0] if fit else _plain(category, facts)


def _plain(category: str, facts: Facts) -> Wording:
    """Words that need no figure, for whom no template has what it needs."""
    return Wording("", category.capitalize(), PLAIN_WORDS[category].format(esc(facts.first_name)))


def fitting(
    office: Office, student: Student, asker: Asker, as_of: datetime, category: str = ""
) -> list[Wording]:
    """The wordings of a category; without one, for what the student's figures call for.

    Where they call for nothing, all that can be said.
    """
    row = figures_for(office, asker, student.student_id, as_of)
    facts = facts_of(office, student, row, asker.name, as_of)
    fit = [category] if category else [each for each in BY_HAND if belongs(each, row)]
    return _of(office, fit or BY_HAND, facts)


def _of(office: Office, categories: Sequence[str], facts: Facts) -> list[Wording]:
    templates = office.book.templates
    ids = [each.id for category in categories for each in templates.of_category(category)]
    return _filled(office, ids, facts)


def _filled(office: Office, template_ids: Sequence[str], facts: Facts) -> list[Wording]:
    """Those of the templates that can be filled in and suit the student's figures."""
    return [each for each in tried(office, template_ids, facts) if isinstance(each, Wording)]


def tried(office: Office, template_ids: Sequence[str], facts: Facts) -> list[Wording | LeftOut]:
    """Each template in finished words, or why it is not for this student."""
    return [_tried(office, each, facts) for each in template_ids]


def names_tomorrow(body: str) -> bool:
    """Whether a template speaks of the next day."""
    return re.search(r"\b(?:[Tt]omorrow|(?<!guten )morgen)\b", body) is not None


def free_tomorrow(office: Office, as_of: datetime) -> str:
    """Why there is no school on the next day; empty where there is."""
    return SchoolDays(office.store).free(local_day(as_of, office.zone) + 1)


def _tried(
    office: Office, template_id: str, facts: Facts, *, is_chosen: bool = False
) -> Wording | LeftOut:
    template = office.book.templates.by_id[template_id][0]
    streak = as_number(facts.figures.get("current_streak")) or 0
    if template_id == "encouragement_streak" and streak < STREAK_DAYS:
        # A streak of one day is nothing to be praised for.
        return LeftOut(template.title, f"the streak is shorter than {STREAK_DAYS} days")
    free = free_tomorrow(office, facts.as_of) if names_tomorrow(template.body) else ""
    if free and not is_chosen:
        return LeftOut(template.title, f"tomorrow is no day of school ({esc(free)})")
    try:
        return filled(office, template_id, facts)
    except CompositionError:
        unknown = sorted(n for n in template.names & METRIC.keys() if facts.figures.get(n) is None)
        named = ", ".join(name.replace("_", " ") for name in unknown)
        return LeftOut(template.title, f"not known yet: {named}" if named else "it does not fit")
