"""Who reads what a student writes: her teachers, and who must know when it sounds like danger."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from nudgebot.chat.office import Office
from nudgebot.interventions.letters import WRONG, StudentAnswer
from nudgebot.school.days import local_day
from nudgebot.school.people import Student


def readers_of(
    office: Office, student: Student, said: StudentAnswer, as_of: datetime, *, urgent: bool
) -> list[int]:
    """The teacher whose message it follows; else all of the student's teachers.

    Somebody else who wrote, as the office does, reads it too, if she still may: but never alone,
    since the student's words are for her teachers. A correction goes to all of them. What is
    urgent goes to all of them and to the safeguarding contacts, and to the admins too where one
    of these cannot be reached or where there is none.
    """
    day, own_id = local_day(as_of, office.zone), own_id_of(office, student)
    found = [
        office.links.user_id_of("teacher", each.teacher_id)
        for each in office.people.teachers_of(student.student_id, day=day)
    ]
    teachers = [user_id for user_id in found if user_id not in (None, own_id)]
    follows = None if said.kind == WRONG and not urgent else said.follows
    writer = None if follows is None else office.access.asker(follows.teacher_user_id, as_of)
    writes = [writer.user_id] if writer is not None and writer.may_see(student.student_id) else []
    if writes and writes[0] in teachers and not urgent:
        return writes
    readers = [each for each in dict.fromkeys(teachers + writes) if each != own_id]
    if not urgent:
        return readers
    contacts = contacts_of(office, but=own_id)
    readers += [each for each in contacts if each not in readers]
    named = set(office.settings["safeguarding_contacts"]) - {own_id}
    if not readers or len(teachers) < len(found) or len(contacts) < len(named):
        readers += [each for each in admins_of(office, but=own_id) if each not in readers]
    return readers


def own_id_of(office: Office, student: Student) -> int | None:
    """The student's own user: who is a teacher or an admin too is no reader of her own words."""
    return office.links.user_id_of("student", student.student_id)


def admins_of(office: Office, *, but: int | None) -> list[int]:
    """The admins whom Zulip knows as active people: settings may name somebody who is not."""
    return _people(office, sorted(office.access.admin_ids() - {but}))


def contacts_of(office: Office, *, but: int | None) -> list[int]:
    """The safeguarding contacts whom Zulip knows as active people."""
    return _people(office, (i for i in office.settings["safeguarding_contacts"] if i != but))


def _people(office: Office, user_ids: Iterable[int]) -> list[int]:
    users = [office.links.user(each) for each in dict.fromkeys(user_ids)]
    return [user.user_id for user in users if user and user.is_active and not user.is_bot]
