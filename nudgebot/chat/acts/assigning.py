"""What confirming does about assignments: one is given, or taken back."""

from __future__ import annotations

import re

from nudgebot.chat.acts.act import Act, Clock
from nudgebot.chat.answer import Answer, code
from nudgebot.chat.command import Call
from nudgebot.chat.confirmations import Confirmation
from nudgebot.chat.finder import UnclearError, named
from nudgebot.chat.office import Office
from nudgebot.chat.own_subjects import subjects_with
from nudgebot.chat.previews import ask
from nudgebot.errors import CommandError
from nudgebot.insight.weak_skills import DAYS
from nudgebot.interventions.assignment_draft import Draft, from_payload, to_payload
from nudgebot.interventions.assignment_leanings import read_leaning, wishes_of
from nudgebot.interventions.assignment_rows import TargetedAssignment
from nudgebot.interventions.assignment_skills import UnknownSkillError
from nudgebot.interventions.assignment_wishes import read_wishes
from nudgebot.interventions.assignment_words import given, questions
from nudgebot.interventions.colleagues import note_for
from nudgebot.interventions.means import Actor
from nudgebot.markup import esc, fence, global_time
from nudgebot.nudging.messages import Button
from nudgebot.school.people import Student

ASSIGN, WITHDRAW = "assignment", "withdraw_assignment"
NOT_YOURS = "That student is not yours any more, so nothing was done."
CHANGES = (
    "Change any part, or several at once: `change due friday`, `change questions 10`, "
    "`change difficulty easy`, `change skills fractions, division`, "
    "`change title Warm-up for Monday`. `add <skill>` adds one."
)


def shown(call: Call, draft: Draft, student: Student) -> Answer:
    """The preview of a draft: every part, what the student reads, and how to change it."""
    first = student.first_name
    why = f" ({esc(first)}'s {draft.why_level})" if draft.why_level else ""
    message = given(draft, first_name=first, teacher=call.asker.name)
    content = "\n".join(
        [
            f"**Practice for {named(student)}**",
            f"- Title: **{esc(draft.title)}**",
            f"- Skills: {', '.join(_skills(call, draft))}{_period(draft)}",
            f"- Questions: {draft.question_count}",
            f"- Difficulty: {draft.difficulty}{why}",
            f"- Due: {global_time(draft.due_at)}",
            "",
            *_notes(call, draft, student),
            f"{esc(first)} gets:",
            fence(message, "quote"),
            CHANGES,
            f"The preview holds for {call.office.settings['confirmation_minutes']} minutes.",
        ]
    )
    return ask(
        call,
        ASSIGN,
        to_payload(draft),
        about=f"student {student.student_id}",
        content=content,
        heading=f"Give {first} this assignment?",
        students=frozenset({student.student_id}),
    )


def _skills(call: Call, draft: Draft) -> list[str]:
    """Each with its accuracy, and with its subject where that is not one of the asker's own."""
    key = draft.student_id
    own = subjects_with(call.office, call.asker, [key], call.as_of)[key]
    lines = []
    for skill in draft.skills:
        percent = skill.accuracy_percent
        facts = [] if percent is None else [f"{int(percent)} %"]
        subject = call.office.store.value(
            "SELECT subject FROM skills WHERE skill_id = ?", [skill.skill_id]
        )
        if own and subject and subject not in own:
            facts.append(esc(subject))
        lines.append(f"{esc(skill.name)} ({', '.join(facts)})" if facts else esc(skill.name))
    return lines


def _period(draft: Draft) -> str:
    """Of which days the accuracies are, where any is shown."""
    is_shown = any(each.accuracy_percent is not None for each in draft.skills)
    return f", in the last {DAYS // 7} weeks" if is_shown else ""


def _notes(call: Call, draft: Draft, student: Student) -> list[str]:
    """What a teacher should know before she says yes; an empty line after it."""
    office, student_id = call.office, student.student_id
    notes = [f"⚠️ {note}" for note in draft.notes]
    unlinked = office.links.why_not("student", student_id)
    if unlinked:
        has_files = office.interventions.assignments.has_files
        still = "The file for your LMS is still written; an" if has_files else "An"
        notes.append(
            f"⚠️ I cannot write to {esc(student.first_name)}: {unlinked} {still} administrator "
            "can link."
        )
    silence = office.consents.state(student_id).silence(call.as_of)
    if silence:
        notes.append(f"{silence} An assignment of yours still arrives.")
    waiting = [
        each for each in office.interventions.assignments.of_student(student_id) if each.waits
    ]
    if waiting:
        titles = ", ".join(f"“{esc(each.title)}”" for each in waiting[:3])
        notes.append(f"{esc(student.first_name)} has this open already: {titles}.")
    return ["\n\n".join(notes), ""] if notes else []


def changed(call: Call, settled: Confirmation, text: str, adding: bool) -> Answer:
    """The preview again, with other parts; `adding` adds skills to those that are in it."""
    draft = from_payload(settled.payload)
    student = call.office.people.student(draft.student_id)
    if student is None or not call.asker.may_see(draft.student_id):
        raise CommandError(NOT_YOURS)
    leaning = read_leaning(text)
    wishes = read_wishes(text) if leaning is None else wishes_of(leaning, draft)
    if wishes.is_empty:
        raise CommandError(f"I do not see what to change. {CHANGES}")
    assignments = call.office.interventions.assignments
    try:
        draft = assignments.revised(draft, wishes, call.as_of, adding=adding)
    except UnknownSkillError as unknown:
        if unknown.meant is None:
            raise _about(f"{unknown} {CHANGES}", student.student_id) from unknown
        again = f"{call.command.name} {settled.token} {text}"
        raise misspelt(unknown, again, student.student_id) from unknown
    return shown(call, draft, student)


