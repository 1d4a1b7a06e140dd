"""`message inactive`, `struggling`, `overdue`, `encouragement`: one to each who matches."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from nudgebot.chat.answer import Answer, code
from nudgebot.chat.command import Call
from nudgebot.chat.commands.risk import students_of
from nudgebot.chat.figures_text import count, figure
from nudgebot.chat.finder import classes_like, named
from nudgebot.chat.own_subjects import figures_to_choose_by, in_own_subjects, subjects_with
from nudgebot.chat.previews import Letter, folded, preview
from nudgebot.chat.wording import (
    INACTIVE_DAYS,
    belongs,
    chosen_or_first,
    facts_of,
    free_tomorrow,
    names_tomorrow,
)
from nudgebot.errors import CommandError
from nudgebot.insight.table import Value
from nudgebot.markup import esc
from nudgebot.nudging.templates import BY_HAND
from nudgebot.school.people import Student
from nudgebot.spelling import did_you_mean

MOST_NAMED = 60
MOST_TIMES = 8  # so many times `bulk_limit` is refused altogether
# The figures that put a student into the group, shown beside the name.
REASONS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "inactive": (("no activity for", "days_since_last_activity"),),
    "struggling": (("risk", "risk_level"), ("average", "average_score"), ("accuracy", "accuracy")),
    "overdue": (("overdue", "overdue_assignments"),),
    "encouragement": (("streak", "current_streak"), ("scores", "score_trend")),
}
# What the figures of a group say, of one student and of several.
HAS: Mapping[str, tuple[str, str]] = {
    "inactive": (
        f"has done nothing for {INACTIVE_DAYS} days or more",
        f"have done nothing for {INACTIVE_DAYS} days or more",
    ),
    "struggling": ("is struggling", "are struggling"),
    "overdue": ("has overdue work", "have overdue work"),
    "encouragement": ("has a streak or rising scores", "have a streak or rising scores"),
}
OF_SUBJECTS = "overdue"
"""The group that is chosen by the asker's own subjects: the others' work is not hers to ask for."""

Matching = tuple[Student, Mapping[str, Value]]


def group_meant(call: Call) -> tuple[str, str] | None:
    """The group that a call is for, and the class behind it; None where it is for a student."""
    first, *rest = call.words or [""]
    return (first.lower(), " ".join(rest)) if first.lower() in BY_HAND else None


def group_message(call: Call, category: str, class_text: str) -> Answer:
    """Who matches, and a sample of what each would get; nothing is sent before a word."""
    class_text, template = _split_template(call, class_text)
    again = f"message {category} {{}} {template}".strip()
    students, about = students_of(call, class_text, again)
    found = _matching(call, category, students)
    ids = frozenset(student.student_id for student, _ in found)
    if not found:
        has = _has(call, category, students, several=False)
        return Answer(f"Nobody in {about} {has}. Nothing to send.")
    letters, notes = _letters(call, category, found, template)
    if not letters:
        return Answer("\n".join(["There is nobody to write to.", *notes]), students=ids)
    _refuse_crowd(call, category, letters)
    has = _has(call, category, [student for student, _ in found], several=len(found) > 1)
    lines = [f"- {named(student)}: {_reason(category, row)}" for student, row in found[:MOST_NAMED]]
    if len(found) > MOST_NAMED:
        lines.append(f"- and {len(found) - MOST_NAMED:,} more")
    listed = folded(lines, "Who they are")
    return preview(
        call,
        letters=letters,
        about=f"{category} {about}",
        intro=f"**{count(len(found), 'student')}** in {about} {has}:"
        f"\n\n{listed}\n\nFor example, {esc(_name_of(letters[0], found))} gets:",
        sample=letters[0].text,
        notes=[
            *notes,
            *_written_today(call, letters),
            *_other_words(call, category, class_text, letters),
        ],
    )


def _written_today(call: Call, letters: Sequence[Letter]) -> list[str]:
    """How many of them a teacher has written to within a day."""
    kept, since = call.office.letters, call.as_of - timedelta(days=1)
    newest = [kept.messages_to(letter.student_id, limit=1) for letter in letters]
    number = sum(bool(each) and each[0].sent_at > since for each in newest)
    if not number:
        return []
    return [f"⚠️ {number} of these got a message from a teacher within a day."]


def _refuse_crowd(call: Call, category: str, letters: Sequence[Letter]) -> None:
    """Raise CommandError for more students than anybody can mean to write to at once."""
    most = MOST_TIMES * max(call.office.settings["bulk_limit"], 10)
    if len(letters) <= most:
        return
    classes = call.asker.sight.classes()
    name = classes[0].name if classes else "<class>"
    raise CommandError(
        f"That would be {len(letters):,} students at once; I write to at most {most:,}. Nothing "
        f"was sent. Choose a class: {code(f'message {category} {name}')}."
    )


def _split_template(call: Call, text: str) -> tuple[str, str]:
    """The class, and the template behind it."""
    *before, last = text.split() or [""]
    known = call.office.book.templates.by_id
    if last.lower() in known:
        return " ".join(before), last.lower()
    if is_template_like(last) and not classes_like(call, text):
        raise CommandError(no_template(last, known, f"message {call.words[0].lower()}"))
    return text, ""


def is_template_like(word: str) -> bool:
    """Whether a word can only be meant as a template's id: nobody writes `so_to_a_student`."""
    return re.fullmatch(r"[a-z0-9]+(?:_[a-z0-9]+)+", word, re.IGNORECASE) is not None


