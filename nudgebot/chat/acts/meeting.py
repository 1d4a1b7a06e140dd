"""Confirmed meetings: arranged, moved, cancelled, each once, and who was reached by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from nudgebot.chat.access import NO_STUDENT
from nudgebot.chat.acts.act import Act, Clock
from nudgebot.chat.answer import Answer
from nudgebot.chat.command import Call
from nudgebot.chat.confirmations import Confirmation
from nudgebot.chat.meeting_previews import (
    CANCEL,
    MEET,
    MOVE,
    Draft,
    ask_to_cancel,
    preview,
    take_when,
)
from nudgebot.chat.office import Office
from nudgebot.errors import CommandError, DeliveryError
from nudgebot.interventions.means import Actor
from nudgebot.interventions.meeting_book import CANCELLED, Meeting
from nudgebot.interventions.meeting_notices import Told
from nudgebot.interventions.meeting_words import LONGEST_NOTES, PARENT, details_of
from nudgebot.interventions.meetings import check_type
from nudgebot.markup import esc, global_time
from nudgebot.school.days import from_at

_ZULIP = {"sent": "told in Zulip", "refused": "⚠️ Zulip refused the message"}
_MAIL = {"sent": "e-mail sent", "refused": "⚠️ the e-mail was refused"}


def arrange(office: Office, confirmed: Confirmation, clock: Clock) -> Answer:
    """Arrange it, or move it, and say who was told and how."""
    draft = Draft.of(confirmed.payload)
    asker = office.access.asker(confirmed.asker_id, clock())
    meetings = office.interventions.meetings
    actor = Actor(asker.user_id, asker.name, asker.teacher_id)
    source = _source(confirmed)
    try:
        if not asker.is_staff or not all(asker.may_see(each) for each in draft.student_ids):
            raise CommandError(f"{NO_STUDENT} Nothing was done.")
        if draft.meeting_id:
            found = meetings.move(
                actor,
                draft.meeting_id,
                from_at(draft.at),
                duration_minutes=draft.minutes,
                location=draft.location,
                as_of=clock(),
                source=source,
            )
        else:
            found = meetings.schedule(
                actor,
                draft.student_ids,
                meeting_type=draft.meeting_type,
                scheduled_at=from_at(draft.at),
                duration_minutes=draft.minutes,
                location=draft.location,
                notes=draft.notes,
                as_of=clock(),
                source=source,
            )
    except CommandError as error:
        office.confirmations.finish(confirmed.token)
        return Answer(str(error))
    office.confirmations.finish(confirmed.token)
    return _done(office, found)


def call_off(office: Office, confirmed: Confirmation, clock: Clock) -> Answer:
    """Cancel it; also for a teacher who no longer teaches the student: somebody must be told."""
    asker = office.access.asker(confirmed.asker_id, clock())
    try:
        found = office.interventions.meetings.cancel(
            Actor(asker.user_id, asker.name, asker.teacher_id),
            int(confirmed.payload["meeting_id"]),
            str(confirmed.payload["reason"]),
            as_of=clock(),
            source=_source(confirmed),
        )
    except CommandError as error:
        office.confirmations.finish(confirmed.token)
        return Answer(str(error))
    office.confirmations.finish(confirmed.token)
    return _done(office, found)


def _source(confirmed: Confirmation) -> str:
    """A token comes again some day; with the moment it is about one confirmation only."""
    return f"confirmation:{confirmed.token}:{confirmed.expires_at}"


def _done(office: Office, meeting: Meeting) -> Answer:
    """What was done, whom it reached, and what comes next."""
    is_off = meeting.status == CANCELLED
    done = "is cancelled" if is_off else "has moved" if meeting.sequence else "is arranged"
    when = f"{global_time(meeting.scheduled_at)}, for {meeting.duration_minutes} minutes"
    lines = [f"✅ Meeting {meeting.id} {done}: {when}."]
    told = office.interventions.meetings.told(meeting)
    lines += [
        f"- {_reached(each, is_off=is_off)}" for each in told if each.reader.role != "teacher"
    ]
    if (
        meeting.meeting_type == PARENT
        and not is_off
        and not any(each.reader.role == "guardian" and each.mail for each in told)
    ):
        lines.append("- Parents: ⚠️ not invited; please invite them yourself")
    lines.append(f"\n{_file(office, meeting)}")
    if not is_off:
        minutes = int(office.settings["meeting_reminder_minutes"])
        is_ahead = meeting.changed_at <= meeting.scheduled_at - timedelta(minutes=minutes)
        reminder = (
            f"Everybody is reminded {minutes} minutes before. " if minutes and is_ahead else ""
        )
        lines.append(f"\n{reminder}Afterwards I ask you how it went. `meetings` lists yours.")
    return Answer(
        "\n".join(lines),
        students=frozenset(meeting.student_ids),
        private=bool(meeting.notes),
    )


def _reached(told: Told, *, is_off: bool) -> str:
    """`Ana Alvarez: told in Zulip, e-mail sent`."""
    name = esc(told.reader.name) or "Guardian"
    ways = []
    if told.zulip:
        ways.append(_ZULIP.get(told.zulip, "Zulip is not answering; the message follows"))
    if told.mail:
        ways.append(_MAIL.get(told.mail, "the e-mail follows"))
    if ways:
        return f"{name}: {', '.join(ways)}"
    if is_off:
        return f"{name}: was not told of it by me, so please say it yourself"
    return f"{name}: ⚠️ not reached; please say it yourself"


def _file(office: Office, meeting: Meeting) -> str:
    """The link to the meeting for the teacher's calendar; a sentence where there is none."""
    interventions = office.interventions
    label = "Take it out of your calendar" if meeting.status == CANCELLED else "For your calendar"
    try:
        path = interventions.means.upload(
            f"meeting-{meeting.id}.ics", interventions.meetings.teachers_file(meeting)
        )
    except DeliveryError as error:
        return f"The file for your calendar could not be uploaded: {error}"
    return f"[{label}]({path})"


