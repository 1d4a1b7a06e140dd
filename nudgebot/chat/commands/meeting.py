"""`meet`, `meetings`, `move meeting`, `cancel meeting`, `meeting`: from the plan to the outcome."""

from __future__ import annotations

import re

from nudgebot.chat.answer import Answer, code
from nudgebot.chat.asked import literal
from nudgebot.chat.command import STAFF, Call, Command, Scope
from nudgebot.chat.finder import one_student, students_like
from nudgebot.chat.meeting_previews import (
    DEFAULT_MINUTES,
    Draft,
    ask_to_cancel,
    take_when,
    who,
)
from nudgebot.errors import CommandError
from nudgebot.interventions.means import Actor
from nudgebot.interventions.meeting_book import HELD, MISSED, Meeting
from nudgebot.interventions.meeting_notices import outcome_buttons
from nudgebot.interventions.meeting_words import GROUP, ONE_ON_ONE, details_of
from nudgebot.interventions.meetings import check_open, check_type
from nudgebot.markup import esc, global_time
from nudgebot.nudging.messages import Button
from nudgebot.school.days import to_at
from nudgebot.school.people import Student

MOST_NAME_WORDS = 5
MOST_STUDENTS = 30
MOST_LISTED = 20
MOST_ASKED = 3  # so many meetings get buttons of their own
LONGEST_REASON = 500
_WORD = re.compile(r"""@_?\*\*[^*]+\*\*|"[^"]*"|[^\s,:]+""")
_AND = re.compile(r"\s*(?:,\s*(?:(?:and|und)\b)?|&|\+|(?:and|und)\b)\s*", re.IGNORECASE)
_NO_NAME = re.compile(  # these end a name, unless somebody is called so
    r"and|und|&|\+|on|at|am|um|in|im|next|this|for|the|today|tomorrow|tonight|heute|morgen|"
    r"mon|tues?|wed|thu|thurs|fri|sat|sun|\w+day|\w+tag|mittwoch|noon|"
    r"jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|one|group|parents?|\d.*",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"#?(?P<number>\d{1,9})(?![\w:.])[,:]?\s*(?P<rest>.*)", re.DOTALL)


def meet(call: Call) -> Answer:
    """Answer `meet <student> [<when>] …`: the preview, or the times that are free."""
    if not call.text:
        raise CommandError(f"Meet whom? {code(call.command.usage)}.")
    students, rest = _split_students(call)
    details = details_of(rest)
    kind = details.meeting_type or (ONE_ON_ONE if len(students) == 1 else GROUP)
    check_type(kind, len(students))
    draft = Draft(
        student_ids=tuple(each.student_id for each in students),
        meeting_type=kind,
        at=0,
        minutes=details.minutes or DEFAULT_MINUTES,
        location=details.location or "",
        notes=details.notes or "",
    )
    return take_when(call, draft, details)


def _split_students(call: Call) -> tuple[list[Student], str]:
    """Who is to come, and the words behind the names."""
    found: dict[str, Student] = {}
    rest = call.text
    while True:
        name, behind = _first_name(call, rest)
        known = ", ".join([*map(literal, found), "{}"])
        student = one_student(call, name, f"meet {known}{literal(behind)}")
        found[student.student_id] = student
        if len(found) > MOST_STUDENTS:
            raise CommandError(f"A meeting has at most {MOST_STUDENTS} students.")
        joint = _AND.match(behind)
        if joint is None:
            break
        following = behind[joint.end() :]
        is_sure = "," not in joint[0] or re.search(r"and|und", joint[0], re.IGNORECASE)
        if not is_sure and not students_like(call, _first_name(call, following)[0]):
            break
        rest = following
    return list(found.values()), behind.lstrip(" \t,:")


def _first_name(call: Call, text: str) -> tuple[str, str]:
    """The longest beginning that means a student of the asker's, and the text behind it."""
    words = list(_WORD.finditer(text.split("\n", 1)[0]))[:MOST_NAME_WORDS]
    apart = next(
        (n for n in range(1, len(words)) if _is_apart(text, words[n - 1], words[n])), len(words)
    )
    for length in range(apart, 0, -1):
        end = words[length - 1].end()
        name = text[:end].replace('"', "").strip()
        found = students_like(call, name)
        is_name = any(each.name.casefold() == name.casefold() for each in found)
        if found and (length == 1 or is_name or not _NO_NAME.fullmatch(words[length - 1][0])):
            return name, text[end:]
    end = words[0].end() if words else 0
    return text[:end].replace('"', ""), text[end:]


