"""`trend`: one figure over time, of a student or a class, in words and as a chart."""

from __future__ import annotations

from collections.abc import Sequence

from nudgebot.chat.answer import Answer
from nudgebot.chat.asked import Asked, asked, range_of
from nudgebot.chat.command import STAFF, Call, Command, Scope
from nudgebot.chat.drawn import handed_over, pictures
from nudgebot.chat.finder import (
    UnclearError,
    classes_like,
    named,
    one_class,
    one_student,
    students_like,
)
from nudgebot.chat.reading import analytics, data_as_of, stale_note
from nudgebot.chat.worded import worded
from nudgebot.errors import CommandError, InputError
from nudgebot.insight.report_data import Trend
from nudgebot.insight.trend_metrics import METRICS, metric_named
from nudgebot.markup import esc
from nudgebot.nudging.messages import Button

KINDS = ("student", "class")
LONGEST_METRIC_WORDS = 3
MOST_OTHERS = 4


def trend(call: Call) -> Answer:
    """Answer `trend student|class <who> <metric> [<period>]`."""
    said = asked(call)
    kind, words = _kind(said.words)
    who, metric = _metric(call, said, kind, words)
    if kind == "class":
        return _of_class(call, said, who, metric)
    return _of_student(call, said, who, metric)


def _of_student(call: Call, said: Asked, who: str, metric: str) -> Answer:
    student = one_student(call, who, said.again("trend student", metric))
    period = range_of(call, said)
    found = analytics(call.office, call.as_of).get_student_trend(student.student_id, metric, period)
    key = student.student_id
    buttons = (
        Button("Report", "The whole report", said.of(f"report student {key}")),
        *_other_metrics(said, f"trend student {key}", metric),
    )
    return _answer(
        call,
        said,
        found,
        who=student.name or key,
        shown=named(student),
        ids=(key,),
        students=frozenset({key}),
        buttons=buttons,
    )


def _of_class(call: Call, said: Asked, who: str, metric: str) -> Answer:
    chosen = one_class(call, who, said.again("trend class", metric))
    period = range_of(call, said, [chosen.class_id])
    found = analytics(call.office, call.as_of).get_class_trend(chosen.class_id, metric, period)
    key = chosen.class_id
    buttons = (
        Button("Report", "The whole report", said.of(f"report class {key}")),
        *_other_metrics(said, f"trend class {key}", metric),
    )
    return _answer(
        call,
        said,
        found,
        who=chosen.name,
        shown=esc(chosen.name),
        ids=(key,),
        students=frozenset(call.office.roster.of_class(key)),
        buttons=buttons,
    )


def _answer(
    call: Call,
    said: Asked,
    found: Trend,
    *,
    who: str,
    shown: str,
    ids: tuple[str, ...],
    students: frozenset[str],
    buttons: tuple[Button, ...],
) -> Answer:
    if said.form:
        return handed_over(
            call,
            said,
            found,
            report_type="trend",
            caption=f"{found.title} of **{shown}**:",
            ids=(*ids, found.metric),
            students=students,
            title=who,
        )
    parts = worded(found, who=who, data_as_of=data_as_of(call.office, call.as_of))
    return Answer(
        parts.text() + stale_note(call.office, call.as_of),
        students=students,
        heading="What next?",
        buttons=buttons,
        attachments=pictures(call, parts.chart, *ids),
    )


def _other_metrics(said: Asked, subject: str, metric: str) -> list[Button]:
    others = [each for each in METRICS.values() if each.name != metric][:MOST_OTHERS]
    return [
        Button(each.title, f"{each.title} over time", said.of(f"{subject} {each.name}"))
        for each in others
    ]


def _kind(words: Sequence[str]) -> tuple[str, list[str]]:
    if words and words[0].lower() in KINDS:
        return words[0].lower(), list(words[1:])
    return "student", list(words)


def _metric(call: Call, said: Asked, kind: str, words: Sequence[str]) -> tuple[str, str]:
    """Who is meant and the metric's name; asks which metric where there is none of that name."""
    if not words:
        raise CommandError(f"Name somebody and a metric: `{call.command.usage}`.")
    complaint = ""
    for length in range(min(LONGEST_METRIC_WORDS, len(words) - 1), 0, -1):
        try:
            found = metric_named(" ".join(words[-length:]))
        except InputError as error:
            complaint = str(error)
        else:
            return " ".join(words[:-length]), found.name
    everything = " ".join(words)
    like = classes_like if kind == "class" else students_like
    who = everything if len(words) == 1 or like(call, everything) else " ".join(words[:-1])
    raise UnclearError(_which_metric(said, kind, who, "" if who == everything else complaint))


def _which_metric(said: Asked, kind: str, who: str, complaint: str) -> Answer:
    buttons = tuple(
        Button(each.title, f"{each.title} over time", said.of(f"trend {kind} {who} {each.name}"))
        for each in METRICS.values()
    )
    return Answer(complaint, heading="Which metric?", buttons=buttons)


COMMANDS = (
    Command(
        name="trend",
        usage="trend student|class <who> <metric> [<period>] [pdf|csv]",
        summary="One figure over time, as a chart and in words.",
        help=f"The metrics are {', '.join(METRICS)}. Without a period it is about the last four "
        "weeks. Where the data are too few to tell a direction, the answer says so.",
        examples=("trend student 5 accuracy", "trend class 7B questions 8 weeks"),
        aliases=("trends",),
        roles=STAFF,
        scope=Scope.STUDENTS,
        run=trend,
    ),
)
