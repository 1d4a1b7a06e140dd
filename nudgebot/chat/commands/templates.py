"""`templates`: the message templates, each in finished words, for an example or a real student."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nudgebot.chat.answer import Answer, code
from nudgebot.chat.command import STAFF, Call, Command, Scope
from nudgebot.chat.figures_text import count
from nudgebot.chat.finder import named, one_student, students_like
from nudgebot.chat.own_subjects import figures_for
from nudgebot.chat.template_samples import FIRST_NAME, sample_facts
from nudgebot.chat.wording import LeftOut, Wording, facts_of, one_line, tried
from nudgebot.errors import CommandError
from nudgebot.markup import esc
from nudgebot.nudging.facts import Facts
from nudgebot.nudging.messages import Button
from nudgebot.nudging.templates import BY_HAND
from nudgebot.school.people import Student
from nudgebot.spelling import did_you_mean, listed

NUDGE = "nudge"
SHOWN = (*BY_HAND, NUDGE)
TITLES = {
    "inactive": "For inactive students",
    "struggling": "For struggling students",
    "overdue": "For overdue assignments",
    "encouragement": "For encouragement",
    NUDGE: "Nudges, which rules send",
}
MOST_BUTTONS = 6


def templates(call: Call) -> Answer:
    """Answer `templates [<category>] [<student>]`."""
    category, who = _category(call)
    student = one_student(call, who, f"templates {category} {{}}".strip()) if who else None
    categories = [category] if category else list(BY_HAND)
    facts = _facts(call, student)
    parts = [_head(student)]
    fit: list[Wording] = []
    for each in categories:
        ids = [found.id for found in call.office.book.templates.of_category(each)]
        outcomes = tried(call.office, ids, facts)
        fit += [found for found in outcomes if isinstance(found, Wording)]
        parts.append("\n".join([f"**{TITLES[each]}**", *_lines(outcomes)]))
    parts.append(_next(category, student, fit))
    buttons = _buttons(student, fit) if category != NUDGE else ()
    return Answer(
        "\n\n".join(parts),
        students=frozenset({student.student_id}) if student else frozenset(),
        heading=f"Which words for {student.first_name}?" if student and buttons else "",
        buttons=buttons,
    )


def _category(call: Call) -> tuple[str, str]:
    """The category that is named first, and the student behind it; each may be left out."""
    words = call.words
    first = words[0].lower() if words else ""
    meant = NUDGE if first in {"nudge", "nudges"} else first
    if meant in SHOWN:
        return meant, " ".join(words[1:])
    who = " ".join(words)
    if who and not students_like(call, who):
        guess = did_you_mean(first, SHOWN)
        if guess or len(words) == 1:
            raise CommandError(
                f"There is no category {code(first)}{guess or '.'} There are {listed(SHOWN)}; a "
                "student may stand behind one of them or alone."
            )
    return "", who


def _facts(call: Call, student: Student | None) -> Facts:
    if student is None:
        language = call.office.settings["language"]
        return sample_facts(call.as_of, call.office.zone, call.asker.name, language)
    row = figures_for(call.office, call.asker, student.student_id, call.as_of)
    return facts_of(call.office, student, row, call.asker.name, call.as_of)


def _head(student: Student | None) -> str:
    if student is None:
        return f"These are the templates, filled in for an example student, {FIRST_NAME}:"
    return f"These are the templates as **{named(student)}** would get them:"


def _lines(outcomes: Sequence[Wording | LeftOut]) -> Iterator[str]:
    left = [each for each in outcomes if isinstance(each, LeftOut)]
    for each in outcomes:
        if isinstance(each, Wording):
            yield f"- **{esc(each.title)}** ({code(each.template_id)}): {one_line(each.text)}"
    if left:
        yield f"- {count(len(left), 'template')} left out:"
        yield from (f"  - {esc(each.title)}: {each.why}" for each in left)


def _next(category: str, student: Student | None, fit: Sequence[Wording]) -> str:
    """What can be done with them."""
    if category == NUDGE:
        return (
            "Rules choose these by themselves. You can send one by hand too, as "
            f"{code(f'message <student> {fit[0].template_id}')}."
            if fit
            else "Rules choose these by themselves."
        )
    if student is not None:
        own = code(f"message {student.student_id} <your words>")
        return f"You see a preview before anything is sent. In your own words: {own}"
    first = category or BY_HAND[0]
    return (
        f"{code(f'templates {first} <student>')} fills them in for somebody; "
        f"{code(f'message {first}')} writes to all whom it concerns. Nudges have their own: "
        f"{code('templates nudge')}"
    )


def _buttons(student: Student | None, fit: Sequence[Wording]) -> tuple[Button, ...]:
    if student is None:
        return ()
    return tuple(
        Button(each.title, each.title, f"message {student.student_id} {each.template_id}")
        for each in fit[:MOST_BUTTONS]
    )


COMMANDS = (
    Command(
        name="templates",
        usage="templates [<category>] [<student>]",
        summary="The message templates, in finished words.",
        help="The categories are inactive, struggling, overdue and encouragement, and nudge for "
        "those that rules send. With a student you see them with that student's figures; what "
        "needs a figure that is not known is left out.",
        examples=("templates", "templates inactive", "templates overdue 5", "templates nudge"),
        roles=STAFF,
        scope=Scope.STUDENTS,
        run=templates,
    ),
)