def misspelt(unknown: UnknownSkillError, again: str, student_id: str) -> Exception:
    """The question whether another skill was meant, with a button that says it rightly."""
    meant = unknown.meant
    if meant is None or unknown.said not in again:
        return _about(f"{unknown} Write a skill's name or id.", student_id)
    word = meant.skill_id if re.search(r"[,;&+]|\b(?:and|und)\b", meant.name) else meant.name
    head, _, tail = again.rpartition(unknown.said)
    button = Button(meant.name, "Take this skill", f"{head}{word}{tail}")
    heading = f"Did you mean {meant.name}?"
    return UnclearError(Answer(unknown.complaint, frozenset({student_id}), heading, (button,)))


def _about(text: str, student_id: str) -> UnclearError:
    """What names a student's skills goes only where all readers may see her."""
    return UnclearError(Answer(text, frozenset({student_id})))


def give(office: Office, confirmed: Confirmation, clock: Clock) -> Answer:
    """Give it, and say what became of the message and of the file."""
    draft = from_payload(confirmed.payload)
    asker = office.access.asker(confirmed.asker_id, clock())
    student = office.people.student(draft.student_id)
    if student is None or not asker.may_see(draft.student_id):
        office.confirmations.finish(confirmed.token)
        return Answer(NOT_YOURS)
    actor = Actor(asker.user_id, asker.name, asker.teacher_id)
    source = f"confirmation:{confirmed.token}:{confirmed.settled_by}"
    try:
        made = office.interventions.assignments.create(actor, draft, clock(), source=source)
    except CommandError:  # nothing of it was done, and nothing is left to do
        office.confirmations.finish(confirmed.token)
        raise
    office.confirmations.finish(confirmed.token)
    return Answer(_given(office, made, student), students=frozenset({draft.student_id}))


def _given(office: Office, made: TargetedAssignment, student: Student) -> str:
    first = esc(student.first_name)
    posted = office.interventions.assignments.delivery(made)
    state = "unlinked" if posted is None else posted.state
    told = {
        "sent": f"✅ {first} has it",
        "refused": f"⚠️ It is kept, but Zulip refused my message to {first}; please tell {first}",
        "unlinked": f"✅ It is kept. I cannot write to {first} in Zulip, so please tell {first}",
    }
    line = told.get(state, f"✅ It is kept, and {first} gets it as soon as Zulip takes it")
    what = f"“{esc(made.title)}”, {questions(made.question_count)}, due {global_time(made.due_at)}"
    follow = (
        "I follow the practice and tell you when it is done or overdue; "
        f"{code(f'assignments {made.student_id}')} shows how far it is."
    )
    lines = [f"{line}: {what}. {follow}"]
    if not office.interventions.assignments.has_files:
        return lines[0]
    if made.lms_written:
        lines += ["The file for your LMS is written."] if state in ("refused", "unlinked") else []
    elif made.class_id:
        lines.append(
            "⚠️ The file for your LMS could not be written: the folder `lms_outbox` is full or "
            "closed to me. I try again every ten minutes; please tell an administrator."
        )
    else:
        lines.append(f"There is no file for your LMS, because {first} is in no class today.")
    return "\n".join(lines)


def take_back(office: Office, confirmed: Confirmation, clock: Clock) -> Answer:
    """Take it back, and say whether the LMS may have it already."""
    asker = office.access.asker(confirmed.asker_id, clock())
    assignments = office.interventions.assignments
    found = assignments.find(int(confirmed.payload["assignment_id"]))
    if found is None or not asker.may_see(found.student_id):
        office.confirmations.finish(confirmed.token)
        return Answer(NOT_YOURS)
    was_closed = found.closed_at is not None
    try:
        was_there = assignments.withdraw(found, clock())
    except CommandError:
        office.confirmations.finish(confirmed.token)
        raise
    with office.store.transaction():
        office.confirmations.finish(confirmed.token)
        if not was_closed:
            note_for(
                office.store,
                [found.teacher_user_id],
                Actor(asker.user_id, asker.name, asker.teacher_id),
                about=f"assignment:{found.id}",
                student_id=found.student_id,
                words=f"has taken back your assignment {found.id}, “{esc(found.title)}”.",
                as_of=clock(),
            )
    student = office.people.student(found.student_id)
    first = esc(student.first_name if student else found.student_id)
    told = f"{first} is told"
    if office.links.user_id_of("student", found.student_id) is None:
        told = f"please tell {first}, for I cannot"
    lines = [f"↩️ “{esc(found.title)}” is taken back; {told}."]
    if found.lms_written and not was_there:
        lines.append("Your LMS may have taken it already; if so, remove it there too.")
    return Answer("\n".join(lines), students=frozenset({found.student_id}))


ACTS = {ASSIGN: Act(give, change=changed), WITHDRAW: Act(take_back)}
