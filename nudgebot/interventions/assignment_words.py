"""What students and teachers are told about targeted assignments; finished Zulip Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from nudgebot.interventions.assignment_draft import Draft, listed
from nudgebot.interventions.assignment_rows import News, Status, TargetedAssignment
from nudgebot.markup import esc, global_time


def questions(number: int) -> str:
    """`1 question`, `15 questions`."""
    return f"{number} question{'' if number == 1 else 's'}"


def given(draft: Draft, *, first_name: str, teacher: str) -> str:
    """What the student reads when it is given to her."""
    return (
        f"Hi {esc(first_name)}, **{esc(teacher)}** has put together some practice for you: "
        f"**{esc(draft.title)}**\n"
        f"- What: {questions(draft.question_count)} on {esc(listed(draft.skills))} "
        f"({draft.difficulty})\n"
        f"- Until: {global_time(draft.due_at)}\n\n"
        "Write `done` to me when you have finished. Is something unclear or too much? Just answer "
        "here, and it reaches your teacher."
    )


def taken_back(assignment: TargetedAssignment) -> str:
    """What the student reads when it is not to be done any more."""
    return (
        f"**{esc(assignment.teacher_name)}** has taken “{esc(assignment.title)}” back. You need "
        "not do it any more."
    )


def well_done(assignment: TargetedAssignment, first_name: str) -> str:
    """What the student reads when the data show that she has done it."""
    return (
        f"🎉 Well done, {esc(first_name)}! “{esc(assignment.title)}” is finished. "
        f"{esc(assignment.teacher_name)} sees it too."
    )


def digest(lines: Sequence[str], data_as_of: datetime | None) -> str:
    """News for a teacher, a line a student."""
    known = "" if data_as_of is None else f"\n\n*Data as of {global_time(data_as_of)}.*"
    return "\n".join(
        [
            "📝 **News of your assignments**",
            *(f"- {line}" for line in lines),
            "",
            f"`assignments` shows them all, `message <student>` writes to one.{known}",
        ]
    )


def news(assignment: TargetedAssignment) -> str:
    """The piece of such a line about one assignment, without the student."""
    title = f"“{esc(assignment.title)}”"
    seen = f"the data show {done_of(assignment)} so far"
    match assignment.owed_teacher:
        case News.COMPLETED:
            return f"✅ {title} is finished ({outcome(assignment)})"
        case News.SAID_DONE:
            return f"✋ says that {title} is done; {seen}"
        case _ if assignment.said_done_at is not None:
            return (
                f"⏰ {title} was due {global_time(assignment.due_at)}: said to be done, but {seen}"
            )
        case _:
            return f"⏰ {title} was due {global_time(assignment.due_at)}; {seen}"


def done_of(assignment: TargetedAssignment) -> str:
    """`6 of 15 questions`."""
    return f"{assignment.answered} of {questions(assignment.question_count)}"


def outcome(assignment: TargetedAssignment) -> str:
    """`15 of 15 questions, 80 % right`; the LMS's mark where it has told one without practice."""
    if assignment.answered:
        right = 100 * assignment.correct / assignment.answered
        answered = f"{questions(assignment.answered)} answered, {right:.0f} % right"
        return answered if assignment.score is None else _with_mark(answered, assignment, right)
    if assignment.score is not None:
        return f"handed in, {assignment.score:.0f} %"
    return "handed in"


def _with_mark(answered: str, assignment: TargetedAssignment, right: float) -> str:
    mark = assignment.score
    differs = mark is not None and abs(mark - right) >= 1
    return f"{answered}, marked {mark:.0f} %" if differs else answered


def standing(assignment: TargetedAssignment, as_of: datetime) -> str:
    """How it stands, as a teacher reads it in a list."""
    due = f"due {global_time(assignment.due_at)}"
    progress = done_of(assignment)
    if assignment.answered:
        progress += f", {100 * assignment.correct / assignment.answered:.0f} % right"
    match assignment.status:
        case Status.COMPLETED:
            return f"✅ finished ({outcome(assignment)})"
        case Status.WITHDRAWN:
            return "↩️ taken back"
        case Status.LAPSED:
            return f"⚪ not finished ({progress}), was {due}"
        case Status.SAID_DONE:
            return f"✋ said to be done; the data show {progress}; {due}"
        case _ if assignment.due_at <= as_of:
            return f"⏰ overdue ({progress}), was {due}"
        case _:
            return f"🔵 open ({progress}), {due}"
