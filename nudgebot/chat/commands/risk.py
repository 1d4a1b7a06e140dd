"""`risk` and `why <student>`: who needs attention, and the reasons, for nudges not sent too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from nudgebot.chat.answer import Answer, code
from nudgebot.chat.command import STAFF, Call, Command, Scope
from nudgebot.chat.figures_text import RISK_SIGNS, as_number, count
from nudgebot.chat.finder import named, one_class, one_student
from nudgebot.chat.reading import assessment_of, data_note, figures_of
from nudgebot.errors import CommandError
from nudgebot.insight.risk import RiskAssessment
from nudgebot.insight.table import Value
from nudgebot.markup import esc
from nudgebot.nudging.messages import Button
from nudgebot.nudging.story_words import why_told, with_moments
from nudgebot.school.days import local_day
from nudgebot.school.people import Student

MOST_ROWS = 20
MOST_CLASSES = 8
LEVELS_SHOWN = ("critical", "high", "medium")
FACTOR_NAMES: Mapping[str, str] = {
    "academic_performance": "Marks",
    "engagement_risk": "Engagement",
    "subject_specific_risks": "Subjects",
    "behavioral_risks": "Habits",
}

Rated = tuple[Student, Mapping[str, Value]]


def risk(call: Call) -> Answer:
    """Answer `risk [<class>] [page <number>]`."""
    text, page = _page(call)
    students, about = students_of(call, text, "risk {}")
    if not students:
        raise CommandError("There are no students here whom you may see today.")
    rated = _rated(call, students)
    urgent = [each for each in rated if each[1].get("risk_level") in LEVELS_SHOWN]
    first = (page - 1) * MOST_ROWS
    shown = urgent[first : first + MOST_ROWS]
    if page > 1 and not shown:
        raise CommandError(f"There are no more; {code(_again(text, 1))} begins at the start.")
    parts = [f"**Risk, {about}** · {count(len(students), 'student')}: {_summary(rated)}"]
    if shown:
        parts.append("\n".join(_line(call, each) for each in shown))
        left = len(urgent) - first - len(shown)
        if left:
            parts.append(_rest(call, text, left=left, page=page))
    else:
        parts.append("Nobody with figures is at medium risk or above.")
    levels = [row.get("risk_level") or "unknown" for _, row in rated]
    unknown = len(students) - len(levels) + levels.count("unknown")
    if unknown:
        parts.append(f"{count(unknown, 'student')} without data: not measured is not fine.")
    parts.append(data_note(call.office, call.as_of))
    return Answer(
        "\n\n".join(parts),
        students=frozenset(each.student_id for each in students),
        heading="Look closer?",
        buttons=tuple(
            Button(s.name, f"Why {s.name} is at risk", f"why {s.student_id}") for s, _ in shown[:3]
        ),
    )


def _page(call: Call) -> tuple[str, int]:
    """The class, and the page behind it."""
    *before, last = call.words or [""]
    if before and before[-1].lower() == "page" and last.isdecimal():
        return " ".join(before[:-1]), max(int(last), 1)
    return " ".join(call.words), 1


def _again(text: str, page: int) -> str:
    return " ".join(["risk", *([text] if text else []), *([f"page {page}"] if page > 1 else [])])


def _rest(call: Call, text: str, *, left: int, page: int) -> str:
    """How to see those who are not shown."""
    line = f"and {left:,} more: {code(_again(text, page + 1))}"
    classes = [] if text else call.asker.sight.classes()
    if len(classes) > 1:
        names = Counter(each.name.casefold() for each in classes)
        words = [
            each.name if names[each.name.casefold()] == 1 else each.class_id for each in classes
        ]
        ways = ", ".join(code(f"risk {word}") for word in words[:MOST_CLASSES])
        line += f", or one class: {ways}{', …' if len(words) > MOST_CLASSES else ''}"
    return line


def _summary(rated: Sequence[Rated]) -> str:
    levels = [str(row.get("risk_level") or "unknown") for _, row in rated]
    found = [f"{levels.count(each)} {sign}" for each, sign in RISK_SIGNS.items() if each in levels]
    return ", ".join(found) or "no figures"


def students_of(call: Call, text: str, again: str) -> tuple[list[Student], str]:
    """The active students of a class, or of all classes the asker may see; and what they are."""
    day = local_day(call.as_of, call.office.zone)
    if text:
        chosen = one_class(call, text, again)
        return call.office.people.students_in([chosen.class_id], day=day), esc(chosen.name)
    if call.asker.sees_all:
        return [s for s in call.office.people.students() if s.active], "the whole school"
    return call.asker.sight.students(), "your classes"


def _rated(call: Call, students: Sequence[Student]) -> list[Rated]:
    """Students with figures, at the highest risk first."""
    by_id = {student.student_id: student for student in students}
    rows = call.office.figures.table(list(by_id)).rows()
    rated = [(by_id[student_id], row) for student_id, row in rows if student_id in by_id]
    return sorted(rated, key=lambda each: -(as_number(each[1].get("risk_score")) or 0))


def _line(call: Call, rated: Rated) -> str:
    """A line that fits a phone: the level as a sign and as a word, who, and one reason."""
    student, row = rated
    reasons = assessment_of(call.office, row, call.as_of).reasons
    why = f": {esc(reasons[0])}" if reasons else ""
    return f"- {RISK_SIGNS[str(row.get('risk_level'))]} · **{named(student)}**{why}"


def why(call: Call) -> Answer:
    """Answer `why <student>` for staff."""
    student = one_student(call, " ".join(call.words), "why {}")
    row = figures_of(call.office, student.student_id)
    parts = [f"**{named(student)}**"]
    if row is None:
        parts.append("There are no figures for this student yet.")
    else:
        parts.append(_factors(assessment_of(call.office, row, call.as_of)))
    parts.append(_silence(call, student))
    names = {rule.id: rule.name for rule in call.office.book.rules.rules}
    parts.append(
        why_told(call.office.store, student.student_id, rule_names=names, raw=call.asker.sees_all)
    )
    parts.append(data_note(call.office, call.as_of))
    key = student.student_id
    return Answer(
        "\n\n".join(part for part in parts if part),
        students=frozenset({key}),
        heading=f"What next for {student.first_name}?",
        buttons=(
            Button("View report", "The performance report", f"report student {key}"),
            Button("Message", "Write a message", f"message {key}"),
        ),
    )


def _factors(assessment: RiskAssessment) -> str:
    score = assessment.overall_score
    shown = "" if score is None else f" ({score:.2f} of 1)"
    lines = [f"Risk: **{RISK_SIGNS[assessment.overall_risk_level]}**{shown}"]
    for name, factor in assessment.risk_factors.items():
        reasons = "; ".join(esc(reason.text) for reason in factor.factors)
        known = reasons or ("no data yet" if factor.level == "unknown" else "nothing against it")
        lines.append(f"- {FACTOR_NAMES.get(name, esc(name))}: {esc(factor.level)}; {known}")
    return "\n".join(lines)


def _silence(call: Call, student: Student) -> str:
    said = call.office.consents.state(student.student_id).silence(call.as_of)
    unlinked = call.office.links.why_not("student", student.student_id)
    return "\n".join(f"- {with_moments(each)}" for each in (said, unlinked) if each)


COMMANDS = (
    Command(
        name="risk",
        usage="risk [<class>]",
        summary="Who needs attention, the most urgent first.",
        help="Without a class it is about all the students you may see.",
        examples=("risk", "risk 7B", "risk 7B page 2"),
        roles=STAFF,
        scope=Scope.STUDENTS,
        run=risk,
    ),
    Command(
        name="why",
        usage="why <student>",
        summary="Why a student is at risk, and which nudges were sent or not, and why.",
        examples=("why 5", "why Ana"),
        roles=STAFF,
        scope=Scope.STUDENTS,
        run=why,
    ),
)
