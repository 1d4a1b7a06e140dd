"""The commands about targeted assignments."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from nudgebot.chat.acts.assigning import WITHDRAW, misspelt, shown
from nudgebot.chat.answer import Answer, code
from nudgebot.chat.command import STAFF, STUDENTS, Call, Command, Scope
from nudgebot.chat.commands.message import split_student
from nudgebot.chat.finder import classes_like, named, one_student, students_like
from nudgebot.chat.freetext import take_answer
from nudgebot.chat.own_subjects import subjects_with
from nudgebot.chat.previews import ask
from nudgebot.chat.reading import data_note
from nudgebot.chat.responding import note_tap, thanks_of
from nudgebot.errors import CommandError
from nudgebot.interventions.assignment_draft import PractisedSkill
from nudgebot.interventions.assignment_rows import Status, TargetedAssignment
from nudgebot.interventions.assignment_skills import UnknownSkillError
from nudgebot.interventions.assignment_wishes import read_wishes
from nudgebot.interventions.assignment_words import standing
from nudgebot.interventions.assignments import NoWeakSkillError
from nudgebot.markup import esc, global_time
from nudgebot.nudging.messages import Button
from nudgebot.nudging.responses import Kind
from nudgebot.school.people import Student

MOST_LISTED = 12
RECENT = timedelta(days=14)
NO_SUCH = "There is no assignment of that number. `assignments` shows the numbers."
NOTHING_OPEN = (
    "You have no open assignment from a teacher here, so there is nothing left to tick off. 👍 "
    "If you meant something else, tell me in a few words, and your teacher reads it."
)


def assign(call: Call) -> Answer:
    """Answer `assign <student> [<skill>, …] [questions N] [difficulty …] [due …] [title: …]`."""
    if not call.text:
        raise CommandError("Practice for whom? `assign <student>` suggests what fits.")
    who, rest = split_student(call)
    if not students_like(call, who) and classes_like(call, who):
        raise CommandError(f"{esc(who)} is a class. I assign to one student: `assign <student>`.")
    student = one_student(call, who, f"assign {{}} {_literal(rest)}".strip())
    key = student.student_id
    subjects = subjects_with(call.office, call.asker, [key], call.as_of)[key]
    try:
        draft = call.office.interventions.assignments.propose(
            student.student_id, call.as_of, read_wishes(rest), subjects=subjects
        )
    except NoWeakSkillError as none_weak:
        return _choose_skill(student, none_weak, rest)
    except UnknownSkillError as unknown:
        again = f"assign {student.student_id} {rest}"
        raise misspelt(unknown, again, student.student_id) from unknown
    return shown(call, draft, student)


def _literal(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _choose_skill(student: Student, none_weak: NoWeakSkillError, rest: str) -> Answer:
    """Which skill else: those that the student is least sure in, or one that is named."""
    again = code(f"assign {student.student_id} <skill>")
    buttons = tuple(
        Button(f"{each.name}, {_percent(each)}", "Practise this", _assign(student, each, rest))
        for each in none_weak.least_sure
    )
    first = esc(student.first_name)
    text = f"{first} {none_weak.what} Name the skill to practise: {again}."
    heading = f"Or the one that {student.first_name} is least sure in?" if buttons else ""
    return Answer(text, frozenset({student.student_id}), heading, buttons)


def _percent(skill: PractisedSkill) -> str:
    return f"{int(skill.accuracy_percent or 0)} %"


def _assign(student: Student, skill: PractisedSkill, rest: str) -> str:
    return f"assign {student.student_id} {skill.skill_id}, {rest}".rstrip(" ,")


def assignments(call: Call) -> Answer:
    """Answer `assignments [<student>]`: the open and the recent ones, with their progress."""
    kept = call.office.interventions.assignments
    student = None
    if call.text:
        student = one_student(call, " ".join(call.words), "assignments {}")
        found = kept.of_student(student.student_id)
    else:
        found = kept.of_teacher(call.asker.user_id)
        visible = call.asker.sight.of({each.student_id for each in found})
        found = [each for each in found if each.student_id in visible]
    listed = _sorted([each for each in found if _is_recent(call, each)])
    if not listed:
        whose = f"{esc(student.first_name)} has" if student else "You have given"
        who = student.student_id if student else "<student>"
        return Answer(
            f"{whose} no assignment open, or finished in the last 14 days. {code(f'assign {who}')} "
            "gives one.",
            students=frozenset({student.student_id}) if student else frozenset(),
        )
    return _list(call, listed)


def _is_recent(call: Call, each: TargetedAssignment) -> bool:
    return each.closed_at is None or each.closed_at > call.as_of - RECENT


def _sorted(found: Sequence[TargetedAssignment]) -> list[TargetedAssignment]:
    """What is still to be done by its due time, then the rest, the newest first."""
    still = [each for each in found if each.closed_at is None]
    over = [each for each in found if each.closed_at is not None]
    return [*sorted(still, key=lambda each: each.due_at), *over]


def _list(call: Call, listed: Sequence[TargetedAssignment]) -> Answer:
    lines = ["**Assignments**"]
    for each in listed[:MOST_LISTED]:
        student = call.office.people.student(each.student_id)
        who = named(student) if student else esc(each.student_id)
        lines.append(f"- **{each.id}** · {who}, “{esc(each.title)}”: {standing(each, call.as_of)}")
    if len(listed) > MOST_LISTED:
        left = len(listed) - MOST_LISTED
        lines.append(f"- and {left} more: `assignments <student>` shows one student's")
    still = [each for each in listed if each.closed_at is None]
    if still:
        lines += ["", f"{code(f'withdraw assignment {still[0].id}')} takes that one back."]
    lines += ["", data_note(call.office, call.as_of)]
    ids = frozenset(each.student_id for each in listed[:MOST_LISTED])
    return Answer("\n".join(lines), students=ids)


def withdraw(call: Call) -> Answer:
    """Answer `withdraw assignment <n>`."""
    digits = re.search(r"\d{1,9}", call.text)
    if digits is None:
        raise CommandError("Which one? `withdraw assignment 3`; `assignments` shows the numbers.")
    found = call.office.interventions.assignments.find(int(digits.group()))
    if found is None or not call.asker.may_see(found.student_id):
        raise CommandError(NO_SUCH)
    if found.closed_at is not None:
        over = "taken back" if found.status is Status.WITHDRAWN else "over"
        raise CommandError(f"That assignment is {over} already; nothing was done.")
    student = call.office.people.student(found.student_id)
    who = named(student) if student else esc(found.student_id)
    given = (
        "" if found.teacher_user_id == call.asker.user_id else f", from {esc(found.teacher_name)}"
    )
    return ask(
        call,
        WITHDRAW,
        {"assignment_id": found.id},
        about=f"assignment {found.id}",
        content=f"**{who}**, “{esc(found.title)}”{given}: {standing(found, call.as_of)}\n\n"
        "The student is told that it need not be done any more.",
        heading="Take this assignment back?",
        students=frozenset({found.student_id}),
    )


def done(call: Call) -> Answer:
    """Answer a student's `done [<n>]`."""
    student_id = call.asker.student_id
    if student_id is None:
        raise CommandError("That is for students.")
    nudges = note_tap(call.office, call.incoming, student_id, Kind.DONE)
    kept = call.office.interventions.assignments
    own = kept.of_student(student_id)
    waiting = [each for each in own if each.waits]
    digits = re.search(r"\d{1,9}", call.text)
    if digits is not None:
        waiting = [each for each in own if each.id == int(digits.group())]
        if not waiting:
            numbers = [f"`done {each.id}` for “{esc(each.title)}”" for each in own if each.waits]
            ways = f" Yours: {', '.join(numbers)}." if numbers else f" {NOTHING_OPEN}"
            return _private(student_id, f"I know no assignment {digits.group()} of yours.{ways}")
    if not waiting:
        return _nothing_open(call, student_id, own, asked=bool(nudges))
    if len(waiting) > 1:
        return _which(student_id, waiting)
    return _noted(call, waiting[0])


