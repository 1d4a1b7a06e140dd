"""Meetings: arranged, invited to, moved, cancelled, reminded of, and what came of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from nudgebot.errors import CommandError
from nudgebot.interventions.assignment_due import SchoolDays
from nudgebot.interventions.means import Actor, Means
from nudgebot.interventions.meeting_book import (
    CANCELLED,
    HELD,
    MISSED,
    SCHEDULED,
    Meeting,
    MeetingBook,
    Plan,
    busy,
)
from nudgebot.interventions.meeting_doubts import SATURDAY, doubts
from nudgebot.interventions.meeting_letters import calendar_file
from nudgebot.interventions.meeting_notices import Notices, Told
from nudgebot.interventions.meeting_readers import readers_of, teacher_zone
from nudgebot.interventions.meeting_times import FARTHEST, day_words
from nudgebot.interventions.meeting_words import GROUP, ONE_ON_ONE, PARENT, checked_minutes
from nudgebot.interventions.record import InterventionType, Record
from nudgebot.interventions.slots import LOOK_AHEAD_DAYS, free_slots, office_hours, spread
from nudgebot.school.days import from_day, local_day

UNKNOWN = "You have no meeting of that number. `meetings` lists yours."
PAST = "That time is past already. Name a time to come, as `tomorrow 15:00`."
TELLING_TAKES = timedelta(minutes=1)  # whoever arranges a meeting tells of it within so long


class Meetings:
    """Keeps meetings; whatever is asked twice with the same `source` happens once."""

    def __init__(self, means: Means, record: Record) -> None:
        self._means = means
        self._record = record
        self._book = MeetingBook(means.store)
        self._notices = Notices(means, self._book)

    def schedule(
        self,
        actor: Actor,
        student_ids: Sequence[str],
        *,
        meeting_type: str,
        scheduled_at: datetime,
        duration_minutes: int = 30,
        location: str = "",
        notes: str = "",
        as_of: datetime,
        source: str,
    ) -> Meeting:
        """Arrange it, invite everybody, and return it.

        Whether the actor may see the students is the caller's to check. Raises CommandError for
        what cannot be arranged, and then nothing is.
        """
        found = self._book.arranged_by(source)
        if found is None:
            ids = tuple(dict.fromkeys(student_ids))
            check_type(meeting_type, len(ids))
            checked_minutes(duration_minutes)
            check_time(scheduled_at, as_of)
            plan = Plan(ids, meeting_type, scheduled_at, duration_minutes, location, notes)
            with self._means.store.transaction():
                found = self._book.arranged_by(source)
                if found is None:
                    found = self._book.add(plan, actor, source=source, as_of=as_of)
                    self._note(found, actor, as_of)
        return self._announced(found, as_of)

    def _note(self, meeting: Meeting, actor: Actor, as_of: datetime) -> None:
        for student_id in meeting.student_ids:
            self._record.note(
                InterventionType.MEETING,
                actor,
                student_id=student_id,
                action_taken=self._summary(meeting),
                source=source_of(meeting, student_id),
                as_of=as_of,
            )

    def _summary(self, meeting: Meeting) -> str:
        """`Parent meeting on Friday, 20 November 2026, 14:30, Room 4 (moved from …)`."""
        place = f", {meeting.location}" if meeting.location else ""
        kind = f"{meeting.meeting_type} meeting".capitalize()
        old = meeting.moved_from_at
        is_moved = old is not None and old != meeting.scheduled_at
        moved = f" (moved from {self._in_words(old)})" if old and is_moved else ""
        return f"{kind} on {self._in_words(meeting.scheduled_at)}{place}{moved}"

    def _in_words(self, at: datetime) -> str:
        when = at.astimezone(self._means.zone)
        return f"{day_words(when.date())}, {when:%H:%M}"

    def _announced(self, meeting: Meeting, as_of: datetime) -> Meeting:
        self._notices.announce(meeting, as_of)
        return meeting

    def move(
        self,
        actor: Actor,
        meeting_id: int,
        scheduled_at: datetime,
        *,
        duration_minutes: int | None = None,
        location: str | None = None,
        as_of: datetime,
        source: str,
    ) -> Meeting:
        """Give it another time, tell everybody, and return it. Raises as `schedule`."""
        meeting = self.own(actor.user_id, meeting_id)
        minutes = meeting.duration_minutes if duration_minutes is None else duration_minutes
        with self._means.store.transaction():
            if not self._is_change(meeting, source):
                check_open(meeting)
                check_time(scheduled_at, as_of)
                self._book.move(
                    meeting,
                    scheduled_at,
                    minutes=checked_minutes(minutes),
                    location=meeting.location if location is None else location,
                    source=source,
                    as_of=as_of,
                )
                moved = self.own(actor.user_id, meeting_id)
                for student_id in moved.student_ids:
                    self._record.restate(source_of(moved, student_id), self._summary(moved))
        return self._announced(self.own(actor.user_id, meeting_id), as_of)

    def cancel(
        self, actor: Actor, meeting_id: int, reason: str, *, as_of: datetime, source: str
    ) -> Meeting:
        """Call it off, tell everybody who was invited, and return it.

        Raises CommandError where that is no open meeting of the actor's.
        """
        meeting = self.own(actor.user_id, meeting_id)
        with self._means.store.transaction():
            if not self._is_change(meeting, source):
                check_open(meeting)
                if meeting.ends_at <= as_of:
                    raise CommandError(
                        f"Meeting {meeting_id} is over. Say `meeting {meeting_id} held` or "
                        f"`meeting {meeting_id} missed`."
                    )
                self._book.cancel(meeting_id, reason, source=source, as_of=as_of)
                self._resolve(meeting, f"Cancelled. {reason}".strip(), as_of)
        return self._announced(self.own(actor.user_id, meeting_id), as_of)

    def _is_change(self, meeting: Meeting, source: str) -> bool:
        """Whether this source has made the meeting what it is."""
        found = self._means.store.value(
            "SELECT change_source FROM meetings WHERE id = ?", [meeting.id]
        )
        return bool(found == source)

    def outcome(
        self, actor: Actor, meeting_id: int, status: str, notes: str, as_of: datetime
    ) -> Meeting:
        """Note that it was held or missed; a second word takes the place of the first.

        Raises CommandError for a meeting of somebody else's, one to come, or one called off.
        """
        meeting = self.own(actor.user_id, meeting_id)
        if status not in (HELD, MISSED):
            raise CommandError("A meeting was `held` or `missed`.")
        if meeting.status == CANCELLED:
            raise CommandError(f"Meeting {meeting_id} was cancelled, so there is nothing to note.")
        if meeting.scheduled_at > as_of:
            raise CommandError(
                f"Meeting {meeting_id} is still to come. Tell me afterwards how it went."
            )
        with self._means.store.transaction():
            self._book.note_outcome(meeting_id, status, notes, as_of)
            self._resolve(meeting, f"{status.capitalize()}. {notes}".strip(), as_of)
        return self.own(actor.user_id, meeting_id)

    def _resolve(self, meeting: Meeting, words: str, as_of: datetime) -> None:
        for student_id in meeting.student_ids:
            self._record.resolve(source_of(meeting, student_id), words, as_of)

    def own(self, user_id: int, meeting_id: int) -> Meeting:
        """A user's own meeting; raises CommandError in the same words for all others."""
        found = self._book.find(meeting_id)
        if found is None or found.user_id != user_id:
            raise CommandError(UNKNOWN)
        return found

    def upcoming(self, user_id: int, as_of: datetime) -> list[Meeting]:
        """A teacher's meetings that are not over yet, the soonest first."""
        return [each for each in self._book.open_of(user_id) if each.ends_at > as_of]

    def unsaid(self, user_id: int, as_of: datetime) -> list[Meeting]:
        """Those that are over and wait for a word on how they went, the oldest first."""
        return [each for each in self._book.open_of(user_id) if each.ends_at <= as_of]

    def of_student(self, student_id: str) -> list[Meeting]:
        """All meetings with a student, the newest first."""
        return self._book.of_student(student_id)

    def told(self, meeting: Meeting) -> list[Told]:
        """What became of telling the newest state of a meeting, reader by reader."""
        return self._notices.told(meeting)

    def teachers_file(self, meeting: Meeting) -> bytes:
        """The meeting for the teacher's calendar."""
        reader = next(e for e in readers_of(self._means, meeting) if e.role == "teacher")
        return calendar_file(self._means, meeting, reader)

    def conflicts(
        self,
        user_id: int,
        student_ids: Collection[str],
        scheduled_at: datetime,
        minutes: int,
        *,
        but: int = 0,
    ) -> list[Meeting]:
        """The teacher's and the students' other meetings at that time; `but` is left out."""
        end = scheduled_at + timedelta(minutes=minutes)
        found = self._book.around(user_id, student_ids, scheduled_at, end)
        return [each for each in found if each.id != but]

    def proposals(
        self,
        user_id: int,
        student_ids: Collection[str],
        minutes: int,
        *,
        as_of: datetime,
        amount: int = 4,
        on: date | None = None,
        but: int = 0,
    ) -> list[datetime]:
        """Free beginnings within the office hours, a choice of days, or those of one day.

        Raises CommandError where the setting cannot be read.
        """
        zone = self._means.zone
        first = as_of if on is None else as_of + timedelta(days=-1)
        end = max(first, as_of) + timedelta(days=LOOK_AHEAD_DAYS + 2)
        if on is not None:
            end += max(timedelta(), timedelta(days=on.toordinal() - as_of.date().toordinal()))
        taken = [e for e in self._book.around(user_id, student_ids, first, end) if e.id != but]
        slots = free_slots(
            office_hours(str(self._means.settings["office_hours"])),
            minutes=minutes,
            taken=busy(taken),
            free_days=self._holidays(as_of, end),
            zone=zone,
            as_of=as_of,
            on=on,
        )
        if on is None:
            return spread(slots, amount, zone)
        return [each for each, _ in zip(slots, range(amount), strict=False)]

    def doubts(self, scheduled_at: datetime, minutes: int) -> list[str]:
        """What speaks against a time that somebody names, in sentences."""
        try:
            hours = office_hours(str(self._means.settings["office_hours"]))
        except CommandError:
            hours = []  # a wrong setting is no hindrance to a time that was named
        zone = self._means.zone
        day = local_day(scheduled_at, zone)
        is_weekend = from_day(day).weekday() >= SATURDAY
        free = SchoolDays(self._means.store).free(day)
        holiday = "" if is_weekend and free == "weekend" else free
        return doubts(scheduled_at, minutes, zone=zone, hours=hours, holiday=holiday)

    def _holidays(self, begin: datetime, end: datetime) -> frozenset[date]:
        first, last = local_day(begin, self._means.zone), local_day(end, self._means.zone)
        rows = self._means.store.rows(
            """SELECT begin_day, end_day FROM calendar WHERE kind = 'holiday' AND gone_at IS NULL
               AND begin_day <= ? AND end_day >= ?""",
            [last, first],
        )
        return frozenset(
            from_day(day)
            for row in rows
            for day in range(max(row["begin_day"], first), min(row["end_day"], last) + 1)
        )

    def tick(self, as_of: datetime) -> int:
        """Tell what was left untold, remind, and ask how it went; returns how many meetings."""
        untold = self._book.untold(as_of - TELLING_TAKES)
        for meeting in untold:
            self._notices.announce(meeting, as_of)
        ahead = int(self._means.settings["meeting_reminder_minutes"])
        soon = self._book.to_remind(ahead, as_of) if ahead else []
        for meeting in soon:
            self._notices.remind(meeting, as_of)
        over = self._book.to_ask(as_of)
        for meeting in over:
            self._notices.ask(meeting, as_of)
        return len(untold) + len(soon) + len(over)

    def zone_of(self, user_id: int) -> ZoneInfo:
        """The zone in which a teacher's words about times are read."""
        return teacher_zone(self._means, user_id)


