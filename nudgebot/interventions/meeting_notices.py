"""Sends what there is to tell about a meeting: invitations, changes, reminders, the question."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from nudgebot.errors import DeliveryError
from nudgebot.interventions.means import Means
from nudgebot.interventions.meeting_book import Meeting, MeetingBook
from nudgebot.interventions.meeting_letters import (
    calendar_file,
    company,
    facts,
    mail_subject,
    mail_text,
    news,
    summary,
    to_student,
)
from nudgebot.interventions.meeting_readers import Reader, readers_of, students_of
from nudgebot.markup import esc, global_time
from nudgebot.nudging.messages import Button, Direct, Mail, Outgoing

log = logging.getLogger(__name__)

PURPOSE = "meeting"
# What the teacher was told, by the mark that it leaves.
SEEN_AS = {"told": "meeting news", "reminded": "meeting reminder", "asked": "meeting question"}


@dataclass(frozen=True)
class Told:
    """What became of telling one reader: the outbox's states, None where there is no such way."""

    reader: Reader
    zulip: str | None
    mail: str | None


class Notices:
    """Claims all messages of one state of a meeting at once, then sends them."""

    def __init__(self, means: Means, book: MeetingBook) -> None:
        self._means = means
        self._book = book

    def announce(self, meeting: Meeting, as_of: datetime) -> None:
        """Tell everybody of its newest state, once; the teacher gets an e-mail only."""
        readers = [each for each in readers_of(self._means, meeting) if self._knows(meeting, each)]
        messages = [self._to_zulip(meeting, each) for each in readers if each.role == "student"]
        messages += [self._to_mail(meeting, each) for each in readers]
        self._send(meeting, "told", [each for each in messages if each], as_of)

    def _knows(self, meeting: Meeting, reader: Reader) -> bool:
        """Whether it concerns a reader: only who was told of a meeting is told that it is off."""
        if news(meeting) != "cancelled":
            return True
        keys = [f"meeting:{meeting.id}:{number}" for number in range(meeting.sequence)]
        return any(
            self._means.outbox.find(key)
            for begin in keys
            for key in (_zulip_key(begin, reader), reader.mail_key(begin))
        )

    def _to_zulip(self, meeting: Meeting, reader: Reader) -> Outgoing | None:
        if reader.user_id is None:
            return None
        path = "" if news(meeting) == "cancelled" else self._uploaded(meeting, reader)
        return Outgoing(
            key=_zulip_key(meeting.key, reader),
            recipient=Direct((reader.user_id,)),
            content=to_student(self._means, meeting, reader, path),
            purpose=PURPOSE,
        )

    def _uploaded(self, meeting: Meeting, reader: Reader) -> str:
        """The path of the invitation; empty where Zulip takes none: the words say it all."""
        data = calendar_file(self._means, meeting, reader)
        try:
            return self._means.upload(f"meeting-{meeting.id}.ics", data)
        except DeliveryError as error:
            log.info("no invitation for meeting %s: upload failed (%s)", meeting.id, error.code)
            return ""

    def _to_mail(self, meeting: Meeting, reader: Reader) -> Outgoing | None:
        if not reader.address or not self._means.settings["smtp_host"]:
            return None
        students = students_of(self._means, meeting) if reader.role == "teacher" else ()
        subject = mail_subject(meeting, reader)
        if students:
            subject = f"{subject.split(':')[0]}: {summary(meeting, reader, students)}"
        return Outgoing(
            key=reader.mail_key(meeting.key),
            recipient=Mail(reader.address, reader.name),
            content=mail_text(self._means, meeting, reader),
            purpose=PURPOSE,
            heading=subject,
            calendar=calendar_file(self._means, meeting, reader).decode(),
        )

    def told(self, meeting: Meeting) -> list[Told]:
        """What became of telling its newest state, reader by reader."""
        return [
            Told(
                each,
                self._state(_zulip_key(meeting.key, each)),
                self._state(each.mail_key(meeting.key)),
            )
            for each in readers_of(self._means, meeting)
        ]

    def _state(self, key: str) -> str | None:
        posted = self._means.outbox.find(key)
        return None if posted is None else posted.state

    def remind(self, meeting: Meeting, as_of: datetime) -> None:
        """Tell the teacher and the students that it is soon."""
        messages = []
        for reader in readers_of(self._means, meeting):
            if reader.user_id is not None:
                who = f"- Who: {esc(company(self._means, meeting, reader))}"
                lines = [f"⏰ You have a meeting at {global_time(meeting.scheduled_at)}."]
                lines += [*facts(meeting)[1:], who]
                if reader.role == "teacher":
                    lines.append(f"It is your meeting {meeting.id}. {_notes(meeting)}".strip())
                messages.append(
                    Outgoing(
                        key=f"{meeting.key}:reminder:{reader.role}:{reader.person_id}",
                        recipient=Direct((reader.user_id,)),
                        content="\n".join(lines),
                        purpose=PURPOSE,
                    )
                )
        self._send(meeting, "reminded", messages, as_of)

    def ask(self, meeting: Meeting, as_of: datetime) -> None:
        """Ask the teacher how it went."""
        students = students_of(self._means, meeting)
        names = esc(", ".join(each.name or each.student_id for each in students))
        place = Direct((meeting.user_id,))
        words = Outgoing(
            key=f"{meeting.key}:ask",
            recipient=place,
            content=f"Your meeting {meeting.id} with {names} was at "
            f"{global_time(meeting.scheduled_at)}.",
            purpose=PURPOSE,
        )
        heading, buttons = "How did it go?", outcome_buttons(meeting.id)
        choices = Outgoing(
            key=f"{meeting.key}:ask:buttons",
            recipient=place,
            content="\n".join(
                [f"**{heading}**", *(f"- `{each.reply}` {each.help}" for each in buttons)]
            ),
            purpose=PURPOSE,
            heading=heading,
            buttons=buttons,
        )
        self._send(meeting, "asked", [words, choices], as_of)

    def _send(
        self, meeting: Meeting, mark: str, messages: Sequence[Outgoing], as_of: datetime
    ) -> None:
        """Promise them together with the note that it is done, then send."""
        with self._means.store.transaction():
            if not self._book.mark(meeting, mark):
                return  # it was done, or the meeting has changed meanwhile
            claimed = [each for each in messages if self._means.outbox.claim(each, as_of)]
            teachers = Direct((meeting.user_id,))
            if any(each.recipient == teachers for each in claimed):
                self._means.seen(
                    meeting.student_ids, user_id=meeting.user_id, action=SEEN_AS[mark], as_of=as_of
                )
        for each in claimed:
            self._means.outbox.push(each, as_of)


def outcome_buttons(meeting_id: int) -> tuple[Button, ...]:
    """What a teacher can say about a meeting that is over."""
    return (
        Button("Held", "It took place", f"meeting {meeting_id} held"),
        Button("Missed", "It did not take place", f"meeting {meeting_id} missed"),
        Button("Move", "Find another time for it", f"move meeting {meeting_id}"),
    )


def _zulip_key(begin: str, reader: Reader) -> str:
    return f"{begin}:{reader.role}:{reader.person_id}"


def _notes(meeting: Meeting) -> str:
    return f"Your notes: {esc(meeting.notes)}" if meeting.notes else ""
