"""The words about a meeting: to students in Zulip, to everybody by e-mail, and for calendars."""

from __future__ import annotations

from collections.abc import Sequence

from nudgebot.interventions.invitation import Attendee, Invitation, as_icalendar
from nudgebot.interventions.means import Means
from nudgebot.interventions.meeting_book import CANCELLED, Meeting
from nudgebot.interventions.meeting_readers import Reader, students_of
from nudgebot.interventions.meeting_times import span_words
from nudgebot.interventions.meeting_words import PARENT
from nudgebot.markup import clean, esc, global_time
from nudgebot.school.people import Student

MOST_NAMES = 8


def news(meeting: Meeting) -> str:
    """What there is to tell: it is new, it has moved, or it is off."""
    if meeting.status == CANCELLED:
        return "cancelled"
    return "moved" if meeting.sequence else "new"


def to_student(means: Means, meeting: Meeting, reader: Reader, path: str) -> str:
    """What a student reads in Zulip; `path` is the uploaded invitation, or empty."""
    teacher = f"**{esc(meeting.teacher_name)}**" if meeting.teacher_name else "Your teacher"
    match news(meeting):
        case "cancelled":
            why = f" {esc(meeting.reason)}" if meeting.reason else ""
            return (
                f"❌ {teacher} has cancelled your meeting of "
                f"{global_time(meeting.scheduled_at)}.{why}\n"
                "If it is in your calendar, please delete it there."
            )
        case "moved":
            lines = [f"📅 {teacher} has moved your meeting.{_was(meeting)}"]
        case _:
            lines = [f"📅 {teacher} invites you to a meeting."]
    lines += facts(meeting)
    lines.append(f"- Who: {esc(company(means, meeting, reader))}")
    if path:
        lines.append(f"\n[For your calendar]({path})")
    lines.append("\nIf you cannot come, answer here; your teacher gets it.")
    return "\n".join(lines)


def _was(meeting: Meeting) -> str:
    if meeting.moved_from_at is None or meeting.moved_from_at == meeting.scheduled_at:
        return ""
    return f" It was to be at {global_time(meeting.moved_from_at)}."


def facts(meeting: Meeting) -> list[str]:
    """When, how long and where, as a list in Zulip."""
    when = global_time(meeting.scheduled_at)
    lines = [f"- When: {when}, for {meeting.duration_minutes} minutes"]
    return [*lines, f"- Where: {esc(meeting.location)}"] if meeting.location else lines


def company(means: Means, meeting: Meeting, reader: Reader) -> str:
    """Who meets, as this reader would say it; not escaped."""
    others = [
        each.first_name
        for each in students_of(means, meeting)
        if (reader.role, reader.person_id) != ("student", each.student_id)
    ]
    if len(others) > MOST_NAMES:
        others = [
            f"{len(others)} students" if reader.role == "teacher" else f"{len(others)} others"
        ]
    parents = {"student": "your parents or guardians", "teacher": "the parents or guardians"}
    third = (
        [parents[reader.role]] if meeting.meeting_type == PARENT and reader.role in parents else []
    )
    teacher = [] if reader.role == "teacher" else [meeting.teacher_name or "your teacher"]
    return joined(["you", *others, *third, *teacher])


def joined(words: Sequence[str]) -> str:
    """`you, Ana and Ben`."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def mail_subject(meeting: Meeting, reader: Reader) -> str:
    """The first line of an e-mail."""
    start = {"new": "Invitation", "moved": "New time", "cancelled": "Cancelled"}[news(meeting)]
    return clean(f"{start}: {summary(meeting, reader, ())}")


def summary(meeting: Meeting, reader: Reader, students: Sequence[Student]) -> str:
    """The meeting's title in this reader's calendar."""
    teacher = meeting.teacher_name or "the teacher"
    if reader.role == "guardian":
        return f"Meeting with {teacher} about {reader.about}"
    if reader.role == "teacher":
        names = [each.name or each.student_id for each in students[:MOST_NAMES]]
        more = [f"{len(students) - MOST_NAMES} more"] if len(students) > MOST_NAMES else []
        return f"Meeting with {joined([*names, *more])}" if names else f"Meeting {meeting.id}"
    return f"Meeting with {teacher}"


def mail_text(means: Means, meeting: Meeting, reader: Reader) -> str:
    """An e-mail's words, plain text."""
    when = span_words(meeting.scheduled_at, meeting.duration_minutes, reader.zone)
    lines = [f"Hello {clean(reader.name)}," if reader.name else "Hello,", ""]
    lines += [_opening(means, meeting, reader), ""]
    if news(meeting) == "cancelled":
        lines += [f"It was to be on: {when}"]
        lines += [f"Why: {clean(meeting.reason)}"] if meeting.reason else []
    else:
        if news(meeting) == "moved" and _was(meeting) and meeting.moved_from_at:
            minutes = meeting.moved_from_minutes or meeting.duration_minutes
            old = span_words(meeting.moved_from_at, minutes, reader.zone)
            lines += [f"It was to be on: {old}", ""]
        lines += [f"When: {when}"]
        lines += [f"Where: {clean(meeting.location)}"] if meeting.location else []
        lines += [f"Who: {clean(company(means, meeting, reader))}"]
        if reader.role == "teacher" and meeting.notes:
            lines += ["", "Your notes, which nobody else gets:", meeting.notes]
    lines += ["", "The attached file keeps your calendar right."]
    if reader.role != "teacher" and news(meeting) != "cancelled":
        lines += ["If you cannot come, please answer this e-mail."]
    school = clean(str(means.settings["school_name"]))
    return "\n".join([*lines, *(["", school] if school else [])])


def _opening(means: Means, meeting: Meeting, reader: Reader) -> str:
    teacher = clean(meeting.teacher_name) or "The teacher"
    about = f" about {clean(reader.about)}" if reader.about else ""
    kind = news(meeting)
    if reader.role == "teacher":
        names = joined([clean(each.name) for each in students_of(means, meeting)])
        done = {"new": "is arranged", "moved": "has moved", "cancelled": "is cancelled"}[kind]
        return f"Your meeting with {names} {done}."
    if kind == "new":
        return f"{teacher} invites you to a meeting{about}."
    done = {"moved": "has moved", "cancelled": "has cancelled"}[kind]
    return f"{teacher} {done} your meeting{about}."


def calendar_file(means: Means, meeting: Meeting, reader: Reader) -> bytes:
    """The meeting for this reader's calendar; the teacher's alone holds the notes.

    The organizer is the school's own address where it has one: answers of calendars go where the
    e-mail came from, and no teacher's address is given away.
    """
    teacher = means.people.teacher(meeting.teacher_id) if meeting.teacher_id else None
    organizer = str(means.settings["mail_from"]) or (teacher.email if teacher else "")
    students = students_of(means, meeting)
    return as_icalendar(
        Invitation(
            uid=meeting.uid,
            sequence=meeting.sequence,
            stamped_at=meeting.changed_at,
            begins_at=meeting.scheduled_at,
            minutes=meeting.duration_minutes,
            summary=summary(meeting, reader, students),
            organizer=Attendee(meeting.teacher_name, organizer),
            attendee=Attendee(reader.name, reader.address),
            location=meeting.location,
            description=meeting.notes if reader.role == "teacher" else "",
            cancelled=meeting.status == CANCELLED,
        )
    )