def no_template(word: str, known: Iterable[str], shown_by: str) -> str:
    """What to say to the id of a template that is none."""
    meant = did_you_mean(word, known) or "."
    return f"There is no template {code(word)}{meant} {code(shown_by)} shows those that fit."


def _other_words(
    call: Call, category: str, class_text: str, letters: Sequence[Letter]
) -> list[str]:
    """How to choose another template than the one that all of them get."""
    used = {letter.template for letter in letters}
    asked = f"message {category} {class_text}".strip()
    is_free = bool(free_tomorrow(call.office, call.as_of))
    ways = [
        code(f"{asked} {each.id}")
        for each in call.office.book.templates.of_category(category)
        if used != {each.id} and not (is_free and names_tomorrow(each.body))
    ]
    return [f"Other templates: {', '.join(ways)}"] if ways else []


def _matching(call: Call, category: str, students: Sequence[Student]) -> list[Matching]:
    by_id = {student.student_id: student for student in students}
    rows = {k: row for k, row in call.office.figures.table(list(by_id)).rows() if k in by_id}
    found: dict[str, Mapping[str, Value]] = {
        key: row for key, row in rows.items() if belongs(category, row)
    }
    if category == OF_SUBJECTS:  # counts of her own subjects never put anybody in, only out
        found = figures_to_choose_by(call.office, call.asker, found, call.as_of)
    return [(by_id[key], row) for key, row in found.items() if belongs(category, row)]


def _has(call: Call, category: str, students: Sequence[Student], *, several: bool) -> str:
    """What the figures of the group say; with the subjects where they are of the asker's alone."""
    said = HAS[category][several]
    if category != OF_SUBJECTS:
        return said
    ids = [student.student_id for student in students]
    sets = subjects_with(call.office, call.asker, ids, call.as_of).values()
    if not sets or not all(sets):
        return said
    return f"{said} in {', '.join(esc(each) for each in sorted(frozenset().union(*sets)))}"


def _letters(
    call: Call, category: str, found: Sequence[Matching], template: str
) -> tuple[list[Letter], list[str]]:
    """A letter for each who can get one, and how many cannot and why."""
    links = call.office.links.table("student").user_ids
    letters: list[Letter] = []
    unlinked, silent, resting = 0, 0, 0
    rows = in_own_subjects(
        call.office,
        call.asker,
        {student.student_id: row for student, row in found},
        call.as_of,
        others=False,
    )
    for student, _ in found:
        if student.student_id not in links:
            unlinked += 1
        elif call.office.consents.state(student.student_id).held:
            resting += 1
            continue
        elif call.office.consents.state(student.student_id).silence(call.as_of):
            silent += 1
            continue
        facts = facts_of(
            call.office, student, rows[student.student_id], call.asker.name, call.as_of
        )
        wording = chosen_or_first(call.office, category, facts, template)
        letters.append(Letter(student.student_id, wording.text, wording.template_id, category))
    reasons = (
        (unlinked, "not linked to Zulip and cannot be reached"),
        (silent, "left out, with nudges paused or stopped"),
        (resting, "left out, resting after urgent words; please see them in person"),
    )
    return letters, [f"{count(number, 'student')}: {why}." for number, why in reasons if number]


def _reason(category: str, row: Mapping[str, Value]) -> str:
    shown = [f"{label} {figure(name, row)}" for label, name in REASONS[category]]
    return ", ".join(each for each in shown if not each.endswith("not known yet"))


def _name_of(letter: Letter, found: Sequence[Matching]) -> str:
    return next(s.first_name for s, _ in found if s.student_id == letter.student_id)
