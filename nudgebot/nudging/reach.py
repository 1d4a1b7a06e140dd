"""The reach: whom a candidate can get to, over which channel, and why not."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from nudgebot.nudging.candidate import Candidate, Channel
from nudgebot.nudging.policy import Policy
from nudgebot.nudging.roll import Pupil, Seat, covers, mentors, seats
from nudgebot.school.links import Kind, Links, LinkTable
from nudgebot.store import Store

FEW = 300  # above it, reading everybody is quicker than asking one by one
UNKNOWN_STUDENT = "The student is not in the newest export."


@dataclass(frozen=True)
class Recipient:
    """A person, class or board that gets a part; `closed` says why it does not, else empty."""

    person_id: str
    closed: str = ""


@dataclass(frozen=True)
class Reach:
    """Everything about recipients, looked up at once for a batch of candidates."""

    students: LinkTable
    teachers: LinkTable
    mentors: Mapping[str, Sequence[str]]
    seats: Mapping[str, Sequence[Seat]]
    staff_stream: str

    def recipients(self, candidate: Candidate, channel: Channel) -> list[Recipient]:
        """Whom the channel stands for, those who cannot be reached included."""
        student_id = candidate.student_id
        match channel:
            case Channel.STUDENT:
                return [_recipient(self.students, student_id)]
            case Channel.MENTOR:
                ids = self.mentors.get(student_id, ())
                return [_recipient(self.teachers, teacher_id) for teacher_id in ids]
            case Channel.CLASS:
                return [Recipient(seat.class_id) for seat in self.classes(candidate)]
            case Channel.DASHBOARD:
                return [Recipient("")] if self.staff_stream else []

    def classes(self, candidate: Candidate) -> list[Seat]:
        """The student's classes that the rule is about and that have a stream."""
        return [
            seat
            for seat in self.seats.get(candidate.student_id, ())
            if seat.stream and covers(candidate.rule.applies_to, seat)
        ]

    def why_not(self, candidate: Candidate, channel: Channel) -> str:
        """Why nobody can be reached over the channel; empty when somebody can."""
        recipients = self.recipients(candidate, channel)
        if any(not each.closed for each in recipients):
            return ""
        match channel:
            case Channel.STUDENT:
                return f"The student is not linked: {recipients[0].closed}"
            case Channel.MENTOR:
                return (
                    "No teacher of the student is linked to a Zulip user."
                    if recipients
                    else "The student has no teacher today."
                )
            case Channel.CLASS:
                return "No class of the student that the rule is about has a stream."
            case Channel.DASHBOARD:
                return "No staff stream is set (setting staff_stream)."


def _recipient(links: LinkTable, person_id: str) -> Recipient:
    if person_id in links.user_ids:
        return Recipient(person_id)
    return Recipient(person_id, links.reasons.get(person_id, UNKNOWN_STUDENT))


def _links(links: Links, kind: Kind, ids: Collection[str]) -> LinkTable:
    """The links of these people: one by one where they are few, else all there are."""
    if len(ids) > FEW:
        return links.table(kind)
    user_ids = {each: links.user_id_of(kind, each) for each in ids}
    return LinkTable(
        {each: user_id for each, user_id in user_ids.items() if user_id is not None},
        {each: links.why_not(kind, each) for each, user_id in user_ids.items() if user_id is None},
    )


def reach(
    store: Store,
    links: Links,
    *,
    policy: Policy,
    pupils: Mapping[str, Pupil],
    batch: Collection[Candidate],
) -> Reach:
    """Look up the recipients of a batch, with a few queries however large it is."""

    def about(channel: Channel) -> list[Pupil]:
        ids = {each.student_id for each in batch if channel in each.channels}
        return [pupils[student_id] for student_id in sorted(ids) if student_id in pupils]

    to_mentors, to_classes = about(Channel.MENTOR), about(Channel.CLASS)
    teachers = mentors(store, to_mentors) if to_mentors else {}
    student_ids = {each.student_id for each in about(Channel.STUDENT)}
    return Reach(
        students=_links(links, "student", student_ids),
        teachers=_links(links, "teacher", {each for ids in teachers.values() for each in ids}),
        mentors=teachers,
        seats=seats(store, to_classes) if to_classes else {},
        staff_stream=policy.staff_stream,
    )
