"""The files of the native format, each as a table of its columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import time
from typing import Any

from nudgebot.exports import cells
from nudgebot.exports.cells import BadCellError, Cells, Keys, Remembering
from nudgebot.exports.layout import (
    BadRowError,
    Column,
    Context,
    Layout,
    identity,
    reference,
    simple,
)
from nudgebot.exports.moments import LAST_SECOND, MIDNIGHT, NOON, Moments, day, required_day

ROLES = ("student", "teacher")
RESULTS = ("scored", "missed", "excused")
SUBMISSIONS = ("submitted", "late", "missed", "excused")
CALENDAR = ("holiday", "exam_week")
AT_EXAM = "at the exam"


def _time(name: str, *, at_day: time = NOON, required: bool = False, into: str = "") -> Column:
    def make(context: Context) -> Cells:
        return Moments(context.zone, at_day=at_day, required=required)

    return Column(name, make, required=required, into=into)


def _number(name: str, *, most: float = 1e9, required: bool = False) -> Column:
    def make(context: Context) -> Cells:
        comma = context.decimal_comma
        return Remembering(cells.number(most=most, required=required, decimal_comma=comma))

    return Column(name, make, required=required)


def _minutes(name: str = "minutes") -> Column:
    def make(context: Context) -> Cells:
        return Remembering(cells.minutes(decimal_comma=context.decimal_comma))

    return Column(name, make)


def _released(context: Context) -> Cells:
    read_flag = cells.flag(otherwise=False)
    moments = Moments(context.zone, at_day=MIDNIGHT)

    def read(text: str) -> int | str | None:
        text = cells.clean(text)
        if not text:
            return None
        try:
            return AT_EXAM if read_flag(text) else None
        except BadCellError:
            return moments.cell(text)

    return Remembering(read)


def _positive_id(text: str) -> int | None:
    return cells.whole(least=1)(text)


def _email(text: str) -> str:
    text = cells.text_of(text)
    if text and ("@" not in text.strip("@") or any(map(str.isspace, text))):
        raise BadCellError("is no e-mail address")
    return text


def _skill_ids(text: str) -> str:
    return " ".join(cells.text_of(text).replace(",", " ").replace(";", " ").split())


def _ordered(first: str, last: str) -> Callable[[list[Any], Context], None]:
    """A check that a span of days does not end before it begins."""

    def finish(row: list[Any], _: Context) -> None:
        begin, end = row[-2:]
        if begin is not None and end is not None and end < begin:
            raise BadRowError(last, f"lies before {first}")

    return finish


def _enrollment(row: list[Any], context: Context) -> None:
    _ordered("begin", "end")(row, context)
    _, person, role, *_ = row
    if person not in context.known[f"{role}s"]:
        raise BadRowError("person_id", f"is not known from {role}s.csv")


def _later(new: Sequence[Any], old: Sequence[Any]) -> bool:
    """Of two periods in one class the later one counts; the order of the lines does not."""
    return _period(new) > _period(old)


def _period(row: Sequence[Any]) -> tuple[float, float]:
    begin, end = row[-2:]
    return (float("-inf") if begin is None else begin, float("inf") if end is None else end)


def _calendar(row: list[Any], _: Context) -> None:
    begin, end, *_rest = row
    if end < begin:
        raise BadRowError("end", "lies before begin")


def _prerequisite(row: list[Any], _: Context) -> None:
    if row[0] == row[1]:
        raise BadRowError("requires_skill_id", "is the skill itself")


def _exam(row: list[Any], _: Context) -> None:
    at, max_score, released = row[4:]
    if max_score <= 0:
        raise BadRowError("max_score", "must be more than 0")
    if released == AT_EXAM:
        row[6] = at


def _result(row: list[Any], _: Context) -> None:
    score, status = row[2:4]
    if status == "scored" and score is None:
        raise BadRowError("score", "is empty though the status is 'scored'")
    if not status and score is not None:
        row[3] = "scored"


def _submission(row: list[Any], _: Context) -> None:
    submitted_at, _score, status = row[2:5]
    if not status and submitted_at is not None:
        row[4] = "submitted"


def _practice(row: list[Any], _: Context) -> None:
    questions, correct = row[4:6]
    if correct > questions:
        raise BadRowError("correct", "is more than questions")


STUDENTS = Layout(
    "students.csv",
    "students",
    (
        identity("student_id"),
        simple("name", cells.name, required=True),
        simple("given_name", cells.text_of),
        simple("email", _email),
        simple("zulip_user_id", _positive_id),
        simple("timezone", cells.zone),
        simple("language", cells.text_of),
        simple("active", cells.flag(otherwise=True)),
    ),
    ("student_id",),
)
ACTIVITIES = Layout(
    "activities.csv",
    "activities",
    (
        Column("activity_id", lambda _: Keys(empty=True)),
        reference("student_id", "students"),
        _time("at", required=True),
        simple("kind", cells.word, required=True),
        simple("content_id", cells.optional_key),
        simple("subject", cells.text_of),
        _minutes(),
        _number("progress", most=1),
    ),
    ("activity_id",),
)
PRACTICE = Layout(
    "practice.csv",
    "practice",
    (
        identity("session_id"),
        reference("student_id", "students"),
        simple("skill_id", cells.key, required=True),
        _time("started_at", required=True),
        simple("questions", cells.whole(required=True), required=True),
        simple("correct", cells.whole(required=True), required=True),
        _minutes(),
        _number("xp"),
    ),
    ("session_id",),
    _practice,
)
# In the order in which they are read: what is referred to comes before what refers to it.
TRUTHS = (
    STUDENTS,
    Layout(
        "teachers.csv",
        "teachers",
        (
            identity("teacher_id"),
            simple("name", cells.name, required=True),
            simple("email", _email),
            simple("zulip_user_id", _positive_id),
        ),
        ("teacher_id",),
    ),
    Layout(
        "classes.csv",
        "classes",
        (
            identity("class_id"),
            simple("name", cells.name, required=True),
            simple("subject", cells.text_of),
            simple("stream", cells.text_of),
            simple("term_start", day, into="term_start_day"),
            simple("term_end", day, into="term_end_day"),
        ),
        ("class_id",),
        _ordered("term_start", "term_end"),
    ),
    Layout(
        "enrollments.csv",
        "enrollments",
        (
            reference("class_id", "classes"),
            simple("person_id", cells.key, required=True),
            simple("role", cells.one_of(ROLES), required=True),
            simple("begin", day, into="begin_day"),
            simple("end", day, into="end_day"),
        ),
        ("class_id", "role", "person_id"),
        _enrollment,
        _later,
    ),
    Layout(
        "guardians.csv",
        "guardians",
        (
            simple("guardian_id", cells.key, required=True),
            reference("student_id", "students"),
            simple("name", cells.name, required=True),
            simple("email", _email),
            simple("language", cells.text_of),
            simple("may_contact", cells.flag(otherwise=False)),
        ),
        ("student_id", "guardian_id"),
    ),
    Layout(
        "attributes.csv",
        "attributes",
        (
            reference("student_id", "students"),
            simple("attribute", cells.name, required=True),
            simple("value", cells.name, required=True),
        ),
        ("student_id", "attribute"),
    ),
    Layout(
        "skills.csv",
        "skills",
        (
            identity("skill_id"),
            simple("name", cells.name, required=True),
            simple("subject", cells.text_of),
        ),
        ("skill_id",),
    ),
    Layout(
        "skill_prerequisites.csv",
        "skill_prerequisites",
        (reference("skill_id", "skills"), reference("requires_skill_id", "skills")),
        ("skill_id", "requires_skill_id"),
        _prerequisite,
    ),
    Layout(
        "content.csv",
        "content",
        (
            identity("content_id"),
            simple("kind", cells.word, required=True),
            simple("title", cells.name, required=True),
            simple("subject", cells.text_of),
            _minutes(),
        ),
        ("content_id",),
    ),
    Layout(
        "calendar.csv",
        "calendar",
        (
            simple("begin", required_day, into="begin_day", required=True),
            simple("end", required_day, into="end_day", required=True),
            simple("kind", cells.one_of(CALENDAR), required=True),
            simple("title", cells.text_of),
        ),
        ("begin_day", "end_day", "kind"),
        _calendar,
    ),
    Layout(
        "exams.csv",
        "exams",
        (
            identity("exam_id"),
            reference("class_id", "classes"),
            simple("title", cells.name, required=True),
            simple("subject", cells.text_of),
            _time("at", required=True),
            _number("max_score", required=True),
            Column("released", _released, into="released_at", absent="true"),
        ),
        ("exam_id",),
        _exam,
    ),
    Layout(
        "exam_results.csv",
        "exam_results",
        (
            reference("exam_id", "exams"),
            reference("student_id", "students"),
            _number("score"),
            simple("status", cells.one_of(RESULTS, empty=True)),
            _time("changed_at"),
        ),
        ("student_id", "exam_id"),
        _result,
    ),
    Layout(
        "assignments.csv",
        "assignments",
        (
            identity("assignment_id"),
            reference("class_id", "classes"),
            simple("title", cells.name, required=True),
            simple("skill_ids", _skill_ids),
            _time("due_at", at_day=LAST_SECOND, required=True),
            simple("questions", cells.whole()),
            simple("difficulty", cells.text_of),
        ),
        ("assignment_id",),
    ),
    Layout(
        "submissions.csv",
        "submissions",
        (
            reference("assignment_id", "assignments"),
            reference("student_id", "students"),
            _time("submitted_at"),
            _number("score", most=1000),
            simple("status", cells.one_of(SUBMISSIONS, empty=True)),
            _time("due_at", at_day=LAST_SECOND),
        ),
        ("student_id", "assignment_id"),
        _submission,
    ),
    Layout(
        "achievements.csv",
        "achievements",
        (
            simple("achievement_id", cells.key, required=True),
            reference("student_id", "students"),
            simple("title", cells.name, required=True),
            _number("progress", most=1),
            _time("earned_at"),
        ),
        ("student_id", "achievement_id"),
    ),
)
PEOPLE = TRUTHS[:4]
LAYOUTS = (*TRUTHS, ACTIVITIES, PRACTICE)
