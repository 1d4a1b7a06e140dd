"""Who is told of a meeting, and over which ways each can be reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

from nudgebot.interventions.means import Means
from nudgebot.interventions.meeting_book import Meeting
from nudgebot.interventions.meeting_words import PARENT
from nudgebot.school.days import zone_named
from nudgebot.school.people import Student

Role = Literal["student", "guardian", "teacher"]


@dataclass(frozen=True)
class Reader:
    """One who is told; `user_id` and `address` are None and empty where there is no such way.

    `about` is the first name of the student that a guardian's meeting is about.
    """

    role: Role
    person_id: str
    name: str
    user_id: int | None
    address: str
    zone: ZoneInfo
    about: str = ""

    def mail_key(self, begin: str) -> str:
        """The key of an e-mail to this reader."""
        return f"{begin}:mail:{self.role}:{self.person_id}"


def students_of(means: Means, meeting: Meeting) -> list[Student]:
    """The students who are still at the school, in the order they were named."""
    found = [means.people.student(each) for each in meeting.student_ids]
    return [each for each in found if each is not None]


def readers_of(means: Means, meeting: Meeting) -> list[Reader]:
    """Students, then guardians who may be contacted (of a parent meeting), then the teacher."""
    students = students_of(means, meeting)
    readers = [
        Reader(
            role="student",
            person_id=each.student_id,
            name=each.name or each.student_id,
            user_id=means.links.user_id_of("student", each.student_id),
            address=each.email,
            zone=zone_named(each.timezone, means.zone),
        )
        for each in students
    ]
    if meeting.meeting_type == PARENT:
        readers += [reader for each in students for reader in guardians_of(means, each)]
    return [*readers, _teacher(means, meeting)]


def guardians_of(means: Means, student: Student) -> list[Reader]:
    """The student's guardians who may be contacted and have an address."""
    rows = means.store.rows(
        """SELECT guardian_id, name, email FROM guardians WHERE student_id = ? AND may_contact
           AND email != '' AND gone_at IS NULL ORDER BY guardian_id""",
        [student.student_id],
    )
    return [
        Reader(
            role="guardian",
            person_id=row["guardian_id"],
            name=row["name"],
            user_id=None,
            address=row["email"],
            zone=means.zone,
            about=student.first_name,
        )
        for row in rows
    ]


def teacher_zone(means: Means, user_id: int) -> ZoneInfo:
    """The zone that a Zulip user has set there; else the school's."""
    user = means.links.user(user_id)
    return zone_named(user.timezone if user else "", means.zone)


def _teacher(means: Means, meeting: Meeting) -> Reader:
    teacher = means.people.teacher(meeting.teacher_id) if meeting.teacher_id else None
    return Reader(
        role="teacher",
        person_id=str(meeting.user_id),
        name=meeting.teacher_name,
        user_id=meeting.user_id,
        address=teacher.email if teacher else "",
        zone=teacher_zone(means, meeting.user_id),
    )