def _is_apart(text: str, first: re.Match[str], second: re.Match[str]) -> bool:
    return text[first.end() : second.start()].strip() != ""


def move(call: Call) -> Answer:
    """Answer `move meeting <n> <when>`."""
    meeting, rest = _own(call)
    check_open(meeting)
    details = details_of(rest)
    draft = Draft(
        student_ids=meeting.student_ids,
        meeting_type=meeting.meeting_type,
        at=to_at(meeting.scheduled_at),
        minutes=details.minutes or meeting.duration_minutes,
        location=meeting.location if details.location is None else details.location,
        notes="",
        meeting_id=meeting.id,
    )
    return take_when(call, draft, details)


def cancel(call: Call) -> Answer:
    """Answer `cancel meeting <n> [<why>]`: ask, for everybody who was invited is told."""
    meeting, reason = _own(call)
    check_open(meeting)
    if meeting.ends_at <= call.as_of:
        raise CommandError(
            f"Meeting {meeting.id} is over. Say `meeting {meeting.id} held` or "
            f"`meeting {meeting.id} missed`."
        )
    if len(reason) > LONGEST_REASON:
        raise CommandError(f"Say why in at most {LONGEST_REASON} characters.")
    return ask_to_cancel(call, meeting, reason)


def meeting(call: Call) -> Answer:
    """Answer `meeting <n>` and `meeting <n> held|missed [<notes>]`."""
    if not call.text:
        return meetings(call)
    found, rest = _own(call)
    students = frozenset(found.student_ids)
    if not rest:
        buttons = outcome_buttons(found.id) if found.ends_at <= call.as_of else _to_come(found)
        is_private = bool(found.notes)
        return Answer(_line(call, found), students, "What about it?", buttons, private=is_private)
    word, _, notes = rest.partition(" ")
    status = {"held": HELD, "done": HELD, "missed": MISSED}.get(word.lower().strip(",.:;!"))
    if status is None:
        usage = code(f"meeting {found.id} held|missed <notes>")
        raise CommandError(f"Say how it went: {usage}.")
    actor = Actor(call.asker.user_id, call.asker.name, call.asker.teacher_id)
    call.office.interventions.meetings.outcome(
        actor, found.id, status, notes.strip(" ,:"), call.as_of
    )
    text = f"✅ Noted: meeting {found.id} with {who(call, found)} was {status}."
    if status == HELD:
        return Answer(text, students)
    again = f"meet {', '.join(found.student_ids)} {found.meeting_type} for {found.duration_minutes}"
    button = Button("Find another time", "See which times are free", again)
    return Answer(text, students, "Arrange another one?", (button,))


def meetings(call: Call) -> Answer:
    """Answer `meetings [<student>]`: what is to come, and what waits for a word."""
    kept = call.office.interventions.meetings
    user_id = call.asker.user_id
    over, ahead = kept.unsaid(user_id, call.as_of), kept.upcoming(user_id, call.as_of)
    about, named_id = "", frozenset[str]()
    if call.text:
        student = one_student(call, " ".join(call.words), "meetings {}")
        named_id = frozenset({student.student_id})
        over = [each for each in over if student.student_id in each.student_ids]
        ahead = [each for each in ahead if student.student_id in each.student_ids]
        about = f" with {esc(student.first_name)}"
    if not over and not ahead:
        return Answer(
            f"You have no meetings{about} ahead. `meet <student> tomorrow 15:00` arranges one.",
            students=named_id,
        )
    lines = []
    if over:
        lines += ["**How did these go?**", *(_line(call, each) for each in over[:MOST_LISTED]), ""]
    if ahead:
        lines += [f"**Your meetings{about}**"]
        lines += [_line(call, each) for each in ahead[:MOST_LISTED]]
    left = max(0, len(over) - MOST_LISTED) + max(0, len(ahead) - MOST_LISTED)
    lines += [f"And {left} more; `meetings <student>` shows those with one."] if left else []
    first = (over + ahead)[0].id
    lines.append(
        f"\n`move meeting {first} <when>` · `cancel meeting {first} [<why>]` · "
        f"`meeting {first} held|missed [<notes>]`"
    )
    buttons = tuple(
        Button(f"{each.label} ({found.id})", f"{each.help} (meeting {found.id})", each.reply)
        for found in (over or ahead)[:MOST_ASKED]
        for each in (outcome_buttons(found.id)[:2] if over else _to_come(found))
    )
    ids = frozenset(
        s for each in over[:MOST_LISTED] + ahead[:MOST_LISTED] for s in each.student_ids
    )
    heading = "How did it go?" if over else "Change one?"
    has_notes = any(each.notes for each in over + ahead)
    return Answer("\n".join(lines), ids, heading, buttons, private=has_notes)


