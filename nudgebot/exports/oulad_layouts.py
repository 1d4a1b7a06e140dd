"""The seven files of OULAD, and the parts of the school's tables that they fill."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nudgebot.exports import cells
from nudgebot.exports.layout import BadRowError, Column, Context, Layout, reference, simple


def _blank(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """Copies of the data set write `?` where nothing is known."""
    return lambda text: read("" if text.strip() == "?" else text)


def _whole(name: str, *, required: bool, least: int = -100_000) -> Column:
    return simple(name, _blank(cells.whole(required=required, least=least)), required=True)


def _stored(table: str, names: str, key: tuple[str, ...]) -> Layout:
    """The columns of a table that are filled from values, not from texts."""
    columns = tuple(simple(name, cells.text_of) for name in names.split())
    return Layout("", table, columns, key)


def _in_course(row: list[Any], context: Context) -> None:
    if f"{row[0]}-{row[1]}" not in context.known["classes"]:
        raise BadRowError("code_presentation", "is not known from courses.csv")


def _assessed(row: list[Any], context: Context) -> None:
    if row[0] not in context.known["assignments"] | context.known["exams"]:
        raise BadRowError("id_assessment", "is not known from assessments.csv")


_MODULE = simple("code_module", cells.key, required=True)
_PRESENTATION = simple("code_presentation", cells.key, required=True)
_STUDENT = reference("id_student", "students", file="studentInfo.csv")
_SCORE = simple("score", _blank(cells.number(most=1000)), required=True)

COURSES = Layout(
    "courses.csv",
    "courses",
    (_MODULE, _PRESENTATION, _whole("module_presentation_length", required=True)),
    (),
)
WHO = Layout(
    "studentinfo.csv",
    "studentInfo",
    (_MODULE, _PRESENTATION, simple("id_student", cells.key, required=True)),
    (),
    _in_course,
)
REGISTRATIONS = Layout(
    "studentregistration.csv",
    "studentRegistration",
    (
        _MODULE,
        _PRESENTATION,
        _STUDENT,
        _whole("date_registration", required=False),
        _whole("date_unregistration", required=False),
    ),
    (),
    _in_course,
)
SITES = Layout(
    "vle.csv",
    "vle",
    (
        simple("id_site", cells.key, required=True),
        _MODULE,
        _PRESENTATION,
        simple("activity_type", cells.word, required=True),
    ),
    (),
)
ASSESSMENTS = Layout(
    "assessments.csv",
    "assessments",
    (
        _MODULE,
        _PRESENTATION,
        simple("id_assessment", cells.key, required=True),
        simple("assessment_type", cells.name, required=True),
        _whole("date", required=False),
        simple("weight", _blank(cells.number()), required=True),
    ),
    (),
    _in_course,
)
MARKS = Layout(
    "studentassessment.csv",
    "studentAssessment",
    (
        simple("id_assessment", cells.key, required=True),
        _STUDENT,
        _whole("date_submitted", required=False),
        simple("is_banked", cells.flag(otherwise=False), required=True),
        _SCORE,
    ),
    (),
    _assessed,
)
VISITS = Layout(
    "studentvle.csv",
    "studentVle",
    (
        _MODULE,
        _PRESENTATION,
        _STUDENT,
        simple("id_site", cells.key, required=True),
        _whole("date", required=True),
        _whole("sum_click", required=True, least=0),
    ),
    (),
)
FILES = {
    layout.file: layout
    for layout in (COURSES, WHO, REGISTRATIONS, SITES, ASSESSMENTS, MARKS, VISITS)
}

STUDENTS = _stored("students", "student_id name", ("student_id",))
CLASSES = _stored("classes", "class_id name subject term_start_day term_end_day", ("class_id",))
ENROLLMENTS = _stored(
    "enrollments", "class_id person_id role begin_day end_day", ("class_id", "role", "person_id")
)
CONTENT = _stored("content", "content_id kind title subject", ("content_id",))
ASSIGNMENTS = _stored(
    "assignments", "assignment_id class_id title due_at weight_percent", ("assignment_id",)
)
EXAMS = _stored(
    "exams",
    "exam_id class_id title subject at max_score released_at weight_percent",
    ("exam_id",),
)
SUBMISSIONS = _stored(
    "submissions",
    "assignment_id student_id submitted_at score status",
    ("student_id", "assignment_id"),
)
EXAM_RESULTS = _stored(
    "exam_results", "exam_id student_id score status changed_at", ("student_id", "exam_id")
)