def with_other_words(call: Call, settled: Confirmation, text: str, adding: bool) -> Answer:
    """The preview again: another time, place, kind or length; or more notes."""
    draft = Draft.of(settled.payload)
    if not all(call.asker.may_see(each) for each in draft.student_ids):
        raise CommandError(f"{NO_STUDENT} Nothing was done.")
    if adding:
        if draft.meeting_id:
            raise CommandError("Notes belong to the meeting; they stay when it moves.")
        notes = f"{draft.notes}\n{text}".strip()
        if len(notes) > LONGEST_NOTES:
            raise CommandError(f"Notes have at most {LONGEST_NOTES} characters.")
        return preview(call, replace(draft, notes=notes))
    details = details_of(text)
    changed = replace(
        draft,
        meeting_type=details.meeting_type or draft.meeting_type,
        minutes=details.minutes or draft.minutes,
        location=draft.location if details.location is None else details.location,
        notes=draft.notes if details.notes is None else details.notes,
    )
    check_type(changed.meeting_type, len(changed.student_ids))
    if not details.when:
        return preview(call, changed)
    return take_when(call, changed, details)


def for_another_reason(call: Call, settled: Confirmation, text: str, adding: bool) -> Answer:
    """The question again, with other words, or more of them, for those who were invited."""
    kept = call.office.interventions.meetings
    meeting = kept.own(call.asker.user_id, int(settled.payload["meeting_id"]))
    reason = f"{settled.payload['reason']} {text}".strip() if adding else text
    return ask_to_cancel(call, meeting, reason)


def _begun(confirmed: Confirmation) -> str:
    """A mail server may take its time, so that nobody waits for it without a word."""
    if confirmed.kind == MEET:
        return "Inviting …"
    return "Telling everybody …"


ACTS: dict[str, Act] = {
    MEET: Act(arrange, begun=_begun, change=with_other_words),
    MOVE: Act(arrange, begun=_begun, change=with_other_words),
    CANCEL: Act(call_off, begun=_begun, change=for_another_reason),
}