def source_of(meeting: Meeting, student_id: str) -> str:
    """Under what a meeting is in a student's record: `meeting:3`; of a group, the others' own."""
    begin = f"meeting:{meeting.id}"
    return begin if student_id == meeting.student_id else f"{begin}:{student_id}"


def check_type(meeting_type: str, students: int) -> None:
    """Raises CommandError where that kind of meeting is not with so many students."""
    if meeting_type not in (ONE_ON_ONE, PARENT, GROUP):
        raise CommandError("A meeting is `one-on-one`, `parent` or `group`.")
    if meeting_type == GROUP and students < 2:
        raise CommandError("A group has two students or more: `meet 5, 7 tomorrow 15:00 group`.")
    if meeting_type != GROUP and students != 1:
        raise CommandError(f"A {meeting_type} meeting is with one student; say `group` for more.")


def check_time(scheduled_at: datetime, as_of: datetime) -> None:
    """Raises CommandError for a time that is past, or more than a year away."""
    if scheduled_at <= as_of:
        raise CommandError(PAST)
    if scheduled_at - as_of > FARTHEST + timedelta(days=1):
        raise CommandError("That is more than a year away. Name a nearer day.")


def check_open(meeting: Meeting) -> None:
    """Raises CommandError for a meeting that is settled."""
    if meeting.status == CANCELLED:
        raise CommandError(f"Meeting {meeting.id} is cancelled already, and everybody was told.")
    if meeting.status != SCHEDULED:
        raise CommandError(
            f"Meeting {meeting.id} is noted as {meeting.status}. For another one say "
            "`meet <student> <when>`."
        )
