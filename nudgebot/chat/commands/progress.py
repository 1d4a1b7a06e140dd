"""`progress`: a student's own figures, concrete and kind, with something to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nudgebot.chat.answer import Answer
from nudgebot.chat.command import Call
from nudgebot.chat.figures_text import as_number, count, percent
from nudgebot.chat.reading import analytics, data_note, figures_of
from nudgebot.errors import CommandError, InputError
from nudgebot.insight.report_data import Assignment
from nudgebot.insight.table import Value
from nudgebot.markup import esc, global_time

# Less than this says nothing of a student yet, and a first mishap would look like a verdict.
FEWEST_SCORES = 3
FEWEST_QUESTIONS = 10
FEWEST_DUE = 3
MOST_TASKS = 3
NOTHING = "There is nothing to show yet. It will come with your first work."

Row = Mapping[str, Value]


def progress(call: Call) -> Answer:
    """Answer `progress`: own figures without any comparison, and one next step."""
    student_id = call.asker.student_id
    if student_id is None:
        raise CommandError("That is for students.")
    row = figures_of(call.office, student_id)
    open_ = _open(call, student_id)
    missed = [each for each in open_ if each.state == "missed"][-MOST_TASKS:]
    to_come = [each for each in open_ if each.state == "to_come"][:MOST_TASKS]
    if row is None:
        body = NOTHING
    else:
        lines = [_streak(row), _practice(row), _assignments(row), _scores(row)]
        lines += [f"- Still open: {_task(each)}" for each in missed]
        lines += [f"- Coming up: {_task(each)}" for each in to_come]
        step = f"**A good next step:** {_next_step(row, missed, to_come)}"
        body = "\n".join([line for line in lines if line] + ["", step])
    return Answer(
        f"**Your progress**\n\n{body.strip()}\n\n{data_note(call.office, call.as_of)}",
        students=frozenset({student_id}),
        private=True,
    )


def _open(call: Call, student_id: str) -> tuple[Assignment, ...]:
    """Her assignments of four weeks and of the two to come, in the order in which they are due."""
    try:
        report = analytics(call.office, call.as_of).get_student_performance_report(student_id)
    except InputError:  # she is not active any more
        return ()
    return report.assignments


def _task(task: Assignment) -> str:
    return f"{esc(task.title)}, due {global_time(task.due_at)}"


def _streak(row: Row) -> str:
    streak, best = as_number(row.get("current_streak")), as_number(row.get("highest_streak"))
    if streak:
        top = ", your best so far" if best is not None and streak >= best else ""
        return f"- You are on a streak of {count(round(streak), 'day')}{top}."
    days = as_number(row.get("active_days_7"))
    if days:
        return f"- You were active on {count(round(days), 'day')} in the last week."
    return ""


def _practice(row: Row) -> str:
    questions = as_number(row.get("questions_answered"))
    if not questions:
        return ""
    accuracy = as_number(row.get("accuracy"))
    enough = accuracy is not None and questions >= FEWEST_QUESTIONS
    right = f", {percent(accuracy)} of them right" if enough else ""
    skill = row.get("improved_skill")
    better = f" You got better at {esc(skill)}!" if isinstance(skill, str) else ""
    return f"- You answered {count(round(questions), 'question')} in four weeks{right}.{better}"


def _assignments(row: Row) -> str:
    """What was handed in; what was not is named below, one by one."""
    due, missed = as_number(row.get("due_assignments")), as_number(row.get("missed_assignments"))
    if due is None or missed is None or due < FEWEST_DUE or missed >= due:
        return ""
    done = "all" if not missed else f"{due - missed:.0f} of the"
    return f"- You handed in {done} {due:.0f} assignments that were due in four weeks."


def _scores(row: Row) -> str:
    average, scores = as_number(row.get("average_score")), as_number(row.get("score_count"))
    if average is None or scores is None or scores < FEWEST_SCORES:
        return ""
    trend = ", and rising" if row.get("score_trend") == "improving" else ""
    why = _missed(as_number(row.get("missed_work")) or 0)
    return f"- Your average is {percent(average)} from {scores:.0f} pieces of work{trend}.{why}"


def _missed(pieces: float) -> str:
    """Why an average is lower than the scores that the student remembers."""
    if not pieces:
        return ""
    if pieces == 1:
        return " One of them was missed and counts as 0."
    return f" {pieces:.0f} of them were missed and count as 0."


def _next_step(row: Row, missed: Sequence[Assignment], to_come: Sequence[Assignment]) -> str:
    if missed:
        return (
            f"hand in {esc(missed[-1].title)}. If that is not possible any more, or hard, "
            "write it here; your teacher reads it."
        )
    if to_come:
        return f"begin with {esc(to_come[0].title)}."
    skill = row.get("weakest_skill")
    if isinstance(skill, str):
        return f"a few questions on {esc(skill)}."
    if as_number(row.get("current_streak")):
        return "a few minutes today keep your streak going."
    return "a few minutes of practice today begin a new streak."
