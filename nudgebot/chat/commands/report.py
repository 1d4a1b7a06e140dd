"""`report student`: how a student is doing, in words and small tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta

from nudgebot.chat.answer import Answer
from nudgebot.chat.command import STAFF, Call, Command, Scope
from nudgebot.chat.figures_text import (
    RISK_SIGNS,
    count,
    duration,
    figure,
    number,
    percent,
    table,
)
from nudgebot.chat.finder import calendar, named, one_student
from nudgebot.chat.periods import Period, split_period
from nudgebot.chat.reading import assessment_of, data_note, figures_of
from nudgebot.insight.performance import Performance, SkillAccuracy, Task, performance
from nudgebot.insight.risk import RiskAssessment
from nudgebot.insight.table import Value
from nudgebot.markup import esc, global_time
from nudgebot.nudging.messages import Button
from nudgebot.school.days import local_day, zone_named
from nudgebot.school.people import Student

DEFAULT_DAYS = 28
ENOUGH_QUESTIONS = 5
STRONG_PERCENT = 85
MOST_SKILLS = 12
MOST_TASKS = 5


def report_student(call: Call) -> Answer:
    """Answer `report student <student> [<period>]`."""
    words, asked = split_period(call.words, calendar(call))
    today = call.office.today(call.as_of)
    period = asked or Period(today - timedelta(days=DEFAULT_DAYS - 1), today)
    said = f" {' '.join(call.words[len(words) :])}" if asked else ""
    student = one_student(call, " ".join(words), "report student {}" + said)
    parts = [_head(call, student, period)]
    row = figures_of(call.office, student.student_id)
    assessment = None if row is None else assessment_of(call.office, row, call.as_of)
    if assessment is not None:
        parts.append(_risk(assessment))
    found = _performance(call, student, period)
    if found is None:
        parts.append("There are no figures for this student yet.")
    else:
        parts += [_numbers(found), _strengths(found), _exams(found), _due(found), _skills(found)]
    if assessment is not None:
        parts.append(_next(assessment))
    parts.append(data_note(call.office, call.as_of))
    return Answer(
        "\n\n".join(part for part in parts if part),
        students=frozenset({student.student_id}),
        heading=f"What next for {student.first_name}?",
        buttons=(
            Button("Message", "Write a message", f"message {student.student_id}"),
            Button("Why", "Why this risk, and which nudges", f"why {student.student_id}"),
        ),
    )


def _performance(call: Call, student: Student, period: Period) -> Performance | None:
    """The performance in the period, as it was known at its end."""
    zone = zone_named(student.timezone, call.office.zone)
    end = datetime.combine(period.last, time.max, zone)
    as_of = min(call.as_of, end)
    return performance(
        call.office.store, student.student_id, as_of, period.days, zone=call.office.zone
    )


def _head(call: Call, student: Student, period: Period) -> str:
    day = local_day(call.as_of, call.office.zone)
    classes = call.office.people.classes_of(student.student_id, role="student", day=day)
    names = ", ".join(esc(each.name) for each in classes) or "in no class today"
    away = "" if student.active else " · not active"
    return f"**{named(student)}** · {names}{away} · {period}"


def _risk(assessment: RiskAssessment) -> str:
    score = assessment.overall_score
    shown = "" if score is None else f" ({score:.2f} of 1)"
    lines = [f"Risk: **{RISK_SIGNS[assessment.overall_risk_level]}**{shown}"]
    lines += [f"- {esc(reason)}" for reason in assessment.reasons[:5]]
    return "\n".join(lines)


def _numbers(found: Performance) -> str:
    rank = found.percentile
    rows = [
        ("Accuracy", percent(found.accuracy_percent)),
        ("Questions answered", number(found.questions)),
        ("Time spent", duration(found.minutes)),
        ("Active days", f"{found.active_days} of {found.days}"),
        ("XP", "" if found.xp is None else number(found.xp)),
        ("Assignments handed in", _handed_in(found)),
        ("Average score, 180 days", percent(found.average_percent)),
        ("Class average", percent(found.class_average_percent)),
        ("Percentile in class", "" if rank is None else f"{rank:.0f}"),
        ("Score trend", figure("score_trend", found.figures)),
        ("Streak, now and longest", _streaks(found.figures)),
    ]
    return table(("Figure", "Value"), [row for row in rows if row[1]])


def _handed_in(found: Performance) -> str:
    due = len(found.done) + len(found.missed)
    late = f", {len(found.late)} of them late" if found.late else ""
    return f"{len(found.done)} of {due}{late}" if due else ""


def _streaks(row: Mapping[str, Value]) -> str:
    return f"{figure('current_streak', row)}, {figure('highest_streak', row)}"


def _strengths(found: Performance) -> str:
    strong = sorted(
        (
            skill
            for skill in found.skills
            if skill.questions >= ENOUGH_QUESTIONS and skill.accuracy_percent >= STRONG_PERCENT
        ),
        key=lambda skill: -skill.accuracy_percent,
    )
    subjects = found.figures.get("struggling_subjects")
    lines = [
        ("Strengths", _listed(strong[:3])),
        ("Needs work", _listed(found.weakest_skills)),
        ("Struggling in", ", ".join(map(esc, subjects)) if isinstance(subjects, tuple) else ""),
    ]
    return "\n".join(f"- {label}: {text}" for label, text in lines if text)


def _listed(skills: Sequence[SkillAccuracy]) -> str:
    return ", ".join(f"{esc(skill.name)} {percent(skill.accuracy_percent)}" for skill in skills)


def _skills(found: Performance) -> str:
    if not found.skills:
        return ""
    most = sorted(found.skills, key=lambda skill: -skill.questions)
    rows = [
        (esc(skill.name), percent(skill.accuracy_percent), number(skill.questions))
        for skill in most[:MOST_SKILLS]
    ]
    more = len(most) - MOST_SKILLS
    note = f"\n\nand {count(more, 'skill')} more with fewer questions" if more > 0 else ""
    inside = table(("Skill", "Accuracy", "Questions"), rows) + note
    return f"```spoiler Skills practised\n\n{inside}\n```"


def _exams(found: Performance) -> str:
    lines = []
    for exam in found.recent_exams:
        result = "missed" if exam.missed else percent(exam.percent)
        subject = f" ({esc(exam.subject)})" if exam.subject else ""
        lines.append(f"- {exam.day.isoformat()} {esc(exam.title)}{subject}: **{result}**")
    return "\n".join(["Recent exams:", *lines]) if lines else ""


def _due(found: Performance) -> str:
    lines = [f"- **missing**, was due {_task(task)}" for task in found.missed[-MOST_TASKS:]]
    lines += [f"- due {_task(task)}" for task in found.to_come[:MOST_TASKS]]
    return "\n".join(["Not handed in:", *lines]) if lines else ""


def _task(task: Task) -> str:
    return f"{global_time(task.due_at)}: {esc(task.title)}"


def _next(assessment: RiskAssessment) -> str:
    steps = assessment.recommended_interventions[:3]
    if not steps:
        return ""
    day = assessment.next_review_date.isoformat()
    lines = [f"- {esc(step)}" for step in steps]
    return "\n".join([f"What may help (look again by {day}):", *lines])


COMMANDS = (
    Command(
        name="report student",
        usage="report student <student> [<period>]",
        summary="How a student is doing: risk, accuracy, skills, exams, what is due.",
        help="Without a period it is about the last four weeks. "
        "A student is an id, a name, a part of a name, or a Zulip mention.",
        examples=("report student 5", "report student Ana 7 days", "report student 5 this term"),
        aliases=("report",),
        roles=STAFF,
        scope=Scope.STUDENTS,
        run=report_student,
    ),
)
