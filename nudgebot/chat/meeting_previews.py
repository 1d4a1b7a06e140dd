"""The questions before a meeting is arranged, moved or cancelled, and the times that are free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from nudgebot.chat.answer import Answer, code
from nudgebot.chat.command import Call
from nudgebot.chat.finder import UnclearError, named
from nudgebot.chat.previews import ask
from nudgebot.errors import CommandError, NudgebotError
from nudgebot.interventions.meeting_book import Meeting
from nudgebot.interventions.meeting_doubts import school_words
from nudgebot.interventions.meeting_readers import guardians_of
from nudgebot.interventions.meeting_times import read_when
from nudgebot.interventions.meeting_words import GROUP, PARENT, Details
from nudgebot.interventions.near_times import near_time
from nudgebot.markup import esc, global_time
from nudgebot.nudging.messages import Button
from nudgebot.school.days import from_at, to_at
from nudgebot.school.people import Student

MEET, MOVE, CANCEL = "meeting", "meeting move", "meeting cancel"
DEFAULT_MINUTES = 30
PROPOSED = 4
NEAR = 3


@dataclass(frozen=True)
class Draft:
    """A meeting as it is previewed; `at` is in seconds UTC, `meeting_id` 0 for a new one."""

    student_ids: tuple[str, ...]
    meeting_type: str
    at: int
    minutes: int
    location: str
    notes: str
    meeting_id: int = 0

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> Draft:
        """The draft of a confirmation's payload."""
        return cls(**{**payload, "student_ids": tuple(payload["student_ids"])})


def take_when(call: Call, draft: Draft, details: Details) -> Answer:
    """The preview of a draft at the time of the details; without one, times that are free.

    A time of day alone is on the day that the draft has, if it has one.
    """
    meetings = call.office.interventions.meetings
    zone = meetings.zone_of(call.asker.user_id)
    planned = from_at(draft.at).astimezone(zone).date() if draft.at else None
    try:
        when = read_when(details.when, zone=zone, as_of=call.as_of, on=planned)
    except CommandError as error:
        raise _guess(call, draft, details.when, zone, error) from error
    if when.at is None:
        return propose(call, draft, on=when.day)
    return preview(call, replace(draft, at=to_at(when.at)), doubt=when.note)


def _guess(
    call: Call, draft: Draft, said: str, zone: ZoneInfo, error: CommandError
) -> NudgebotError:
    """The error with the time that was probably meant, where one can be read."""
    meant = near_time(said)
    try:
        when = read_when(meant, zone=zone, as_of=call.as_of) if meant else None
    except CommandError:
        return error
    if when is None:
        return error
    ids = frozenset(draft.student_ids)
    button = Button(meant, "Take that time", command(draft, meant))
    return UnclearError(Answer(str(error), ids, f"Did you mean {meant}?", (button,)))


def propose(call: Call, draft: Draft, *, on: date | None) -> Answer:
    """Free times as buttons, each with the whole command."""
    meetings = call.office.interventions.meetings
    zone = meetings.zone_of(call.asker.user_id)
    found = meetings.proposals(
        call.asker.user_id,
        draft.student_ids,
        draft.minutes,
        as_of=call.as_of,
        amount=PROPOSED,
        on=on,
        but=draft.meeting_id,
    )
    names = " and ".join(named(each) for each in _students(call, draft))
    day = f"{on:%Y-%m-%d}" if on else "tomorrow"
    own = code(command(draft, f"{day} 15:00"))
    if not found:
        on_day = "on that day" if on else "in the next four weeks"
        return Answer(
            f"I find no free time within the office hours {on_day}. Name a time yourself: {own}.",
            students=frozenset(draft.student_ids),
        )
    buttons = tuple(
        Button(
            f"{each.astimezone(zone):%a} {each.astimezone(zone).day}, "
            f"{each.astimezone(zone):%H:%M}",
            f"{each.astimezone(zone):%A, %Y-%m-%d, %H:%M}",
            command(draft, f"{each.astimezone(zone):%Y-%m-%d %H:%M}"),
        )
        for each in found
    )
    times = "\n".join(f"- {global_time(each)} ({_school_words(call, each)})" for each in found)
    return Answer(
        f"At what time do you want to meet **{names}**? These are free:\n{times}\n\n"
        f"Or name another: {own}.",
        students=frozenset(draft.student_ids),
        heading="At what time?",
        buttons=buttons,
        private=bool(draft.notes),
    )


def _school_words(call: Call, at: datetime) -> str:
    """A moment by the school's clock, with its weekday; and by the asker's, if that differs."""
    own = call.office.interventions.meetings.zone_of(call.asker.user_id)
    return school_words(at, call.office.zone, own)


def command(draft: Draft, when: str) -> str:
    """The words that arrange, or move, a draft at another time."""
    place = f' at "{draft.location}"' if draft.location else ""
    if draft.meeting_id:
        return f"move meeting {draft.meeting_id} {when}{place} for {draft.minutes}"
    notes = f": {' '.join(draft.notes.split())}" if draft.notes else ""
    who = ", ".join(draft.student_ids)
    return f"meet {who} {when} {draft.meeting_type}{place} for {draft.minutes}{notes}"


