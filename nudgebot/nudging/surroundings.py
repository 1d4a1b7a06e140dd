"""The surroundings: what is true of the students of a batch, looked up for all of them at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from nudgebot.nudging.candidate import Candidate, Channel
from nudgebot.nudging.consent import Consent, Consents
from nudgebot.nudging.freshness import staleness
from nudgebot.nudging.policy import Policy
from nudgebot.nudging.reach import UNKNOWN_STUDENT, Reach, reach
from nudgebot.nudging.roll import Pupil, pupils
from nudgebot.nudging.sieve import Stage
from nudgebot.nudging.snoozes import Snoozes
from nudgebot.nudging.stages import ConsentGiven, Enrolled, Fresh, Linked, Snoozed
from nudgebot.nudging.timing import Hours
from nudgebot.school.links import Links
from nudgebot.store import Store


@dataclass(frozen=True)
class Surroundings:
    """The people of a batch, what they asked for, and who can be reached."""

    as_of: datetime
    policy: Policy
    stale: str
    pupils: Mapping[str, Pupil]
    absences: Mapping[str, str]
    consents: Mapping[str, Consent]
    reach: Reach

    @property
    def standing(self) -> list[Stage]:
        """The stages about data and students, asked in the sieve and again at the door."""
        return [
            Fresh(self.stale),
            Enrolled(self.absences),
            Linked(self.reach.why_not),
            ConsentGiven(self.consents, self.reach.why_not, self.as_of),
        ]

    @property
    def staff_hours(self) -> Hours:
        """The hours in which teachers and classes may be written to."""
        return Hours(self.policy.zone, self.policy.quiet, self.policy.weekend_allowed)

    def hours(self, student_id: str) -> Hours:
        """The hours in which a student may be written to: her own quiet hours go first."""
        pupil, consent = self.pupils.get(student_id), self.consents.get(student_id)
        return Hours(
            zone=pupil.zone if pupil else self.policy.zone,
            quiet=(consent.quiet if consent else None) or self.policy.quiet,
            weekend_allowed=self.policy.weekend_allowed,
        )

    def closed_to_student(self, candidate: Candidate) -> str:
        """Why the student herself gets nothing of a candidate; empty when she gets it."""
        if Channel.STUDENT not in candidate.channels:
            return "It is not for the student."
        consent = self.consents.get(candidate.student_id)
        unlinked = self.reach.why_not(candidate, Channel.STUDENT)
        return unlinked or (consent.silence(self.as_of) if consent else "")


def look_around(
    store: Store,
    links: Links,
    policy: Policy,
    *,
    batch: Collection[Candidate],
    as_of: datetime,
) -> Surroundings:
    """Look up what the sieve and the door need to know about a batch."""
    ids = {each.student_id for each in batch}
    found = pupils(store, ids, zone=policy.zone, as_of=as_of)
    absences = {
        student_id: found[student_id].absence if student_id in found else UNKNOWN_STUDENT
        for student_id in ids
    }
    return Surroundings(
        as_of=as_of,
        policy=policy,
        stale=staleness(
            store, stale_after_hours=policy.stale_after_hours, zone=policy.zone, as_of=as_of
        ),
        pupils=found,
        absences={student_id: absence for student_id, absence in absences.items() if absence},
        consents=Consents(store).table(ids),
        reach=reach(store, links, policy=policy, pupils=found, batch=batch),
    )


def snoozed(store: Store, around: Surroundings) -> Stage:
    """The stage about teachers' snoozes."""
    return Snoozed(Snoozes(store).table(list(around.pupils), around.as_of))
