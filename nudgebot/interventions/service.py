"""Interventions under one roof, with the service functions of requirement B by their names."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime as Moment  # noqa: N812  # `datetime` is an argument of B's

from nudgebot.errors import AccessError, InputError
from nudgebot.interventions.alerts import Alerts
from nudgebot.interventions.alerts_kept import Alert
from nudgebot.interventions.assignment_draft import Wishes
from nudgebot.interventions.assignment_rows import TargetedAssignment
from nudgebot.interventions.assignments import Assignments
from nudgebot.interventions.colleagues import ColleagueNews
from nudgebot.interventions.history import Histories
from nudgebot.interventions.history_endings import PartEndings
from nudgebot.interventions.history_entry import StudentHistory
from nudgebot.interventions.means import Means
from nudgebot.interventions.meeting_book import Meeting
from nudgebot.interventions.meeting_words import ONE_ON_ONE, PARENT
from nudgebot.interventions.meetings import Meetings
from nudgebot.interventions.messages import Messages, Sent, message_key
from nudgebot.interventions.parents import Parents
from nudgebot.interventions.parents_book import Notification
from nudgebot.interventions.record import Record
from nudgebot.interventions.service_permission import Permission
from nudgebot.interventions.service_templates import MessageTemplate, templates_of
from nudgebot.interventions.tutoring import Tutoring
from nudgebot.interventions.tutoring_book import Book, TutoringRecord
from nudgebot.interventions.tutoring_search import CannotAskError

LONGEST_MESSAGE = 4000
_MEETING_TYPES = {"one on one": ONE_ON_ONE, "parent conference": PARENT}


class Interventions:
    """Everything that a teacher can do about a student."""

    def __init__(self, means: Means) -> None:
        self.means = means
        self.record = Record(means.store)
        self.messages = Messages(means, self.record)
        self.alerts = Alerts(means, self.record)
        self.assignments = Assignments(means, self.record)
        self.meetings = Meetings(means, self.record)
        self.parents = Parents(means, self.record)
        self.tutoring = Tutoring(means, self.record)
        self.colleagues = ColleagueNews(means)
        endings = PartEndings(self.assignments, self.meetings, self.parents, self.tutoring)
        self.histories = Histories(means, self.record, endings)

    def tick(self, as_of: Moment) -> int:
        """Do what time brings in every part; returns how many things were done."""
        parts = (self.alerts, self.assignments, self.meetings, self.parents, self.tutoring)
        return sum(part.tick(as_of) for part in parts) + self.colleagues.tick(as_of)


class InterventionService:
    """Requirement B's functions (step 7.5) for programs: what chat does, without its previews.

    Bound to one instant, as the analytics are. `teacher_id` and `student_id` are the LMS's ids.
    An AccessError is raised for a student whom the teacher does not teach today, in the same words
    whether or not she exists, and an InputError, one clear sentence, for what cannot be done.
    Nothing is confirmed by anybody here: whoever calls has shown it to the teacher. The same call
    of the same instant does its work once, so that it may be repeated after a crash.
    """

    def __init__(self, interventions: Interventions, *, as_of: Moment) -> None:
        self._parts = interventions
        self._means = interventions.means
        self._as_of = as_of
        self._permission = Permission(interventions.means, as_of)

    def send_message(
        self, teacher_id: str, student_id: str, message: str, template_id: str = ""
    ) -> Sent:
        """Send a direct message in the teacher's name, keep it, and tag the student's alerts.

        `message` is Markdown, sent as it is; `template_id` says what it was made from. Returns how
        it stands: `arrived`, else `state` and `reason`. The answer reaches the teacher in Zulip.
        """
        actor = self._permission.checked(teacher_id, student_id)
        if not message.strip() or len(message) > LONGEST_MESSAGE:
            raise InputError(f"A message has 1 to {LONGEST_MESSAGE} characters.")
        if template_id and template_id not in self._means.book.templates.by_id:
            raise InputError("There is no template of this id; leave it empty for own words.")
        return self._parts.messages.send(
            student_id,
            message,
            actor=actor,
            key=message_key(self._token(teacher_id, student_id, message), student_id),
            as_of=self._as_of,
            template_id=template_id,
        )

    def create_targeted_assignment(
        self,
        teacher_id: str,
        student_id: str,
        auto_fill: bool = True,  # requirement B's signature
        *,
        wishes: Wishes | None = None,
    ) -> TargetedAssignment:
        """Give the student practice: her weakest skills, 15 questions, due in three school days.

        `wishes` replaces any of it; without `auto_fill` it must name the skills. Returns the
        assignment as it is kept.
        """
        actor = self._permission.checked(teacher_id, student_id)
        wanted = wishes or Wishes()
        if not auto_fill and not wanted.skills:
            raise InputError("Name the skills in `wishes`, or let them be filled in.")
        source = f"service:{self._token(teacher_id, student_id, repr(wanted))}"
        draft = self._parts.assignments.propose(student_id, self._as_of, wanted)
        return self._parts.assignments.create(actor, draft, self._as_of, source)

    def schedule_meeting(
        self,
        teacher_id: str,
        student_id: str,
        meeting_type: str,
        datetime: Moment,
        *,
        other_student_ids: Sequence[str] = (),
        duration_minutes: int = 30,
        location: str = "",
        notes: str = "",
    ) -> Meeting:
        """Arrange a meeting and invite everybody, with an entry for their calendars.

        `meeting_type` is one-on-one, parent (conference) or group; `datetime` is aware. The notes
        are the teacher's own. Returns the meeting as it is kept.
        """
        actor = self._permission.checked(teacher_id, student_id)
        for each in other_student_ids:
            self._permission.checked(teacher_id, each)
        if datetime.tzinfo is None:
            raise InputError("The time of a meeting needs its time zone.")
        kind = " ".join(meeting_type.lower().replace("_", " ").replace("-", " ").split())
        ids = (student_id, *other_student_ids)
        said = (datetime.isoformat(), kind, str(duration_minutes), location)
        return self._parts.meetings.schedule(
            actor,
            ids,
            meeting_type=_MEETING_TYPES.get(kind, meeting_type),
            scheduled_at=datetime,
            duration_minutes=duration_minutes,
            location=location,
            notes=notes,
            as_of=self._as_of,
            source=f"service:{self._token(teacher_id, *ids, *said)}",
        )

    def notify_parent(
        self, teacher_id: str, student_id: str, concern_type: str, message: str = ""
    ) -> Sequence[Notification]:
        """Mail every guardian who may be contacted, with the performance summary and the concern.

        `concern_type` is inactive, struggling, overdue, attendance, praise or other (which needs a
        `message`, the teacher's own words). Returns a notification for each mail; `state` tells.
        """
        actor = self._permission.checked(teacher_id, student_id)
        return self._parts.parents.notify(
            actor,
            student_id,
            concern_type,
            message,
            as_of=self._as_of,
            source=f"service:{self._token(teacher_id, student_id, concern_type, message)}",
        )

    def assign_peer_tutor(
        self, teacher_id: str, student_id: str, tutor_id: str | None = None
    ) -> TutoringRecord:
        """Ask both whether `tutor_id`, a student of the teacher's too, may help.

        Without a tutor, the one who fits best. The skill is the one in which it helps most. Nothing
        begins before both say yes; `status` tells.
        """
        actor = self._permission.checked(teacher_id, student_id)
        if tutor_id is not None:
            self._permission.checked(teacher_id, tutor_id)
        source = f"service:{self._token(teacher_id, student_id, tutor_id or '')}"
        made = Book(self._means.store).by_source(source)
        tutor, skill = tutor_id, None
        if made is not None:
            tutor, skill = made.tutor_id, made.skill_id
        elif tutor is None:
            tutor, skill = self._best_tutor(teacher_id, student_id)
        return self._parts.tutoring.ask(
            actor,
            student_id,
            tutor_id=tutor,
            skill_id=skill,
            as_of=self._as_of,
            source=source,
        )

    def _best_tutor(self, teacher_id: str, student_id: str) -> tuple[str, str]:
        found = self._parts.tutoring.search(
            student_id, self._as_of, class_ids=self._permission.class_ids(teacher_id)
        )
        if not found.matches:
            raise CannotAskError(found.why_not, student_id)
        return found.matches[0].tutor_id, found.matches[0].skill_id

    def mark_alert_resolved(
        self, teacher_id: str, alert_id: int, resolution_notes: str, action_taken: str = ""
    ) -> Alert:
        """Resolve an alert, with what was done and what came of it.

        An alert that is unknown and one about another teacher's student are refused alike. If its
        cause stays, the alert opens once more by itself. Returns the alert, now resolved.
        """
        alert = self._parts.alerts.find(alert_id)
        if alert is None or not self._permission.teaches(teacher_id, alert.student_id):
            raise AccessError("This teacher has no alert of this number.")
        actor = self._permission.checked(teacher_id, alert.student_id)
        return self._parts.alerts.resolve(
            actor, alert_id, resolution_notes, action_taken=action_taken, as_of=self._as_of
        )

    def get_intervention_history(self, teacher_id: str, student_id: str) -> StudentHistory:
        """Everything done for the student by anybody, the newest first, and what came of it."""
        self._permission.checked(teacher_id, student_id)
        return self._parts.histories.of_student(student_id, self._as_of)

    def get_message_templates(self, category: str = "") -> Sequence[MessageTemplate]:
        """The templates of a category: inactive, struggling, overdue or encouragement.

        Without one, all of them. They are those in force, in the order of their titles.
        """
        return templates_of(self._means.book, category)

    def _token(self, *parts: str) -> str:
        """The identity of a call: the same at the same instant."""
        said = "\x1f".join([self._as_of.isoformat(), *parts])
        return f"call-{hashlib.sha256(said.encode()).hexdigest()[:24]}"