def _nothing_open(
    call: Call, student_id: str, own: Sequence[TargetedAssignment], *, asked: bool
) -> Answer:
    """What may answer a teacher's message is for the teacher; else it is said that all is done."""
    said = [each for each in own if each.status is Status.SAID_DONE and each.closed_at is None]
    if said:
        return _private(
            student_id, f"You have told me already that “{esc(said[0].title)}” is done. Thank you!"
        )
    if call.office.letters.message_before(student_id, call.incoming.sent_at) is not None:
        text = call.incoming.content
        return take_answer(call.office, call.incoming, call.asker, text, call.as_of)
    return _private(student_id, thanks_of(call.office, student_id) if asked else NOTHING_OPEN)


def _which(student_id: str, waiting: Sequence[TargetedAssignment]) -> Answer:
    lines = [f"- “{esc(each.title)}”, until {global_time(each.due_at)}" for each in waiting]
    buttons = tuple(
        Button(each.title, f"“{each.title}” is done", f"done {each.id}") for each in waiting
    )
    text = "\n".join(["Well done! These are open:", *lines])
    ids = frozenset({student_id})
    return Answer(text, ids, "Which one have you finished?", buttons, private=True)


def _noted(call: Call, assignment: TargetedAssignment) -> Answer:
    """Thanks; what the data show may come later, and is no matter of hers."""
    title = f"“{esc(assignment.title)}”"
    teacher = esc(assignment.teacher_name)
    if assignment.status is Status.COMPLETED:
        return _private(assignment.student_id, f"Yes, {title} is finished. Well done!")
    if assignment.closed_at is not None:
        return _private(assignment.student_id, f"{title} is over; you need not do it any more.")
    if not call.office.interventions.assignments.say_done(assignment, call.as_of):
        return _private(assignment.student_id, f"You have told me already that {title} is done.")
    return _private(
        assignment.student_id, f"Great, thank you! I tell {teacher} that {title} is done."
    )


