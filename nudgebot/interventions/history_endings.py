"""How assignments, meetings, letters to parents and tutoring stand, in a history's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from nudgebot.interventions.assignment_rows import Status as AssignmentStatus
from nudgebot.interventions.assignment_rows import TargetedAssignment
from nudgebot.interventions.assignments import Assignments
from nudgebot.interventions.history_entry import Ending, Outcome
from nudgebot.interventions.meeting_book import CANCELLED, HELD, MISSED, Meeting
from nudgebot.interventions.meetings import Meetings, source_of
from nudgebot.interventions.parents import Parents
from nudgebot.interventions.parents_book import REFUSED, SENT, UNSETTLED, Notification
from nudgebot.interventions.tutoring import Tutoring
from nudgebot.interventions.tutoring_book import Session, TutoringRecord
from nudgebot.interventions.tutoring_book import Status as TutoringStatus

MOST_MAILS = 100
PARENT_ANSWER_DAYS = 7


class PartEndings:
    """Asks every part how what it did for a student stands; by the record's sources."""

    def __init__(
        self, assignments: Assignments, meetings: Meetings, parents: Parents, tutoring: Tutoring
    ) -> None:
        self._assignments = assignments
        self._meetings = meetings
        self._parents = parents
        self._tutoring = tutoring

    def __call__(self, student_id: str, as_of: datetime) -> Mapping[str, Ending]:
        """By now."""
        found = {
            each.record_source: of_assignment(each, as_of)
            for each in self._assignments.of_student(student_id)
        }
        for meeting in self._meetings.of_student(student_id):
            found[source_of(meeting, student_id)] = of_meeting(meeting, as_of)
        for mails in self._mails(student_id):
            found[f"parent:{mails[0].id}"] = of_mails(mails, as_of)
        for each in self._tutoring.of_student(student_id):
            found[each.source] = of_tutoring(each, self._tutoring.sessions(each.id))
        return found

    def _mails(self, student_id: str) -> list[list[Notification]]:
        """The mails to guardians, those of one act together, each by its number."""
        acts: dict[str, list[Notification]] = {}
        for mail in reversed(self._parents.book.of_student(student_id, limit=MOST_MAILS)):
            acts.setdefault(mail.source, []).append(mail)
        return list(acts.values())


def of_assignment(one: TargetedAssignment, as_of: datetime) -> Ending:
    """Done, said to be done, not done, or still to be done."""
    match one.status:
        case AssignmentStatus.COMPLETED:
            score = "" if one.score is None else f" with {one.score:.0f} %"
            done = one.completed_at or as_of
            hours = (done - one.created_at).total_seconds() / 3600
            return Ending((Outcome(f"done{score}", done),), went_well=True, hours=hours)
        case AssignmentStatus.SAID_DONE:
            said = Outcome("the student says it is done", one.said_done_at)
            return Ending((said, Outcome("the data do not show it yet")))
        case AssignmentStatus.WITHDRAWN:
            return Ending((Outcome("withdrawn"),), under_way=False)
        case AssignmentStatus.LAPSED:
            return Ending((Outcome("not done"),), went_well=False)
    if one.due_at <= as_of:
        return Ending((Outcome("not done, was due", one.due_at),), went_well=False)
    return Ending((Outcome("due", one.due_at),))


def of_meeting(one: Meeting, as_of: datetime) -> Ending:
    """Held, missed, called off, still to come, or over without a word on how it went."""
    notes = f": {one.outcome_notes}" if one.outcome_notes else ""
    moved = [Outcome("moved to", one.scheduled_at)] if one.moved_from_at else []
    if one.status == HELD:
        said = Outcome(f"held{notes}")
        return Ending((*moved, said), went_well=True, began_at=one.scheduled_at)
    if one.status == MISSED:
        return Ending((*moved, Outcome(f"missed{notes}")), went_well=False, under_way=False)
    if one.status == CANCELLED:
        why = f": {one.reason}" if one.reason else ""
        return Ending((Outcome(f"cancelled{why}"),), under_way=False)
    if one.ends_at <= as_of:
        unsaid = Outcome("nobody has said how it went")
        return Ending((*moved, unsaid), began_at=one.scheduled_at)
    return Ending((Outcome("to come, at", one.scheduled_at),), under_way=False)


def of_mails(mails: Sequence[Notification], as_of: datetime) -> Ending:
    """Answered by one guardian, or how the mails stand; after a week no answer is expected."""
    answered = [each for each in mails if each.answered_at is not None]
    if answered:
        first = min(answered, key=lambda each: each.answered_at or as_of)
        note = f": {first.answer_note}" if first.answer_note else ""
        at = first.answered_at or as_of
        hours = (at - first.created_at).total_seconds() / 3600
        return Ending((Outcome(f"answered{note}", at),), went_well=True, hours=hours)
    states = {each.state for each in mails}
    if states == {REFUSED}:
        return Ending((Outcome(f"not sent: {mails[0].reason}"),), under_way=False)
    if SENT not in states:
        doubt = "nobody can tell whether it arrived" if UNSETTLED in states else "on its way"
        return Ending((Outcome(doubt),), under_way=UNSETTLED in states)
    late = as_of - mails[0].created_at > timedelta(days=PARENT_ANSWER_DAYS)
    return Ending((Outcome("no answer noted so far"),), went_well=False if late else None)


def of_tutoring(one: TutoringRecord, sessions: Iterable[Session]) -> Ending:
    """Asked about, declined, or how often they met; `outcome` where it has ended."""
    met = list(sessions)
    minutes = sum(each.minutes for each in met)
    held = f"met {len(met)} time{'' if len(met) == 1 else 's'}, {minutes} minutes in all"
    match one.status:
        case TutoringStatus.ASKED:
            return Ending((Outcome(_answered(one)),), under_way=False)
        case TutoringStatus.ACTIVE:
            now = Outcome(held) if met else Outcome("both said yes", one.started_at)
            return Ending((now,), went_well=True if met else None, began_at=one.started_at)
    return Ending(
        (Outcome(one.outcome or one.status, one.ended_at),),
        went_well=bool(met),
        began_at=one.started_at,
        under_way=one.started_at is not None,
    )


def _answered(one: TutoringRecord) -> str:
    """Who of the two has answered the question so far."""
    if one.student_said:
        return "the student has said yes, the tutor has not answered yet"
    if one.tutor_said:
        return "the tutor has said yes, the student has not answered yet"
    return "neither has answered yet"