def _to_come(found: Meeting) -> tuple[Button, ...]:
    return (
        Button("Move", "See which other times are free", f"move meeting {found.id}"),
        Button("Cancel", "Call it off", f"cancel meeting {found.id}"),
    )


def _line(call: Call, found: Meeting) -> str:
    place = f", {esc(found.location)}" if found.location else ""
    kind = "" if found.meeting_type == ONE_ON_ONE else f" ({found.meeting_type})"
    state = "" if found.status == "scheduled" else f", {found.status}"
    notes = f" Your notes: {esc(found.notes)}" if found.notes else ""
    return (
        f"- **{found.id}**{kind}: {global_time(found.scheduled_at)}, {found.duration_minutes} "
        f"minutes{place}, with {who(call, found)}{state}.{notes}"
    )


def _own(call: Call) -> tuple[Meeting, str]:
    """The asker's meeting whose number begins the text, and the rest of it."""
    found = _NUMBER.fullmatch(call.text.strip())
    if found is None:
        raise CommandError(f"Which meeting? {code(call.command.usage)}. `meetings` lists yours.")
    kept = call.office.interventions.meetings
    return kept.own(call.asker.user_id, int(found["number"])), found["rest"].strip()


COMMANDS = (
    Command(
        name="meet",
        usage="meet <student> [<when>] [one-on-one|parent|group] [at <place>] [for <minutes>] "
        "[: <notes>]",
        summary="Arrange a meeting; without a time you get free ones to choose from.",
        help="You see it before anybody is invited. Students get a message, and everybody with an "
        "e-mail address an invitation for the calendar; with `parent` the guardians who may be "
        "contacted, too. The notes are for you alone.",
        examples=(
            "meet 5",
            "meet 5 tomorrow 15:00 one-on-one at Room 4 for 20",
            "meet 5, 7 and Ana monday 14:00 group: the project",
            "meet Ana 24 november 16:30 parent at Room 4",
        ),
        aliases=("meet with", "schedule meeting with"),
        roles=STAFF,
        scope=Scope.STUDENTS,
        changes_world=True,
        run=meet,
    ),
    Command(
        name="meetings",
        usage="meetings [<student>]",
        summary="Your meetings to come, and those that wait for a word on how they went.",
        examples=("meetings", "meetings Ana"),
        aliases=("my meetings",),
        roles=STAFF,
        scope=Scope.STUDENTS,
        run=meetings,
    ),
    Command(
        name="move meeting",
        usage="move meeting <number> [<when>] [at <place>] [for <minutes>]",
        summary="Another time for a meeting; everybody is told.",
        help="You see it before anybody is told. Without a time you get free ones to choose from.",
        examples=("move meeting 3", "move meeting 3 friday 10:00"),
        aliases=("reschedule meeting",),
        roles=STAFF,
        scope=Scope.STUDENTS,
        changes_world=True,
        run=move,
    ),
    Command(
        name="cancel meeting",
        usage="cancel meeting <number> [<why>]",
        summary="Call a meeting off; everybody who was invited is told, with your words.",
        examples=("cancel meeting 3", "cancel meeting 3 I am ill today."),
        roles=STAFF,
        scope=Scope.STUDENTS,
        changes_world=True,
        run=cancel,
    ),
    Command(
        name="meeting",
        usage="meeting <number> [held|missed] [<notes>]",
        summary="Note how a meeting went.",
        examples=("meeting 3 held We made a plan for the exam.", "meeting 3 missed"),
        roles=STAFF,
        scope=Scope.STUDENTS,
        run=meeting,
    ),
)