def _private(student_id: str, content: str) -> Answer:
    return Answer(content, students=frozenset({student_id}), private=True)


COMMANDS = (
    Command(
        name="assign",
        usage="assign <student> [<skill>, …] [questions <n>] [difficulty <level>] [due <when>] "
        "[title: <title>]",
        summary="Give a student practice that fits; all that you do not say is suggested.",
        help="Suggested are the three weakest skills under 70 %, 15 questions, a difficulty by the "
        "student's accuracy (easy, medium or hard), and three days of school. You see it all "
        "before the student does, and can change every part: `change due friday`. `assignments` "
        "shows how far it is.",
        examples=(
            "assign 5",
            "assign Ana fractions, division due friday",
            "assign 5 questions 10 difficulty easy title: Warm-up for Monday",
        ),
        roles=STAFF,
        scope=Scope.STUDENTS,
        changes_world=True,
        run=assign,
    ),
    Command(
        name="assignments",
        usage="assignments [<student>]",
        summary="The assignments you gave, and how far they are.",
        examples=("assignments", "assignments Ana"),
        roles=STAFF,
        scope=Scope.STUDENTS,
        run=assignments,
    ),
    Command(
        name="withdraw assignment",
        usage="withdraw assignment <n>",
        summary="Take an assignment back; the student is told.",
        examples=("withdraw assignment 3",),
        aliases=("withdraw",),
        roles=STAFF,
        scope=Scope.STUDENTS,
        changes_world=True,
        run=withdraw,
    ),
    Command(
        name="done",
        usage="done [<n>]",
        summary="Tell your teacher that you have finished an assignment.",
        examples=("done", "done 3"),
        arguments=r"(?:now|already|it|that|with (?:it|that|this)|please)?(?:[ ,]*thanks?(?: you)?)?"
        r"|(?:with )?(?:assignment )?(?:number |no\.? ?|#)?\d{1,9}",
        aliases=("i am done", "i'm done", "im done", "all done", "finished", "fertig"),
        roles=STUDENTS,
        scope=Scope.OWN,
        run=done,
    ),
)