def preview(call: Call, draft: Draft, *, doubt: str = "") -> Answer:
    """Show a draft with what speaks against it, and ask."""
    students = _students(call, draft)
    if not students:
        raise CommandError("Nobody of that meeting is at the school any more.")
    names = ", ".join(named(each) for each in students)
    is_move = bool(draft.meeting_id)
    kind = {PARENT: "Parent meeting", GROUP: "Group meeting"}.get(draft.meeting_type, "One-on-one")
    title = f"Meeting {draft.meeting_id}" if is_move else kind
    at = from_at(draft.at)
    when = f"{global_time(at)}, for {draft.minutes} minutes"
    lines = [
        f"📅 **{title}** with **{names}**",
        f"- When: {when} ({_school_words(call, at)})",
        f"- Where: {esc(draft.location)}" if draft.location else "- Where: no place named yet",
    ]
    if draft.notes:
        lines.append(f"- Your notes, which nobody else gets: {esc(draft.notes)}")
    guardians = _guardians(call, draft, students)
    if guardians:
        lines.append(f"- Also invited, by e-mail: {', '.join(guardians)}")
    taken = call.office.interventions.meetings.conflicts(
        call.asker.user_id,
        draft.student_ids,
        at,
        draft.minutes,
        but=draft.meeting_id,
    )
    warnings = [doubt, *call.office.interventions.meetings.doubts(at, draft.minutes)]
    warnings += [*_conflicts(call, draft, students, taken), *_unreached(call, students)]
    if draft.meeting_type == PARENT and not guardians:
        warnings.append("No parent can be invited by e-mail: please invite them yourself.")
    lines += [f"- ⚠️ {each}" for each in warnings if each]
    answer = ask(
        call,
        MOVE if is_move else MEET,
        asdict(draft),
        about=f"meeting {draft.meeting_id}" if is_move else f"meet {' '.join(draft.student_ids)}",
        content="\n".join(lines),
        heading="Move it and tell everybody?" if is_move else "Arrange it and invite everybody?",
        students=frozenset(draft.student_ids) | _named_in(call, taken),
    )
    other = f"Other time or place: `change {answer.token} monday 14:00 at Room 4`."
    more = "" if is_move else f" Notes for yourself: `add {answer.token} <your words>`."
    content = f"{answer.content}\n\n{other}{more}"
    return replace(answer, content=content, private=bool(draft.notes))


def _named_in(call: Call, taken: Sequence[Meeting]) -> frozenset[str]:
    """The students of the asker's own other meetings, whom the preview names."""
    own = [each for each in taken if each.user_id == call.asker.user_id]
    return frozenset(student_id for each in own for student_id in each.student_ids)


def _conflicts(
    call: Call, draft: Draft, students: Sequence[Student], taken: Sequence[Meeting]
) -> list[str]:
    """Who has another meeting then, and which times near it are free."""
    at, asker = from_at(draft.at), call.asker
    lines = []
    for each in taken:
        when = f"at {global_time(each.scheduled_at)}, for {each.duration_minutes} minutes"
        if each.user_id == asker.user_id:
            lines.append(f"You have meeting {each.id} with {who(call, each)} {when}.")
        else:
            lines += [
                f"{esc(student.first_name)} has another meeting {when}."
                for student in students
                if student.student_id in each.student_ids
            ]
    if taken:
        near = _near(call, draft, at)
        lines += [f"Free near it: {', '.join(map(global_time, near))}."] if near else []
    return lines


def _near(call: Call, draft: Draft, at: datetime) -> list[datetime]:
    """The free times nearest to a moment, on its day and the next."""
    meetings = call.office.interventions.meetings
    days = [at.astimezone(call.office.zone).date() + timedelta(days=each) for each in (0, 1)]
    try:
        found = [
            each
            for day in days
            for each in meetings.proposals(
                call.asker.user_id,
                draft.student_ids,
                draft.minutes,
                as_of=call.as_of,
                amount=48,
                on=day,
            )
        ]
    except CommandError:
        return []  # a wrong setting is no hindrance to a time that was named
    return sorted(sorted(found, key=lambda each: abs(each - at))[:NEAR])


def _unreached(call: Call, students: Sequence[Student]) -> list[str]:
    """Whom no invitation reaches, and who has to be told in person."""
    has_mail = bool(call.office.settings["smtp_host"])
    lines = []
    for each in students:
        why = call.office.links.why_not("student", each.student_id)
        name = esc(each.first_name)
        if why and has_mail and each.email:
            lines.append(f"{name} cannot be reached in Zulip ({why}), only by e-mail.")
        elif why:
            lines.append(f"Nothing reaches {name} ({why}): please tell {name} yourself.")
    return lines


def _guardians(call: Call, draft: Draft, students: Sequence[Student]) -> list[str]:
    """The names of those who get an e-mail."""
    if draft.meeting_type != PARENT or not call.office.settings["smtp_host"]:
        return []
    means = call.office.interventions.means
    found = [reader for each in students for reader in guardians_of(means, each)]
    return [esc(each.name) or "a guardian" for each in found]


def ask_to_cancel(call: Call, meeting: Meeting, reason: str) -> Answer:
    """The question before a meeting is called off."""
    why = f"\nThey read: {esc(reason)}" if reason else ""
    answer = ask(
        call,
        CANCEL,
        {"meeting_id": meeting.id, "reason": reason},
        about=f"meeting {meeting.id}",
        content=f"Cancel meeting {meeting.id} with {who(call, meeting)} at "
        f"{global_time(meeting.scheduled_at)}? Everybody who was invited is told.{why}",
        heading=f"Cancel meeting {meeting.id}?",
        students=frozenset(meeting.student_ids),
    )
    hint = f"To say why: `change {answer.token} <why>`."
    return replace(answer, content=f"{answer.content}\n\n{hint}")


def who(call: Call, meeting: Meeting) -> str:
    """The students of a meeting, escaped."""
    found = [call.office.people.student(each) for each in meeting.student_ids]
    return ", ".join(named(each) for each in found if each is not None) or "nobody of today"


def _students(call: Call, draft: Draft) -> list[Student]:
    found = [call.office.people.student(each) for each in draft.student_ids]
    return [each for each in found if each is not None]
