"""`compare`: a student beside her class, or two classes beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nudgebot.chat.access import NO_CLASS
from nudgebot.chat.answer import Answer, code
from nudgebot.chat.asked import Asked, asked, literal, range_of, without_joints
from nudgebot.chat.command import STAFF, Call, Command, Scope
from nudgebot.chat.drawn import handed_over, pictures
from nudgebot.chat.finder import (
    UnclearError,
    classes_like,
    named,
    no_class,
    one_student,
    which_class,
    yours,
)
from nudgebot.chat.reading import analytics, data_as_of, stale_note
from nudgebot.chat.worded import worded
from nudgebot.errors import CommandError, NudgebotError
from nudgebot.insight.report_data import Comparison
from nudgebot.markup import esc
from nudgebot.nudging.messages import Button
from nudgebot.school.days import local_day
from nudgebot.school.people import SchoolClass, Student

MOST_CLASSES = 4


def compare_student(call: Call) -> Answer:
    """Answer `compare student <student> [<period>] [pdf|csv]`."""
    said = asked(call)
    student = one_student(call, said.who, said.again("compare student"))
    classes = _classes_of(call, student)
    if not classes:
        raise CommandError("This student is in no class of yours today; there is no comparison.")
    period = range_of(call, said, [each.class_id for each in classes])
    reader = analytics(call.office, call.as_of)
    key = student.student_id
    found = [reader.get_student_comparison(key, each.class_id, period) for each in classes]
    if said.form:
        return _files(call, said, student, found)
    known = data_as_of(call.office, call.as_of)
    parts = [worded(each, data_as_of=known) for each in found]
    drawn = next((each.chart for each in parts if each.chart is not None), None)
    return Answer(
        "\n\n".join(each.text() for each in parts) + stale_note(call.office, call.as_of),
        students=frozenset({key}),
        heading=f"What next for {student.first_name}?",
        buttons=(
            Button("Report", "The whole report", said.of(f"report student {key}")),
            Button("Trend", "Accuracy over time", said.of(f"trend student {key} accuracy")),
            Button("Message", "Write a message", f"message {key}"),
        ),
        attachments=pictures(call, drawn, key),
    )


def _files(call: Call, said: Asked, student: Student, found: Sequence[Comparison]) -> Answer:
    """A file for each class, all in one answer."""
    key = student.student_id
    answers = [
        handed_over(
            call,
            said,
            each,
            report_type="comparison",
            caption=f"**{named(student)}** beside **{esc(each.class_name)}**, {each.period}:",
            ids=(key, each.class_id),
            students=frozenset({key}),
        )
        for each in found
    ]
    files = tuple(file for each in answers for file in each.attachments)
    return Answer("", students=frozenset({key}), attachments=files)


def _classes_of(call: Call, student: Student) -> list[SchoolClass]:
    """Her classes of today, as far as the asker teaches them."""
    day = local_day(call.as_of, call.office.zone)
    hers = call.office.people.classes_of(student.student_id, role="student", day=day)
    if not call.asker.sees_all:
        mine = {each.class_id for each in call.asker.sight.classes()}
        hers = [each for each in hers if each.class_id in mine]
    return hers[:MOST_CLASSES]


def compare_class(call: Call) -> Answer:
    """Answer `compare class <class> <class> [<period>] [pdf|csv]`."""
    said = asked(call)
    first, second = _two_classes(call, said)
    period = range_of(call, said, [first.class_id, second.class_id])
    keys = (first.class_id, second.class_id)
    found = analytics(call.office, call.as_of).get_class_comparison(*keys, period)
    students = frozenset(call.office.roster.of_class(*keys))
    if said.form:
        return handed_over(
            call,
            said,
            found,
            report_type="class_comparison",
            caption=f"**{esc(first.name)}** beside **{esc(second.name)}**, {found.period}:",
            ids=keys,
            students=students,
        )
    parts = worded(found, data_as_of=data_as_of(call.office, call.as_of))
    return Answer(
        parts.text() + stale_note(call.office, call.as_of),
        students=students,
        heading="What next?",
        buttons=tuple(
            Button(name, f"The report on {name}", said.of(f"report class {key}"))
            for name, key in ((first.name, keys[0]), (second.name, keys[1]))
        ),
        attachments=pictures(call, parts.chart, *keys),
    )


def _two_classes(call: Call, said: Asked) -> tuple[SchoolClass, SchoolClass]:
    words = without_joints(said.words)
    if len(words) < 2:
        raise CommandError(f"Name two classes: `{call.command.usage}`.")
    halves = [(" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words))]
    found = [(classes_like(call, first), classes_like(call, second)) for first, second in halves]
    both = [(left, right) for left, right in found if left and right]
    if not both:
        raise _unknown(call, said, words)
    left, right = min(both, key=lambda pair: len(pair[0]) * len(pair[1]))
    if len(left) > 1:
        behind = right[0].class_id if len(right) == 1 else halves[found.index((left, right))][1]
        raise UnclearError(which_class(left, said.again("compare class", behind)))
    if len(right) > 1:
        raise UnclearError(which_class(right, said.again(_fixed(left[0]))))
    if left[0].class_id == right[0].class_id:
        raise CommandError("These two are the same class; name another one beside it.")
    return left[0], right[0]


def _unknown(call: Call, said: Asked, words: Sequence[str]) -> NudgebotError:
    """Which of the two classes is not known, and those that could be meant."""
    for at in range(len(words) - 1, 0, -1):
        head, tail = " ".join(words[:at]), " ".join(words[at:])
        first, second = classes_like(call, head), classes_like(call, tail)
        if len(first) == 1:
            return _naming(tail, no_class(call, tail, said.again(_fixed(first[0]))))
        if len(second) == 1:
            again = said.again("compare class", second[0].class_id)
            return _naming(head, no_class(call, head, again))
    return CommandError(f"{NO_CLASS}{yours(call)}")


def _fixed(first: SchoolClass) -> str:
    return f"compare class {literal(first.class_id)}"


def _naming(text: str, error: NudgebotError) -> NudgebotError:
    """The error with the words it is about, where it says that they name no class."""
    if isinstance(error, UnclearError):
        content = error.answer.content.replace(NO_CLASS, _no_class(text))
        return UnclearError(replace(error.answer, content=content))
    return CommandError(str(error).replace(NO_CLASS, _no_class(text)))


def _no_class(text: str) -> str:
    return f"{code(text)}: {NO_CLASS}"


COMMANDS = (
    Command(
        name="compare student",
        usage="compare student <student> [<period>] [pdf|csv]",
        summary="A student beside her class: averages, percentile, relative strengths.",
        help="Groups under five are not compared. Places are for teachers only.",
        examples=("compare student 5", "compare student Ana this term"),
        aliases=("compare",),
        roles=STAFF,
        scope=Scope.STUDENTS,
        run=compare_student,
    ),
    Command(
        name="compare class",
        usage="compare class <class> <class> [<period>] [pdf|csv]",
        summary="Two classes side by side, and which differences are more than chance.",
        examples=("compare class 7A 7B",),
        roles=STAFF,
        scope=Scope.STUDENTS,
        run=compare_class,
    ),
)
