"""`alerts`: which students need a teacher, one line a student, and each alert of one of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from nudgebot.chat.alert_words import SIGNS, line, lines_of
from nudgebot.chat.answer import Answer, code
from nudgebot.chat.command import STAFF, Call, Command, Scope
from nudgebot.chat.commands.risk import students_of
from nudgebot.chat.figures_text import as_number, count
from nudgebot.chat.finder import classes_like, closest, named, one_student, students_like
from nudgebot.chat.reading import data_note
from nudgebot.errors import CommandError
from nudgebot.interventions.alerts_kept import OPEN, Alert
from nudgebot.nudging.messages import Button
from nudgebot.school.people import Student

HANDFUL = 5
_MORE = re.compile(r"(?:^|\s)(?:more|after|from)(?:\s+(\d{1,6}))?$", re.IGNORECASE)
_KIND = re.compile(r"(student|class|of)\s+(?=\S)", re.IGNORECASE)


def alerts(call: Call) -> Answer:
    """Answer `alerts [<class>|<student>] [more <number>]`."""
    text, first = _page(call)
    who = _who(call, text)
    if who:
        return _of_student(call, one_student(call, who, "alerts student {}"))
    kind = _KIND.match(text)
    class_text = text[kind.end() :] if kind else text
    students, about = students_of(call, class_text, "alerts class {}")
    by_id = {student.student_id: student for student in students}
    everybody = call.asker.sees_all and not text
    found = call.office.interventions.alerts.of(None if everybody else list(by_id))
    found = _by_risk(call, [each for each in found if each.student_id in by_id])
    each_ones = _by_student(found)
    shown = each_ones[first : first + HANDFUL]
    if not shown:
        if found:
            raise CommandError(f"There are no more; {code(_again(text, 0))} begins at the start.")
        return Answer(f"✅ No open alerts ({about}).\n\n{data_note(call.office, call.as_of)}")
    lines = [
        lines_of(call.office, own, by_id[own[0].student_id], all_by=_way(call, own))
        for own in shown
    ]
    left = len(each_ones) - first - len(shown)
    more = _again(text, first + len(shown))
    if left:
        lines.append(f"\nand {count(left, 'more student')}: {code(more)}")
    head = f"**Alerts, {about}** · {_summary(found)}"
    buttons = [_button(call, by_id[own[0].student_id], own) for own in shown]
    if left:
        buttons.append(Button("More", f"the next of {left:,} more", more))
    return Answer(
        "\n\n".join([head, "\n".join(lines), data_note(call.office, call.as_of)]),
        students=frozenset(own[0].student_id for own in shown),
        heading="Take action",
        buttons=tuple(buttons),
    )


def _of_student(call: Call, student: Student) -> Answer:
    """Each alert of one student, with its number."""
    ids = frozenset({student.student_id})
    found = call.office.interventions.alerts.of(ids)
    note = data_note(call.office, call.as_of)
    if not found:
        before = code(f"history {student.student_id}")
        return Answer(
            f"✅ No open alerts about {named(student)}. {before} shows what was done so far."
            f"\n\n{note}",
            students=ids,
        )
    lines = "\n".join(line(call.office, each, student) for each in found)
    return Answer(
        f"**Alerts, {named(student)}** · {_summary(found)}\n\n{lines}\n\n{note}",
        students=ids,
        heading=f"Which of {student.first_name}'s alerts?",
        buttons=tuple(
            Button(each.title, f"{student.name}: {each.title}", f"alert {each.alert_id}")
            for each in found
        ),
    )


def _who(call: Call, text: str) -> str:
    """The words that mean a student; empty where they mean a class, or nobody.

    Where they may mean both, it is the class, unless they are a student's very id and no class's.
    """
    kind = _KIND.match(text)
    rest = text[kind.end() :] if kind else text
    if kind and kind[1].lower() in ("class", "student"):
        return rest if kind[1].lower() == "student" else ""
    classes = classes_like(call, rest) if rest else []
    found = students_like(call, rest) if rest else []
    if not found and not classes:  # a misspelt name gets a guess
        return rest if closest(call.asker.sight.students(), rest) else ""
    names = {name.casefold() for each in classes for name in (each.class_id, each.name)}
    is_id = any(each.student_id.casefold() == rest.casefold() for each in found)
    is_student = is_id and rest.casefold() not in names
    return rest if is_student or not classes else ""


def _way(call: Call, own: Sequence[Alert]) -> str:
    """What shows a student's alerts: the one itself, or all of them."""
    key = own[0].student_id
    if len(own) == 1:
        return f"alert {own[0].alert_id}"
    return f"alerts {key}" if _who(call, key) else f"alerts student {key}"


def _by_student(found: Iterable[Alert]) -> list[list[Alert]]:
    """The alerts of each student, in the order of the most urgent one of each."""
    grouped: dict[str, list[Alert]] = {}
    for each in found:
        grouped.setdefault(each.student_id, []).append(each)
    return list(grouped.values())


def _by_risk(call: Call, found: Sequence[Alert]) -> list[Alert]:
    """Within the same severity, and looked at or not, who is at the highest risk comes first."""
    table = call.office.figures.table({each.student_id for each in found})
    scores = dict(zip(table.student_ids, table.columns.get("risk_score", ()), strict=False))

    def rank(alert: Alert) -> tuple[tuple[bool, int, bool], float]:
        crisis, severity, seen, *_ = alert.order
        return (crisis, severity, seen), -(as_number(scores.get(alert.student_id)) or 0)

    return sorted(found, key=rank)


def _page(call: Call) -> tuple[str, int]:
    """The class or the student, and how many students were shown before."""
    text = " ".join(call.words)
    found = _MORE.search(text)
    if found is None:
        return text, 0
    return text[: found.start()].strip(), int(found[1] or HANDFUL)


def _again(text: str, first: int) -> str:
    return " ".join(["alerts", *([text] if text else []), *([f"more {first}"] if first else [])])


def _summary(found: Sequence[Alert]) -> str:
    """`7 open (2 🔴 critical, 5 🟠 high), 1 acknowledged`, the most urgent first."""
    open_ = [each.severity for each in found if each.state == OPEN]
    levels = [
        f"{open_.count(level)} {SIGNS[level]} {level.value}" for level in SIGNS if level in open_
    ]
    parts = [f"{len(open_):,} open ({', '.join(levels)})" if open_ else "none open"]
    if len(found) > len(open_):
        parts.append(f"{len(found) - len(open_):,} acknowledged")
    people = len({each.student_id for each in found})
    about = f" about {count(people, 'student')}" if 1 < people < len(found) else ""
    return f"{', '.join(parts)}{about}; the most urgent first"


def _button(call: Call, student: Student, own: Sequence[Alert]) -> Button:
    """What opens a student's one alert, or the list of hers."""
    name = student.name or student.student_id
    what = own[0].title if len(own) == 1 else f"all {len(own)} alerts"
    return Button(name, f"{name}: {what}", _way(call, own))


COMMANDS = (
    Command(
        name="alerts",
        usage="alerts [<class>|<student>]",
        summary="Which of your students need you, the most urgent first.",
        help="One line a student, five at a time; `alerts more 5` shows the next. "
        "`alerts <student>` shows each alert of one of them, `alert <number>` one alone.",
        examples=("alerts", "alerts 7B", "alerts 5", "alerts more 5"),
        aliases=("my alerts", "show alerts"),
        roles=STAFF,
        scope=Scope.STUDENTS,
        run=alerts,
    ),
)
